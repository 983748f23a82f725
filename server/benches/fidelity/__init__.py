"""Whether the library's customers are as hard, as true and as varied as they should be.

Scripted learners (`personas.learners`) play every scenario with `--seeds` seeds and authored lines, and a random sample
of `--model-calls` of those calls, and of long ones, is worded by the language model. What each figure is, stands in
`server.benches.fidelity.measures`; `--scenario` looks at some scenarios only.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any

from personas.learners import GENERAL, utterances
from personas.scenario import Scenario
from server.benches.fidelity import measures
from server.benches.fidelity.played import Played, play_call
from server.calls.customer import ScenarioCustomer, WriterNow, writer_of
from server.catalogue import Catalogue, load_catalogue
from server.errors import UserError
from server.models.llm import language_model
from server.models.move_recognizer import move_recognizer
from server.models.store import ModelStore
from server.settings import load_settings

DIFFICULTY = 3
DIFFICULTIES = (1, 2, 3, 4, 5)
EARLY, LATE = range(2, 6), range(27, 33)  # around turn 3 and turn 30
LONG_SHARE = 0.2  # of the model's calls, which go on for thirty turns
SAMPLED_BY = 20261124  # the seed of the sample
MODEL_LOADS_WITHIN_S = 120.0
HELD_TO = {
    "told_before_gate": 0,
    "unearned": 0,
    "out_of_role": 0,
    "good_at_least": 0.8,
    "poor_and_flattering_at_most": 0.1,
    "shared_lines_at_most": 0.4,
    "fallback_share_at_most": 0.1,
}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--scenario", action="append", metavar="ID", help="only this one; may be given several times")
    parser.add_argument("--seeds", type=int, default=5, metavar="N", help="calls of each learner with each")
    parser.add_argument("--model-calls", type=int, default=60, metavar="N", help="of these, worded by the model")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    settings = load_settings()
    catalogue = load_catalogue(settings.library_dirs)
    unknown = sorted(set(arguments.scenario or ()) - catalogue.scenarios.keys())
    if unknown:
        known = ", ".join(sorted(catalogue.scenarios))
        raise UserError(f"no scenario is called {unknown[0]!r}; choose one of: {known}")
    chosen = [one for key, one in sorted(catalogue.scenarios.items()) if key in (arguments.scenario or (key,))]
    result = asyncio.run(_measure(catalogue, chosen, range(1, arguments.seeds + 1), arguments.model_calls))
    if arguments.json:
        print(json.dumps(result))
    else:
        _show(result)
    return 0


async def _measure(
    catalogue: Catalogue, scenarios: Sequence[Scenario], seeds: Iterable[int], model_calls: int
) -> dict[str, Any]:
    table = Table(catalogue, scenarios, tuple(seeds))
    by_learner = {name: await table.all(name) for name in ("good", *GENERAL)}
    by_difficulty = {level: await table.all("good", level) for level in DIFFICULTIES}
    authored = list(chain.from_iterable([*by_learner.values(), *by_difficulty.values()]))
    worded, long = await _worded(table, model_calls) if model_calls else ([], [])
    everything = [*authored, *worded, *long]
    shared = measures.shared_lines([*by_learner["good"], *by_learner["poor"]])
    means = [row["mean"] for row in shared.values()]
    rates = {level: measures.goal_rate(calls) for level, calls in by_difficulty.items()}
    late = [one for call in long for one in call.exchanges[LATE.start : LATE.stop]]
    early = [one for call in long for one in call.exchanges[EARLY.start : EARLY.stop]]
    return {
        "calls": {"authored": len(authored), "worded": len(worded) + len(long), "scenarios": len(scenarios)},
        "told_before_gate": _listed(measures.told_before_gate, everything),
        "unearned": _listed(measures.unearned, everything),
        "out_of_role": _listed(measures.out_of_role, everything),
        "goal_rate": {name: measures.goal_rate(calls) for name, calls in by_learner.items()},
        "goal_rate_by_difficulty": {str(level): rate for level, rate in rates.items()},
        "monotone": measures.monotone(rates),
        "shared_lines": {
            "mean": round(sum(means) / len(means), 4) if means else None,
            "max": max((row["max"] for row in shared.values()), default=None),
            "pairs_above": round(sum(row["above"] for row in shared.values()) / max(1, len(shared)), 4),
        },
        "wording": measures.wording([*worded, *long]),
        "in_character": {
            "turns_2_to_5": measures.in_character(early),
            "turns_27_to_32": measures.in_character(late),
            "calls_that_long": sum(len(call.exchanges) > LATE.start for call in long),
        },
        "scenarios": {one.id: _of_one(one.id, by_learner, by_difficulty, shared) for one in scenarios},
        "to_reach": HELD_TO,
    }


class Table:
    """Plays learners against scenarios. Moves are recognised once for the same words."""

    def __init__(self, catalogue: Catalogue, scenarios: Sequence[Scenario], seeds: Sequence[int]) -> None:
        self.scenarios = scenarios
        self.seeds = seeds
        self._catalogue = catalogue
        self._recognize = cache(move_recognizer(ModelStore.default()))

    async def all(self, learner: str, difficulty: int = DIFFICULTY) -> list[Played]:
        return [
            await self.one(scenario, learner, seed, difficulty=difficulty)
            for scenario in self.scenarios
            if said_by(learner, scenario.id)
            for seed in self.seeds
        ]

    async def one(
        self,
        scenario: Scenario,
        learner: str,
        seed: int,
        *,
        difficulty: int = DIFFICULTY,
        writer: WriterNow | None = None,
    ) -> Played:
        customer = ScenarioCustomer(
            scenario,
            self._catalogue.persona_of(scenario),
            seed=seed,
            difficulty=difficulty,
            writer=writer,
            recognize=self._recognize,
            others=self._catalogue.others_in(scenario),
        )
        return await play_call(customer, learner, said_by(learner, scenario.id))


@cache
def said_by(learner: str, scenario: str) -> tuple[str, ...]:
    """What a learner says in a scenario; nothing where no good one has been written for it."""
    try:
        return tuple(utterances(f"good-{scenario}" if learner == "good" else learner))
    except FileNotFoundError:
        return ()


async def _worded(table: Table, calls: int) -> tuple[list[Played], list[Played]]:
    """A sample worded by the model: calls of all learners, and long ones."""
    settings = load_settings()
    drawn = random.Random(SAMPLED_BY)
    long_ones = round(calls * LONG_SHARE)
    each = [(one, name, seed) for one in table.scenarios for name in ("good", *GENERAL) for seed in table.seeds]
    sample = drawn.sample([row for row in each if said_by(row[1], row[0].id)], min(calls - long_ones, len(each)))
    long = [(drawn.choice(table.scenarios), "long", seed) for seed in range(1, long_ones + 1)]
    async with language_model(settings.llm, ModelStore.default()) as model:
        if not await model.wait_ready(MODEL_LOADS_WITHIN_S):
            raise UserError(f"the language model isn't ready ({model.status.detail}); see `ringside models list`")
        writer = writer_of(model, patient=True)
        played = []
        for number, (scenario, name, seed) in enumerate([*sample, *long], start=1):
            played.append(await table.one(scenario, name, seed, writer=writer, difficulty=1 if name == "long" else 3))
            turns = len(played[-1].exchanges)
            print(f"call {number} of {calls}: {scenario.id}, {name}, {turns} turns", file=sys.stderr, flush=True)
    return played[: len(sample)], played[len(sample) :]


def _listed(measure: Callable[[Played], list[str]], calls: Sequence[Played]) -> dict[str, Any]:
    found = list(dict.fromkeys(chain.from_iterable(measure(call) for call in calls)))
    return {"count": len(found), "where": found[:50]}


def _of_one(
    scenario: str,
    by_learner: Mapping[str, Sequence[Played]],
    by_difficulty: Mapping[int, Sequence[Played]],
    shared: Mapping[str, Mapping[str, float]],
) -> dict[str, Any]:
    rates: dict[str, float | None] = defaultdict(lambda: None)
    for name, calls in by_learner.items():
        rates[name] = measures.goal_rate(call for call in calls if call.scenario.id == scenario)
    levels = {
        level: measures.goal_rate(call for call in calls if call.scenario.id == scenario)
        for level, calls in by_difficulty.items()
    }
    return {
        "goal_rate": dict(rates),
        "by_difficulty": {str(level): rate for level, rate in levels.items()},
        "monotone": measures.monotone(levels),
        "shared_lines": dict(shared.get(scenario, {})),
    }


def _show(result: Mapping[str, Any]) -> None:
    for key in ("told_before_gate", "unearned", "out_of_role"):
        print(f"{key}: {result[key]['count']}")
        for where in result[key]["where"]:
            print(f"  {where}")
    for key in ("goal_rate", "goal_rate_by_difficulty", "monotone", "shared_lines", "wording", "in_character"):
        print(f"{key}: {result[key]}")
    for name, row in result["scenarios"].items():
        rates = row["goal_rate"]
        levels = "/".join("-" if rate is None else f"{rate:.1f}" for rate in row["by_difficulty"].values())
        others = ", ".join(f"{other} {rate:.1f}" for other, rate in rates.items() if other != "good" and rate)
        print(f"{name}: good {levels}{' NOT MONOTONE' * (not row['monotone'])}; {others or 'nobody else'}; shared "
              f"{row['shared_lines'].get('mean')} (worst {row['shared_lines'].get('max')})")  # fmt: skip

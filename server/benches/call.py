"""How quickly the customer answers: whole calls over the wire, in real time, against a server of the bench's own.

Learners speak in the voice that the customer doesn't use, and in people's recordings where the shared data is there.
Prints with --json: "voice_to_voice_ms", "substance_ms", "gap_ms", "barge_in_ms", "duck_ms" (each p50, p90, p95, max,
n), "cut_ins", "unanswered", "turns", the same under "synthetic" and "human", "grade_ready_ms" (hang-up to a grade that
can be read), "long_call" (with --long: "duration_s", "grade_ready_ms" and "turns" of one call of more than three
minutes, which counts in no other figure), "memory_mb", "targets", "calls", "method".
The exit code is 1 when a call broke off.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from personas.learners import utterances
from server.benches._calls import Graded, graded, rung, scenarios
from server.benches._learners import SCRIPTS, Line, shared_speech, spoken
from server.benches._process import ServerProcess, serving
from server.benches._targets import target
from server.calls.caller import Conversation, Measured, converse
from server.calls.client import CallError
from server.commands.call import METHOD, as_report, quantiles, summary
from server.errors import UserError
from server.models.store import ModelStore
from voice.speak import Speaker
from voice.speak_hibari import Hibari
from voice.speak_piper import Piper

# What a call must reach on two cores: (figure, quantile or None, at most).
TARGETS = (
    ("voice_to_voice_ms", "p50", 600.0),
    ("voice_to_voice_ms", "p95", 1_000.0),
    ("substance_ms", "p50", 2_200.0),
    ("gap_ms", "p90", 400.0),
    ("barge_in_ms", "p95", 200.0),
    ("cut_ins", None, 0.0),
)
GRADE_READY_MS = 20_000.0
MEMORY_TARGETS_MB = {"idle_without_models": 300.0, "in_call": 3_000.0}
_WHOLE = ("hangup", "customer_hangup")
_SETTLE_S = 3.0
LONG_CALL_S = 180.0
_LONG_SCENARIO, _LONG_LEARNER, _LONG_LINES = "discovery-finance", "long", 24
_SAMPLE_S = 0.5


@dataclass(frozen=True, slots=True)
class Rung:
    """A scenario's call and what became of it."""

    scenario: str
    talk: Conversation
    grade: Graded


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--server", help="measure a running server instead of starting one; memory isn't measured then")
    parser.add_argument("--rounds", type=int, default=1, help="how often to ring each scenario, each time another seed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scenario", action="append", help="ring only this one; may be given several times")
    parser.add_argument("--long", action="store_true", help="ring once more, for over three minutes")
    parser.add_argument("--json", action="store_true")


def run(arguments: argparse.Namespace) -> int:
    memory: dict[str, float | None] = {}
    complaints: list[str] = []
    try:
        if arguments.server:
            talks = asyncio.run(_calls(arguments, arguments.server, None, memory))
        else:
            memory["idle_without_models"] = _idle_without_models()
            with serving() as server:
                time.sleep(_SETTLE_S)
                memory["idle_with_models"] = server.memory_mb()
                talks = asyncio.run(_calls(arguments, server.url, server, memory))
                complaints = server.complaints()
    except CallError as error:
        raise UserError(str(error)) from error
    long = talks.pop() if arguments.long else None
    report = _report(talks, memory, long)
    print(json.dumps(report, indent=2) if arguments.json else _shown(report))
    for line in complaints:
        print(f"ringside bench call: the server logged {line}", file=sys.stderr)
    whole = all(one.talk.ended in _WHOLE for one in [*talks, *([long] if long else [])])
    return 0 if report["turns"] and whole else 1


def _idle_without_models() -> float | None:
    """Memory of a server that has just started and has loaded no model."""
    settings = {"RINGSIDE_LOAD_MODELS": "at_first_call", "RINGSIDE_LLM__ENABLED": "false"}
    with serving(settings, until_ready=False) as server:
        time.sleep(_SETTLE_S)
        return server.memory_mb()


async def _calls(
    arguments: argparse.Namespace, url: str, server: ServerProcess | None, memory: dict[str, float | None]
) -> list[Rung]:
    chosen = scenarios(url, arguments.scenario)
    speaker = Speaker({"hibari": Hibari(), "piper": Piper({"joe": ModelStore.default().path("piper-joe")})})
    watch = asyncio.create_task(_watch(server, memory)) if server else None
    talks = []
    try:
        for round_number in range(arguments.rounds):
            for scenario in chosen:
                voice = "piper:joe" if scenario["persona"]["pronoun"] == "she" else "hibari:heart"
                recordings, cut_ins = spoken(SCRIPTS[scenario["kind"]], speaker, voice)
                seed = arguments.seed + round_number
                async with rung(url, scenario["id"], seed=seed) as client:
                    talk = await converse(client, recordings, barge_in=cut_ins)
                    talks.append(Rung(scenario["id"], talk, await graded(url, client)))
        if arguments.long:
            talks.append(await _long_call(url, speaker, arguments.seed))
    finally:
        if watch:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)
    return talks


async def _long_call(url: str, speaker: Speaker, seed: int) -> Rung:
    """A patient customer, and a learner who asks and doesn't close."""
    said = utterances(_LONG_LEARNER)[:_LONG_LINES]
    recordings, _ = spoken(tuple(Line(text) for text in said), speaker, "hibari:heart")
    async with rung(url, _LONG_SCENARIO, seed=seed, difficulty=1) as client:
        talk = await converse(client, recordings)
        return Rung(_LONG_SCENARIO, talk, await graded(url, client))


async def _watch(server: ServerProcess, memory: dict[str, float | None]) -> None:
    """The most memory that was in use at any time."""
    while True:
        size = server.memory_mb()
        if size is not None:
            memory["in_call"] = max(size, memory.get("in_call") or 0.0)
        await asyncio.sleep(_SAMPLE_S)


def _report(talks: Sequence[Rung], memory: dict[str, float | None], long: Rung | None = None) -> dict[str, Any]:
    turns = [turn for one in talks for turn in one.talk.turns]
    people: list[Measured] = [turn for turn in turns if turn.name.startswith("human:")]
    figures = summary(turns)
    answered = figures["turns"] > figures["unanswered"]  # without an answer there is nothing to cut in with
    targets = [
        target(f"{name} {quantile}", figures[name][quantile], limit)
        if quantile
        else target(name, figures[name] if answered else None, limit)
        for name, quantile, limit in TARGETS
    ]
    grades = quantiles([one.grade.ready_ms for one in talks])
    all_graded = grades["n"] == len(talks)  # a grade that never came isn't a quick one
    targets.append(target("grade_ready_ms max", grades["max"] if all_graded else None, GRADE_READY_MS))
    long_call = None
    if long is not None:
        turns_of_it = len(long.talk.turns)
        long_call = {"duration_s": long.grade.call_s, "grade_ready_ms": long.grade.ready_ms, "turns": turns_of_it}
        long_enough = long.grade.call_s >= LONG_CALL_S  # of a shorter call it says nothing
        targets.append(target("long_call grade_ready_ms", long.grade.ready_ms if long_enough else None, GRADE_READY_MS))
    targets += [target(f"memory_mb {name}", memory.get(name), limit) for name, limit in MEMORY_TARGETS_MB.items()]
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {
        **figures,
        "synthetic": summary([turn for turn in turns if turn not in people]),
        "human": summary(people),
        "grade_ready_ms": grades,
        "long_call": long_call,
        "memory_mb": memory,
        "targets": targets,
        "calls": [
            {
                "scenario": one.scenario,
                "duration_s": one.grade.call_s,
                "grade_ready_ms": one.grade.ready_ms,
                **as_report(one.talk),
            }
            for one in talks
        ],
        "method": {
            **METHOD,
            "cores": os.cpu_count(),
            "load_1_minute": load,
            "human_recordings": "used" if shared_speech() else "left out: no shared data",
        },
    }


def _shown(report: dict[str, Any]) -> str:
    lines = [f"{report['turns']} turns in {len(report['calls'])} calls, {report['unanswered']} unanswered"]
    for each in report["targets"]:
        verdict = {True: "met", False: "NOT met", None: "not measured"}[each["met"]]
        lines.append(f"  {each['figure']:32} {each['value']!s:>8}  at most {each['at_most']:g}: {verdict}")
    lines.append(f"  human recordings: {report['method']['human_recordings']}")
    return "\n".join(lines)

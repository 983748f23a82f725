"""`ringside simulate`: play a scenario in text, against the same director, writer and guard as in a call."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections import deque
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import yaml

from server.calls.customer import ScenarioCustomer, WriterNow, writer_of
from server.calls.wording import counted
from server.catalogue import load_catalogue
from server.errors import UserError
from server.models.llm import language_model
from server.models.move_recognizer import move_recognizer
from server.models.store import ModelStore
from server.settings import load_settings
from voice.customer import Heard

MODEL_LOADS_WITHIN_S = 60.0
SECONDS_PER_WORD = 0.4  # ordinary speech, so that the times in a simulated call have the right order


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--scenario", required=True, metavar="S", help="id of the scenario (`ringside check` lists them)"
    )
    parser.add_argument("--learner", required=True, type=Path, metavar="FILE", help="YAML list of learner utterances")
    parser.add_argument(
        "--seed", type=int, default=1, metavar="N", help="fixes mood, names, figures, lines (default 1)"
    )
    parser.add_argument(
        "--difficulty", type=int, choices=range(1, 6), metavar="D", help="1 to 5 (default: the scenario's)"
    )
    parser.add_argument("--drill", metavar="MOMENT", help="start at this moment of the scenario")
    parser.add_argument(
        "--llm",
        choices=("auto", "off"),
        default="auto",
        help="auto: the language model of the settings words the lines, where there is one; off: authored lines",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    utterances = read_utterances(arguments.learner)
    result = asyncio.run(_simulate(arguments, utterances))
    if arguments.json:
        print(json.dumps(result, indent=2))
        return 0
    for turn in result["turns"]:
        if turn["heard"]:
            print(f"You: {turn['heard']}\n     [{', '.join(turn['moves']) or 'no move'}]")
        state = turn["state"]
        print(f"{turn['speaker']}: {turn['reply'] or '(says nothing)'}")
        print(f"     [trust {state['trust']}, patience {state['patience']}]")
    print(f"Goal reached: {'yes' if result['goal_reached'] else 'no'}. Ended: {result['ended']}.")
    if (reuse := result["prompt_reuse"]) is not None:
        mends = counted(turn["wording"] for turn in result["turns"])
        print(
            f"Worded by the model: {mends.worded} turns. Stopped by the guard and mended by another try: "
            f"{mends.mended_by_another_try}, by an authored line: {mends.mended_by_authored_line}. "
            f"Authored since the model was late: {mends.authored_for_time}. Prompt reused: {reuse:.0%}."
        )
    return 0


def read_utterances(path: Path) -> list[str]:
    """The learner's utterances, in order. Raises UserError naming the file and the mend."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"--learner {path} cannot be read ({error}); name a YAML file") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark is not None else ""
        raise UserError(f"--learner {path}{line} is not YAML; write a list of utterances, each behind `- `") from error
    if not isinstance(data, list) or not data:
        raise UserError(f"--learner {path} holds no list; write one utterance per line, each behind `- `")
    for index, utterance in enumerate(data):
        if not isinstance(utterance, str):
            raise UserError(f"--learner {path}, utterance {index + 1} is {utterance!r}; put the words in quotes")
    return data


async def _simulate(arguments: argparse.Namespace, utterances: list[str]) -> dict[str, Any]:
    settings = load_settings()
    catalogue = load_catalogue(settings.library_dirs)
    scenario = catalogue.scenarios.get(arguments.scenario)
    if scenario is None:
        known = ", ".join(sorted(catalogue.scenarios)) or "(none)"
        raise UserError(f"no scenario is called {arguments.scenario!r}; choose one of: {known}")
    moments = [moment.id for moment in scenario.moments]
    if arguments.drill is not None and arguments.drill not in moments:
        raise UserError(f"{scenario.id} has no moment {arguments.drill!r}; choose one of: {', '.join(moments)}")
    store = ModelStore.default()
    async with AsyncExitStack() as stack:
        writer: WriterNow | None = None
        if arguments.llm == "auto":
            model = await stack.enter_async_context(language_model(settings.llm, store))
            await model.wait_ready(MODEL_LOADS_WITHIN_S)
            writer = writer_of(model, patient=True)
        customer = ScenarioCustomer(
            scenario,
            catalogue.persona_of(scenario),
            seed=arguments.seed,
            difficulty=arguments.difficulty,
            drill=arguments.drill,
            writer=writer,
            others=catalogue.others_in(scenario),
            recognize=move_recognizer(store),
        )
        return await play(customer, utterances)


async def play(customer: ScenarioCustomer, utterances: list[str]) -> dict[str, Any]:
    """Play the utterances one by one until they are through or the customer hangs up.

    An empty utterance is a silence. Returns what `--json` prints; turns[0] is the pick-up. A customer who left the line
    for a moment has a turn of their own when somebody is back.
    """
    at_s, turns, ended = 0.0, [], "learner"
    coming: deque[Heard | str] = deque([Heard("pick_up"), *utterances])
    while coming:
        heard = _heard(coming.popleft(), at_s)
        reply = customer.decide(heard)
        words = [reply.opener, *[line.text async for line in customer.words(reply)]]
        said = " ".join(word for word in words if word)
        notes = customer.settle(reply, heard, said)
        turns.append(
            {
                "heard": heard.text,
                "speaker": reply.speaker,
                "reply": said,
                "moves": notes["moves"],
                "act": notes["act"],
                "state": notes["state"],
                "moment": notes["moment"],
                "facts_told": notes["facts_told"],
                "objections": notes["objections"],
                "intention": notes["intention"],
                "reasons": notes["reasons"],
                "wording": notes["wording"],
            }
        )
        at_s = heard.end_s + SECONDS_PER_WORD * len(said.split())
        if reply.hang_up:
            ended = customer.state.ended or "hang_up"
            break
        if reply.away_s:
            at_s += reply.away_s
            coming.appendleft(Heard("back", start_s=at_s, end_s=at_s, silence_s=reply.away_s))
    return {
        "goal_reached": customer.state.goal_reached,
        "ended": ended,
        "fallbacks": customer.fallbacks,
        "prompt_reuse": prompt_reuse(turns),
        "turns": turns,
    }


def _heard(what: Heard | str, at_s: float) -> Heard:
    if isinstance(what, Heard):
        return what
    if not what.strip():
        return Heard("silence", silence_s=6.0, start_s=at_s, end_s=at_s + 6.0)
    return Heard("turn", what, at_s, at_s + SECONDS_PER_WORD * len(what.split()), typed=True)


def prompt_reuse(turns: list[dict[str, Any]]) -> float | None:
    """The share of all prompts' tokens that the model's server had in its cache; None where nothing was told of it."""
    tokens = sum(turn["wording"]["prompt_tokens"] for turn in turns)
    return round(sum(turn["wording"]["reused_tokens"] for turn in turns) / tokens, 3) if tokens else None

"""Cut-ins on pauses inside sentences, over the wire: whole calls in real time, against a server of the bench's own.

Speaks the 40 pause cases of `ringside bench turns`, eight to a call, people and voices by turns, each when the customer
is listening. A cut-in is customer audio before the case's last speech sample. Prints with --json: "cases", "cut_ins"
and "cut_ins_by_kind", "cut_in_cases", "unanswered" and "unspoken" (cases that couldn't be measured), "problems",
"server_errors" (lines of its log), "voice_to_voice_ms", "targets", "calls", "method". The exit code
is 1 when a case wasn't spoken.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, cycle
from typing import Any

from server.benches._calls import scenarios, spoken_through
from server.benches._process import serving
from server.benches._targets import cut_in_target
from server.benches.turns.cases import PAUSE_KINDS, Case
from server.benches.turns.voices import add_speech, every_case
from server.calls.caller import Conversation, Measured, recording
from server.calls.client import CallError
from server.commands.call import METHOD, quantiles
from server.errors import UserError
from server.models.store import ModelStore

CASES_A_CALL = 8
_MOST_CALLS = 3  # times as many calls as the cases would fill, for customers who hang up early


@dataclass(frozen=True, slots=True)
class Spoken:
    """A case as it went in a call."""

    case: Case
    turn: Measured


@dataclass(frozen=True, slots=True)
class Talk:
    """A call and the cases spoken in it."""

    scenario: str
    ended: str | None
    spoken: tuple[Spoken, ...]
    errors: tuple[str, ...] = ()


def configure(parser: argparse.ArgumentParser) -> None:
    add_speech(parser)
    parser.add_argument("--server", help="measure a running server instead of starting one")
    parser.add_argument("--cases", type=int, metavar="N", help="only the first N cases, people and voices by turns")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")


def run(arguments: argparse.Namespace) -> int:
    cases = by_turns(case for case in every_case(arguments.speech, ModelStore.default()) if case.pause)
    if arguments.cases is not None:
        if not 1 <= arguments.cases <= len(cases):
            raise UserError(f"--cases {arguments.cases}: there are {len(cases)}; give a number from 1 on")
        cases = cases[: arguments.cases]
    complaints: list[str] = []
    try:
        if arguments.server:
            talks = asyncio.run(_calls(arguments.server, cases, arguments.seed))
        else:
            with serving() as server:
                talks = asyncio.run(_calls(server.url, cases, arguments.seed))
                complaints = server.complaints()
    except CallError as error:
        raise UserError(str(error)) from error
    found = report(cases, talks, len(complaints))
    print(json.dumps(found, indent=2) if arguments.json else _shown(found))
    for line in complaints:
        print(f"ringside bench pauses: the server logged {line}", file=sys.stderr)
    return 1 if found["unspoken"] else 0


def by_turns(cases: Iterable[Case]) -> list[Case]:
    """A human case, a synthetic one, and so on; what is left over at the end."""
    kinds: dict[str, list[Case]] = {kind: [] for kind in PAUSE_KINDS}
    for case in cases:
        kinds[case.kind].append(case)
    paired = zip(*kinds.values(), strict=False)
    shortest = min(map(len, kinds.values()))
    return [*chain.from_iterable(paired), *(case for rest in kinds.values() for case in rest[shortest:])]


async def _calls(url: str, cases: Sequence[Case], seed: int) -> list[Talk]:
    """Call after call, the scenarios in rotation; what a customer's hanging up left unspoken goes to the next call."""
    talks: list[Talk] = []
    left = list(cases)
    most = _MOST_CALLS * -(-len(cases) // CASES_A_CALL)
    for number, scenario in zip(range(most), cycle(scenarios(url)), strict=False):
        now = left[:CASES_A_CALL]
        if not now:
            break
        talk = await spoken_through(
            url, scenario["id"], [recording(case.name, case.pcm) for case in now], seed=seed + number
        )
        talks.append(_talk(scenario["id"], now, talk))
        left = left[len(talk.turns) :]
    return talks


def _talk(scenario: str, cases: Sequence[Case], talk: Conversation) -> Talk:
    spoken = tuple(Spoken(case, turn) for case, turn in zip(cases, talk.turns, strict=False))
    return Talk(scenario, talk.ended, spoken, talk.errors)


def report(cases: Sequence[Case], talks: Sequence[Talk], server_errors: int = 0) -> dict[str, Any]:
    """The documented keys. With errors logged the target isn't measured: who can't answer doesn't cut in either."""
    spoken = [each for talk in talks for each in talk.spoken]
    cut_ins = [each for each in spoken if each.turn.cut_in]
    counted = Counter(each.case.kind for each in cut_ins)
    unanswered = [each for each in spoken if each.turn.voice_to_voice_ms is None]
    measured = 0 if server_errors else sum(each.turn.cut_in or each not in unanswered for each in spoken)
    return {
        "cases": len(spoken),
        "cut_ins": len(cut_ins),
        "cut_ins_by_kind": {kind: counted[kind] for kind in PAUSE_KINDS},
        "unanswered": len(unanswered),
        "unspoken": len(cases) - len(spoken),
        "server_errors": server_errors,
        "voice_to_voice_ms": quantiles([each.turn.voice_to_voice_ms for each in spoken]),
        "cut_in_cases": [_told(each) for each in cut_ins],
        "problems": [{"name": each.case.name, "problem": each.turn.problem} for each in spoken if each.turn.problem],
        "targets": [cut_in_target(len(cut_ins), measured)],
        "calls": [
            {"scenario": talk.scenario, "ended": talk.ended, "cases": len(talk.spoken), "errors": list(talk.errors)}
            for talk in talks
        ],
        "method": {
            **METHOD,
            "cases_a_call": CASES_A_CALL,
            "cores": os.cpu_count(),
            "load_1_minute": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        },
    }


def _told(spoken: Spoken) -> dict[str, Any]:
    return {
        "kind": spoken.case.kind,
        "name": spoken.case.name,
        "pause_ms": spoken.case.pause_ms,
        "transcript": spoken.turn.transcript,
        "reply": spoken.turn.reply,
    }


def _shown(found: dict[str, Any]) -> str:
    lines = [f"{found['cases']} pauses in {len(found['calls'])} calls: {found['cut_ins']} cut-ins"]
    lines += [f"  {kind}: {count}" for kind, count in found["cut_ins_by_kind"].items()]
    lines += [f"  {case['pause_ms']} ms, {case['name']}: {case['transcript']!r}" for case in found["cut_in_cases"]]
    lines += [f"  {one['name']}: {one['problem']}" for one in found["problems"]]
    if found["unspoken"]:
        lines.append(f"  {found['unspoken']} cases weren't spoken")
    if found["server_errors"]:
        lines.append("  not a measurement: the server logged errors")
    return "\n".join(lines)

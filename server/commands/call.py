"""`ringside call`: speak WAV files to a running server in real time, as the page would, and report how it answers.

Prints with --json: {"call", "ended", "turns": [{"voice_to_voice_ms", "substance_ms", "gap_ms", "barge_in_ms",
"duck_ms", "cut_in", "transcript", "reply", "name", "problem"}], "summary", "greeting", "unspoken", "errors", "method"}.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from server.calls.caller import SPEECH_FLOOR_DB, Conversation, Measured, Recording, converse, recording
from server.calls.client import CallError, appoint, connected
from server.calls.player import AUDIBLE, JITTER_BUFFER_S
from server.errors import UserError
from voice.audio import LEARNER_RATE, read_wav

METHOD = {
    "clock": "the client's; customer samples count when they are played, learner samples when they are spoken",
    "jitter_buffer_ms": round(1000 * JITTER_BUFFER_S),
    "audible_above": AUDIBLE,
    "speech_within_db_of_loud_frames": SPEECH_FLOOR_DB,
    "file_end": "its last speech sample",
}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--server", default="http://127.0.0.1:8000", help="address of the running server")
    parser.add_argument("--scenario", required=True, help="id of the scenario to ring")
    parser.add_argument(
        "--utterances", required=True, type=Path, metavar="DIR", help="WAVs, 16 kHz mono, sorted by name"
    )
    parser.add_argument("--seed", type=int, help="the customer's seed: the same call again")
    parser.add_argument(
        "--difficulty", type=int, choices=range(1, 6), metavar="D", help="1 to 5 (default: the scenario's)"
    )
    parser.add_argument(
        "--barge-in",
        type=int,
        action="append",
        default=[],
        metavar="N",
        help="start the Nth recording (from 1) one second into the customer's turn; may be given several times",
    )
    parser.add_argument(
        "--login", help="sign in under this name, where the server has accounts; the password is in RINGSIDE_PASSWORD"
    )
    parser.add_argument("--json", action="store_true", help="print the documented keys")


def run(arguments: argparse.Namespace) -> int:
    recordings = read_recordings(arguments.utterances)
    wrong = [number for number in arguments.barge_in if not 1 <= number <= len(recordings)]
    if wrong:
        raise UserError(f"--barge-in {wrong[0]}: there are {len(recordings)} recordings; give a number from 1 on")
    try:
        call, talk = asyncio.run(_call(arguments, recordings))
    except CallError as error:
        raise UserError(str(error)) from error
    report = {"call": call, **as_report(talk)}
    print(json.dumps(report, indent=2) if arguments.json else _shown(report))
    return 0 if not talk.unspoken or talk.ended else 1


def read_recordings(folder: Path) -> list[Recording]:
    """The WAVs of a folder, sorted by name. Raises UserError naming the file and the mend."""
    if not folder.is_dir():
        raise UserError(f"--utterances {folder}: is no folder; give one that holds 16 kHz mono WAV files")
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".wav")
    if not files:
        raise UserError(f"--utterances {folder}: holds no .wav file; put 16 kHz mono WAV files there")
    found = []
    for path in files:
        try:
            pcm, rate = read_wav(path)
            if rate != LEARNER_RATE:
                raise UserError(f"{path}: is at {rate} Hz; convert it: sox {path.name} -r 16000 -c 1 -b 16 out.wav")
            found.append(recording(path.name, pcm))
        except (ValueError, OSError) as error:
            raise UserError(str(error)) from error
    return found


def as_report(talk: Conversation) -> dict[str, Any]:
    """The documented keys of one call."""
    return {
        "ended": talk.ended,
        "turns": [asdict(turn) for turn in talk.turns],
        "summary": summary(talk.turns),
        "greeting": talk.greeting,
        "unspoken": talk.unspoken,
        "errors": list(talk.errors),
        "latest_frame_ms": talk.latest_frame_ms,
        "method": METHOD,
    }


def summary(turns: Sequence[Measured]) -> dict[str, Any]:
    """Quantiles (linear interpolation) over the turns that have a value, and counts of what went wrong."""
    kinds = ("voice_to_voice_ms", "substance_ms", "gap_ms", "barge_in_ms", "duck_ms")
    report: dict[str, Any] = {kind: quantiles([getattr(turn, kind) for turn in turns]) for kind in kinds}
    report["cut_ins"] = sum(turn.cut_in for turn in turns)
    report["unanswered"] = sum(turn.voice_to_voice_ms is None for turn in turns)
    report["turns"] = len(turns)
    return report


def quantiles(values: Sequence[float | None]) -> dict[str, float | int | None]:
    present = [value for value in values if value is not None]
    if not present:
        return {"p50": None, "p90": None, "p95": None, "max": None, "n": 0}
    p50, p90, p95, top = (round(float(value), 1) for value in np.percentile(present, [50, 90, 95, 100]))
    return {"p50": p50, "p90": p90, "p95": p95, "max": top, "n": len(present)}


async def _call(arguments: argparse.Namespace, recordings: Sequence[Recording]) -> tuple[str, Conversation]:
    call = await appoint(
        arguments.server,
        arguments.scenario,
        account=None if arguments.login is None else (arguments.login, _password()),
        seed=arguments.seed,
        difficulty=arguments.difficulty,
    )
    async with connected(call) as client:
        return call.id, await converse(client, recordings, barge_in=[number - 1 for number in arguments.barge_in])


def _password() -> str:
    password = os.environ.get("RINGSIDE_PASSWORD", "")
    if not password:
        raise UserError("--login takes a password, which the command line would show: set RINGSIDE_PASSWORD")
    return password


def _shown(report: dict[str, Any]) -> str:
    lines = [f"call {report['call']}: {report['ended'] or 'not ended'}"]
    if report["greeting"]:
        lines.append(f"  customer: {report['greeting']}")
    for turn in report["turns"]:
        figures = {key.removesuffix("_ms"): turn[key] for key in turn if key.endswith("_ms")}
        notes = [f"{name} {value:.0f} ms" for name, value in figures.items() if value is not None]
        notes += ["CUT IN"] if turn["cut_in"] else []
        notes += [turn["problem"]] if turn["problem"] else []
        lines.append(f"  learner ({turn['name']}): {turn['transcript']}")
        lines += [f"  customer: {turn['reply']}", f"    {'; '.join(notes)}"]
    overall = report["summary"]["voice_to_voice_ms"]
    lines.append(f"voice to voice: p50 {overall['p50']} ms, p95 {overall['p95']} ms over {overall['n']} turns")
    lines += [f"error {error}" for error in report["errors"]]
    return "\n".join(lines)

"""Run the benches and write docs/figures.md: every figure with its command, date, machine and data.

A bench that fails or misses its data is named so in the page. With --only, the other figures stay as they were.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from server.benches._gold import shared_data
from server.benches._targets import CUT_INS_AT_MOST, PAUSE_CASES
from server.errors import UserError

DOCS = Path(__file__).parents[2] / "docs"
TIMEOUT_S = 3600.0
PAUSES_TO_REACH = f"no cut-in in at least {PAUSE_CASES - CUT_INS_AT_MOST} of {PAUSE_CASES} pauses inside sentences"
RECOGNITION_TO_REACH = "a quarter of stock's time, a word error rate at most 0.01 above it"
CHOSEN_ON = "Window, beam and penalty were chosen on these recordings; on other speakers the gain may be smaller."
FIDELITY_TO_REACH = (
    "nothing told or agreed before its gate, nothing said out of role; at difficulty 3 good learners reach the goal in "
    "at least 80 % of calls, poor and flattering ones in at most 10 %; success falls with the difficulty; two calls "
    "share at most 40 % of the customer's lines; authored lines in place of worded ones in at most 10 % of turns"
)
MOVES_TO_REACH = "a macro F1 of 0.80 on utterances written apart and held back, under 30 ms each on one core"
CLICK = (
    "One of the three recordings of people ends with a click, half a second behind the last word, that is as loud as "
    "speech and counts as such: an answer before it is a cut-in, and the wait is for what the customer says next."
)
IN_SIGHT = (
    "**No estimate of agreement on other calls**: the rules were written with these calls and labels in sight, and the "
    "labels are by language models. On 11 calls written apart under the same three rubrics and never mended for, the "
    "quadratic weighted kappa is 0.88 (91 labels, 95 % 0.78 to 0.94); on eight rubrics written after the "
    "machine that reads "
    "them, each judged at first sight, 0.51 (252 labels, 0.35 to 0.63) at a coverage of 0.65, within one "
    "0.92, bias 0.00 "
    "(decision 9; `tests/data/judge`)."
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A bench to run: heading, command (`{data}` is the shared data folder), data it can't do without, the goal, and
    what a reader must know to take the figures for no more than they are."""

    title: str
    command: tuple[str, ...]
    needs: tuple[str, ...] = ()
    to_reach: str = ""
    caution: str = ""

    @property
    def key(self) -> str:
        return " ".join(self.command)


FIGURES = (
    Figure("The call, over the wire", ("call", "--rounds", "2", "--long"), caution=CLICK),
    Figure("The turn's end", ("turns",), ("speech/manifest.jsonl",), PAUSES_TO_REACH),
    Figure("Pauses, over the wire", ("pauses",), ("speech/manifest.jsonl",), PAUSES_TO_REACH),
    Figure("The voices, side by side", ("voices",)),
    Figure(
        "Recognition, Whisper base",
        ("recognise", "--manifest", "{data}/speech/manifest.jsonl"),
        ("speech/manifest.jsonl",),
        RECOGNITION_TO_REACH,
        CHOSEN_ON,
    ),
    Figure(
        "Recognition, Whisper tiny.en",
        ("recognise", "--manifest", "{data}/speech/manifest.jsonl", "--model", "whisper-tiny.en"),
        ("speech/manifest.jsonl",),
        RECOGNITION_TO_REACH,
        CHOSEN_ON,
    ),
    Figure(
        "The judge",
        (
            "judge",
            "--rubrics",
            "{data}/rubrics",
            "--calls",
            "{data}/dev-calls.jsonl",
            "--gold",
            "{data}/dev-gold.jsonl",
        ),
        ("rubrics", "dev-calls.jsonl", "dev-gold.jsonl"),
        caution=IN_SIGHT,
    ),
    Figure("Fidelity of the customers", ("fidelity",), to_reach=FIDELITY_TO_REACH),
    Figure("Moves", ("moves",), to_reach=MOVES_TO_REACH),
    Figure("Building on what the other said", ("uptake",), ("uptake-dev.jsonl",)),
)


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--only",
        metavar="BENCH",
        help="run only this bench (call, turns, pauses, voices, recognise, judge, fidelity, moves, uptake)",
    )
    parser.add_argument("--docs", type=Path, default=DOCS, metavar="DIR", help="where figures.md and figures.json go")
    parser.add_argument("--json", action="store_true", help="print what was measured as one JSON object, too")


def run(arguments: argparse.Namespace) -> int:
    chosen = [figure for figure in FIGURES if arguments.only in (None, figure.command[0])]
    if not chosen:
        benches = ", ".join(sorted({figure.command[0] for figure in FIGURES}))
        raise UserError(f"--only {arguments.only}: no figure comes from that bench; choose one of: {benches}")
    store = arguments.docs / "figures.json"
    kept: dict[str, Any] = json.loads(store.read_text(encoding="utf-8")) if store.is_file() else {}
    for figure in chosen:
        print(f"ringside bench {figure.key}", file=sys.stderr, flush=True)
        outcome = measure(figure, shared_data())
        print(f"  {outcome.get('problem', 'done')}", file=sys.stderr, flush=True)
        if "problem" not in outcome or "result" not in kept.get(figure.key, {}):
            kept[figure.key] = outcome
    kept = {figure.key: kept[figure.key] for figure in FIGURES if figure.key in kept}
    arguments.docs.mkdir(parents=True, exist_ok=True)
    store.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    (arguments.docs / "figures.md").write_text(page(kept), encoding="utf-8")
    if arguments.json:
        print(json.dumps(kept))
    return 1 if any("problem" in kept[figure.key] for figure in chosen) else 0


def measure(figure: Figure, data: Path) -> dict[str, Any]:
    """Run one bench in a process of its own: {"date", "machine", "commit", "result"}, or {"date", "problem"}."""
    date = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    if missing := [need for need in figure.needs if not (data / need).exists()]:
        return {"date": date, "problem": f"not measured: {missing[0]} is not in the shared data (RINGSIDE_SHARED)"}
    command = [part.format(data=data) for part in figure.command]
    before = machine()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "server.cli", "bench", *command, "--json"],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        result = json.loads(done.stdout) if done.stdout.strip() else None
    except subprocess.TimeoutExpired:
        return {"date": date, "problem": f"not measured: not done after {TIMEOUT_S:.0f} s"}
    except json.JSONDecodeError:
        return {"date": date, "problem": "not measured: its output is no JSON"}
    if done.returncode or result is None:
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        return {"date": date, "problem": f"not measured: {last[:200]}"}
    return {"date": date, "machine": before, "commit": commit(), "result": result}


def machine() -> str:
    """Cores, processor, memory, system, Python, and how busy it is: one line."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 0
    model = _after_colon(Path("/proc/cpuinfo"), "model name") or platform.processor() or platform.machine()
    kilobytes = (_after_colon(Path("/proc/meminfo"), "MemTotal") or "0").split()[0]
    memory = f"{int(kilobytes) / 1024**2:.0f} GiB" if kilobytes != "0" else "memory unknown"
    busy = f"load {os.getloadavg()[0]:.1f} before" if hasattr(os, "getloadavg") else "load unknown"
    return f"{cores} cores, {model}, {memory}, {platform.system()}, Python {platform.python_version()}, {busy}"


def commit() -> str:
    """The checkout's short commit, with + where files differ from it; empty outside a checkout."""
    try:
        short = _git("rev-parse", "--short", "HEAD")
        dirty = _git("status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.CalledProcessError):
        return ""
    return short.strip() + ("+" if dirty.strip() else "")


def _git(*arguments: str) -> str:
    return subprocess.check_output(["git", *arguments], cwd=DOCS.parent, text=True, stderr=subprocess.DEVNULL)


def page(kept: Mapping[str, Mapping[str, Any]]) -> str:
    """docs/figures.md."""
    lines = ["# Figures", "", "Written by `make bench`; do not edit. The whole results are in `figures.json`.", ""]
    for figure in FIGURES:
        outcome = kept.get(figure.key)
        shown = figure.key.replace("{data}", "../shared/data")
        lines += [f"## {figure.title}", "", f"`ringside bench {shown} --json`", ""]
        lines += [f"To reach: {figure.to_reach}.", ""] if figure.to_reach else []
        lines += [figure.caution, ""] if figure.caution else []
        if outcome is None:
            lines += ["Not measured yet.", ""]
        elif "problem" in outcome:
            lines += [f"{outcome['date']}: {outcome['problem']}", ""]
        else:
            version = f" Commit {outcome['commit']}." if outcome["commit"] else ""
            lines += [f"{outcome['date']}, {outcome['machine']}.{version}", "", "| figure | value |", "| --- | --- |"]
            lines += [f"| {name} | {value} |" for name, value in rows(outcome["result"])]
            lines.append("")
    return "\n".join(lines)


def rows(result: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """A result as (name, value) lines; lists are counted, a dictionary of numbers becomes one line."""
    found: list[tuple[str, str]] = []
    for key, value in result.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and value and all(_plain(part) for part in value.values()):
            found.append((name, _in_one_line(value)))
        elif isinstance(value, Mapping):
            found += rows(value, f"{name} / ")
        elif isinstance(value, Sequence) and not isinstance(value, str):
            found.append((name, f"{len(value)} entries"))
        else:
            found.append((name, _shown(value)))
    return found


def _in_one_line(value: Mapping[str, Any]) -> str:
    if set(value) == {"value", "low", "high"}:
        return f"{_shown(value['value'])} ({_shown(value['low'])} to {_shown(value['high'])})"
    return ", ".join(f"{key} {_shown(part)}" for key, part in value.items())


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | float | str)


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return str(value).replace("|", "\\|").replace("\n", " ")


def _after_colon(path: Path, key: str) -> str:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(key)), "")

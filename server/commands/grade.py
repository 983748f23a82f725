"""`ringside grade --call FILE --rubric FILE`: grade a transcript by a rubric."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from rich.console import Console

from rubrics.grade import Grade, grade
from rubrics.rubric import RubricError, load_rubric
from server.errors import UserError
from server.models.move_recognizer import move_recognizer
from server.models.store import ModelStore
from voice.record import CallRecord

_MARKS = {0: "[red]0[/]", 1: "[yellow]1[/]", 2: "[green]2[/]", "na": "[dim]n/a[/]", None: "[dim]not scored[/]"}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--call", type=Path, required=True, help='{"id", "turns": [{"who", "text", "start_s", "end_s"}]}'
    )
    parser.add_argument("--rubric", type=Path, required=True, help="a rubric, YAML")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    record = read_call(arguments.call)
    try:
        rubric = load_rubric(arguments.rubric)
    except RubricError as error:
        raise UserError(str(error)) from None
    graded = grade(record, rubric, recognize=move_recognizer(ModelStore.default()))
    if arguments.json:
        print(json.dumps(body(graded)))
    else:
        show(graded, Console(highlight=False))
    return 0


def read_call(path: Path) -> CallRecord:
    """Read a call in the exchange format. Raises UserError naming the file, the key and the mend."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path} can't be read: {error.strerror}; check the path") from None
    except UnicodeDecodeError:
        raise UserError(f"{path} is not text; save it as UTF-8") from None
    except (json.JSONDecodeError, RecursionError):
        raise UserError(f"{path} is not JSON; give one object with id and turns") from None
    if not isinstance(data, dict):
        raise UserError(f"{path} holds {type(data).__name__}; give one object with id and turns")
    try:
        return CallRecord.from_json(data)
    except ValueError as error:
        raise UserError(f"{path}: {error}") from None


def body(graded: Grade) -> dict[str, Any]:
    """The documented keys, and the rest of the grade beside them."""
    full = graded.to_json()
    criteria = [criterion for section in full.pop("sections") for criterion in section["criteria"]]
    return {"score": full.pop("score"), "criteria": criteria, **full}


def show(graded: Grade, console: Console) -> None:
    verdict = {True: "passed", False: "not passed", None: "open"}[graded.passed]
    shown = "-" if graded.score is None else f"{graded.score:g}"
    console.print(
        f"[bold]{graded.rubric.title}[/]: {shown} of 100, {verdict}; {graded.coverage:.0%} of the weight judged"
    )
    if graded.why:
        console.print(graded.why, markup=False)
    if graded.critical_missed:
        console.print(f"[red]Critical, missed:[/] {', '.join(graded.critical_missed)}")
    for one in graded.scored:
        console.print(f"  {_MARKS[one.level]}  {one.criterion.title}: [dim]{one.why}[/]")
        for evidence in one.evidence[:1]:
            console.print(f"        turn {evidence.turn}, {evidence.start_s:.1f} s: “{evidence.quote}”", markup=False)
    if graded.fix is not None:
        console.print(f"\n[bold]One thing to do differently[/] (turn {graded.fix.at.turn}): {graded.fix.advice}")
        console.print(f"  You said: “{graded.fix.at.quote}”", markup=False)
        console.print(f"  Better:   “{graded.fix.better_line}”", markup=False)

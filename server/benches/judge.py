"""How far the judge agrees with gold labels: kappa, exact, within one, bias, each with a 95 % interval, and coverage.

Agreement is over the labels where both sides give a level from 0 to 2. Coverage is the share of all labels that the
judge doesn't leave unscored; `na` says how often both call a criterion not applicable. `by_rules` is what it comes to
with moves recognised by rules alone. The checks themselves aren't fitted to labels; the stated confidence is, and
`--leave-out` measures it: each call or rubric by a table counted on all others, intervals over whole calls or rubrics.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from rich.console import Console
from rich.table import Table

from rubrics import confidence
from rubrics.agreement import agreement
from rubrics.evidence import locate
from rubrics.grade import METHOD, score
from rubrics.moves import Recognize, recognize_moves
from rubrics.rubric import Criterion, Rubric, load_rubrics
from rubrics.transcript import Transcript
from rubrics.verdict import Level
from server.benches._gold import json_lines, shared_data, text_of
from server.errors import UserError
from server.models.move_recognizer import move_recognizer
from server.models.store import ModelStore
from voice.record import CallRecord

_GROUPS = 5  # of judgements, by their confidence: fewer would hide, more would be noise


@dataclass(frozen=True, slots=True)
class Label:
    """A gold label and what the judge made of it; `quotes` of the judge, and how many of them stand in the call."""

    rubric: str
    call: str
    criterion: str
    gold: Level
    given: Level
    quotes: int
    matching: int
    kind: str = ""
    confidence: float = 0.0

    @property
    def right(self) -> bool:
        return self.gold == self.given


def configure(parser: argparse.ArgumentParser) -> None:
    data = shared_data()
    parser.add_argument("--rubrics", type=Path, default=data / "rubrics", help="folder of rubrics")
    parser.add_argument("--calls", type=Path, default=data / "dev-calls.jsonl", help="calls that name their rubric")
    parser.add_argument(
        "--gold", type=Path, default=data / "dev-gold.jsonl", help='lines {"call", "criterion", "level"}'
    )
    parser.add_argument(
        "--leave-out",
        choices=("call", "rubric"),
        help="measure the stated confidence, counting it anew without each call or rubric in turn",
    )
    parser.add_argument(
        "--calibrate", type=Path, metavar="FILE", help="write how often each kind of judgement was right, as JSON"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    given = arguments.rubrics, arguments.calls, arguments.gold
    labels = judge_all(*given, move_recognizer(ModelStore.default()))
    body = {**report(labels), "by_rules": figures(judge_all(*given))}
    if arguments.leave_out is not None:
        body["left_out"] = left_out(labels, arguments.leave_out)
    if arguments.calibrate is not None:
        counted = confidence.count((one.kind, one.right) for one in labels if one.kind and one.given is not None)
        arguments.calibrate.write_text(json.dumps(counted, indent=1) + "\n", encoding="utf-8")
    if arguments.json:
        print(json.dumps(body))
        return 0
    table = Table(title=f"{METHOD}, {len(labels)} labels")
    for heading in ("criterion", "n", "coverage", "kappa", "95 %", "exact", "within one", "bias"):
        table.add_column(heading, justify="left" if heading == "criterion" else "right")
    for name, row in [("overall", body["overall"]), *body["criteria"].items()]:
        kappa = row["quadratic_weighted_kappa"]
        rates = [row[key]["value"] for key in ("exact", "within_one", "bias")]
        interval = "-" if kappa["low"] is None else f"{kappa['low']:.2f} to {kappa['high']:.2f}"
        shown = ["-" if value is None else f"{value:.2f}" for value in (row["coverage"], kappa["value"])]
        table.add_row(name, str(row["n"]), *shown, interval, *("-" if f is None else f"{f:.2f}" for f in rates))
    console = Console()
    console.print(table)
    if "left_out" in body:
        console.print(_stated(body["left_out"]))
    return 0


def judge_all(
    rubric_folder: Path, calls_file: Path, gold_file: Path, recognize: Recognize = recognize_moves
) -> list[Label]:
    """Judge every gold label. Raises UserError for files that don't fit together."""
    if not rubric_folder.is_dir():
        raise UserError(f"{rubric_folder} is no folder; name the folder that holds the rubrics")
    library = load_rubrics(rubric_folder)
    if library.errors:
        first = library.errors[0]
        raise UserError(f"{first.file}: key {first.key}: {first.message}")
    calls = _calls(calls_file, library.rubrics, recognize)
    labels = []
    for where, data in json_lines(gold_file):
        name, wanted = text_of(where, data, "call"), text_of(where, data, "criterion")
        if name not in calls:
            raise UserError(f'{where}: call {name!r} is not in {calls_file}; mend "call"')
        rubric, call = calls[name]
        criterion = next((criterion for criterion in rubric.criteria if criterion.id == wanted), None)
        if criterion is None:
            raise UserError(f'{where}: criterion {wanted!r} is not in rubric {rubric.id}; mend "criterion"')
        labels.append(_label(where, data, rubric.id, call, criterion))
    if not labels:
        raise UserError(f"{gold_file} holds no labels; give at least one line")
    return labels


def _calls(path: Path, rubrics: Any, recognize: Recognize) -> dict[str, tuple[Rubric, Transcript]]:
    calls = {}
    for where, data in json_lines(path):
        try:
            record = CallRecord.from_json(data)
        except ValueError as error:
            raise UserError(f"{where}: {error}") from None
        rubric = rubrics.get(text_of(where, data, "rubric"))
        if rubric is None:
            raise UserError(f'{where}: rubric {data["rubric"]!r} is not in the folder; add it or mend "rubric"')
        calls[record.id] = (rubric, Transcript(record, recognize))
    return calls


def _label(where: str, data: dict[str, Any], rubric: str, call: Transcript, criterion: Criterion) -> Label:
    gold = data.get("level")
    if isinstance(gold, bool) or gold not in (0, 1, 2, "na"):
        raise UserError(f'{where}: key "level" is {gold!r}; use 0, 1, 2 or "na"')
    given = score(call, criterion)
    matching = sum(1 for quote in given.evidence if locate(call.record, quote.as_quote) is not None)
    return Label(
        rubric,
        call.record.id,
        criterion.id,
        gold,
        given.level,
        len(given.evidence),
        matching,
        given.kind,
        given.confidence,
    )


def report(labels: Sequence[Label]) -> dict[str, Any]:
    """The documented keys: `overall` and one entry a criterion."""
    names = list(dict.fromkeys(label.criterion for label in labels))
    return {
        "method": METHOD,
        "overall": figures(labels),
        "criteria": {name: figures([label for label in labels if label.criterion == name]) for name in names},
    }


def left_out(labels: Sequence[Label], by: str) -> dict[str, Any]:
    """The stated confidence and the agreement with each call or rubric left out in turn.

    `confidence` is the mean that would be stated, `right` the share that was right, `calibration_error` their mean
    distance over five equally large groups of judgements (expected calibration error, Naeini et al. 2015), `brier` the
    mean squared error. `overall` holds the agreement with intervals over whole calls or rubrics.
    """

    def group(label: Label) -> str:
        return label.rubric if by == "rubric" else label.call

    stated: list[tuple[float, bool]] = []
    judged = [label for label in labels if label.kind and label.given is not None]
    for name in dict.fromkeys(map(group, judged)):
        table = confidence.count((label.kind, label.right) for label in judged if group(label) != name)
        stated += [(confidence.share_right(one.kind, table), one.right) for one in judged if group(one) == name]
    stated.sort(key=lambda one: one[0])
    size = max(1, -(-len(stated) // _GROUPS))
    groups = [stated[start : start + size] for start in range(0, len(stated), size)]
    errors = [abs(fmean(c for c, _ in part) - fmean(r for _, r in part)) * len(part) for part in groups]
    count = len(stated)
    return {
        "by": by,
        "groups": len(set(map(group, labels))),
        "confidence": round(fmean(c for c, _ in stated), 4) if count else None,
        "right": round(fmean(r for _, r in stated), 4) if count else None,
        "calibration_error": round(sum(errors) / count, 4) if count else None,
        "brier": round(fmean((c - r) ** 2 for c, r in stated), 4) if count else None,
        "overall": figures(labels, by),
    }


def _stated(body: dict[str, Any]) -> str:
    kappa = body["overall"]["quadratic_weighted_kappa"]
    return (
        f"Each {body['by']} left out in turn ({body['groups']}): stated confidence {body['confidence']}, right "
        f"{body['right']}, calibration error {body['calibration_error']}; kappa {kappa['value']} "
        f"({kappa['low']} to {kappa['high']} over whole {body['by']}s)"
    )


def figures(labels: Sequence[Label], by: str = "call") -> dict[str, Any]:
    """Agreement over labels, with intervals that resample whole calls, or whole rubrics."""
    pairs = [(x.gold, x.given) for x in labels if isinstance(x.gold, int) and isinstance(x.given, int)]
    clusters = [
        x.call if by == "call" else x.rubric for x in labels if isinstance(x.gold, int) and isinstance(x.given, int)
    ]
    given = [label for label in labels if label.given is not None]
    quotes = sum(label.quotes for label in labels)
    either = [label for label in given if "na" in (label.gold, label.given)]
    return {
        **{name: estimate.to_json() for name, estimate in agreement(pairs, clusters).items()},
        "coverage": round(len(given) / len(labels), 4),
        "n": len(labels),
        "pairs": len(pairs),
        "na": {
            "gold": sum(label.gold == "na" for label in labels),
            "given": sum(label.given == "na" for label in labels),
            "both": sum(label.gold == label.given == "na" for label in either),
        },
        "quotes_matching": round(sum(label.matching for label in labels) / quotes, 4) if quotes else None,
    }

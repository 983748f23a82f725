"""Grades as files: CSV for a spreadsheet, JSON for a program, and a report that is printed or sent."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.coaching.levels import Level, criteria_of, read
from server.storage.coaching_tables import Comment, Dispute, HumanScore
from server.storage.tables import CallRow
from voice.record import CallRecord

COLUMNS = (
    "call", "started_at", "learner", "scenario", "rubric", "rubric_version", "rubric_hash", "method", "score", "passed",
    "criterion", "title", "weight", "critical", "level", "people_level", "people_reason", "people", "confidence",
    "practice_only", "why", "quotes",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Graded:
    """A call with what is known of its scores. `withheld`: why a criterion is practice-only, by its id."""

    row: CallRow
    learner: str
    overrides: Mapping[str, HumanScore]
    withheld: Mapping[str, str]


def rows(graded: Iterable[Graded]) -> Iterable[dict[str, Any]]:
    """One for each criterion of each grade that counts, with the keys of COLUMNS."""
    for one in graded:
        grade = one.row.grade
        if grade is None:
            continue
        for criterion in criteria_of(grade.body):
            score = one.overrides.get(criterion["id"])
            level: Level | None = read(score.level) if score else None
            yield {
                "call": one.row.id,
                "started_at": one.row.started_at.isoformat(),
                "learner": one.learner,
                "scenario": one.row.scenario,
                "rubric": grade.rubric,
                "rubric_version": grade.rubric_version,
                "rubric_hash": grade.rubric_hash,
                "method": grade.method,
                "score": grade.score,
                "passed": grade.passed,
                "criterion": criterion["id"],
                "title": criterion["title"],
                "weight": criterion["weight"],
                "critical": criterion["critical"],
                "level": criterion["level"],
                "people_level": level,
                "people_reason": score.reason if score and level is not None else None,
                "people": score.rater_name if score and level is not None else None,
                "confidence": criterion["confidence"],
                "practice_only": one.withheld.get(criterion["id"], "never measured") or None,
                "why": criterion["why"],
                "quotes": [span["quote"] for span in criterion["evidence"]],
            }


def as_csv(graded: Iterable[Graded]) -> str:
    """RFC 4180. What a spreadsheet would take for a formula is made text."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    for row in rows(graded):
        writer.writerow({name: _cell(value) for name, value in row.items()})
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        value = " / ".join(value)
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


@dataclass(frozen=True, slots=True)
class Reported:
    """What stands in a call's report."""

    graded: Graded
    record: CallRecord
    comments: Sequence[Comment]
    disputes: Sequence[Dispute]
    people_score: float | None
    made_at: datetime

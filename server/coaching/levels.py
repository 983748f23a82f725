"""Levels as people give them and as they are kept, and what a criterion says, as a hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from rubrics.grade import Scored, score_of
from rubrics.rubric import Criterion, Rubric

Level = Literal[0, 1, 2, "na"]


def kept(level: Level | None) -> str | None:
    return None if level is None else str(level)


def read(text: str | None) -> Level | None:
    values: dict[str | None, Level] = {"0": 0, "1": 1, "2": 2, "na": "na"}
    return values.get(text)


def criterion_hash(criterion: Criterion) -> str:
    """SHA-256 of what a person goes by: title and level texts. Other weights or checks leave people's scores valid."""
    said = {"title": criterion.title, "levels": {str(key): text for key, text in criterion.levels.items()}}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def criteria_of(grade: Mapping[str, Any] | None) -> Iterator[Mapping[str, Any]]:
    """Each criterion of a grade's JSON, in the rubric's order."""
    for section in (grade or {}).get("sections", []):
        yield from section["criteria"]


def score_with(rubric: Rubric, grade: Mapping[str, Any], overridden: Mapping[str, Level]) -> float | None:
    """What the score comes to with people's levels in the place of the machine's."""
    given = {one["id"]: one["level"] for one in criteria_of(grade)} | dict(overridden)
    return score_of(
        [Scored(criterion, given.get(criterion.id), 1.0, "", (), None, None, 0) for criterion in rubric.criteria]
    )

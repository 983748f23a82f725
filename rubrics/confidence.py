"""How often a kind of judgement was right on calls with gold labels: what a grade states as its confidence.

A judgement's kind is what can be known without its label: by which way it came about, whether the other way agrees, how
much of the criterion was understood, and the level. `ringside bench judge --calibrate` counts them anew.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from rubrics.verdict import Level

FILE = Path(__file__).parent / "weights" / "confidence.json"
_PRIOR_RIGHT, _PRIOR_COUNT = 0.6, 4.0
"""What a kind never seen is taken for, and as how many judgements: rubrics never seen were right in three of five."""


def written(level: Level, other: Level) -> str:
    """The kind of a judgement by a judge that was written for the criterion; `other` is what checks come to."""
    if other is None:
        return "written, no checks beside it"
    if level == other:
        return "written, checks agree"
    near = isinstance(level, int) and isinstance(other, int) and abs(level - other) == 1
    return "written, checks are one apart" if near else "written, checks disagree"


def by_checks(level: Level, understood: float) -> str:
    """The kind of a judgement by checks read off the level texts, of which the share `understood` names signs."""
    return f"checks, {'all' if understood >= 1 else 'partly'} understood, level {level}"


def share_right(kind: str, table: Mapping[str, float] | None = None) -> float:
    """How often judgements of the kind were right, 0 to 1."""
    return (table if table is not None else _table()).get(kind, _PRIOR_RIGHT)


@lru_cache(maxsize=1)
def _table() -> Mapping[str, float]:
    table: Mapping[str, float] = json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else {}
    return table


def count(judged: Iterable[tuple[str, bool]]) -> dict[str, float]:
    """The table out of kinds and whether the judgement was right, each pulled towards the prior by a few judgements."""
    right: dict[str, list[bool]] = defaultdict(list)
    for kind, is_right in judged:
        right[kind].append(is_right)
    return {
        kind: round((sum(given) + _PRIOR_RIGHT * _PRIOR_COUNT) / (len(given) + _PRIOR_COUNT), 3)
        for kind, given in sorted(right.items())
    }

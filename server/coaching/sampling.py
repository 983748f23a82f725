"""Which calls a calibration round is about."""

from __future__ import annotations

from collections.abc import Sequence

from server.storage.tables import CallRow


def sample(rows: Sequence[CallRow], most: int) -> list[str]:
    """Ids of up to `most` graded calls, evenly over their scores: agreement can only be told where levels differ."""
    ordered = sorted((row for row in rows if row.grade), key=lambda row: (_score(row), row.id))
    if len(ordered) <= most:
        return [row.id for row in ordered]
    if most == 1:
        return [ordered[len(ordered) // 2].id]
    step = (len(ordered) - 1) / (most - 1)
    return [ordered[round(place * step)].id for place in range(most)]


def _score(row: CallRow) -> float:
    return -1.0 if row.grade is None or row.grade.score is None else row.grade.score

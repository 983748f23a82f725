"""What benches hold their figures against."""

from __future__ import annotations

from typing import Any

PAUSE_CASES = 40
CUT_INS_AT_MOST = 2  # of the 40: no cut-in on pauses up to 0.9 s in at least 38


def target(figure: str, value: float | None, at_most: float) -> dict[str, Any]:
    """A figure, its limit, and whether it is met; None where it wasn't measured."""
    return {"figure": figure, "value": value, "at_most": at_most, "met": None if value is None else value <= at_most}


def cut_in_target(cut_ins: int, cases: int) -> dict[str, Any]:
    """Cut-ins on pauses. Not measured unless by all the cases."""
    return target("cut_ins", cut_ins if cases >= PAUSE_CASES else None, CUT_INS_AT_MOST)

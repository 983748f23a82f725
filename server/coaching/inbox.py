"""What a coach looks at first, and why: disputes, missed musts, what the judge is unsure of, first attempts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from server.coaching.levels import criteria_of
from server.storage.coaching_tables import Dispute
from server.storage.tables import CallRow

ReasonKind = Literal["disputed", "critical", "unfinished", "unsure", "first"]
UNSURE = 0.6  # below it fewer than about two of three of the judge's levels are a person's
MOST_UNSURE = 3
_WEIGHTS: Mapping[ReasonKind, float] = {"disputed": 100, "critical": 20, "unfinished": 10, "unsure": 2, "first": 5}


@dataclass(frozen=True, slots=True)
class Reason:
    kind: ReasonKind
    text: str
    criterion: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A call to look at. The more `weight`, the sooner."""

    call: CallRow
    reasons: tuple[Reason, ...]
    weight: float


def inbox(rows: Sequence[CallRow], disputes: Iterable[Dispute], reviewed: frozenset[str]) -> list[Item]:
    """What is due of these calls, most urgent first, then the oldest. A reviewed call is only due while disputed."""
    open_: dict[str, list[Dispute]] = {}
    for dispute in disputes:
        open_.setdefault(dispute.call_id, []).append(dispute)
    firsts = _firsts(rows)
    items = []
    for row in rows:
        reasons = [_disputed(row, one) for one in open_.get(row.id, [])]
        if row.id not in reviewed and row.grade is not None:
            reasons += _of_grade(row)
            if row.id in firsts:
                reasons.append(Reason("first", "the first attempt at this call"))
        if reasons:
            items.append(Item(row, tuple(reasons), sum(_WEIGHTS[reason.kind] for reason in reasons)))
    return sorted(items, key=lambda item: (-item.weight, item.call.started_at, item.call.id))


def _disputed(row: CallRow, dispute: Dispute) -> Reason:
    title = _titles(row).get(dispute.criterion or "", "the grade")
    return Reason("disputed", f"{title}: {dispute.reason}", dispute.criterion)


def _of_grade(row: CallRow) -> list[Reason]:
    assert row.grade is not None
    body, titles = row.grade.body, _titles(row)
    reasons = [
        Reason("critical", f"missed: {titles.get(name, name)}", name) for name in body.get("critical_missed", [])
    ]
    if unfinished := body.get("unfinished"):
        reasons.append(Reason("unfinished", f"{len(unfinished)} not judged: {unfinished[0]['why']}"))
    unsure = sorted(
        (one for one in criteria_of(body) if isinstance(one["level"], int) and one["confidence"] <= UNSURE),
        key=lambda one: (one["confidence"], -one["weight"]),
    )
    reasons += [Reason("unsure", f"unsure: {one['title']}", one["id"]) for one in unsure[:MOST_UNSURE]]
    return reasons


def _titles(row: CallRow) -> dict[str, str]:
    return {one["id"]: one["title"] for one in criteria_of(row.grade.body if row.grade else None)}


def _firsts(rows: Iterable[CallRow]) -> frozenset[str]:
    """Of each learner and scenario the earliest whole call among these."""
    first: dict[tuple[str | None, str], CallRow] = {}
    for row in rows:
        key = (row.owner, row.scenario)
        if row.parent is None and row.drill is None and (key not in first or row.started_at < first[key].started_at):
            first[key] = row
    return frozenset(row.id for row in first.values())

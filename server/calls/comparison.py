"""Two attempts at the same moment, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from server.calls import results
from server.calls.schemas import Attempt, ChangedCriterion, Comparison
from server.storage.folders import CallFolder
from server.storage.tables import CallRow
from voice.record import CallRecord, Turn


def compared(before: CallRow, before_folder: CallFolder, after: CallRow, after_folder: CallFolder) -> Comparison:
    """`after` is an attempt that branched off `before`. Both calls are over."""
    place = after.parent_turn or 0
    former, latter = results.read_record(before_folder), results.read_record(after_folder)
    first, second = former.turns[place], _answer(latter, place)
    return Comparison(
        turn=place,
        line=former.turns[place - 1].text if place else "",
        speaker=former.turns[place - 1].speaker if place else "",
        before=_attempt(before, before_folder, first),
        after=None if second is None else _attempt(after, after_folder, second),
        changed=_changed(before, after),
    )


def _answer(record: CallRecord, place: int) -> Turn | None:
    return next((turn for turn in record.turns[place:] if turn.who == "learner"), None)


def _attempt(row: CallRow, folder: CallFolder, turn: Turn) -> Attempt:
    return Attempt(
        call=row.id,
        text=turn.text,
        start_s=turn.start_s,
        end_s=turn.end_s,
        tape=f"/api/calls/{row.id}/tape" if results.tape_path(folder) else None,
        grade_state=row.grade_state,
        score=row.grade.score if row.grade else None,
        passed=row.grade.passed if row.grade else None,
    )


def _changed(before: CallRow, after: CallRow) -> list[ChangedCriterion] | None:
    """The criteria whose level isn't the same, in the rubric's order."""
    if before.grade is None or after.grade is None or after.grade_state != "ready":
        return None
    if before.grade.body["method"]["rubric_hash"] != after.grade.body["method"]["rubric_hash"]:
        return None
    was = {criterion["id"]: criterion["level"] for criterion in _criteria(before.grade.body)}
    return [
        ChangedCriterion(id=now["id"], title=now["title"], before=was[now["id"]], after=now["level"], why=now["why"])
        for now in _criteria(after.grade.body)
        if now["level"] != was[now["id"]]
    ]


def _criteria(grade: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (criterion for section in grade["sections"] for criterion in section["criteria"])

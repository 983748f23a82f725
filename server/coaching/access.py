"""Who asks, and which calls they may see: every route of coaching depends on these and on nothing else for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request

from server.api_errors import ApiError
from server.calls.switchboard import Switchboard
from server.storage.calls import GOING_ON
from server.storage.tables import CallRow

CallId = Annotated[str, Path(max_length=64)]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever asks. A server without accounts has one person, who is learner and coach at once."""

    id: str
    name: str
    coach: bool


def viewer(request: Request) -> Viewer:
    return Viewer("", "You", coach=True)


Me = Annotated[Viewer, Depends(viewer)]


def coach(me: Me) -> Viewer:
    if not me.coach:
        raise ApiError(403, "not_a_coach", "only a coach may do this; ask an admin for the role")
    return me


Coach = Annotated[Viewer, Depends(coach)]


def board_of(request: Request) -> Switchboard:
    board: Switchboard = request.app.state.switchboard
    return board


def seen_call(request: Request, call_id: CallId, me: Me) -> CallRow:
    """A call that this person may see, and that is over. Raises ApiError."""
    row = board_of(request).store.get(call_id)
    if row is None:
        raise ApiError(404, "unknown_call", f"no call has the id {call_id[:40]!r}")
    if row.status in GOING_ON:
        raise ApiError(409, "call_goes_on", "the call still goes on; hang up first")
    return row


SeenCall = Annotated[CallRow, Depends(seen_call)]


def coached_call(row: SeenCall, me: Coach) -> CallRow:
    """A call that this person may see as a coach."""
    return row


CoachedCall = Annotated[CallRow, Depends(coached_call)]


def seen_calls(request: Request, me: Viewer, rows: list[CallRow]) -> list[CallRow]:
    """Those of the calls that this person may see."""
    return rows

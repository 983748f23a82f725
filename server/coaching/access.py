"""Which calls a route of coaching is about; whether it may be asked at all stands in `server.people.rules`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends, Request

from server.api_errors import ApiError
from server.calls.switchboard import Switchboard
from server.coaching.rounds import Rounds
from server.people.entry import CurrentViewer, TheCall
from server.people.registry import registry_of
from server.people.viewer import Viewer
from server.storage.calls import GOING_ON
from server.storage.tables import CallRow

MOST_LISTED = 500  # calls that an inbox, an export or a sample looks at: the latest ones


def rater_of(viewer: Viewer) -> str:
    """Under what somebody's scores and comments are kept; one and the same while there are no accounts."""
    return viewer.id or ""


def board_of(request: Request) -> Switchboard:
    board: Switchboard = request.app.state.switchboard
    return board


def _over(row: TheCall) -> CallRow:
    if row.status in GOING_ON:
        raise ApiError(409, "call_goes_on", "the call still goes on; hang up first")
    return row


OverCall = Annotated[CallRow, Depends(_over)]


def _sighted(request: Request, row: OverCall, viewer: CurrentViewer) -> CallRow:
    rounds: Rounds = request.app.state.rounds
    if rounds.blind_for(row.id, rater_of(viewer)):
        raise ApiError(
            409, "scoring_blind", "you are scoring this call in a calibration round; hand that in first, then look"
        )
    return row


ScoredCall = Annotated[CallRow, Depends(_sighted)]
"""A call whose scores whoever asks may look at now."""


def coached_calls(request: Request, viewer: Viewer) -> Sequence[CallRow]:
    """The latest calls that this person may score, the newest shared first. Without accounts all there are."""
    if viewer.person is None:
        return board_of(request).store.page(MOST_LISTED, None)
    found = registry_of(request).sharing.shared_with(viewer.teams, viewer.id or "", MOST_LISTED)
    return [row for row in found if viewer.may_coach(row)]


def learner_names(request: Request, rows: Sequence[CallRow]) -> dict[str, str]:
    """Names of the calls' learners by their ids."""
    return registry_of(request).people.names({row.owner for row in rows if row.owner is not None})

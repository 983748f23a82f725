"""Sharing over HTTP: with a team's coaches, and one moment with anybody who has its link."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from server.api_errors import ApiError, error_docs
from server.calls import results
from server.calls.schemas import PersonaCard
from server.people.entry import CurrentViewer, TheCall
from server.people.out import team_ref
from server.people.registry import registry_of
from server.people.schemas import (
    LinkToken,
    MomentLinkIn,
    MomentLinkList,
    MomentLinkOut,
    MomentOut,
    MomentTurn,
    SharedCall,
    SharedList,
    ShareIn,
    ShareList,
    ShareOut,
    TeamChoice,
)
from server.storage.calls import CallStore
from server.storage.folders import CallFolder, CallFolders
from server.storage.people_tables import MomentLinkRow
from server.storage.tables import CallRow
from voice.record import Turn
from voice.tape import TapeError, cut

router = APIRouter(prefix="/api")
LONGEST_MOMENT_S = 180.0  # longer ones aren't a moment, and whoever should hear a whole call has an account
_OGG = "audio/ogg"
_BODY = (400, 403, 404, 409, 413, 415, 422)
Id = Annotated[str, Path(max_length=64)]


@router.get("/shared", responses=error_docs(403, 409, 422))
def shared(request: Request, viewer: CurrentViewer, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> SharedList:
    """What others shared with a team that the viewer coaches, the latest first."""
    registry = registry_of(request)
    rows = registry.sharing.shared_with(viewer.teams, viewer.id or "", limit)
    names = registry.people.names({row.owner for row in rows if row.owner is not None})
    return SharedList(
        calls=[
            SharedCall(
                call=results.summary(row),
                learner=names.get(row.owner or "", ""),
                teams=sorted(share.team.name for share in row.shares if share.team_id in viewer.teams),
                shared_at=max(share.shared_at for share in row.shares if share.team_id in viewer.teams),
            )
            for row in rows
        ]
    )


@router.get("/calls/{call_id}/shares", responses=error_docs(403, 404, 409, 422))
def shares(request: Request, viewer: CurrentViewer, call: TheCall) -> ShareList:
    """Who sees the call, and with whom else it could be shared."""
    return _shares(request, viewer, call)


@router.post("/calls/{call_id}/shares", status_code=201, responses=error_docs(*_BODY))
def share(request: Request, viewer: CurrentViewer, call: TheCall, body: ShareIn) -> ShareList:
    """Let a team's coaches see the call: one of the learner's own teams."""
    if body.team not in viewer.teams:
        raise ApiError(404, "unknown_team", f"you are in no team with the id {body.team[:40]!r}; choose one of yours")
    registry_of(request).sharing.share(call.id, body.team)
    return _shares(request, viewer, call)


@router.delete("/calls/{call_id}/shares/{team_id}", responses=error_docs(403, 404, 409, 422))
def take_back(request: Request, viewer: CurrentViewer, call: TheCall, team_id: Id) -> ShareList:
    """They see it no longer."""
    if not registry_of(request).sharing.take_back(call.id, team_id):
        raise ApiError(404, "unknown_team", "the call isn't shared with this team")
    return _shares(request, viewer, call)


@router.get("/calls/{call_id}/links", responses=error_docs(403, 404, 422))
def links(request: Request, call: TheCall) -> MomentLinkList:
    """The links to a moment of the call that still open it."""
    return MomentLinkList(links=[_link(request, row) for row in registry_of(request).sharing.links(call.id)])


@router.post("/calls/{call_id}/links", status_code=201, responses=error_docs(*_BODY))
def add_link(request: Request, call: TheCall, body: MomentLinkIn) -> MomentLinkOut:
    """A link to one stretch of the call, for somebody without an account."""
    if not 0 < body.to_s - body.from_s <= LONGEST_MOMENT_S:
        raise ApiError(422, "bad_stretch", f"to_s must be after from_s, by {LONGEST_MOMENT_S:.0f} s at most")
    row = registry_of(request).sharing.link(call.id, body.from_s, body.to_s, timedelta(days=body.days))
    return _link(request, row)


@router.delete("/calls/{call_id}/links/{link_id}", status_code=204, responses=error_docs(403, 404, 422))
def revoke(request: Request, call: TheCall, link_id: Id) -> Response:
    """The link opens nothing any more."""
    if not registry_of(request).sharing.revoke(call.id, link_id):
        raise ApiError(404, "unknown_link", "this link opens nothing already")
    return Response(status_code=204)


@router.post("/moment", responses=error_docs(*_BODY))
def moment(request: Request, body: LinkToken) -> MomentOut:
    """The stretch that a link opens: what was said in it, and nothing else of the call."""
    row, call, folder = _opened(request, body.token)
    return MomentOut(
        title=call.title,
        persona=PersonaCard(**call.persona),
        from_s=row.from_s,
        to_s=row.to_s,
        turns=list(_within(results.read_record(folder).turns, row.from_s, row.to_s)),
        tape=results.tape_path(folder) is not None,
        expires_at=row.expires_at,
    )


@router.post(
    "/moment/tape",
    response_class=Response,
    responses={200: {"content": {_OGG: {"schema": {"type": "string", "format": "binary"}}}}, **error_docs(*_BODY)},
)
def moment_tape(request: Request, body: LinkToken) -> Response:
    """Its sound: Ogg Opus, learner left, customer right."""
    row, _, folder = _opened(request, body.token)
    path = results.tape_path(folder)
    try:
        sound = b"" if path is None else cut(path, row.from_s, row.to_s)
    except TapeError:
        sound = b""
    if not sound:
        raise ApiError(404, "no_tape", "there is no recording of this moment")
    return Response(sound, media_type=_OGG)


def _opened(request: Request, token: str) -> tuple[MomentLinkRow, CallRow, CallFolder]:
    registry = registry_of(request)
    store: CallStore = request.app.state.switchboard.store
    folders: CallFolders = request.app.state.switchboard.folders
    link_id = registry.signer.read(token, registry.now())
    row = None if link_id is None else registry.sharing.open_link(link_id)
    call = None if row is None else store.get(row.call_id)
    owner = None if call is None or call.owner is None else registry.people.get(call.owner)
    if row is None or call is None or (owner is not None and owner.disabled_at is not None):
        raise ApiError(404, "unknown_link", "this link opens nothing (any more); ask whoever sent it for a new one")
    return row, call, folders.of(call.id)


def _within(turns: tuple[Turn, ...], from_s: float, to_s: float) -> Iterator[MomentTurn]:
    """The words of the stretch; a turn whose words have no times only if all of it lies inside."""
    for turn in turns:
        if turn.words:
            words = [word for word in turn.words if from_s <= (word.start_s + word.end_s) / 2 <= to_s]
            text = turn.text if len(words) == len(turn.words) else " ".join(word.text.strip() for word in words)
            if not words:
                continue
        elif from_s <= turn.start_s and turn.end_s <= to_s:
            text = turn.text
        else:
            continue
        yield MomentTurn(
            who=turn.who,
            speaker=turn.speaker,
            text=text,
            start_s=max(turn.start_s, from_s),
            end_s=min(turn.end_s, to_s),
        )


def _link(request: Request, row: MomentLinkRow) -> MomentLinkOut:
    token = registry_of(request).signer.sign(row.id, row.expires_at)
    return MomentLinkOut(
        id=row.id, link=f"/moment#{token}", from_s=row.from_s, to_s=row.to_s, expires_at=row.expires_at
    )


def _shares(request: Request, viewer: CurrentViewer, call: CallRow) -> ShareList:
    if viewer.person is None:
        raise ApiError(409, "no_accounts", "there are no accounts yet, and so nobody to share with")
    sharing = registry_of(request).sharing
    rows = sharing.of(call.id)
    given = {row.team_id for row in rows}
    others = [team for team in viewer.person.teams if team.id not in given]
    coaches = sharing.coaches([*given, *(team.id for team in others)])

    def names(team_id: str) -> list[str]:
        return [person.name for person in coaches[team_id] if person.id != viewer.id]

    return ShareList(
        shares=[
            ShareOut(
                team=team_ref(row.team),
                coaches=names(row.team_id),
                shared_at=row.shared_at,
                submitted=row.assignment is not None,
            )
            for row in rows
        ],
        teams=[TeamChoice(id=team.id, name=team.name, coaches=names(team.id)) for team in others],
    )

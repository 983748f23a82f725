"""The calls over HTTP, and the address of a call's socket."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, WebSocket
from fastapi.responses import FileResponse, Response

from server.api_errors import ApiError, error_docs
from server.calls import results
from server.calls.answers import moment_card
from server.calls.comparison import compared
from server.calls.ranged_file import RangedFile
from server.calls.schemas import (
    CallDetail,
    CallPage,
    CallWish,
    Comparison,
    GradeProgress,
    IdAndTitle,
    PeaksOut,
    ScenarioCard,
    ScenarioList,
    Status,
    Ticket,
)
from server.calls.switchboard import Switchboard
from server.people.entry import CurrentViewer, TheCall, visible
from server.people.registry import registry_of
from server.people.rules import Rule
from server.people.viewer import Viewer
from server.storage.calls import GOING_ON, Practised
from server.storage.tables import CallRow

router = APIRouter(prefix="/api")
TAPE_MEDIA_TYPE = "audio/ogg"


def _switchboard(request: Request | WebSocket) -> Switchboard:
    board: Switchboard = request.app.state.switchboard
    return board


@router.get("/status")
def status(request: Request) -> Status:
    """Whether a call can ring, and what is still loading."""
    stages = list(_switchboard(request).engines.stages())
    return Status(ready=all(stage.state in ("ready", "off") for stage in stages), stages=stages)


@router.get("/scenarios")
def scenarios(request: Request, viewer: CurrentViewer) -> ScenarioList:
    """What can be practised, in the library's order, and how often the viewer did."""
    board = _switchboard(request)
    practised = board.store.practised(viewer.id)
    cards = []
    for scenario in board.catalogue.scenarios.values():
        been = practised.get(scenario.id, Practised(0, None))
        rubric = board.catalogue.rubrics[scenario.rubric]
        cards.append(
            ScenarioCard(
                id=scenario.id,
                title=scenario.title,
                kind=scenario.kind,
                origin="own" if scenario.id in board.catalogue.own else "library",
                summary=scenario.summary,
                goal=scenario.goal,
                learner_brief=list(scenario.learner_brief),
                difficulty=scenario.difficulty,
                minutes=scenario.minutes,
                persona=results.persona_card(board.catalogue.persona_of(scenario)),
                others=[results.persona_card(other) for other in board.catalogue.others_in(scenario)],
                moments=[moment_card(moment) for moment in scenario.moments],
                rubric=IdAndTitle(id=rubric.id, title=rubric.title),
                last_score=been.last_score,
                calls=been.calls,
            )
        )
    return ScenarioList(scenarios=cards)


@router.post("/calls", status_code=201, responses=error_docs(400, 403, 404, 409, 413, 415, 422, 429))
async def ring(request: Request, viewer: CurrentViewer, wish: CallWish) -> Ticket:
    """Ask for a call. It rings once a client says hello on `socket`, and is forgotten if none does."""
    return await _switchboard(request).ring(wish, viewer)


@router.get("/calls", responses=error_docs(404, 422))
def calls(
    request: Request,
    viewer: CurrentViewer,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[str | None, Query(max_length=64)] = None,
) -> CallPage:
    """The viewer's own calls, the newest first."""
    store = _switchboard(request).store
    last = None if before is None else visible(request, viewer, before, Rule.OWNS_CALL)
    rows = store.page(limit + 1, last, viewer.id)
    return CallPage(
        calls=[results.summary(row) for row in rows[:limit]],
        next=rows[limit - 1].id if len(rows) > limit else None,
    )


@router.get("/calls/{call_id}", responses=error_docs(404, 422))
def call(request: Request, viewer: CurrentViewer, row: TheCall) -> CallDetail:
    """All that is known of a call; also while it goes on. What it branched off and what branched off it only where the
    viewer may see that, too."""
    board = _switchboard(request)
    branches = [each for each in board.store.branches(row.id) if viewer.may_see(each)]
    found = results.detail(row, board.folders.of(row.id), board.desk.progress(row.id), branches)
    if found.parent is not None and not _sees(board, viewer, found.parent.call):
        found.parent = None
    if request.app.state.rounds.blind_for(row.id, viewer.id or ""):
        found.grade = None  # whoever scores it blind sees the judge's levels once theirs are handed in
    found.mine = viewer.owns(row)
    if not found.mine and row.owner is not None:
        found.learner = registry_of(request).people.names([row.owner]).get(row.owner)
    return found


@router.get("/calls/{call_id}/comparison", responses=error_docs(404, 409, 422))
def comparison(request: Request, viewer: CurrentViewer, row: TheCall) -> Comparison:
    """Another attempt beside the call it branched off: the same moment, both answers, the criteria that changed."""
    board = _switchboard(request)
    _over(row)
    parent = None if row.parent is None else board.store.get(row.parent)
    if parent is None or not viewer.may_see(parent):
        raise ApiError(404, "no_parent", "this call is no attempt at another one that is there for you to see")
    return compared(parent, board.folders.of(parent.id), row, board.folders.of(row.id))


@router.delete("/calls/{call_id}", status_code=204, responses=error_docs(403, 404, 409, 422))
def delete(request: Request, row: TheCall) -> Response:
    """Delete a call that is over: its row, its journal, its tape."""
    board = _switchboard(request)
    _over(row)
    board.store.delete(row.id)
    board.folders.of(row.id).remove()
    return Response(status_code=204)


@router.post("/calls/{call_id}/grade", status_code=202, responses=error_docs(403, 404, 409, 422))
async def grade(request: Request, row: TheCall) -> GradeProgress:
    """Grade a call that is over, again or for the first time. The former grades stay on record."""
    board = _switchboard(request)
    _over(row)
    await board.aside(board.store.set_grade_state, row.id, "pending")
    board.desk.submit(row.id)
    return GradeProgress(state="pending", done=0, total=0)


@router.get(
    "/calls/{call_id}/tape",
    response_class=FileResponse,
    responses={
        200: {"content": {TAPE_MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}},
        206: {"content": {TAPE_MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}},
        **error_docs(400, 404, 416, 422),
    },
)
def tape(request: Request, row: TheCall) -> FileResponse:
    """The recording, learner left, customer right: Ogg Opus, with range requests."""
    path = results.tape_path(_switchboard(request).folders.of(row.id))
    if path is None:
        raise ApiError(404, "no_tape", "this call has no tape (yet)")
    # A tape never changes; only its owner may keep it.
    return RangedFile(path, media_type=TAPE_MEDIA_TYPE, headers={"Cache-Control": "private, max-age=3600"})


@router.get("/calls/{call_id}/peaks", responses=error_docs(404, 422))
def peaks(request: Request, row: TheCall, buckets: Annotated[int, Query(ge=1, le=10_000)] = 800) -> PeaksOut:
    """The tape's waveform: the loudest sample of each bucket, 0 to 1, both sides."""
    found = results.peaks(_switchboard(request).folders.of(row.id), buckets)
    if found is None:
        raise ApiError(404, "no_tape", "this call has no tape (yet)")
    return found


@router.websocket("/calls/{call_id}/socket")
async def socket(socket: WebSocket, call_id: str, token: str = "") -> None:
    # To whom the call doesn't belong none goes on.
    await _switchboard(socket).gateway.serve(socket, "" if socket.state.call is None else call_id, token)


def _over(row: CallRow) -> None:
    if row.status in GOING_ON:
        raise ApiError(409, "call_goes_on", "the call still goes on; hang up first")


def _sees(board: Switchboard, viewer: Viewer, call_id: str) -> bool:
    row = board.store.get(call_id)
    return row is not None and viewer.may_see(row)

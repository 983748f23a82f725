"""The calls over HTTP, and the address of a call's socket."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, WebSocket
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
from server.storage.calls import GOING_ON, Practised
from server.storage.tables import CallRow

router = APIRouter(prefix="/api")
CallId = Annotated[str, Path(max_length=64)]
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
def scenarios(request: Request) -> ScenarioList:
    """What can be practised, in the library's order."""
    board = _switchboard(request)
    practised = board.store.practised()
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
async def ring(request: Request, wish: CallWish) -> Ticket:
    """Ask for a call. It rings once a client says hello on `socket`, and is forgotten if none does."""
    return await _switchboard(request).ring(wish)


@router.get("/calls", responses=error_docs(404, 422))
def calls(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[str | None, Query(max_length=64)] = None,
) -> CallPage:
    """The newest calls first."""
    store = _switchboard(request).store
    last = None if before is None else _row(request, before)
    rows = store.page(limit + 1, last)
    return CallPage(
        calls=[results.summary(row) for row in rows[:limit]],
        next=rows[limit - 1].id if len(rows) > limit else None,
    )


@router.get("/calls/{call_id}", responses=error_docs(404, 422))
def call(request: Request, call_id: CallId) -> CallDetail:
    """All that is known of a call; also while it goes on."""
    board = _switchboard(request)
    row = _row(request, call_id)
    branches = board.store.branches(row.id)
    return results.detail(row, board.folders.of(row.id), board.desk.progress(row.id), branches)


@router.get("/calls/{call_id}/comparison", responses=error_docs(404, 409, 422))
def comparison(request: Request, call_id: CallId) -> Comparison:
    """Another attempt beside the call it branched off: the same moment, both answers, the criteria that changed."""
    board = _switchboard(request)
    row = _over(request, call_id)
    if row.parent is None:
        raise ApiError(404, "no_parent", "this call is no attempt at another one, or that one is deleted")
    parent = _row(request, row.parent)
    return compared(parent, board.folders.of(parent.id), row, board.folders.of(row.id))


@router.delete("/calls/{call_id}", status_code=204, responses=error_docs(403, 404, 409, 422))
def delete(request: Request, call_id: CallId) -> Response:
    """Delete a call that is over: its row, its journal, its tape."""
    board = _switchboard(request)
    row = _over(request, call_id)
    board.store.delete(row.id)
    board.folders.of(row.id).remove()
    return Response(status_code=204)


@router.post("/calls/{call_id}/grade", status_code=202, responses=error_docs(403, 404, 409, 422))
async def grade(request: Request, call_id: CallId) -> GradeProgress:
    """Grade a call that is over, again or for the first time. The former grades stay on record."""
    board = _switchboard(request)
    row = await board.aside(_over, request, call_id)
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
def tape(request: Request, call_id: CallId) -> FileResponse:
    """The recording, learner left, customer right: Ogg Opus, with range requests."""
    path = results.tape_path(_switchboard(request).folders.of(_row(request, call_id).id))
    if path is None:
        raise ApiError(404, "no_tape", "this call has no tape (yet)")
    # A tape never changes; only its owner may keep it.
    return RangedFile(path, media_type=TAPE_MEDIA_TYPE, headers={"Cache-Control": "private, max-age=3600"})


@router.get("/calls/{call_id}/peaks", responses=error_docs(404, 422))
def peaks(request: Request, call_id: CallId, buckets: Annotated[int, Query(ge=1, le=10_000)] = 800) -> PeaksOut:
    """The tape's waveform: the loudest sample of each bucket, 0 to 1, both sides."""
    found = results.peaks(_switchboard(request).folders.of(_row(request, call_id).id), buckets)
    if found is None:
        raise ApiError(404, "no_tape", "this call has no tape (yet)")
    return found


@router.websocket("/calls/{call_id}/socket")
async def socket(socket: WebSocket, call_id: str, token: str = "") -> None:
    await _switchboard(socket).gateway.serve(socket, call_id, token)


def _row(request: Request, call_id: str) -> CallRow:
    row = _switchboard(request).store.get(call_id)
    if row is None:
        raise ApiError(404, "unknown_call", f"no call has the id {call_id[:40]!r}")
    return row


def _over(request: Request, call_id: str) -> CallRow:
    row = _row(request, call_id)
    if row.status in GOING_ON:
        raise ApiError(409, "call_goes_on", "the call still goes on; hang up first")
    return row

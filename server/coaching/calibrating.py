"""Calibration over HTTP: blind rounds, what they showed, and the agreement that is published."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from rubrics.rubric import Rubric
from server.api_errors import ApiError, error_docs
from server.calls import results
from server.calls.schemas import IdAndTitle, TapeLink
from server.coaching.access import board_of, coached_calls, rater_of
from server.coaching.calibration_schemas import (
    AgreementList,
    RoundCallOut,
    RoundList,
    RoundOut,
    RoundWish,
    Sheet,
    SheetCriterion,
    SheetWish,
    StandardOut,
)
from server.coaching.calibration_views import agreement_out, revealed, standard_out
from server.coaching.levels import criterion_hash, read
from server.coaching.rounds import HandedIn, Rounds
from server.coaching.sampling import sample
from server.coaching.standards import Standards
from server.people.entry import CurrentViewer
from server.people.viewer import Viewer
from server.storage.coaching_tables import Round
from server.storage.frozen import FrozenRubrics
from server.storage.tables import CallRow

router = APIRouter(prefix="/api/calibration")
RoundId = Annotated[int, Path(ge=1, lt=2**63)]
CallId = Annotated[str, Path(max_length=64)]
_ALL = (400, 403, 404, 409, 413, 415, 422)


@router.get("", responses=error_docs(403))
def agreements(request: Request, viewer: CurrentViewer) -> AgreementList:
    """What is published: how far the judge agrees with people, of each rubric in use."""
    standards = standards_of(request)
    found = [standards.agreement(rubric) for rubric in board_of(request).catalogue.rubrics]
    return AgreementList(
        rubrics=[
            agreement_out(one, standards.bar, standards.versions(one.rubric.id)) for one in found if one is not None
        ]
    )


@router.post("/standards/{standard_id}/switch", responses=error_docs(*_ALL))
def switch(request: Request, viewer: CurrentViewer, standard_id: RoundId) -> StandardOut:
    """Switch a measured candidate on, knowing what it loses."""
    standards = standards_of(request)
    if standards.get(standard_id) is None:
        raise ApiError(404, "unknown_standard", f"no standard has the id {standard_id}")
    if not standards.switch(standard_id, viewer.name):
        raise ApiError(409, "not_waiting", "this standard doesn't wait to be switched on; load the page again")
    found = standards.get(standard_id)
    assert found is not None
    return standard_out(found, standards.versions(found.rubric))


@router.get("/rounds", responses=error_docs(403))
def rounds(request: Request, viewer: CurrentViewer) -> RoundList:
    return RoundList(
        rounds=[_round(request, viewer, one) for one in _rounds(request).all() if _open_to(request, viewer, one)]
    )


@router.post("/rounds", status_code=201, responses=error_docs(*_ALL))
def open_round(request: Request, viewer: CurrentViewer, wish: RoundWish) -> RoundOut:
    """Have the same calls scored by several people, blind."""
    board, standards = board_of(request), standards_of(request)
    rubric = standards.rubric_to_grade_by(wish.rubric)
    if rubric is None:
        raise ApiError(404, "unknown_rubric", f"no rubric has the id {wish.rubric[:60]!r}")
    frozen: FrozenRubrics = request.app.state.frozen
    frozen.freeze(rubric)
    for call in wish.calls:
        row = board.store.get(call)
        if row is None or row.rubric != rubric.id or not viewer.may_coach(row):
            raise ApiError(404, "unknown_call", f"no call {call[:40]!r} of this rubric is there for you to score")
    calls = wish.calls or sample([row for row in coached_calls(request, viewer) if _eligible(row, rubric)], wish.sample)
    if not calls:
        raise ApiError(409, "no_calls", "no graded call of this rubric was shared yet; there is nothing to score")
    made = _rounds(request).open(wish.title, rubric.id, rubric.hash, rater_of(viewer), list(dict.fromkeys(calls)))
    return _round(request, viewer, made)


@router.get("/rounds/{round_id}", responses=error_docs(403, 404, 422))
def one_round(request: Request, viewer: CurrentViewer, round_id: RoundId) -> RoundOut:
    return _round(request, viewer, _found(request, viewer, round_id))


@router.get("/rounds/{round_id}/calls/{call_id}", responses=error_docs(403, 404, 422))
def sheet(request: Request, viewer: CurrentViewer, round_id: RoundId, call_id: CallId) -> Sheet:
    """A call of the round, to be scored."""
    board, found = board_of(request), _found(request, viewer, round_id)
    row = _call_of(request, viewer, found, call_id)
    folder = board.folders.of(call_id)
    rubric = _rubric(request, found)
    tape = results.tape_path(folder)
    record = results.read_record(folder)
    given = {
        one.criterion: read(one.level)
        for one in _rounds(request).scores(round_id, rater_of(viewer))
        if one.call_id == call_id
    }
    return Sheet(
        call=row.id,
        title=row.title,
        turns=results.turns_said(record),
        tape=None if tape is None else TapeLink(url=f"/api/calls/{row.id}/tape", duration_s=results.tape_seconds(tape)),
        criteria=[
            SheetCriterion(
                id=criterion.id,
                title=criterion.title,
                section=section.title,
                levels={
                    **{str(key): text for key, text in criterion.levels.items()},
                    **({"na": "It didn't arise."} if criterion.na_allowed and "na" not in criterion.levels else {}),
                },
            )
            for section in rubric.sections
            for criterion in section.criteria
        ],
        given=given,
    )


@router.put("/rounds/{round_id}/calls/{call_id}", status_code=204, responses=error_docs(*_ALL))
def score(
    request: Request,
    viewer: CurrentViewer,
    round_id: RoundId,
    call_id: CallId,
    wish: SheetWish,
) -> Response:
    """Keep your levels of a call; they can be changed until you hand the round in."""
    found = _found(request, viewer, round_id)
    _call_of(request, viewer, found, call_id)
    criteria = {criterion.id: criterion for criterion in _rubric(request, found).criteria}
    for name, level in wish.levels.items():
        if name not in criteria:
            raise ApiError(422, "unknown_criterion", f"the round's rubric has no criterion {name[:60]!r}")
        if level == "na" and not criteria[name].na_allowed:
            raise ApiError(422, "no_na", f"the level texts of {name} don't let it not arise; choose 0, 1 or 2")
    given = {name: (criterion_hash(criteria[name]), level) for name, level in wish.levels.items()}
    try:
        _rounds(request).score(found, call_id, rater_of(viewer), viewer.name, given)
    except HandedIn as done:
        raise _handed_in() from done
    return Response(status_code=204)


@router.post("/rounds/{round_id}/hand-in", responses=error_docs(*_ALL))
def hand_in(request: Request, viewer: CurrentViewer, round_id: RoundId) -> RoundOut:
    """Done: from here on you see the judge's levels and those of others who are done, and change nothing."""
    found = _found(request, viewer, round_id)
    left = [call.title for call in _round(request, viewer, found).calls if not call.done]
    if left:
        raise ApiError(409, "incomplete", f"{len(left)} calls aren't scored in full yet, first of them {left[0]!r}")
    try:
        _rounds(request).hand_in(round_id, rater_of(viewer), viewer.name)
    except HandedIn as done:
        raise _handed_in() from done
    standards_of(request).measure_soon(found.rubric)
    return _round(request, viewer, found)


def standards_of(request: Request) -> Standards:
    standards: Standards = request.app.state.standards
    return standards


def _rounds(request: Request) -> Rounds:
    found: Rounds = request.app.state.rounds
    return found


def _found(request: Request, viewer: Viewer, round_id: int) -> Round:
    found = _rounds(request).get(round_id)
    if found is None or not _open_to(request, viewer, found):
        raise ApiError(404, "unknown_round", f"no round has the id {round_id}")
    return found


def _open_to(request: Request, viewer: Viewer, found: Round) -> bool:
    """Whether all of its calls are there for this person to score: else it is another team's round."""
    rows = (board_of(request).store.get(call) for call in _rounds(request).calls(found.id))
    return all(row is None or viewer.may_coach(row) for row in rows)


def _call_of(request: Request, viewer: Viewer, found: Round, call_id: str) -> CallRow:
    row = board_of(request).store.get(call_id) if call_id in _rounds(request).calls(found.id) else None
    if row is None or not viewer.may_coach(row):
        raise ApiError(404, "unknown_call", f"round {found.id} has no call {call_id[:40]!r} for you")
    return row


def _handed_in() -> ApiError:
    return ApiError(409, "handed_in", "you have handed this round in; its levels stay as they are")


def _rubric(request: Request, found: Round) -> Rubric:
    frozen: FrozenRubrics = request.app.state.frozen
    rubric = frozen.get(found.rubric_hash)
    assert rubric is not None  # a round freezes its rubric
    return rubric


def _eligible(row: CallRow, rubric: Rubric) -> bool:
    return row.rubric == rubric.id and row.grade is not None and row.parent is None


def _round(request: Request, viewer: Viewer, found: Round) -> RoundOut:
    board, rounds, rubric = board_of(request), _rounds(request), _rubric(request, found)
    calls, everyone = rounds.calls(found.id), rounds.scores(found.id)
    parts = {part.rater: part.rater_name for part in rounds.parts(found.id)}
    wanted = {criterion.id for criterion in rubric.criteria}
    mine = {
        call: {one.criterion for one in everyone if (one.call_id, one.rater) == (call, rater_of(viewer))}
        for call in calls
    }
    titles = {call: row.title for call in calls if (row := board.store.get(call)) is not None}
    shown = None
    if rater_of(viewer) in parts:
        judge = standards_of(request).levels(found.rubric, found.rubric_hash)
        shown = revealed(rubric, calls, judge, everyone, parts)
    return RoundOut(
        id=found.id,
        title=found.title,
        rubric=IdAndTitle(id=rubric.id, title=rubric.title),
        opened_at=found.opened_at,
        calls=[RoundCallOut(id=call, title=titles.get(call, ""), done=wanted <= mine[call]) for call in calls],
        handed_in=rater_of(viewer) in parts,
        people=list(parts.values()),
        revealed=shown,
    )

"""Overrides, disputes and reviews over HTTP: a person's level stands beside the machine's and never in its place."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from rubrics.rubric import Criterion, Rubric
from server.api_errors import ApiError, error_docs
from server.coaching.access import OverCall, ScoredCall, board_of, rater_of
from server.coaching.levels import Level, criteria_of, criterion_hash, read, score_with
from server.coaching.scores import Changed, NewScore, Scores, levels, standing
from server.coaching.standards import Standards
from server.people.entry import CurrentViewer
from server.storage.coaching_tables import Dispute, HumanScore
from server.storage.frozen import FrozenRubrics
from server.storage.tables import CallRow

router = APIRouter(prefix="/api")
CriterionId = Annotated[str, Path(max_length=200)]
Reason = Annotated[str, Field(min_length=3, max_length=2000, pattern=r"\S")]
_ALL = (400, 403, 404, 409, 413, 415, 422)


class OverrideOut(BaseModel):
    criterion: str
    level: Level | None = Field(description="null: taken back, the machine's stands alone")
    machine: Level | None = Field(description="the machine's level then")
    reason: str
    by: str
    at: datetime
    version: int = Field(description="to be named by who changes it")


class DisputeOut(BaseModel):
    id: int
    call: str
    criterion: str | None
    reason: str
    by: str
    at: datetime
    settled_at: datetime | None
    settled_by: str | None
    answer: str | None
    level: Level | None


class ReviewOut(BaseModel):
    by: str
    at: datetime


class ReviewState(BaseModel):
    overrides: list[OverrideOut] = Field(description="the one that stands for each criterion")
    history: list[OverrideOut] = Field(description="all that were ever given, the oldest first")
    disputes: list[DisputeOut]
    reviews: list[ReviewOut]
    machine_score: float | None
    people_score: float | None = Field(description="with people's levels; null where nobody has put any beside")
    practice_only: dict[str, str] = Field(description="why a criterion counts for practice only, by its id")
    may_score: bool = Field(description="whoever asks may put levels beside the machine's")
    may_dispute: bool


class OverrideWish(BaseModel):
    model_config = ConfigDict(extra="forbid")

    level: Level | None
    reason: Reason
    version: int = Field(ge=0, strict=True, description="of the override that you saw, 0 where there was none")


class DisputeWish(BaseModel):
    model_config = ConfigDict(extra="forbid")

    criterion: str | None = Field(default=None, max_length=200)
    reason: Reason


class Settlement(BaseModel):
    model_config = ConfigDict(extra="forbid")

    answer: Reason
    level: Level | None = Field(default=None, description="the criterion's, scored again; null leaves it as it is")


@router.get("/calls/{call_id}/review", responses=error_docs(403, 404, 409, 422))
def review_state(request: Request, row: ScoredCall, viewer: CurrentViewer) -> ReviewState:
    """What people have said about a call's scores."""
    scores = scores_of(request)
    history = scores.overrides(row.id)
    last = standing(history)
    given = levels(last)
    rubric = rubric_of(request, row) if given else None
    standards: Standards = request.app.state.standards
    published = standards.published(row.grade.rubric) if row.grade else {}
    return ReviewState(
        overrides=[_override(one) for one in last.values() if one.level is not None],
        history=[_override(one) for one in history],
        disputes=[dispute_out(one) for one in scores.disputes(row.id)],
        reviews=[ReviewOut(by=one.coach_name, at=one.reviewed_at) for one in scores.reviews(row.id)],
        machine_score=row.grade.score if row.grade else None,
        people_score=score_with(rubric, row.grade.body, given) if rubric and row.grade else None,
        practice_only={name: why for name, why in published.items() if why},
        may_score=viewer.may_coach(row),
        may_dispute=viewer.owns(row),
    )


@router.put("/calls/{call_id}/criteria/{criterion_id}/level", responses=error_docs(*_ALL))
def override(
    request: Request, row: OverCall, viewer: CurrentViewer, criterion_id: CriterionId, wish: OverrideWish
) -> OverrideOut:
    """Put a level beside the machine's, with a reason; null takes it back. 409 where somebody else has changed it."""
    new = _score(request, row, rater_of(viewer), viewer.name, criterion_id, wish.level, wish.reason)
    try:
        return _override(scores_of(request).override(new, wish.version))
    except Changed as changed:
        raise _conflict(changed.now) from changed


@router.post("/calls/{call_id}/disputes", status_code=201, responses=error_docs(*_ALL))
def dispute(request: Request, row: ScoredCall, viewer: CurrentViewer, wish: DisputeWish) -> DisputeOut:
    """Say that a criterion's level, or the grade as a whole, is wrong: a person scores it again."""
    if wish.criterion is not None:
        _criterion(rubric_of(request, row), wish.criterion)
    elif row.grade is None:
        raise ApiError(409, "no_grade", "this call has no grade that could be disputed")
    try:
        made = scores_of(request).open_dispute(row.id, wish.criterion, rater_of(viewer), viewer.name, wish.reason)
    except Changed as there:
        raise ApiError(
            409, "disputed", "this is disputed already; a coach will answer it", now=_now(there.now)
        ) from there
    return dispute_out(made)


@router.post("/calls/{call_id}/disputes/{dispute_id}/answer", responses=error_docs(*_ALL))
def settle(
    request: Request,
    row: OverCall,
    dispute_id: Annotated[int, Path(ge=1, lt=2**63)],
    viewer: CurrentViewer,
    wish: Settlement,
) -> DisputeOut:
    """Answer a dispute: with a level, which then stands beside the machine's, or with reasons alone."""
    scores = scores_of(request)
    found = scores.dispute(dispute_id)
    if found is None or found.call_id != row.id:
        raise ApiError(404, "unknown_dispute", f"no dispute of this call has the id {dispute_id}")
    new = None
    if wish.level is not None:
        if found.criterion is None:
            raise ApiError(422, "no_criterion", "this dispute is about the grade as a whole: override criteria instead")
        new = _score(request, row, rater_of(viewer), viewer.name, found.criterion, wish.level, wish.answer)
    try:
        return dispute_out(scores.settle(dispute_id, viewer.name, wish.answer, new))
    except Changed as changed:
        raise ApiError(409, "settled", "somebody else has answered it already", now=_now(changed.now)) from changed


@router.post("/calls/{call_id}/reviewed", status_code=201, responses=error_docs(*_ALL))
def reviewed(request: Request, row: OverCall, viewer: CurrentViewer) -> ReviewOut:
    """This coach has been through the call: levels that they left as they were count as agreed with."""
    made = scores_of(request).review(row.id, rater_of(viewer), viewer.name)
    return ReviewOut(by=made.coach_name, at=made.reviewed_at)


def scores_of(request: Request) -> Scores:
    scores: Scores = request.app.state.scores
    return scores


def rubric_of(request: Request, row: CallRow) -> Rubric:
    """The rubric of the grade that counts, as it was. Raises ApiError where there is no grade."""
    frozen: FrozenRubrics = request.app.state.frozen
    if row.grade is None:
        raise ApiError(409, "no_grade", "this call isn't graded yet; grade it first")
    kept = frozen.get(row.grade.rubric_hash) if row.grade.rubric_hash else None
    found = kept or board_of(request).catalogue.rubrics.get(row.grade.rubric)
    if found is None:
        raise ApiError(409, "no_rubric", f"the rubric {row.grade.rubric!r} is gone; grade the call again")
    return found


def _score(
    request: Request, row: CallRow, rater: str, name: str, criterion_id: str, level: Level | None, reason: str
) -> NewScore:
    rubric = rubric_of(request, row)
    criterion = _criterion(rubric, criterion_id)
    if level == "na" and not criterion.na_allowed:
        raise ApiError(422, "no_na", f"the level texts of {criterion_id} don't let it not arise; choose 0, 1 or 2")
    machine = machine_level(criteria_of(row.grade.body if row.grade else None), criterion_id)
    return NewScore(row.id, rubric.id, criterion_id, criterion_hash(criterion), rater, name, level, reason, machine)


def machine_level(criteria: Iterable[Any], criterion_id: str) -> Level | None:
    return next((one["level"] for one in criteria if one["id"] == criterion_id), None)


def _criterion(rubric: Rubric, criterion_id: str) -> Criterion:
    found = next((criterion for criterion in rubric.criteria if criterion.id == criterion_id), None)
    if found is None:
        raise ApiError(404, "unknown_criterion", f"rubric {rubric.id} has no criterion {criterion_id[:60]!r}")
    return found


def _conflict(now: HumanScore | Dispute | None) -> ApiError:
    if not isinstance(now, HumanScore):
        return ApiError(409, "changed", "there is no override of this criterion; load the call again")
    level = "took their level back" if now.level is None else f"gave {now.level}"
    return ApiError(
        409,
        "changed",
        f"{now.rater_name} {level} meanwhile ({now.reason[:80]!r}); look at it and save yours again if it still stands",
        now=_now(now),
    )


def _now(row: HumanScore | Dispute | None) -> dict[str, Any] | None:
    if row is None:
        return None
    shown = _override(row) if isinstance(row, HumanScore) else dispute_out(row)
    return shown.model_dump(mode="json")


def _override(row: HumanScore) -> OverrideOut:
    return OverrideOut(
        criterion=row.criterion,
        level=read(row.level),
        machine=read(row.machine),
        reason=row.reason,
        by=row.rater_name,
        at=row.made_at,
        version=row.id,
    )


def dispute_out(row: Dispute) -> DisputeOut:
    return DisputeOut(
        id=row.id,
        call=row.call_id,
        criterion=row.criterion,
        reason=row.reason,
        by=row.by_name,
        at=row.opened_at,
        settled_at=row.settled_at,
        settled_by=row.settled_name,
        answer=row.answer,
        level=read(row.level),
    )

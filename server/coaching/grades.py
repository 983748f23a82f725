"""The grades of a call over HTTP: all that were made, what each was made with, and another one by another rubric."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from rubrics.rubric import Rubric
from server.api_errors import ApiError, error_docs
from server.calls.grading import NothingToGrade, keep
from server.calls.judging import RubricGrader
from server.coaching.access import OverCall, ScoredCall, board_of
from server.storage.frozen import FrozenRubrics
from server.storage.tables import GradeRow

router = APIRouter(prefix="/api")
GradeId = Annotated[int, Path(ge=1, lt=2**63)]


class RubricVersion(BaseModel):
    hash: str
    version: int
    frozen_at: datetime


class GradeEntry(BaseModel):
    id: int
    graded_at: datetime
    rubric: str
    rubric_version: str
    rubric_hash: str | None
    method: str | None = Field(description="fingerprint of judge, models and prompts")
    score: float | None
    passed: bool | None
    counts: bool = Field(description="it is the one that is shown and counted")
    aside: bool = Field(description="made for comparison: it never counts")
    resumes: int | None = Field(description="the unfinished grade that it went on from")
    unfinished: list[dict[str, str]]


class Grades(BaseModel):
    grades: list[GradeEntry]
    rubrics: list[RubricVersion] = Field(description="what the call can be graded by")


class WholeGrade(GradeEntry):
    body: dict[str, Any]
    log: dict[str, Any] | None = Field(description="what the engines answered, in the order of the call")


class GradeWish(BaseModel):
    model_config = ConfigDict(extra="forbid")

    rubric: str = Field(min_length=64, max_length=64, description="the hash of a rubric that was used before")


@router.get("/calls/{call_id}/grades", responses=error_docs(403, 404, 409, 422))
def grades(request: Request, row: ScoredCall) -> Grades:
    """All grades of a call, the latest first."""
    counting = row.grade.id if row.grade else None
    kept = _frozen(request).versions(row.rubric)
    return Grades(
        grades=[GradeEntry(**_entry(grade, counting)) for grade in reversed(row.grades)],
        rubrics=[RubricVersion(hash=one.hash, version=one.version, frozen_at=one.frozen_at) for one in kept],
    )


@router.get("/calls/{call_id}/grades/{grade_id}", responses=error_docs(403, 404, 409, 422))
def grade(row: ScoredCall, grade_id: GradeId) -> WholeGrade:
    """One grade with its decision log."""
    counting = row.grade.id if row.grade else None
    found = next((one for one in row.grades if one.id == grade_id), None)
    if found is None:
        raise ApiError(404, "unknown_grade", f"call {row.id} has no grade {grade_id}")
    return WholeGrade(**_entry(found, counting), body=found.body, log=found.log)


@router.post("/calls/{call_id}/grades", status_code=201, responses=error_docs(400, 403, 404, 409, 413, 415, 422))
async def grade_aside(request: Request, row: OverCall, wish: GradeWish) -> WholeGrade:
    """Grade it by another version of a rubric, for comparison: what it counts for stays as it is."""
    board = board_of(request)
    grader: RubricGrader = request.app.state.grader
    try:
        graded = await asyncio.to_thread(grader.by_frozen, wish.rubric, row)
    except NothingToGrade as reason:
        raise ApiError(409, "cannot_grade", str(reason)) from reason
    made = await board.aside(lambda: keep(board.store, row.id, graded, aside=True))
    now = await board.aside(board.store.get, row.id)
    if made is None or now is None:
        raise ApiError(404, "unknown_call", f"call {row.id} was deleted meanwhile")
    return await asyncio.to_thread(grade, now, made)


@router.get("/rubrics/{rubric_hash}", responses=error_docs(404, 422))
def rubric(request: Request, rubric_hash: Annotated[str, Path(max_length=64)]) -> Rubric:
    """A rubric as it was when it was used."""
    found = _frozen(request).get(rubric_hash)
    if found is None:
        raise ApiError(404, "unknown_rubric", f"no rubric {rubric_hash[:12]!r} was used here")
    return found


def _frozen(request: Request) -> FrozenRubrics:
    frozen: FrozenRubrics = request.app.state.frozen
    return frozen


def _entry(grade: GradeRow, counting: int | None) -> dict[str, Any]:
    return {
        "id": grade.id,
        "graded_at": grade.graded_at,
        "rubric": grade.rubric,
        "rubric_version": grade.rubric_version,
        "rubric_hash": grade.rubric_hash,
        "method": grade.method,
        "score": grade.score,
        "passed": grade.passed,
        "counts": grade.id == counting,
        "aside": grade.aside,
        "resumes": grade.resumes,
        "unfinished": grade.body.get("unfinished", []),
    }

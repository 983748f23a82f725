"""The coach's desk over HTTP: the inbox, and grades to take away."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field

from server.api_errors import error_docs
from server.calls import results
from server.calls.schemas import PersonaCard
from server.coaching.access import ScoredCall, board_of, coached_calls, learner_names, rater_of
from server.coaching.calibrating import standards_of
from server.coaching.comments import Comments
from server.coaching.export import Graded, Reported, as_csv, rows
from server.coaching.inbox import ReasonKind, inbox
from server.coaching.levels import score_with
from server.coaching.report import html
from server.coaching.reviewing import rubric_of, scores_of
from server.coaching.rounds import Rounds
from server.coaching.scores import levels, standing
from server.people.entry import CurrentViewer
from server.storage.tables import CallRow

router = APIRouter(prefix="/api")
Format = Annotated[Literal["csv", "json"], Query(alias="format")]
_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "application/json": {"schema": {"type": "array", "items": {"type": "object"}}},
        }
    }
}


class ReasonOut(BaseModel):
    kind: ReasonKind
    text: str
    criterion: str | None


class ItemOut(BaseModel):
    call: str
    title: str
    learner: str
    persona: PersonaCard
    started_at: datetime
    duration_s: float
    score: float | None
    passed: bool | None
    reasons: list[ReasonOut] = Field(description="why it is here, at least one")


class Inbox(BaseModel):
    items: list[ItemOut] = Field(description="what to look at first comes first")


@router.get("/inbox", responses=error_docs(403))
def due(request: Request, viewer: CurrentViewer) -> Inbox:
    """The calls to review, of the latest that this coach may see, each with its reasons."""
    calls = [row for row in coached_calls(request, viewer) if row.status in ("ended", "interrupted")]
    names, scores = learner_names(request, calls), scores_of(request)
    found = inbox(calls, scores.open_disputes(), scores.reviewed())
    rounds: Rounds = request.app.state.rounds
    return Inbox(
        items=[
            ItemOut(
                call=item.call.id,
                title=item.call.title,
                learner=names.get(item.call.owner or "", ""),
                persona=PersonaCard(**item.call.persona),
                started_at=item.call.started_at,
                duration_s=item.call.duration_s,
                score=item.call.grade.score if item.call.grade else None,
                passed=item.call.grade.passed if item.call.grade else None,
                reasons=[
                    ReasonOut(kind=reason.kind, text=reason.text, criterion=reason.criterion) for reason in item.reasons
                ],
            )
            for item in found
            if not rounds.blind_for(item.call.id, rater_of(viewer))
        ]
    )


@router.get("/inbox/grades", response_class=Response, responses={**_FILES, **error_docs(403, 422)})
def grades(request: Request, viewer: CurrentViewer, format_: Format = "csv") -> Response:
    """Every criterion of every grade that counts, of the calls that this coach may see."""
    rounds: Rounds = request.app.state.rounds
    calls = [row for row in coached_calls(request, viewer) if not rounds.blind_for(row.id, rater_of(viewer))]
    return _file(_graded(request, calls), format_, "ringside-grades")


@router.get("/calls/{call_id}/export", response_class=Response, responses={**_FILES, **error_docs(403, 404, 409, 422)})
def export(request: Request, row: ScoredCall, format_: Format = "csv") -> Response:
    """One call's grade, a line or an object a criterion."""
    return _file(_graded(request, [row]), format_, f"ringside-{row.id}")


@router.get("/calls/{call_id}/report", response_class=HTMLResponse, responses=error_docs(403, 404, 409, 422))
def report(request: Request, row: ScoredCall) -> HTMLResponse:
    """The grade as one page that stands alone: to print, to keep, to send."""
    scores = scores_of(request)
    graded = _graded(request, [row])[0]
    given = levels(graded.overrides)
    comments: Comments = request.app.state.comments
    reported = Reported(
        graded=graded,
        record=results.read_record(board_of(request).folders.of(row.id)),
        comments=comments.of(row.id),
        disputes=scores.disputes(row.id),
        people_score=score_with(rubric_of(request, row), row.grade.body, given) if given and row.grade else None,
        made_at=datetime.now(UTC),
    )
    # A page of people's words on the server's own address: nothing in it may load or run, whatever the words are.
    policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    return HTMLResponse(html(reported), headers={"Content-Security-Policy": policy})


def _graded(request: Request, calls: Sequence[CallRow]) -> list[Graded]:
    scores, standards, names = scores_of(request), standards_of(request), learner_names(request, calls)
    withheld = {rubric: standards.published(rubric) for rubric in {row.rubric for row in calls}}
    return [
        Graded(
            row,
            names.get(row.owner or "", ""),
            {name: score for name, score in standing(scores.overrides(row.id)).items() if score.level is not None},
            withheld[row.rubric],
        )
        for row in calls
    ]


def _file(graded: Sequence[Graded], format_: Literal["csv", "json"], name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.{format_}"'}
    if format_ == "csv":
        return Response(as_csv(graded), media_type="text/csv; charset=utf-8", headers=headers)
    text = json.dumps(list(rows(graded)), ensure_ascii=False)
    return Response(text, media_type="application/json", headers=headers)

"""Replay over HTTP: a call over time, two calls side by side by stage, and a better line to hear."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from server.api_errors import ApiError, error_docs
from server.calls import results
from server.calls.answers import WAV, wav
from server.calls.engines import EnginesError
from server.calls.schemas import TapeLink, TurnSaid
from server.calls.situation import Situation, kept
from server.coaching import timeline
from server.coaching.access import OverCall, ScoredCall, board_of, rater_of
from server.coaching.levels import Level
from server.coaching.rounds import Rounds
from server.people.entry import CurrentViewer, visible
from server.storage.calls import GOING_ON
from server.storage.tables import CallRow
from voice.speak import SpeechError

router = APIRouter(prefix="/api/calls/{call_id}")


class StretchOut(BaseModel):
    kind: timeline.StretchKind
    start_s: float
    end_s: float


class MarkOut(BaseModel):
    criterion: str
    title: str
    section: int
    level: Level | None
    turn: int
    quote: str
    start_s: float
    end_s: float


class Told(BaseModel):
    id: str
    about: str


class MoodOut(BaseModel):
    turn: int = Field(description="the learner's turn that led to it, -1 for none")
    at_s: float
    trust: int | None
    patience: int | None
    stance: str
    stage: str
    told: list[Told] = Field(description="what the customer disclosed with it")
    objections: dict[str, str] = Field(description="those whose standing changed with it")
    reasons: list[str]


class Replay(BaseModel):
    duration_s: float
    stretches: list[StretchOut] = Field(description="who speaks when, without gaps")
    marks: list[MarkOut]
    moods: list[MoodOut]


class SideOut(BaseModel):
    turns: list[TurnSaid]
    start_s: float
    end_s: float


class StagePair(BaseModel):
    stage: str
    here: SideOut | None
    there: SideOut | None


class CallBeside(BaseModel):
    id: str
    title: str
    score: float | None
    tape: TapeLink | None
    duration_s: float


class Beside(BaseModel):
    here: CallBeside
    there: CallBeside
    stages: list[StagePair]


@router.get("/replay", responses=error_docs(403, 404, 409, 422))
def replay(request: Request, row: OverCall, viewer: CurrentViewer) -> Replay:
    """All that a replay draws beside the tape and the transcript. Who scores the call blind gets no marks."""
    board = board_of(request)
    folder = board.folders.of(row.id)
    record = results.read_record(folder)
    tape = results.tape_path(folder)
    length_s = results.tape_seconds(tape) if tape else 0.0
    duration_s = max(row.duration_s, record.duration_s, length_s)
    rounds: Rounds = request.app.state.rounds
    grade = None if row.grade is None or rounds.blind_for(row.id, rater_of(viewer)) else row.grade.body
    situation = kept(folder) or Situation.now(board.catalogue, row.scenario)
    about = {fact.id: fact.about for fact in situation.scenario.facts} if situation else {}
    return Replay(
        duration_s=duration_s,
        stretches=[StretchOut(**asdict(one)) for one in timeline.stretches(record, duration_s)],
        marks=[MarkOut(**asdict(one)) for one in timeline.marks(grade)],
        moods=[_mood(one, about) for one in timeline.moods(record)],
    )


@router.get("/beside/{other_id}", responses=error_docs(403, 404, 409, 422))
def beside(
    request: Request, row: ScoredCall, viewer: CurrentViewer, other_id: Annotated[str, Path(max_length=64)]
) -> Beside:
    """Two calls by stage instead of by the clock: the same part of both stands side by side."""
    board = board_of(request)
    other = visible(request, viewer, other_id)
    if other.status in GOING_ON:
        raise ApiError(409, "call_goes_on", "the other call still goes on; hang up first")
    if other.scenario != row.scenario:
        raise ApiError(
            422, "other_scenario", f"{row.title!r} and {other.title!r} are other situations; choose two of one"
        )
    sides = [(results.read_record(board.folders.of(one.id)), one) for one in (row, other)]
    (here, here_stages), (there, there_stages) = (
        ({turn.index: turn for turn in results.turns_said(record)}, timeline.stages(record)) for record, _ in sides
    )
    names = [stage for stage in timeline.STAGES if stage in here_stages or stage in there_stages]
    return Beside(
        here=_call(request, row),
        there=_call(request, other),
        stages=[
            StagePair(
                stage=stage,
                here=_side(here, here_stages.get(stage)),
                there=_side(there, there_stages.get(stage)),
            )
            for stage in names
        ],
    )


@router.get(
    "/better-line/audio",
    response_class=Response,
    responses={
        200: {"content": {WAV: {"schema": {"type": "string", "format": "binary"}}}},
        **error_docs(403, 404, 409, 422),
    },
)
async def better_line(request: Request, row: ScoredCall) -> Response:
    """The fix's better line, spoken in a voice that isn't the customer's: WAV, 24 kHz, mono. Made once, then kept."""
    board = board_of(request)
    fix: dict[str, Any] = (row.grade.body.get("fix") if row.grade else None) or {}
    persona = board.catalogue.personas.get(row.persona["id"])
    if not fix.get("better_line") or persona is None:
        raise ApiError(404, "no_line", "this call's grade has no better line")
    try:
        await board.engines.ready()
        sound = await board.aside(board.engines.say_as_learner, fix["better_line"], persona)
    except (EnginesError, SpeechError) as problem:
        raise ApiError(409, "not_ready", str(problem)) from problem
    return Response(wav(sound), media_type=WAV, headers={"Cache-Control": "no-cache"})


def _mood(one: timeline.Mood, about: dict[str, str]) -> MoodOut:
    told = [Told(id=fact, about=about.get(fact, fact)) for fact in one.told]
    return MoodOut(**{**asdict(one), "told": told, "objections": dict(one.objections), "reasons": list(one.reasons)})


def _call(request: Request, row: CallRow) -> CallBeside:
    folder = board_of(request).folders.of(row.id)
    tape = results.tape_path(folder)
    return CallBeside(
        id=row.id,
        title=row.title,
        score=row.grade.score if row.grade else None,
        tape=TapeLink(url=f"/api/calls/{row.id}/tape", duration_s=results.tape_seconds(tape)) if tape else None,
        duration_s=row.duration_s,
    )


def _side(turns: dict[int, TurnSaid], stage: timeline.StageTurns | None) -> SideOut | None:
    if stage is None:
        return None
    return SideOut(turns=[turns[index] for index in stage.turns], start_s=stage.start_s, end_s=stage.end_s)

"""What the calls' HTTP interface takes and gives."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from personas.scenario import Surroundings
from server.storage.tables import CallStatus, GradeState
from voice.record import Who

Quality = Literal["strong", "weak"]


class Moment(BaseModel):
    """A learner's turn of a call."""

    model_config = ConfigDict(extra="forbid")

    call: str = Field(max_length=64)
    turn: int = Field(ge=0, le=100_000, strict=True, description="the turn's index in the call's `turns`")


class CallWish(BaseModel):
    """`POST /api/calls`."""

    model_config = ConfigDict(extra="forbid")

    scenario: str = Field(max_length=200)
    drill: str | None = Field(default=None, max_length=200, description="a moment's id: practise this situation alone")
    difficulty: int | None = Field(default=None, ge=1, le=5, strict=True)
    seed: int | None = Field(default=None, ge=0, lt=2**63, strict=True, description="the same seed, the same customer")
    fork: Moment | None = Field(
        default=None, description="answer this turn of a call that is over anew; drill, difficulty and seed are its own"
    )


class Sound(BaseModel):
    """What the line sounds like at this call's difficulty; the client mixes it in."""

    noise: Surroundings
    noise_db: float = Field(description="the surroundings' level beside the voice")
    line: int = Field(ge=1, le=5, description="1 a clear line, 5 a bad one")


class Ticket(BaseModel):
    id: str
    socket: str
    token: str
    line_sound: Sound


class IdAndTitle(BaseModel):
    id: str
    title: str


class PersonaCard(BaseModel):
    id: str
    name: str
    role: str
    company: str
    pronoun: str


class MomentCard(BaseModel):
    """A situation that can be practised alone."""

    id: str
    title: str
    brief: str
    answers: list[Quality] = Field(description="which answers to it can be heard")


class ScenarioCard(BaseModel):
    id: str
    title: str
    kind: str
    origin: Literal["library", "own"] = Field(description="own: published in the studio")
    summary: str
    goal: str
    learner_brief: list[str]
    difficulty: int
    minutes: int
    persona: PersonaCard
    others: list[PersonaCard] = Field(description="who may take the phone over in the call")
    moments: list[MomentCard]
    rubric: IdAndTitle
    last_score: float | None
    calls: int


class ScenarioList(BaseModel):
    scenarios: list[ScenarioCard]


class CallSummary(BaseModel):
    id: str
    scenario: str
    title: str
    persona: PersonaCard
    started_at: datetime
    duration_s: float
    status: CallStatus
    score: float | None
    passed: bool | None
    grade_state: GradeState
    drill: str | None
    parent: Moment | None = Field(description="what this call is another attempt at")


class CallPage(BaseModel):
    calls: list[CallSummary]
    next: str | None = Field(description="give it as `before` to get the calls before these")


class WordSaid(BaseModel):
    text: str
    start_s: float
    end_s: float


class TurnSaid(BaseModel):
    index: int
    who: Who
    text: str
    start_s: float
    end_s: float
    interrupted: bool
    speaker: str = Field(description="who said it on the customer's side, by name; empty for the learner")
    words: list[WordSaid]


class GradeProgress(BaseModel):
    state: GradeState
    done: int
    total: int
    message: str | None = None


class TapeLink(BaseModel):
    url: str
    duration_s: float


class Branch(BaseModel):
    """Another attempt at a call, from the answer `turn` on."""

    id: str
    turn: int
    started_at: datetime
    status: CallStatus
    score: float | None


class Wording(BaseModel):
    """How the customer's answers came to be worded, in turns; an attempt's own ones alone."""

    worded: int = Field(description="a language model was asked to word them")
    mended_by_another_try: int
    mended_by_authored_line: int
    authored_for_time: int = Field(description="an authored line was spoken because the model was late or failed")


class CallDetail(BaseModel):
    id: str
    scenario: IdAndTitle
    persona: PersonaCard
    drill: str | None
    difficulty: int
    seed: int
    started_at: datetime
    duration_s: float
    status: CallStatus
    ended_reason: str | None
    turns: list[TurnSaid]
    grade_state: GradeProgress
    grade: dict[str, Any] | None
    latency: dict[str, Any]
    tape: TapeLink | None
    debrief: dict[str, Any] | None = Field(description="the director's account: facts, objections, agreements, goal")
    wording: Wording
    parent: Moment | None = Field(description="what this call is another attempt at")
    branches: list[Branch]
    mine: bool = Field(default=True, description="the viewer's own call; else one that was shared with them")
    learner: str | None = Field(default=None, description="whose call it is, by name, where it isn't the viewer's own")


class Attempt(BaseModel):
    """What the learner said at a moment; on the call's tape from `start_s` to `end_s` where these aren't negative."""

    call: str
    text: str
    start_s: float
    end_s: float
    tape: str | None
    grade_state: GradeState
    score: float | None
    passed: bool | None


class ChangedCriterion(BaseModel):
    id: str
    title: str
    before: int | str | None
    after: int | str | None
    why: str = Field(description="of the level after")


class Comparison(BaseModel):
    """The same moment twice."""

    turn: int
    line: str = Field(description="what the customer said, which both answer")
    speaker: str = Field(description="who said it, by name; empty where nothing was said before")
    before: Attempt
    after: Attempt | None = Field(description="null when nothing was answered")
    changed: list[ChangedCriterion] | None = Field(description="null until both calls are graded by the same rubric")


class AnswerOut(BaseModel):
    text: str
    audio: str = Field(description="the address of its sound")


class PeaksOut(BaseModel):
    learner: list[float]
    customer: list[float]
    duration_s: float


class Stage(BaseModel):
    name: str
    state: Literal["ready", "loading", "off", "failed"]
    detail: str


class Status(BaseModel):
    ready: bool
    stages: list[Stage]

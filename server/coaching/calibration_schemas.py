"""What calibration takes and gives over HTTP."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from server.calls.schemas import IdAndTitle, TapeLink, TurnSaid
from server.coaching.levels import Level


class Figure(BaseModel):
    value: float | None
    low: float | None
    high: float | None


class Rates(BaseModel):
    quadratic_weighted_kappa: Figure
    exact: Figure
    within_one: Figure
    bias: Figure
    pairs: int


class CriterionAgreement(BaseModel):
    id: str
    title: str
    published: bool
    withheld: str = Field(description="why it is practice-only; empty where it is published")
    labels: int = Field(description="levels that coaches gave blind")
    coverage: float | None = Field(description="share of them beside which the judge gave a level")
    judge: Rates = Field(description="the judge against coaches; bias above 0 is lenient")
    people: Rates = Field(description="coaches against each other: what the judge can't be expected to pass")
    reviewed: int
    overridden: int


class ChangeOut(BaseModel):
    criterion: str
    title: str
    before: float | None
    after: float | None
    labels: int
    published_before: bool
    published_after: bool
    drop: bool


class StandardOut(BaseModel):
    id: int
    rubric_version: int | None = Field(description="null before it is measured")
    rubric_hash: str
    method: str
    state: str
    done: int
    total: int
    changes: list[ChangeOut]
    problem: str | None
    made_at: datetime
    switched_at: datetime | None
    switched_by: str | None


class RubricAgreement(BaseModel):
    rubric: IdAndTitle
    version: int
    kappa_wanted: float
    labels_wanted: int
    criteria: list[CriterionAgreement]
    unjudged: int = Field(description="calls scored by people that this standard hasn't judged yet")
    standard: StandardOut
    candidate: StandardOut | None = Field(description="what may follow it: measured first, then switched on")


class AgreementList(BaseModel):
    rubrics: list[RubricAgreement]


class RoundWish(BaseModel):
    """Calls by id, or how many to draw: spread over what they scored, so that all levels occur."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=200)
    rubric: str = Field(max_length=200)
    calls: list[str] = Field(default_factory=list, max_length=20)
    sample: int = Field(default=3, ge=1, le=20)


class RoundCallOut(BaseModel):
    id: str
    title: str
    done: bool = Field(description="you have scored all of it")


class LevelsSeen(BaseModel):
    """Everyone's levels of a criterion, once you have handed yours in."""

    criterion: str
    title: str
    judge: Level | None
    people: dict[str, Level | None]


class CallRevealed(BaseModel):
    call: str
    criteria: list[LevelsSeen]


class RoundOut(BaseModel):
    id: int
    title: str
    rubric: IdAndTitle
    opened_at: datetime
    calls: list[RoundCallOut]
    handed_in: bool
    people: list[str] = Field(description="who has handed it in")
    revealed: list[CallRevealed] | None = Field(description="null until you have handed it in")


class RoundList(BaseModel):
    rounds: list[RoundOut]


class SheetCriterion(BaseModel):
    id: str
    title: str
    section: str
    levels: dict[str, str]


class Sheet(BaseModel):
    """A call to be scored: no level of the judge's, no score, nobody else's."""

    call: str
    title: str
    turns: list[TurnSaid]
    tape: TapeLink | None
    criteria: list[SheetCriterion]
    given: dict[str, Level | None]


class SheetWish(BaseModel):
    model_config = ConfigDict(extra="forbid")

    levels: dict[str, Level | None] = Field(description="null: it can't be told", max_length=100)

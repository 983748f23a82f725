"""The studio's HTTP bodies."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from voice.customer import Occasion

Text = Annotated[str, Field(max_length=60_000)]
Finite = Annotated[float, Field(ge=0, le=1e6)]
Step = Annotated[str, Field(max_length=80)] | Annotated[int, Field(ge=0, le=10_000)]
MOST_TURNS = 80
MOST_MATERIAL = 20_000  # characters: some ten pages


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Entry(BaseModel):
    kind: Literal["personas", "scenarios"]
    id: str
    title: str
    state: Literal["shipped", "draft", "published", "changed"]


class EntryList(BaseModel):
    documents: list[Entry]


class Problem(BaseModel):
    line: int
    key: str
    message: str


class Check(BaseModel):
    """What is wrong with a text, and the text as a form shows it (null where it is no YAML)."""

    errors: list[Problem]
    form: Any


class DocumentOut(Entry):
    yaml: str


class TextIn(_In):
    yaml: Text


class NewDocument(_In):
    id: str = Field(max_length=80)
    yaml: Text


class NewId(_In):
    id: str = Field(max_length=80)


class Patch(_In):
    yaml: Text
    key: list[Step] = Field(min_length=1, max_length=8)
    value: (
        Annotated[str, Field(max_length=4000)]
        | Annotated[list[Annotated[str, Field(max_length=2000)]], Field(max_length=50)]
    )


class HeardBody(_In):
    occasion: Occasion
    text: str = Field(default="", max_length=2000)
    start_s: Finite = 0.0
    end_s: Finite = 0.0
    silence_s: Finite = 0.0


class LivedBody(_In):
    heard: HeardBody
    moves: list[Annotated[str, Field(max_length=40)]] = Field(max_length=60)
    said: str = Field(max_length=4000)


class TryOut(_In):
    """`past` are the turns before, as they were answered; `text` null: the customer picks up."""

    yaml: Text
    past: list[LivedBody] = Field(default=[], max_length=MOST_TURNS)
    text: str | None = Field(default=None, max_length=2000)
    seed: int = Field(default=1, ge=0, lt=2**31)
    difficulty: int | None = Field(default=None, ge=1, le=5)
    drill: str | None = Field(default=None, max_length=80)


class PersonaTryOut(TryOut):
    """`scenario` is what the persona is tried out in, in place of whom it names."""

    scenario: str = Field(max_length=80)


class AnswerOut(BaseModel):
    """`fallback`: an authored line was said where the model's wording was stopped or late."""

    speaker: str
    lived: LivedBody
    trust: int
    patience: int
    facts_told: list[str]
    reasons: list[str]
    intention: str
    fallback: bool
    ended: str | None
    goal_reached: bool


class Answers(BaseModel):
    answers: list[AnswerOut]


class Material(_In):
    material: str = Field(min_length=40, max_length=MOST_MATERIAL)
    kind: Literal["sales", "service"] = "sales"


class DraftProgress(BaseModel):
    """`scenario` is the id of the draft once it is there."""

    id: str
    state: Literal["working", "done", "failed", "cancelled"]
    doing: str
    done: int
    total: int
    scenario: str | None = None
    problem: str | None = None

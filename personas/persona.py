"""Who the customer is: name, trade, temper and voice. A persona may appear in several scenarios."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, field_validator

from personas.yaml_text import Strict

Stance = Literal["cold", "neutral", "warm"]
Act = Literal[
    "answer", "deflect", "object", "insist", "ask", "soften", "agree", "refuse", "react", "rebuke", "odd", "demand"
]
Age = Literal["young", "middle", "older"]
AGES: tuple[Age, ...] = ("young", "middle", "older")
Accent = Literal["us", "gb"]
VOICE = re.compile(r"^[a-z0-9]+:[A-Za-z0-9_-]+$")


class Opener(Strict):
    """Reactions that may start a turn, for some acts and, if given, only for some stances.

    Each is a sentence of its own, or ends in a comma and is gone on with. `personas.opener_length` holds how long.
    """

    acts: tuple[Act, ...] = Field(min_length=1)
    stances: tuple[Stance, ...] = ()
    says: tuple[str, ...] = Field(min_length=1)

    @field_validator("says")
    @classmethod
    def _can_be_continued(cls, says: tuple[str, ...]) -> tuple[str, ...]:
        for line in says:
            if not line.strip() or line[-1] not in ".,?!":
                raise ValueError(f'opener "{line}" must end in a comma or a full stop; end it so')
        return says


class Example(Strict):
    """One exchange that shows the writer how this person talks."""

    caller: str
    gist: str
    says: str


class Persona(Strict):
    """A person on the phone.

    `voice` is one that every machine has. Where there are more, `pronoun`, `age` (under 35 or
    so, up to 55, above), `accent` and `pace` choose one: docs/models.md.
    """

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    name: str
    role: str
    company: str = ""
    pronoun: Literal["she", "he", "they"]
    voice: str
    age: Age = "middle"
    accent: Accent = "us"
    pace: float = Field(default=1.0, ge=0.5, le=2.0)
    about: str
    manner: str
    moods: dict[str, str] = Field(min_length=1)
    openers: tuple[Opener, ...] = Field(min_length=1)
    examples: tuple[Example, ...] = Field(min_length=2)

    @property
    def first_name(self) -> str:
        return self.name.split()[0]

    @field_validator("voice")
    @classmethod
    def _names_engine_and_voice(cls, voice: str) -> str:
        if not VOICE.match(voice):
            raise ValueError('write it as engine:voice, e.g. "hibari:heart"')
        return voice

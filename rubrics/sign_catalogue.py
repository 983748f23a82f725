"""The catalogue of signs: what can be seen in a call, how rubrics call it, and how it shows.

A sign is one small, visible thing ("asks the customer to wait", "the customer agrees"). `rubrics/signs/*.yaml` holds
them as data: `called` are patterns over a rubric's words, by which a level text is mapped to signs; `says`, `moves`,
`questions` and `pair` are how the sign is seen in a call. Patterns are over plain text (`rubrics.text.plain`), a
sentence at a time, with `<DAY>`, `<NUMBER>` and `<WHEN>` for what a regular expression alone would say at length.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator

from rubrics.moves import MOVES
from rubrics.questions import Kind
from rubrics.text import DAY, NUMBER

FOLDER = Path(__file__).parent / "signs"
WHEN = (
    rf"(?:\b{DAY}\b|\bnoon\b|\bmidday\b|\bmidnight\b|\bo'?clock\b|\b(?:quarter|half|{NUMBER}) (?:past|to|after) \w+|"
    rf"\b(?:at|by|before|until|around|about) (?:half )?{NUMBER}(?: {NUMBER})?\b|\b(?:within|in|inside) (?:the |about |"
    rf"around |another |the next )?(?:an? |{NUMBER} )?(?:{NUMBER} )?(?:working )?(?:minutes?|hours?|days?|"
    rf"weeks?|months?)"
    rf"\b|\b(?:this (?:minute|evening|week)|straight away|right (?:now|away)|immediately|first thing|from now|"
    rf"end of (?:the )?(?:day|week))\b|\b{NUMBER} (?:minutes?|hours?) before\b)"
)
_PLACEHOLDERS = {"<DAY>": DAY, "<NUMBER>": NUMBER, "<WHEN>": WHEN}


class Sign(BaseModel):
    """One visible thing. Seen where any of `says`, `moves`, `questions` or `pair` finds it, and `unless` doesn't match.

    `first` and `last` bound it to the learner's first or last turns. `harm` marks what a
    rubric only names as wrong; `detail` what earns nothing without the thing that it belongs to; `cue` the sign
    without which it isn't called for.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    about: Annotated[str, Field(min_length=1)]
    called: tuple[str, ...] = ()
    who: Literal["learner", "customer"] = "learner"
    moves: tuple[str, ...] = ()
    questions: tuple[Kind, ...] = ()
    says: tuple[str, ...] = ()
    unless: str | None = None
    pair: str | None = None
    first: int | None = None
    last: int | None = None
    harm: bool = False
    detail: bool = False
    cue: str | None = None

    @field_validator("says", "called")
    @classmethod
    def _compiles(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            pattern(one)
        return value

    @field_validator("moves")
    @classmethod
    def _known_moves(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [move for move in value if move not in MOVES]
        if unknown:
            raise ValueError(f"{unknown[0]!r} is no move; choose one of: {', '.join(MOVES)}")
        return value

    @cached_property
    def names(self) -> re.Pattern[str] | None:
        """How rubrics call it."""
        return pattern("|".join(f"(?:{one})" for one in self.called)) if self.called else None


@lru_cache(maxsize=1024)
def pattern(text: str) -> re.Pattern[str]:
    """A pattern of the catalogue, its placeholders filled in. Raises re.error for one that doesn't compile."""
    for name, meaning in _PLACEHOLDERS.items():
        text = text.replace(name, meaning)
    return re.compile(text)


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, Sign]:
    """Every sign by its id. Raises ValueError for a file that can't be read as signs, naming the file."""
    found: dict[str, Sign] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
            sign = Sign.model_validate(entry)
            if sign.id in found:
                raise ValueError(f"{path.name}: sign {sign.id!r} stands twice; rename one")
            found[sign.id] = sign
    return found

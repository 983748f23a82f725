"""Rubrics as people write them: YAML in, checked models out. Every error names the file, the key and the mend."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    SerializerFunctionWrapHandler,
    StrictBool,
    Tag,
    ValidationError,
    field_validator,
    model_serializer,
    model_validator,
)

from rubrics.checks import Checks, SignId
from rubrics.moves import MOVES

Kind = Literal["behaviour", "phrase", "measure", "outcome"]
Metric = Literal[
    "talk_share",
    "longest_monologue_s",
    "overlaps_by_learner",
    "overlaps_by_customer",
    "pace_wpm",
    "pause_before_answer_s",
    "questions",
    "fillers_per_minute",
    "dead_air_s",
    "silent_holds",
]
Outcome = Literal["facts_uncovered", "objections_resolved", "goal_reached"]
JudgeName = Literal[
    "permission",
    "introduction",
    "agenda",
    "open-question",
    "follow-up",
    "quantify",
    "decision",
    "recap",
    "objection",
    "tailored",
    "claims",
    "next-step",
    "right-party",
    "disclosure",
    "rights",
    "no-threat",
    "hardship",
    "affordability",
    "options",
    "promise",
    "empathy",
    "apology",
    "ownership",
    "explanation",
    "remedy",
    "identity",
    "manners",
    "greeting",
    "closing",
    "talking-over",
]
"""The judges of `rubrics.judge`, by name: a criterion may name its own, or carry its checks."""
_IDENTIFIER = r"^[a-z0-9]+(?:[._-][a-z0-9]+)*$"
Identifier = Annotated[str, Field(pattern=_IDENTIFIER, max_length=80)]
Text = Annotated[str, Field(min_length=1, max_length=2000)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Examples(_Part):
    good: tuple[Text, ...] = ()
    poor: tuple[Text, ...] = ()


class PhraseItem(_Part):
    """One thing to say. `exact` wants the words in order; `paraphrase` the share of content words in `least`."""

    say: Text
    match: Literal["exact", "paraphrase"] = "paraphrase"
    name: str = ""
    also: tuple[Text, ...] = ()
    least: float = Field(default=0.75, gt=0, le=1)


class Phrase(_Part):
    """What must be said, in which order, and until when: before a move or a sign is first seen, or within seconds."""

    items: tuple[PhraseItem, ...] = Field(min_length=1)
    ordered: bool = False
    before_move: str | None = None
    before: SignId | None = None
    within_s: float | None = Field(default=None, gt=0)

    @model_serializer(mode="wrap")
    def _as_before(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without what isn't used, so that the hash of a rubric stays when a new key comes in."""
        body: dict[str, Any] = handler(self)
        return body if self.before is not None else {key: value for key, value in body.items() if key != "before"}

    @field_validator("before_move")
    @classmethod
    def _known_move(cls, value: str | None) -> str | None:
        if value is not None and value not in MOVES:
            raise ValueError(f"{value!r} is no move; choose one of: {', '.join(MOVES)}")
        return value


class Measure(_Part):
    """A metric of `rubrics.delivery` and its ranges: inside `good` is level 2, inside `fair` level 1."""

    metric: Metric
    good: tuple[float, float]
    fair: tuple[float, float]

    @model_validator(mode="after")
    def _nested(self) -> Self:
        if not self.fair[0] <= self.good[0] <= self.good[1] <= self.fair[1]:
            raise ValueError(f"good {self.good} must lie inside fair {self.fair}, low before high")
        return self


class OutcomeOf(_Part):
    """Something the director's account says: a share of ids that must be reached for level 2 and level 1."""

    of: Outcome
    ids: tuple[str, ...] = ()
    full: float = Field(default=1.0, gt=0, le=1)
    part: float = Field(default=0.5, ge=0, le=1)


class Criterion(_Part):
    id: Identifier
    title: Text
    kind: Kind
    skill: Identifier
    weight: float = Field(default=1, gt=0, le=100)
    critical: StrictBool = False
    levels: dict[int | Literal["na"], Text]
    examples: Examples = Examples()
    phrase: Phrase | None = None
    measure: Measure | None = None
    outcome: OutcomeOf | None = None
    checks: (
        Annotated[
            Annotated[JudgeName, Tag("judge")] | Annotated[Checks, Tag("checks")],
            Discriminator(lambda value: "judge" if isinstance(value, str) else "checks"),
        ]
        | None
    ) = None
    advice: Text | None = None
    better: Text | None = None

    @field_validator("levels", mode="before")
    @classmethod
    def _level_keys(cls, value: object) -> object:
        if isinstance(value, dict) and any(isinstance(key, bool) for key in value):
            raise ValueError("a level is true or false; write 0, 1 or 2")
        return value

    @model_validator(mode="after")
    def _complete(self) -> Self:
        missing = sorted({0, 1, 2} - set(self.levels))
        if missing or set(self.levels) - {0, 1, 2, "na"}:
            raise ValueError(f'levels {list(self.levels)} must be 0, 1, 2 and, if it can arise, "na"')
        if self.kind == "measure" and self.measure is None:
            raise ValueError('kind is "measure", but there is no "measure": give metric, good and fair')
        if self.kind == "outcome" and self.outcome is None:
            raise ValueError('kind is "outcome", but there is no "outcome": give of, full and part')
        return self

    @property
    def na_allowed(self) -> bool:
        """Whether the level texts let the criterion not arise ("Score na if ...", or a level "na")."""
        texts = " ".join(self.levels.values()).lower()
        return "na" in self.levels or ("score na" in texts and "never na" not in texts)


class Section(_Part):
    id: Identifier
    title: Text
    criteria: tuple[Criterion, ...] = Field(min_length=1)


class Rubric(_Part):
    id: Identifier
    version: int = Field(ge=1)
    title: Text
    sections: tuple[Section, ...] = Field(min_length=1)
    pass_score: float = Field(default=70, ge=0, le=100)

    @model_validator(mode="after")
    def _unique(self) -> Self:
        seen: set[str] = set()
        for criterion in self.criteria:
            if criterion.id in seen:
                raise ValueError(f"criterion {criterion.id!r} stands twice; rename one")
            seen.add(criterion.id)
        return self

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        return tuple(criterion for section in self.sections for criterion in section.criteria)

    @property
    def hash(self) -> str:
        """SHA-256 of what the rubric says, whatever its file's layout: the grade records it."""
        return hashlib.sha256(json.dumps(self.model_dump(mode="json"), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a file of the library."""

    file: str
    key: str
    message: str


class RubricError(ValueError):
    """A rubric file that can't be read. `problems` says where and how to mend it; the text is the first one."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        first = problems[0]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(f"{first.file}: key {first.key}: {first.message}{more}")


@dataclass(frozen=True, slots=True)
class RubricLibrary:
    """The rubrics of a folder by id, and the problems of the files that didn't load."""

    rubrics: Mapping[str, Rubric]
    errors: tuple[Problem, ...]


LIBRARY = Path(__file__).parent / "library"


def load_rubric(path: Path) -> Rubric:
    """Read one rubric. Raises RubricError for a missing, unreadable, malformed or incomplete file."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RubricError((Problem(str(path), "-", f"can't be read: {error.strerror}; check the path"),)) from None
    except UnicodeDecodeError:
        raise RubricError((Problem(str(path), "-", "is not text; save it as UTF-8"),)) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else "-"
        message = f"is not YAML ({getattr(error, 'problem', None) or 'malformed'}); mend the line"
        raise RubricError((Problem(str(path), where, message),)) from None
    if not isinstance(data, dict):
        raise RubricError((Problem(str(path), "-", "holds no mapping; start with id, version, title, sections"),))
    try:
        return Rubric.model_validate(data)
    except ValidationError as error:
        raise RubricError(tuple(_problem(path, data, detail) for detail in error.errors())) from None


def load_rubrics(folder: Path = LIBRARY) -> RubricLibrary:
    """Read every `*.yaml` of a folder. A broken file is reported and never stops the others from loading."""
    rubrics: dict[str, Rubric] = {}
    errors: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            rubric = load_rubric(path)
        except RubricError as error:
            errors.extend(error.problems)
            continue
        if rubric.id in rubrics:
            errors.append(Problem(str(path), "id", f"{rubric.id!r} is taken by another file; rename one"))
            continue
        rubrics[rubric.id] = rubric
    return RubricLibrary(rubrics, tuple(errors))


def _problem(path: Path, data: object, detail: Any) -> Problem:
    key = ".".join(str(part) for part in detail["loc"] if part not in ("int", "literal['na']")) or "-"
    message = str(detail["msg"]).removeprefix("Value error, ")
    given = detail.get("input")
    if detail["type"] == "missing":
        return Problem(str(path), key, "is missing; add it")
    if detail["type"] == "extra_forbidden":
        return Problem(str(path), key, "is not known; check its spelling or remove it")
    if isinstance(given, str | int | float | bool):
        message = f"is {str(given)[:60]!r}: {message}"
    return Problem(str(path), key, message)

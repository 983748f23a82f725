"""A call over time: who speaks when, where each criterion was seen, how the customer took it, in which stage."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from server.coaching.levels import Level, criteria_of
from voice.record import CallRecord, Decision, Turn

StretchKind = Literal["learner", "customer", "overlap", "silence"]
STAGES = ("opening", "conversation", "agreed", "ended")
_LEAST_SILENCE_S = 0.05  # what rounding leaves between two turns


@dataclass(frozen=True, slots=True)
class Stretch:
    kind: StretchKind
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A quote that shows a criterion's level; `section` counts the rubric's sections, for their colours."""

    criterion: str
    title: str
    section: int
    level: Level | None
    turn: int
    quote: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Mood:
    """The customer after a decision: `told` and `answered` are what is new with it, `reasons` why anything moved."""

    turn: int
    at_s: float
    trust: int | None
    patience: int | None
    stance: str
    stage: str
    told: tuple[str, ...]
    objections: Mapping[str, str]
    reasons: tuple[str, ...]


def stretches(record: CallRecord, duration_s: float) -> list[Stretch]:
    """The call cut at every change of who speaks, in order and without gaps; what went before it is left out."""
    turns = [turn for turn in record.turns if turn.end_s > 0 and turn.end_s > turn.start_s and turn.text.strip()]
    ends = [turn.end_s for turn in turns]
    cuts = sorted({0.0, max([duration_s, *ends]), *(max(0.0, turn.start_s) for turn in turns), *ends})
    found: list[Stretch] = []
    sides = {who: [turn for turn in turns if turn.who == who] for who in ("learner", "customer")}
    places = dict.fromkeys(sides, 0)
    for start_s, end_s in itertools.pairwise(cuts):
        speaking = [who for who in sides if _speaks(sides[who], places, who, start_s)]
        kind: StretchKind = "overlap" if len(speaking) == 2 else "silence"
        if len(speaking) == 1:
            kind = "learner" if speaking[0] == "learner" else "customer"
        if kind == "silence" and end_s - start_s < _LEAST_SILENCE_S and found:
            kind = found[-1].kind
        if found and found[-1].kind == kind:
            found[-1] = Stretch(kind, found[-1].start_s, end_s)
        else:
            found.append(Stretch(kind, start_s, end_s))
    return found


def _speaks(turns: Sequence[Turn], places: dict[str, int], who: str, at_s: float) -> bool:
    """Whether this side speaks right after `at_s`, which only grows."""
    while places[who] < len(turns) and turns[places[who]].end_s <= at_s:
        places[who] += 1
    return any(turn.start_s <= at_s < turn.end_s for turn in turns[places[who] : places[who] + 2])


def marks(grade: Mapping[str, Any] | None) -> list[Mark]:
    """Every quote of the grade that is on the call's own tape, in its order."""
    sections = {
        one["id"]: place
        for place, section in enumerate((grade or {}).get("sections", []))
        for one in section["criteria"]
    }
    found = [
        Mark(
            one["id"],
            one["title"],
            sections[one["id"]],
            one["level"],
            span["turn"],
            span["quote"],
            span["start_s"],
            span["end_s"],
        )
        for one in criteria_of(grade)
        for span in one["evidence"]
        if span["start_s"] is not None and span["start_s"] >= 0
    ]
    return sorted(found, key=lambda mark: (mark.start_s, mark.section, mark.criterion))


def moods(record: CallRecord) -> list[Mood]:
    """The customer's state over time, one entry a decision; empty without a director's account."""
    found: list[Mood] = []
    told: tuple[str, ...] = ()
    objections: Mapping[str, str] = {}
    for decision in sorted(record.decisions, key=lambda one: one.at_s):
        state = decision.notes.get("state")
        if not isinstance(state, Mapping):
            continue
        all_told = tuple(str(fact) for fact in decision.notes.get("facts_told", ()))
        standing = {str(name): str(value) for name, value in dict(decision.notes.get("objections", {})).items()}
        found.append(
            Mood(
                turn=decision.turn,
                at_s=decision.at_s,
                trust=_number(state.get("trust")),
                patience=_number(state.get("patience")),
                stance=str(state.get("stance", "")),
                stage=_stage(decision),
                told=tuple(fact for fact in all_told if fact not in told),
                objections={
                    name: value for name, value in standing.items() if value != objections.get(name, "unraised")
                },
                reasons=tuple(str(reason) for reason in decision.notes.get("reasons", ())),
            )
        )
        told, objections = all_told, standing
    return found


@dataclass(frozen=True, slots=True)
class StageTurns:
    """What belongs to a stage of a call: the indices of its turns, and from when to when it lasted."""

    stage: str
    turns: tuple[int, ...]
    start_s: float
    end_s: float


def stages(record: CallRecord) -> dict[str, StageTurns]:
    """The stages of a call in order. A turn belongs to the one in which it began; without an account all is one."""
    decisions = sorted(record.decisions, key=lambda one: one.at_s)
    found: dict[str, list[Turn]] = {}
    place, now = 0, STAGES[0]
    for turn in sorted(record.turns, key=lambda one: (one.start_s, one.index)):
        while place < len(decisions) and decisions[place].at_s <= turn.start_s + _LEAST_SILENCE_S:
            now = _stage(decisions[place]) or now
            place += 1
        found.setdefault(now, []).append(turn)
    return {
        stage: StageTurns(stage, tuple(turn.index for turn in turns), turns[0].start_s, turns[-1].end_s)
        for stage, turns in found.items()
    }


def _stage(decision: Decision) -> str:
    state = decision.notes.get("state")
    return str(state.get("stage", "")) if isinstance(state, Mapping) else ""


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None

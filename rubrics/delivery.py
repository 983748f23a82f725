"""What is read off the timings: who spoke how long, when, how fast. No voice, accent or emotion is judged."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from statistics import median
from typing import Any

from rubrics.questions import questions
from rubrics.rubric import Criterion
from voice.record import CallRecord, Turn

_FILLER = re.compile(r"\b(?:um+|uh+|er+m?|hmm+|you know|sort of|kind of|i mean)\b", re.IGNORECASE)
_OVERLAP_S = 0.3
"""Shorter overlaps are ordinary turn-taking: people leave about 0.2 s either way (Stivers 2009)."""
_DEAD_AIR_S = 3.0
"""A silence that a caller notices."""
_HOLD_S = 6.0
"""A silence so long is a hold, and wants to be announced."""
_ANNOUNCES = re.compile(
    r"\b(?:on hold|hold on|hold the line|one (?:moment|second)|(?:a|two|three|few) (?:moments?|minutes?|"
    r"seconds?)|bear with|"
    r"go quiet|hang on|let me (?:check|look|see|find)|have a look)\b",
    re.IGNORECASE,
)
_LATE_S = 2.5
"""A customer who takes longer to answer is late, as a machine may be: nobody is to blame for speaking then."""
_LEAST_SPEECH_S = 10.0
"""Under this, a rate or a share says nothing."""

RANGES: dict[str, dict[str, tuple[float, float]]] = {
    "sales": {
        "talk_share": (0.35, 0.65),
        "longest_monologue_s": (0, 40),
        "overlaps_by_learner": (0, 2),
        "pace_wpm": (110, 190),
        "pause_before_answer_s": (0.1, 1.5),
        "questions": (4, 16),
        "fillers_per_minute": (0, 6),
        "dead_air_s": (0, 6),
        "silent_holds": (0, 0),
    },
    "service": {
        "talk_share": (0.35, 0.7),
        "longest_monologue_s": (0, 35),
        "overlaps_by_learner": (0, 1),
        "pace_wpm": (110, 180),
        "pause_before_answer_s": (0.1, 1.5),
        "questions": (3, 14),
        "fillers_per_minute": (0, 6),
        "dead_air_s": (0, 12),
        "silent_holds": (0, 0),
    },
    "collections": {
        "talk_share": (0.4, 0.75),
        "longest_monologue_s": (0, 35),
        "overlaps_by_learner": (0, 1),
        "pace_wpm": (100, 175),
        "pause_before_answer_s": (0.1, 1.8),
        "questions": (3, 14),
        "fillers_per_minute": (0, 6),
        "dead_air_s": (0, 10),
        "silent_holds": (0, 0),
    },
}
"""Usual ranges per kind of call, to orient by; never folded into a score unless a rubric has a measure for it."""

_SHOWN: dict[str, tuple[str, str]] = {
    "talk_share": ("Your share of the talking", "share"),
    "longest_monologue_s": ("Longest stretch without the customer", "s"),
    "overlaps_by_learner": ("Times you started while they spoke", "count"),
    "overlaps_by_customer": ("Times they started while you spoke", "count"),
    "pace_wpm": ("Pace", "words/min"),
    "pause_before_answer_s": ("Pause before you answered", "s"),
    "questions": ("Questions you asked", "count"),
    "fillers_per_minute": ("Fillers", "per min"),
    "dead_air_s": ("Silence before your turns", "s"),
    "silent_holds": ("Waits that you didn't announce", "count"),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """One metric of a call; `value` is None where the call is too short to tell, or the learner typed."""

    id: str
    title: str
    value: float | None
    unit: str
    low: float | None
    high: float | None

    def to_json(self) -> dict[str, Any]:
        value = None if self.value is None else round(self.value, 3)
        shown = "-" if self.value is None else _show(self.value, self.unit)
        return {
            "id": self.id,
            "title": self.title,
            "value": value,
            "unit": self.unit,
            "low": self.low,
            "high": self.high,
            "shown": shown,
        }


def readings(record: CallRecord, kind: str = "") -> tuple[Reading, ...]:
    """Every metric of the call, with the usual range for its kind ("sales", "service", "collections") if known."""
    values = measure(record)
    ranges = RANGES.get(kind, {})
    return tuple(
        Reading(metric, title, values[metric], unit, *(ranges.get(metric) or (None, None)))
        for metric, (title, unit) in _SHOWN.items()
    )


def measure(record: CallRecord) -> dict[str, float | None]:
    """The metrics by id; None where there is too little speech, and for all that is timed where the learner typed.

    Overlapping and empty turns are taken as they are. What follows from a customer who answers late
    is left out: talking into that silence is no interruption.
    """
    turns = sorted((turn for turn in record.turns if turn.text.strip()), key=lambda turn: (turn.start_s, turn.index))
    learner = [turn for turn in turns if turn.who == "learner"]
    customer = [turn for turn in turns if turn.who == "customer"]
    learner_s, customer_s = _spoken_s(learner), _spoken_s(customer)
    words = sum(len(turn.text.split()) for turn in learner)
    enough = learner_s >= _LEAST_SPEECH_S
    gaps = [(after, after.start_s - before.end_s) for before, after in itertools.pairwise(turns)]
    pauses = [gap for after, gap in gaps if after.who == "learner" and gap >= 0]
    asked = float(sum(len(questions(turn.text)) for turn in learner))
    if any(turn.end_s <= turn.start_s for turn in learner):  # a typed turn takes no time
        return {metric: asked if metric == "questions" else None for metric in _SHOWN}
    return {
        "talk_share": learner_s / (learner_s + customer_s) if learner_s + customer_s >= _LEAST_SPEECH_S else None,
        "longest_monologue_s": _longest_run_s(turns) if learner else None,
        "overlaps_by_learner": float(_overlaps(turns, "learner")),
        "overlaps_by_customer": float(_overlaps(turns, "customer")),
        "pace_wpm": words / learner_s * 60 if enough else None,
        "pause_before_answer_s": median(pauses) if len(pauses) >= 2 else None,
        "questions": asked,
        "fillers_per_minute": sum(len(_FILLER.findall(t.text)) for t in learner) / learner_s * 60 if enough else None,
        "dead_air_s": float(sum(gap for after, gap in gaps if after.who == "learner" and gap >= _DEAD_AIR_S)),
        "silent_holds": float(_silent_holds(turns)),
    }


def level_of(criterion: Criterion, record: CallRecord) -> tuple[int | None, str]:
    """The level of a `measure` criterion and why; None where the call is too short to tell, or was typed."""
    spec = criterion.measure
    if spec is None:
        return None, "this criterion names no metric"
    title, unit = _SHOWN[spec.metric]
    value = measure(record)[spec.metric]
    if value is None:
        return None, f"{title.lower()}: the call is too short to tell, or was typed"
    shown = f"{title.lower()}: {_show(value, unit)}; aim for {_show(spec.good[0], unit)} to {_show(spec.good[1], unit)}"
    if spec.good[0] <= value <= spec.good[1]:
        return 2, shown
    return (1, shown) if spec.fair[0] <= value <= spec.fair[1] else (0, shown)


def longest_turn(record: CallRecord) -> Turn | None:
    """The learner's longest turn: what a criterion about length points at."""
    return max(record.learner_turns, key=lambda turn: turn.end_s - turn.start_s, default=None)


def _show(value: float, unit: str) -> str:
    if unit == "share":
        return f"{value:.0%}"
    return f"{value:.0f}" if unit == "count" else f"{value:.{0 if value >= 20 else 1}f} {unit}"


def _spoken_s(turns: list[Turn]) -> float:
    return sum(max(0.0, turn.end_s - turn.start_s) for turn in turns)


def _longest_run_s(turns: list[Turn]) -> float:
    """Longest time of the learner's speech that no customer turn of two words or more breaks."""
    longest = run = 0.0
    for turn in turns:
        if turn.who == "learner":
            run += max(0.0, turn.end_s - turn.start_s)
            longest = max(longest, run)
        elif len(turn.text.split()) >= 2:
            run = 0.0
    return longest


def _overlaps(turns: list[Turn], who: str) -> int:
    late = {turn.index for turn in _late(turns)}
    return sum(
        1
        for place, turn in enumerate(turns)
        if turn.who == who
        and turn.index not in late
        and any(
            other.who != who
            and other.index not in late
            and turn.start_s - other.start_s > 0
            and other.end_s - turn.start_s >= _OVERLAP_S
            for other in turns[:place]
        )
    )


def _late(turns: list[Turn]) -> list[Turn]:
    """The customer's turns that come late after the learner's."""
    return [
        after
        for before, after in itertools.pairwise(turns)
        if before.who == "learner" and after.who == "customer" and after.start_s - before.end_s > _LATE_S
    ]


def _silent_holds(turns: list[Turn]) -> int:
    """Long silences before the learner's turns that their turn before didn't announce."""
    count, announced = 0, False
    for before, after in itertools.pairwise(turns):
        if before.who == "learner":
            announced = bool(_ANNOUNCES.search(before.text))
        if after.who == "learner" and after.start_s - before.end_s >= _HOLD_S and not announced:
            count += 1
    return count

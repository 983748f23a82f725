"""How quickly the customer answered, turn by turn, read off the call's journal.

All on the call's own clock. When something was heard is worked out of the client's reports of what it has played: a
report of n samples at a time means that sample k < n was heard (n - k) / rate earlier. So the figures hold everything
between the learner's last sound and the loudspeaker, except the device's own output delay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from voice.clock import CUSTOMER_RATE, LEARNER_RATE

Entry = Mapping[str, Any]


@dataclass(slots=True)
class _Piece:
    origin: str
    first: int  # customer samples: where its sound begins
    length: int


@dataclass(slots=True)
class _Answer:
    """One epoch that was committed, and what it consisted of."""

    turn: int
    ended_at: float  # learner samples: the learner's last sound
    committed_at: int
    opener: str = ""
    pieces: list[_Piece] = field(default_factory=list)
    reports: list[tuple[int, int]] = field(default_factory=list)
    stages: dict[str, int] = field(default_factory=dict)

    def heard_at(self, sample: int) -> float | None:
        """When a customer sample was heard, in learner samples; None if it never was."""
        for at, played in self.reports:
            if played > sample:
                return at - (played - sample) * LEARNER_RATE / CUSTOMER_RATE
        return None


def report(entries: Sequence[Entry]) -> Mapping[str, Any]:
    """`{"turns": [...], "voice_to_voice_ms": {p50, p95}, "substance_ms": ..., "gap_ms": ...}`; `turn` is the record's.

    Typed turns aren't in it: nobody stopped speaking. A figure that can't be known is None.
    """
    places = _places(entries)
    turns = [_figures(answer, places) for answer in _answers(entries).values()]
    turns = [turn for turn in turns if turn["turn"] is not None]
    return {
        "turns": turns,
        **{
            name: quantiles([turn[name] for turn in turns if turn[name] is not None])
            for name in ("voice_to_voice_ms", "substance_ms", "gap_ms")
        },
    }


def quantiles(values: Sequence[float]) -> dict[str, float | None]:
    """The median and the 95th percentile (linear interpolation), None of nothing."""
    if not values:
        return {"p50": None, "p95": None}
    p50, p95 = np.percentile(np.asarray(values, dtype=float), [50, 95])
    return {"p50": round(float(p50)), "p95": round(float(p95))}


def _figures(answer: _Answer, places: Mapping[int, int]) -> dict[str, Any]:
    first = answer.pieces[0] if answer.pieces else None
    substance = next((piece for piece in answer.pieces if piece.origin != "opener"), None)
    substance_at = answer.heard_at(substance.first) if substance else None
    gap_ms = None
    if substance is not None and substance is not first and substance_at is not None:
        before = answer.pieces[answer.pieces.index(substance) - 1]
        ended_at = answer.heard_at(before.first + before.length - 1)
        gap_ms = None if ended_at is None else _ms(max(0.0, substance_at - ended_at))
    first_at = answer.heard_at(first.first) if first else None
    return {
        "turn": places.get(answer.turn),
        "voice_to_voice_ms": None if first_at is None else _ms(first_at - answer.ended_at),
        "substance_ms": None if substance_at is None else _ms(substance_at - answer.ended_at),
        "gap_ms": gap_ms,
        "opener": answer.opener or None,
        "stages": {
            **{name: _ms(at - answer.ended_at) for name, at in answer.stages.items()},
            "committed_ms": _ms(answer.committed_at - answer.ended_at),
        },
    }


def _ms(learner_samples: float) -> int:
    return round(learner_samples * 1000 / LEARNER_RATE)


# The event that first shows that a stage is done, by the name under which it is reported.
_STAGES = {
    "Recognized": "recognised_ms",
    "EndJudged": "judged_ms",
    "Decided": "decided_ms",
    "LineWritten": "first_line_ms",
}


def _answers(entries: Sequence[Entry]) -> dict[int, _Answer]:
    """By epoch, which is the utterance's number too."""
    answers: dict[int, _Answer] = {}
    stages: dict[int, dict[str, int]] = {}
    openers: dict[int, str] = {}
    origins: dict[tuple[int, int], str] = {}
    lengths: dict[tuple[int, int], int] = {}
    for entry in entries:
        if entry.get("type") != "step":
            continue
        name, event = entry["event"]
        epoch = event.get("epoch", -1)
        if name in _STAGES:
            stages.setdefault(epoch, {}).setdefault(_STAGES[name], event["at"])
        if name == "Decided":
            openers[epoch] = event["opener"]
        elif name == "Synthesized":
            lengths[epoch, event["piece"]] = event["customer_samples"]
        elif name == "Played" and event["utterance"] in answers:
            answers[event["utterance"]].reports.append((event["at"], event["customer_samples"]))
        for command, values in entry["commands"]:
            if command == "Synthesize":
                origins[values["epoch"], values["piece"]] = values["origin"]
            elif command == "Commit" and values["heard"]["occasion"] == "turn" and not values["heard"]["typed"]:
                epoch = values["epoch"]
                answers[epoch] = _Answer(
                    turn=values["turn"],
                    ended_at=values["heard"]["end_s"] * LEARNER_RATE,
                    committed_at=event["at"],
                    opener=openers.get(epoch, ""),
                    stages=stages.get(epoch, {}),
                )
            elif command == "Say" and values["utterance"] in answers:
                key = values["utterance"], values["piece"]
                sound_at = values["first"] + values["gap"]
                answers[key[0]].pieces.append(_Piece(origins.get(key, "writer"), sound_at, lengths.get(key, 0)))
    return answers


def _places(entries: Sequence[Entry]) -> dict[int, int]:
    """The record's index of each turn of the conversation."""
    told: dict[int, int] = {}
    for entry in entries:
        if entry.get("type") == "step":
            told |= {values["turn"]: values["since"] for name, values in entry["commands"] if name == "Tell"}
    in_order = sorted(told, key=lambda turn: (told[turn], turn))
    return {turn: index for index, turn in enumerate(in_order)}

"""What a finished (or broken-off) call consists of, for everyone who reads it.

The journal (`voice.journal`) is the one ordered list of what happened. `CallRecord` is what is read off it: turns with
the words that were really said and heard, and the director's decisions beside them. This module is the ground floor:
it imports nothing of Ringside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Who = Literal["learner", "customer"]
JSON = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Word:
    """One word and when it was heard or played, in seconds on the call's clock."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Turn:
    """One side's turn. A customer's turn holds only the words whose last sample was played, and who said them."""

    index: int
    who: Who
    text: str
    start_s: float
    end_s: float
    words: tuple[Word, ...] = ()
    interrupted: bool = False
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the director made of a learner's turn: `turn` is that turn's index, or -1 for the pick-up.

    `notes` is the director's own account, JSON-able, with at least: `moves` (list of ids), `state` (trust, patience,
    ...), `facts_told` (ids told so far), `objections` (id -> "unraised" | "standing" | "answered"), `goal_reached`,
    `intention` (what it wanted to get across) and `reasons` (each change with why). `speaker` is who said the answer.
    """

    turn: int
    at_s: float
    notes: JSON


@dataclass(frozen=True, slots=True)
class Prosody:
    """How a customer's turn sounds beside how they usually sound: `pace` times as fast, `gain_db` louder.

    `pause_s` is what they leave between a first reaction and the rest.
    """

    pace: float = 1.0
    gain_db: float = 0.0
    pause_s: float = 0.0


@dataclass(frozen=True, slots=True)
class CallRecord:
    """A call as its readers see it. Turns are in order of their start; times are seconds on the learner's clock."""

    id: str
    scenario: str
    turns: tuple[Turn, ...]
    decisions: tuple[Decision, ...] = ()
    ended: str | None = None
    duration_s: float = 0.0
    facts: JSON = field(default_factory=dict)

    @property
    def learner_turns(self) -> tuple[Turn, ...]:
        return tuple(turn for turn in self.turns if turn.who == "learner")

    @classmethod
    def from_json(cls, data: JSON) -> CallRecord:
        """Read the exchange format of `ringside grade --call`: `{"id", "turns": [{who, text, start_s, end_s}]}`.

        Raises ValueError naming the key, the value and the mend.
        """
        if not isinstance(data.get("id"), str):
            raise ValueError(f'call: key "id" is {data.get("id")!r}; give the call a text id')
        raw_turns = data.get("turns")
        if not isinstance(raw_turns, list):
            raise ValueError(f'call {data["id"]}: key "turns" is {type(raw_turns).__name__}; give a list of turns')
        turns = tuple(_turn_from_json(data["id"], index, raw) for index, raw in enumerate(raw_turns))
        return cls(
            id=data["id"],
            scenario=str(data.get("scenario", "")),
            turns=turns,
            ended=str(data.get("ended", "hangup")),
            duration_s=max((turn.end_s for turn in turns), default=0.0),
        )


def _turn_from_json(call: str, index: int, raw: object) -> Turn:
    where = f"call {call}, turn {index}"
    if not isinstance(raw, dict):
        raise ValueError(f"{where}: is {type(raw).__name__}; give an object with who, text, start_s, end_s")
    if raw.get("who") not in ("learner", "customer"):
        raise ValueError(f'{where}: key "who" is {raw.get("who")!r}; use "learner" or "customer"')
    if not isinstance(raw.get("text"), str):
        raise ValueError(f'{where}: key "text" is {raw.get("text")!r}; give the words as text')
    for key in ("start_s", "end_s"):
        if isinstance(raw.get(key), bool) or not isinstance(raw.get(key), int | float):
            raise ValueError(f'{where}: key "{key}" is {raw.get(key)!r}; give seconds as a number')
    if raw["end_s"] < raw["start_s"]:
        raise ValueError(f'{where}: "end_s" {raw["end_s"]} is before "start_s" {raw["start_s"]}; swap or mend them')
    return Turn(index, raw["who"], raw["text"], float(raw["start_s"]), float(raw["end_s"]))

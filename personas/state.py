"""What the customer has lived through so far in a call. Immutable: each turn makes a new one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from personas.persona import Stance
from personas.scenario import When
from personas.script import Script

Standing = Literal["unraised", "standing", "answered"]


@dataclass(frozen=True, slots=True)
class Claimed:
    """The figure that the learner last put on a claim of the scenario, and in which turn."""

    id: str
    value: float
    turn: int


@dataclass(frozen=True, slots=True)
class Promised:
    """What the learner took on and in which turn: a promise that the scenario knows (`id`), or just their words."""

    what: str
    turn: int
    id: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """The customer's mind. `turn` counts the learner's turns; `used` holds what was said, oldest first.

    `speaker` is who is on the line, by persona. `happened` holds what comes once in a call, as "hold:x", "aside:x",
    "pause:x", "claim:x", "promise:x", "demand:3", "warned". `aside` is what they are off topic with, `pause` in which
    silence of their own they are, `away` why nobody is on the line. `promises` and `claims` are what the learner can
    be held to.
    """

    trust: int
    patience: int
    turn: int = 0
    told: tuple[str, ...] = ()
    objections: Mapping[str, Standing] = field(default_factory=dict)
    dodges: Mapping[str, int] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    awaiting: str = ""
    done: tuple[str, ...] = ()
    agreed: tuple[str, ...] = ()
    fired: Mapping[str, int] = field(default_factory=dict)
    silences: int = 0
    used: tuple[str, ...] = ()
    goal_reached: bool = False
    ended: str = ""
    speaker: str = ""
    happened: tuple[str, ...] = ()
    aside: str = ""
    pause: str = ""
    away: str = ""
    warned_turn: int = 0
    oddities: int = 0
    claims: tuple[Claimed, ...] = ()
    promises: tuple[Promised, ...] = ()

    @property
    def stance(self) -> Stance:
        if self.trust <= 2 or self.patience <= 2:
            return "cold"
        return "warm" if self.trust >= 6 else "neutral"

    @property
    def stage(self) -> str:
        if self.ended:
            return "ended"
        if self.goal_reached:
            return "agreed"
        if self.told or "answered" in self.objections.values():
            return "conversation"
        return "opening"

    def to_json(self) -> dict[str, Any]:
        return {
            "trust": self.trust,
            "patience": self.patience,
            "turn": self.turn,
            "stance": self.stance,
            "stage": self.stage,
            "agreed": list(self.agreed),
            "awaiting": self.awaiting,
            "claims": {claim.id: claim.value for claim in self.claims},
            "promises": [f"{promise.what}, turn {promise.turn}" for promise in self.promises],
            "happened": list(self.happened),
            "away": self.away,
        }


def first_state(script: Script) -> State:
    """Where the call, or the drill, begins."""
    standing: dict[str, Standing] = {objection.id: "unraised" for objection in script.scenario.objections}
    if script.drill is None:
        return State(script.start.trust, script.start.patience, objections=standing, speaker=script.scenario.persona)
    start = script.drill.start
    standing.update(dict.fromkeys(start.answered, "answered"))
    standing.update(dict.fromkeys(start.standing, "standing"))
    return State(
        script.start.trust,
        script.start.patience,
        turn=start.turn,
        told=tuple(start.told),
        objections=standing,
        done=tuple(start.done),
        awaiting=start.standing[0] if len(start.standing) == 1 else "",  # it is what the drill begins with
        speaker=start.by or script.scenario.persona,
    )


@dataclass(frozen=True, slots=True)
class LearnerTurn:
    """What the learner just did: recognised moves and their words."""

    moves: frozenset[str]
    text: str

    @property
    def asks(self) -> bool:
        return bool(self.moves & ASKING) or self.text.rstrip().endswith("?") or bool(_QUESTION.match(self.text.lower()))


ASKING = frozenset({"ask_open_question", "ask_closed_question", "follow_up", "quantify", "ask_decision",
                    "ask_affordability", "explore_objection", "verify_identity"})  # fmt: skip
_QUESTION = re.compile(
    r"(.*[.,!] )?(and |so |but |okay |right |um |uh )*"
    r"(?!(what|how|why|when|where|who) (i|we|i'[a-z]+|we'[a-z]+)\b)"  # "What I can do is" asks nothing
    r"(what|how|why|when|where|who|which|could you|can you|do you|does|did you|is there|are you|are there|have you|"
    r"would you|may i|can i|tell me)\b"
)


def holds(when: When, state: State, turn: LearnerTurn) -> bool:
    """Whether the condition is met. `state.done` must include this turn's moves already."""
    done = set(state.done)
    return (
        turn.moves.issuperset(when.moves)
        and (not when.any or not turn.moves.isdisjoint(when.any))
        and turn.moves.isdisjoint(when.without)
        and done.issuperset(when.done)
        and done.isdisjoint(when.never)
        and (not when.words or mentions(turn.text, when.words) > 0)
        and (when.trust is None or state.trust >= when.trust)
        and (when.trust_below is None or state.trust < when.trust_below)
        and (when.patience_below is None or state.patience < when.patience_below)
        and set(state.told).issuperset(when.told)
        and set(state.told).isdisjoint(when.untold)
        and all(state.objections.get(identifier) == "answered" for identifier in when.answered)
        and all(state.objections.get(identifier) == "standing" for identifier in when.standing)
        and set(state.agreed).issuperset(when.agreed)
        and not (when.settled and "standing" in state.objections.values())
        and (when.from_turn is None or state.turn >= when.from_turn)
        and (when.before_turn is None or state.turn < when.before_turn)
    )


def mentions(text: str, words: Iterable[str]) -> int:
    """How many of `words` the text holds, each at the start of a word; a final full stop asks for the whole word."""
    lowered = plain(text)
    found = 0
    for word in words:
        whole = word.endswith(".")
        pattern = r"\b" + re.escape(plain(word)) + (r"\b" if whole else "")
        found += bool(re.search(pattern, lowered))
    return found


@lru_cache(maxsize=8192)  # a scenario's words are compared with each other and with every turn
def plain(text: str) -> str:
    """Lower case, straight apostrophes, no other punctuation, single spaces: for comparing what was said."""
    return " ".join(re.sub(r"[^a-z0-9$%' ]+", " ", text.lower().replace("’", "'")).split())

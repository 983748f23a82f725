"""What goes into the director and what comes out: a cue, an intention."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from personas.persona import Act
from personas.scenario import SCALE_MAX, Fact
from personas.script import Script
from personas.state import State

Occasion = Literal["pick_up", "turn", "silence", "monologue", "returned", "back"]
Doing = Act | Literal["opening", "prompt", "leave", "aside", "hold", "pause", "hand_over", "back", "call_out", "warn"]


@dataclass(frozen=True, slots=True)
class Cue:
    """What the customer reacts to, `at_s` seconds into the call. `unplayed` is what they were cut off saying."""

    occasion: Occasion
    text: str = ""
    moves: tuple[str, ...] = ()
    silence_s: float = 0.0
    duration_s: float = 0.0
    unplayed: str = ""
    at_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Intention:
    """What to get across. `line` is authored and in the first person; `verbatim` says that it isn't to be re-worded.

    `after` is the state once all of it was heard; `settle` takes back what wasn't. `raises` is the objection, question
    or happening that it puts on the table. With `away_s` nobody is on the line for so long afterwards.
    """

    act: Doing
    line: str
    opener: str
    after: State
    reasons: tuple[str, ...] = ()
    tells: tuple[Fact, ...] = ()
    raises: str = ""
    agrees: str = ""
    verbatim: bool = False
    hang_up: bool = False
    away_s: float = 0.0

    @property
    def says(self) -> str:
        return f"{self.opener} {self.line}".strip()


def scaled(value: int) -> int:
    """Trust or patience, kept on their scale."""
    return max(0, min(SCALE_MAX, value))


def less_patient(state: State, because: str, by: int = 1) -> tuple[State, str]:
    """So much less patience, and the reason for the journal."""
    return replace(state, patience=scaled(state.patience - by)), f"patience -{by}: {because}, turn {state.turn}"


def leave(script: Script, state: State, lines: Sequence[str], reasons: tuple[str, ...], ended: str) -> Intention:
    """Say one of `lines` and hang up."""
    after = replace(state, ended=ended)
    line = script.line(lines, "leave", state.used)
    return Intention("leave", line, "", after, reasons, verbatim=True, hang_up=True)

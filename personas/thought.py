"""One learner's turn being thought about: what all its steps share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from personas.intention import Cue, Doing, Intention, less_patient, scaled
from personas.persona import Act
from personas.scenario import Fact, When
from personas.script import Script, choose
from personas.state import LearnerTurn, State, holds

WORDS_TALKED_OVER = 4  # cutting off less than this is overlap at the end of a turn, not an interruption
_OPENED_LIKE: dict[str, Act] = {"demand": "insist"}  # acts that have no openers of their own


class _Someones(Protocol):
    """A part of a scenario that may be one person's."""

    @property
    def by(self) -> str: ...


Part = TypeVar("Part", bound=_Someones)


@dataclass(slots=True)
class Thought:
    """`state` is replaced as the thought goes on; `softened` is the objection that this turn has answered."""

    script: Script
    state: State
    cue: Cue
    reasons: tuple[str, ...] = ()
    softened: str = ""
    turn: LearnerTurn = field(init=False)
    off_topic: str = ""

    def __post_init__(self) -> None:
        moves = set(self.cue.moves)
        if len(self.cue.unplayed.split()) >= WORDS_TALKED_OVER:
            moves.add("talk_over")
        self.turn = LearnerTurn(frozenset(moves), self.cue.text)
        self.off_topic = self.state.aside

    def holds(self, when: When) -> bool:
        return holds(when, self.state, self.turn)

    def any_holds(self, whens: Iterable[When]) -> bool:
        return any(self.holds(when) for when in whens)

    def theirs(self, parts: Iterable[Part]) -> list[Part]:
        """What of these belongs to who is on the line."""
        return [part for part in parts if part.by in ("", self.state.speaker)]

    def note(self, reason: str) -> None:
        self.reasons = (*self.reasons, f"{reason}, turn {self.state.turn}")

    def shift(self, because: str, *, trust: int = 0, patience: int = 0) -> None:
        """Change trust and patience, with the reason for the journal."""
        self.state = replace(
            self.state, trust=scaled(self.state.trust + trust), patience=scaled(self.state.patience + patience)
        )
        for what, by in (("trust", trust), ("patience", patience)):
            if by:
                self.note(f"{what} {by:+d}: {because}")

    def lose_patience(self, because: str, by: int = 1) -> None:
        self.state, reason = less_patient(self.state, because, by)
        self.reasons = (*self.reasons, reason)

    def standing(self) -> list[str]:
        return [item for item, standing in self.state.objections.items() if standing == "standing"]

    def intend(
        self,
        act: Act,
        lines: Sequence[str],
        *,
        salt: str = "",
        awaiting: str | None = None,
        raises: str = "",
        agrees: str = "",
        tells: tuple[Fact, ...] = (),
        verbatim: bool = False,
    ) -> Intention:
        """Get one of `lines` across, behind an opener."""
        state = self.state if awaiting is None else replace(self.state, awaiting=awaiting)
        line = self.script.line(lines, f"{state.turn}/{act}/{salt or raises or agrees}", state.used)
        return Intention(act, line, self._opener(act), state, self.reasons, tells, raises, agrees, verbatim=verbatim)

    def happen(self, act: Doing, lines: Sequence[str], what: str) -> Intention:
        """Say one of `lines`, as it stands, and remember that `what` has happened."""
        self.state = replace(self.state, happened=(*self.state.happened, what))
        line = self.script.line(lines, f"{self.state.turn}/{what}", self.state.used)
        return Intention(act, line, "", self.state, self.reasons, raises=what, verbatim=True)

    def _opener(self, act: Act) -> str:
        fitting = [item for item in self.script.openers if _OPENED_LIKE.get(act, act) in item.acts]
        stanced = [item for item in fitting if self.state.stance in item.stances]
        general = [item for item in fitting if not item.stances]
        lines = [line for item in [*stanced, *general] for line in item.says]
        return choose(lines, self.script.seed, f"opener/{self.state.turn}/{act}", self.state.used) if lines else ""

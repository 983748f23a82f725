"""What a level of difficulty, 1 to 5, changes about a customer, in one table.

Each row moves by the same step from level to level, so that nothing can get easier as the level rises.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

EASIEST, ORDINARY, HARDEST = 1, 3, 5


@dataclass(frozen=True, slots=True)
class Row:
    """A value at the ordinary level and its change with each level above it."""

    ordinary: float
    step: float
    because: str

    def at(self, difficulty: int) -> float:
        return self.ordinary + self.step * (difficulty - ORDINARY)


TABLE = {
    "trust": Row(0, -1, "who has been called too often begins with less trust: on top of the scenario's start"),
    "patience": Row(0, -1, "and with less patience"),
    "asked": Row(0, 0.5, "a concession takes more trust: rounded down, on top of an agreement's own threshold"),
    "objections": Row(4, 1, "they think of more reasons to say no: so many may come up in a call"),
    "turns": Row(0, -2, "they have less time: on top of a scenario's own limit"),
    "terseness": Row(0, 1, "they say less, and leave it to the caller to ask: of several lines, the shorter ones"),
    "monologue_s": Row(45, -7.5, "they cut in sooner: a minute without a breath is where even the patient are lost"),
    "cut_in_s": Row(1.5, 0.4, "and talk over a caller who goes on regardless for longer before they give way"),
    "noise_db": Row(-30, 4, "it is louder around them: the noise's level beside their voice"),
    "line": Row(3, 1, "the line is worse: 1 is a clear one, 5 just usable"),
}


@dataclass(frozen=True, slots=True)
class Level:
    """The table's column for one difficulty. Trust, patience, turns and `asked` are added to the scenario's own."""

    trust: int
    patience: int
    asked: int
    objections: int
    turns: int
    terseness: int
    monologue_s: float
    cut_in_s: float
    noise_db: float
    line: int


def level(difficulty: int) -> Level:
    """Raises ValueError for what is no difficulty."""
    if not EASIEST <= difficulty <= HARDEST:
        raise ValueError(f"difficulty {difficulty} is none; choose {EASIEST} to {HARDEST}")
    values = {name: row.at(difficulty) for name, row in TABLE.items()}
    return Level(
        trust=floor(values["trust"]),
        patience=floor(values["patience"]),
        asked=floor(values["asked"]),
        objections=floor(values["objections"]),
        turns=floor(values["turns"]),
        terseness=floor(values["terseness"]),
        monologue_s=values["monologue_s"],
        cut_in_s=values["cut_in_s"],
        noise_db=values["noise_db"],
        line=floor(values["line"]),
    )

"""Where something was seen in a call."""

from __future__ import annotations

from dataclasses import dataclass

from rubrics.evidence import Quote
from rubrics.verdict import quote
from voice.record import Turn


@dataclass(frozen=True, slots=True)
class Seen:
    """A turn, and the words in it that show the thing: a sentence of the transcript, or "" for the turn as a whole."""

    turn: Turn
    words: str = ""

    @property
    def as_quote(self) -> Quote:
        return quote(self.turn, self.words.lower()) if not self.words else Quote(self.turn.index, self.words)

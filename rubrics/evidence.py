"""Quotes that stand in the transcript. A point whose quote doesn't is worth nothing."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from voice.record import CallRecord, Turn

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that a turn is said to hold."""

    turn: int
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A quote found in the transcript: the transcript's own words, and when they were said, in seconds."""

    turn: int
    quote: str
    start_s: float
    end_s: float

    @property
    def as_quote(self) -> Quote:
        return Quote(self.turn, self.quote)

    def to_json(self) -> dict[str, object]:
        return {
            "turn": self.turn,
            "quote": self.quote,
            "start_s": round(self.start_s, 3),
            "end_s": round(self.end_s, 3),
        }


def locate(record: CallRecord, quote: Quote) -> Evidence | None:
    """Find a quote in the turn it names; None where its words don't stand there, one after the other.

    Case, punctuation, apostrophes and accents don't count; every word does. Times are those of the words where the
    record has them for the whole turn, else proportional to the characters.
    """
    turn = next((turn for turn in record.turns if turn.index == quote.turn), None)
    if turn is None:
        return None
    spoken = list(_WORD.finditer(turn.text))
    wanted = [_key(match[0]) for match in _WORD.finditer(quote.text)]
    keys = [_key(match[0]) for match in spoken]
    if not wanted:
        return None
    for first in range(len(keys) - len(wanted) + 1):
        if keys[first : first + len(wanted)] == wanted:
            last = first + len(wanted) - 1
            start, end = spoken[first].start(), spoken[last].end()
            while end < len(turn.text) and turn.text[end] in ".?!%":
                end += 1
            start_s, end_s = _times(turn, first, last, start, end, len(spoken))
            return Evidence(turn.index, turn.text[start:end], start_s, end_s)
    return None


def matches(record: CallRecord, quotes: tuple[Quote, ...]) -> tuple[Evidence, ...]:
    """The quotes that stand in the transcript, each once, in order."""
    found = (locate(record, quote) for quote in quotes)
    return tuple(dict.fromkeys(evidence for evidence in found if evidence is not None))


def _key(word: str) -> str:
    folded = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in folded if char.isalnum())


def _times(turn: Turn, first: int, last: int, start: int, end: int, spoken: int) -> tuple[float, float]:
    if len(turn.words) == spoken:
        return turn.words[first].start_s, turn.words[last].end_s
    length = max(1, len(turn.text))
    duration_s = turn.end_s - turn.start_s
    return turn.start_s + duration_s * start / length, turn.start_s + duration_s * end / length

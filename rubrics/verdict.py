"""What a judge says of one criterion, before its quotes are held against the transcript."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from rubrics.evidence import Quote
from rubrics.rubric import Criterion
from rubrics.transcript import Transcript, sentence_with
from voice.record import Turn

Level = Literal[0, 1, 2, "na"] | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A level with why, quotes, how sure (0 to 1, from the agreement measured for this judge), and the moment.

    `moment` is the turn that a fix would be about: what the learner said at the chance, or the customer's cue.
    """

    level: Level
    why: str
    quotes: tuple[Quote, ...] = ()
    moment: Quote | None = None


Judge = Callable[[Transcript, Criterion], Verdict]
"""Asked only of calls in which the learner says something."""


def quote(turn: Turn, words: str = "") -> Quote:
    """The sentence of a turn that holds `words`, as a quote."""
    return Quote(turn.index, sentence_with(turn.text, words))


def quotes(*turns: Turn | None) -> tuple[Quote, ...]:
    """The first sentence of each turn that there is."""
    return tuple(quote(turn) for turn in turns if turn is not None)


def at(level: Level, why: str, turn: Turn | None, words: str = "") -> Verdict:
    """A level that is seen in one turn, in the sentence that holds `words`; a fix would be about the same."""
    moment = quote(turn, words) if turn is not None else None
    return Verdict(level, why, (moment,) if moment else (), moment)


def not_arisen(criterion: Criterion, why: str, otherwise: Verdict | None = None) -> Verdict:
    """ "na" where the level texts let the criterion not arise, else the other verdict: not scored, if none is given."""
    if otherwise is None:
        return Verdict("na" if criterion.na_allowed else None, why)
    return Verdict("na", why, otherwise.quotes) if criterion.na_allowed else otherwise


def last_customer(call: Transcript) -> tuple[Quote, ...]:
    return quotes(call.customer[-1] if call.customer else None)


_COUNTS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "once": 1, "twice": 2, "1": 1, "2": 2, "3": 3, "4": 4}


def count_for(criterion: Criterion, level: Literal[1, 2], default: int) -> int:
    """How many the level's text asks for: "two or more", "at least three", "exactly one", "one or two"."""
    text = criterion.levels.get(level, "").lower()
    found = re.search(
        r"\b(?:at least|exactly|only)? ?(one|two|three|four|five|[1-4])\b(?= or more|(?: or two)? )", text
    )
    named = re.search(
        r"\b(?:at least|exactly) (one|two|three|four|five|[1-4])\b|\b(one|two|three|four|five) or more\b", text
    )
    match = named or found
    if match is None:
        return default
    return _COUNTS[next(group for group in match.groups() if group)]

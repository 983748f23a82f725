"""What a customer must not say, found before it is spoken. It reads a piece of text in the light of what is known.

Authored lines are not guarded here: `personas.check` reads them when the library is loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from personas.facts import reveals
from personas.guard_phrases import ASSISTANT, COACHING, COMMON, FIGURE_WORDS, FOREIGN, MARKUP, PROMISE, PROMPT, ROLES
from personas.scenario import Fact, Kind
from personas.state import plain

Fault = Literal[
    "undisclosed", "role", "assistant", "coaching", "figure", "promise", "prompt", "echo", "repeat", "language", "drift"
]
ECHO_WORDS = 5  # this many words in a row of the learner's sound like a parrot; fewer are ordinary agreement
ECHO_SHARE = 0.75
DRIFT_SHARE = 0.34  # a wording that shares less of its content with the gist says something else
PIECE_SHARE = 0.5
REPEAT_WORDS = 6


@dataclass(frozen=True, slots=True)
class Known:
    """What the guard reads a wording by. `open_facts` may be spoken of, `hidden` may not."""

    kind: Kind
    gist: str
    heard: str = ""
    opener: str = ""
    name: str = ""
    hidden: tuple[Fact, ...] = ()
    open_facts: tuple[Fact, ...] = ()
    said_before: tuple[str, ...] = ()
    may_agree: bool = False
    free: bool = False


def find_fault(text: str, known: Known, *, whole: bool = False) -> Fault | None:
    """The first thing that is wrong with `text`, a piece of the turn, or (`whole`) all of it."""
    lowered = plain(text)
    if MARKUP.search(text) or len(FOREIGN.intersection(lowered.split())) >= 2:
        return "language"
    if not lowered:
        return None
    raw = " ".join(text.lower().replace("’", "'").split())
    gist = plain(known.gist)
    for fault, pattern in _PATTERNS:
        if _found_beyond(pattern, raw, known.gist):
            return fault
    if known.name and re.search(rf"\b{known.name.lower()} (wants|says|is|would|replies)\b", lowered):
        return "prompt"
    if _found_beyond(ROLES[known.kind], raw, known.gist):
        return "role"
    if not known.may_agree and _found_beyond(PROMISE, raw, known.gist):
        return "promise"
    if any(reveals(fact, text) and not reveals(fact, known.gist) for fact in known.hidden):
        return "undisclosed"
    if _figures(lowered) - _allowed_figures(known):
        return "figure"
    if _echoes(lowered, plain(known.heard), gist):
        return "echo"
    if any(_shares_run(lowered, plain(earlier), REPEAT_WORDS, gist) for earlier in known.said_before):
        return "repeat"
    if known.opener and plain(known.opener) in lowered:
        return "repeat"
    if not known.free and _drifts(lowered, gist, whole):
        return "drift"
    return None


_PATTERNS: Sequence[tuple[Fault, re.Pattern[str]]] = (
    ("assistant", ASSISTANT),
    ("coaching", COACHING),
    ("prompt", PROMPT),
)


def _found_beyond(pattern: re.Pattern[str], text: str, gist: str) -> bool:
    """Whether the text matches somewhere that the authored gist doesn't."""
    allowed = gist.lower()
    return any(match.group() not in allowed for match in pattern.finditer(text))


def _figures(text: str) -> set[str]:
    words = re.findall(r"\d[\d,.]*\d|\d|[a-z']+", text)
    return {word.replace(",", "") for word in words if word[0].isdigit() or word in FIGURE_WORDS}


def _allowed_figures(known: Known) -> set[str]:
    told = [line for fact in known.open_facts for line in (*fact.says, *fact.reveals)]
    return set().union(*(_figures(plain(text)) for text in (known.gist, known.heard, *told)))


def _echoes(text: str, heard: str, gist: str) -> bool:
    if _shares_run(text, heard, ECHO_WORDS, gist):
        return True
    content, theirs = _content(text), _content(heard)
    own = content - _content(gist)
    return len(content) >= 3 and len(own & theirs) / len(content) >= ECHO_SHARE


def _shares_run(text: str, other: str, length: int, gist: str) -> bool:
    words = text.split()
    padded = f" {other} "
    for start in range(len(words) - length + 1):
        run = f" {' '.join(words[start : start + length])} "
        if run in padded and run not in f" {gist} ":
            return True
    return False


def _drifts(text: str, gist: str, whole: bool) -> bool:
    content, wanted = _content(text), _content(gist)
    if not wanted:
        return False
    if not content:
        return whole or text.split()[-1] not in gist.split()
    shared = len(content & wanted)
    if whole:
        return shared / len(wanted) < DRIFT_SHARE
    # A piece that ends on a word of the gist can be gone on from by the authored line, should the rest fail.
    return shared / len(content) < PIECE_SHARE or text.split()[-1] not in gist.split()


def _content(text: str) -> set[str]:
    return {word[:6] for word in text.split() if word not in COMMON}


def count_faults(faults: Iterable[Fault]) -> dict[str, int]:
    """How often each was stopped, for the journal."""
    counts: dict[str, int] = {}
    for fault in faults:
        counts[fault] = counts.get(fault, 0) + 1
    return counts

"""What a customer must not say, found before it is spoken. It reads a piece of text in the light of what is known.

Authored lines are not guarded here: `personas.check` reads them when the library is loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from personas.drift import content, drifts, swaps_owner
from personas.facts import reveals
from personas.guard_phrases import (
    ASSISTANT,
    COACHING,
    FIGURE_PHRASES,
    FIGURE_WORDS,
    FOREIGN,
    MARKUP,
    PROMISE,
    PROMPT,
    ROLES,
)
from personas.scenario import Fact, Kind
from personas.state import plain

Fault = Literal[
    "undisclosed", "role", "assistant", "coaching", "figure", "promise", "prompt", "echo", "repeat", "language", "drift"
]
ECHO_WORDS = 5  # this many words in a row of the learner's sound like a parrot; fewer are ordinary agreement
ECHO_SHARE = 0.75
REPEAT_WORDS = 6
PROMPT_WORDS = 5  # in a row; what is written about a person isn't what they say


@dataclass(frozen=True, slots=True)
class Known:
    """What the guard reads a wording by. `open_facts` may be spoken of, `hidden` may not, `tells` are to be told now.

    `binding` says that the gist has to arrive and not just some of it: it tells, objects, asks or agrees. `prompt` is
    what the model was told about the person.
    """

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
    binding: bool = False
    tells: tuple[Fact, ...] = ()
    prompt: str = ""


def find_fault(text: str, known: Known, *, after: str = "", whole: bool = False) -> Fault | None:
    """The first thing that is wrong with `text`, a piece of the turn behind what was said `after`, or (`whole`) all."""
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
    if known.prompt and _shares_run(lowered, plain(known.prompt), PROMPT_WORDS, gist):
        return "prompt"
    if known.name and re.search(rf"\b{known.name.lower()} (wants|says|is|would|replies)\b", raw):
        return "prompt"
    if _found_beyond(ROLES[known.kind], raw, known.gist) or swaps_owner(text, known.gist):
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
    if whole and any(reveals(fact, known.gist) and not reveals(fact, text) for fact in known.tells):
        return "drift"
    if not known.free and drifts(text, known.gist, after=after, binding=known.binding, whole=whole):
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
    found = {word.replace(",", "") for word in words if word[0].isdigit() or word in FIGURE_WORDS}
    return found | {match.group() for match in FIGURE_PHRASES.finditer(text)}


def _allowed_figures(known: Known) -> set[str]:
    told = [line for fact in known.open_facts for line in (*fact.says, *fact.reveals)]
    return set().union(*(_figures(plain(text)) for text in (known.gist, known.heard, *told)))


def _echoes(text: str, heard: str, gist: str) -> bool:
    if _shares_run(text, heard, ECHO_WORDS, gist):
        return True
    said = content(text)
    taken = (said - content(gist)) & content(heard)
    return len(said) >= 3 and len(taken) / len(said) >= ECHO_SHARE


def _shares_run(text: str, other: str, length: int, gist: str) -> bool:
    words = text.split()
    padded = f" {other} "
    for start in range(len(words) - length + 1):
        run = f" {' '.join(words[start : start + length])} "
        if run in padded and run not in f" {gist} ":
            return True
    return False


def count_faults(faults: Iterable[Fault]) -> dict[str, int]:
    """How often each was stopped, for the journal."""
    counts: dict[str, int] = {}
    for fault in faults:
        counts[fault] = counts.get(fault, 0) + 1
    return counts

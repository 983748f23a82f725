"""What people take on in the first person, sentence by sentence, and what they take back."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from personas.figures import sentences
from personas.state import mentions

_TAKES_ON = re.compile(
    r"\b(?:i|we)(?:'ll| will|'m going to| am going to|'re going to| are going to| promise| guarantee)\b"
    r"(?! (?:be (?:honest|frank|straight|quick|brief)|just ask|ask|admit|say|tell you|let you go)\b)|"
    r"\byou(?:'ll| will) (?:get|have|receive|hear)\b"
)
_OFFERS = re.compile(r"\b(?:i|we)(?: can|'m \w+ing| am \w+ing|'re \w+ing| are \w+ing)\b")
_DENIES = re.compile(
    r"\b(?:can't|cannot|can not|won't|will not|couldn't|not able|unable|not possible|impossible|not going to|"
    r"not allowed|don't do|never said|never promised|not authorized|out of the question)\b"
)
# A bound on what was taken on isn't its end, nor is being careful about it.
_BOUNDS = re.compile(
    r"\b(?:more than|any more|beyond|on top|another|until|unless|before|without|higher|sooner|faster)\b|"
    r"(?:n't|not) (?:\w+ )?(?:promise|guarantee|say|tell|swear|see why|speak for)\b"
)
_REPORTED = re.compile(
    r"\b(?:you|they|he|she|who|agent|colleague)(?:'ve| have|'d| had)? (?:said|told|promised|heard)\b"
)


def taken_on(text: str) -> Iterator[str]:
    """The sentences that promise something: "I'll call you tomorrow"; not denied, not asked, not reported."""
    return (sentence for sentence, lowered in _stated(text) if _TAKES_ON.search(lowered))


def offered(text: str, words: Collection[str]) -> bool:
    """Whether a sentence promises, or offers, or is just doing, what one of `words` names ("I can waive the fee")."""
    return any(
        (_TAKES_ON.search(lowered) or _OFFERS.search(lowered)) and mentions(lowered, words)
        for _, lowered in _stated(text)
    )


def taken_back(text: str, words: Collection[str]) -> bool:
    """Whether a sentence says that what one of `words` names won't be: "I can't waive the fee"; no mere bound on it."""
    return any(
        _DENIES.search(lowered) and not _BOUNDS.search(lowered) and mentions(lowered, words)
        for _, lowered in _own(text)
        if not lowered.endswith("?")
    )


def _stated(text: str) -> Iterator[tuple[str, str]]:
    return ((said, low) for said, low in _own(text) if not _DENIES.search(low) and not low.endswith("?"))


def _own(text: str) -> Iterator[tuple[str, str]]:
    """The sentences that tell of nobody else's words: as they were said, and in lower case."""
    for sentence in sentences(text):
        lowered = " ".join(sentence.lower().replace("’", "'").split())
        if lowered and not _REPORTED.search(lowered):
            yield sentence.strip(), lowered

"""How far a wording has left what was to be got across. For small models, which are told to stay close to it.

Closeness is the share of the wording's content that the gist has (words without "the", "was", "how", by their first
letters), or, since short lines hold hardly any content, the share of its words that stand in the gist in the same
order (ROUGE-L precision: Lin, 2004). A wording may leave something out unless it is binding: a fact, an objection, a
question, an agreement have to arrive. It may never turn the gist round, by a "not" too much or too few or by "your"
for "my".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from personas.guard_phrases import COMMON
from personas.state import plain

STEM_LETTERS = 6
CONTENT_SHARE = 0.5
ORDER_SHARE = 0.6
BINDING_SHARE = 0.34  # of the gist's content; a wording that has less of it gets something else across
NEGATED_WORDS = 3  # behind "not" or "don't", within its clause
_NEGATION = re.compile(r".+n't|no|not|never|nobody|nothing|none|without|cannot|neither|nor|hardly")
_CLAUSE = re.compile(r"[.,;:?!]+(?=\s|$)")
_OWN = re.compile(r"\b(?:my|our) (\w{3,})")
_THEIRS = re.compile(r"\byour (\w{3,})")


def drifts(text: str, gist: str, *, after: str, binding: bool, whole: bool) -> bool:
    """Whether `text`, a piece of the turn behind `after` or (`whole`) all of it, says something else than `gist`."""
    wanted, found = plain(gist), plain(text)
    if not content(wanted) or not found:
        return False
    if _turned_round(f"{after} {text}", gist):
        return True
    if _share(content(found), content(wanted)) < CONTENT_SHARE and _in_order(found, wanted) < ORDER_SHARE:
        return True
    if whole:
        return binding and _share(content(wanted), content(found)) < BINDING_SHARE
    # Should the rest fail, the authored line goes on behind a piece that ends with one of its words, or a sentence.
    return text.rstrip()[-1] not in ".?!" and found.split()[-1] not in wanted.split()


def swaps_owner(text: str, gist: str) -> bool:
    """Whether what is the customer's becomes the caller's, or the other way round: "your docks" for "my docks"."""
    said, meant = plain(text), plain(gist)
    own, theirs = set(_OWN.findall(meant)), set(_THEIRS.findall(meant))
    return bool((own - theirs).intersection(_THEIRS.findall(said)) or (theirs - own).intersection(_OWN.findall(said)))


def content(text: str) -> set[str]:
    """The stems of the words that carry meaning. `text` is plain."""
    return {word[:STEM_LETTERS] for word in text.split() if word not in COMMON}


def _share(part: set[str], of: set[str]) -> float:
    return len(part & of) / len(part) if part else 0.0


def _in_order(text: str, gist: str) -> float:
    """The longest common subsequence of words, as a share of the text's."""
    words, others = text.split(), gist.split()
    lengths = [0] * (len(others) + 1)
    for word in words:
        before = 0
        for index, other in enumerate(others, start=1):
            longest = before + 1 if word == other else max(lengths[index], lengths[index - 1])
            before, lengths[index] = lengths[index], longest
    return lengths[-1] / len(words)


def _turned_round(text: str, gist: str) -> bool:
    said, meant = _polarities(text), _polarities(gist)
    return any(said[stem].isdisjoint(meant[stem]) for stem in said.keys() & meant.keys())


def _polarities(text: str) -> dict[str, set[bool]]:
    """Each stem of content with whether it stands negated, otherwise, or both."""
    found: dict[str, set[bool]] = {}
    for clause in _CLAUSE.split(text):
        words = plain(clause).split()
        for index, word in enumerate(words):
            if word not in COMMON and not _NEGATION.fullmatch(word):
                found.setdefault(word[:STEM_LETTERS], set()).add(_negated(words[max(0, index - NEGATED_WORDS) : index]))
    return found


def _negated(words: Sequence[str]) -> bool:
    return any(_NEGATION.fullmatch(word) for word in words)

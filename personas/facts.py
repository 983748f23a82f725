"""Whether a text gives a fact away."""

from __future__ import annotations

from personas.scenario import Fact
from personas.state import plain


def reveals(fact: Fact, text: str) -> bool:
    """Whether the text gives the fact away: one of its telling phrases, or all words of one joined by "+"."""
    heard = f" {plain(text)} "
    return any(all(plain(part) in heard for part in phrase.split("+")) for phrase in fact.reveals)

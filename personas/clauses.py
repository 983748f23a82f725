"""A customer's turn in pieces small enough to be synthesized one by one, the first one smallest."""

from __future__ import annotations

import re
from collections.abc import Iterator

FIRST_CLAUSE_WORDS = 3  # a first piece ends at punctuation only after this many words, so that it isn't just "Yes,"
FIRST_PIECE_WORDS = 6  # without punctuation it ends here: a voice needs no more to begin
CLAUSE_WORDS = 8  # later pieces end at a comma only when this long: fewer joints, better melody
_SENTENCE_END = re.compile(r"[.?!][\"')]?(?=\s|$)")
_CLAUSE_END = re.compile(r"[,;:.?!][\"')]?(?=\s|$)")


class ClauseSplitter:
    """Feed text as it comes; take out what may already be spoken."""

    def __init__(self) -> None:
        self._text = ""
        self._first = True

    def feed(self, text: str) -> Iterator[str]:
        self._text += text
        while (cut := self._cut()) is not None:
            piece, self._text = self._text[:cut].strip(), self._text[cut:].lstrip()
            self._first = False
            if piece:
                yield piece

    def rest(self) -> str:
        piece, self._text = self._text.strip(), ""
        return piece

    def _cut(self) -> int | None:
        ends = (_CLAUSE_END if self._first else _SENTENCE_END).finditer(self._text)
        for end in ends:
            # Whether a full stop ends a sentence or stands in "3.5" shows only with the next character.
            if end.end() < len(self._text) and (
                not self._first or len(self._text[: end.end()].split()) >= FIRST_CLAUSE_WORDS
            ):
                return end.end()
        if self._first:
            words = list(re.finditer(r"\S+\s", self._text))
            return words[FIRST_PIECE_WORDS - 1].end() if len(words) >= FIRST_PIECE_WORDS else None
        for end in _CLAUSE_END.finditer(self._text):
            if end.end() < len(self._text) and len(self._text[: end.end()].split()) >= CLAUSE_WORDS:
                return end.end()
        return None


def pieces(text: str) -> list[str]:
    """A whole line in the same pieces as a streamed one."""
    splitter = ClauseSplitter()
    found = list(splitter.feed(text))
    rest = splitter.rest()
    return [*found, rest] if rest else found


def joined(opener: str, line: str) -> str:
    """The line as it goes on behind the opener: in lower case where the opener's sentence isn't over."""
    if not opener or opener[-1] in ".?!" or not line:
        return line
    first = line.split()[0]
    keeps = first in ("I", "I'm", "I've", "I'd", "I'll") or not re.fullmatch(r"[A-Z][a-z']+[,]?", first)
    return line if keeps else line[0].lower() + line[1:]

"""Figures that people say, in digits or in words, and which of them a claim is about."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

_UNITS = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "k": 1_000}
_TOKEN = re.compile(r"\d[\d,]*(?:\.\d+)?|[a-z']+")
_SENTENCE = re.compile(r"(?<=[.?!;])\s+|,\s+(?:and|but|then)\s+", re.IGNORECASE)
_NO_FIGURE_ALONE = frozenset({"one", "a"})  # "the one thing", "one of us" count nothing
# The customer's own figures, played back, are no claim of the learner's.
_PLAYED_BACK = re.compile(
    r"\byou(?:'ve| have| were|'re)? (?:just )?(?:said|told|mentioned|pay|paid|paying|spend|spent|lose|lost|got|have)\b|"
    r"\bcost(?:s|ing)? you\b|\bif i(?:'ve)? (?:got|heard|understood)\b"
)


# A figure of these isn't a price, a credit or a sum, unless the claim names the unit among its words.
_OTHER_UNITS = frozenset(
    "day days week weeks month months year years hour hours minute minutes second seconds times steps percent".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and which of its sentence's tokens it begins and ends at; `counts` is the token behind it."""

    value: float
    first: int
    last: int
    counts: str


def claimed(text: str, words: Collection[str], *, not_theirs: Collection[float] = ()) -> float | None:
    """The last figure that `text` puts on what `words` name: the one nearest to such a word in its sentence.

    `words` are beginnings of words or phrases; `not_theirs` are figures that the other side named.
    """
    found: float | None = None
    for sentence in sentences(text.lower().replace("’", "'")):
        if _PLAYED_BACK.search(sentence):
            continue
        tokens = _TOKEN.findall(sentence)
        places = [place for word in words for place in _places(tokens, _TOKEN.findall(word.lower()))]
        wanted = {part for word in words for part in _TOKEN.findall(word.lower())}
        figures = [
            figure
            for figure in _figures(tokens)
            if figure.value not in not_theirs and (figure.counts not in _OTHER_UNITS or figure.counts in wanted)
        ]
        if places and figures:
            found = min(figures, key=lambda figure: min(_distance(figure, place) for place in places)).value
    return found


def sentences(text: str) -> list[str]:
    """A text's sentences, and the main clauses in them that begin with "and", "but" or "then"."""
    return _SENTENCE.split(text)


def figures(text: str) -> frozenset[float]:
    """All figures in a text."""
    tokens = _TOKEN.findall(text.lower().replace("’", "'"))
    return frozenset(figure.value for figure in _figures(tokens))


def figure_text(value: float) -> str:
    """As it is written in a line: "490", "1,200", "3.5"."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,g}"


def _places(tokens: Sequence[str], phrase: Sequence[str]) -> Iterator[tuple[int, int]]:
    length = len(phrase)
    for start in range(len(tokens) - length + 1 if length else 0):
        *exact, last = phrase
        if list(tokens[start : start + length - 1]) == exact and tokens[start + length - 1].startswith(last):
            yield start, start + length - 1


def _distance(figure: Figure, place: tuple[int, int]) -> int:
    first, last = place
    return max(figure.first - last, first - figure.last, 0)


def _figures(tokens: Sequence[str]) -> Iterator[Figure]:
    """Runs of number words and numbers: "four hundred and ninety", "490", "12 thousand"."""
    start = 0
    while start < len(tokens):
        end, value = _run(tokens, start)
        if end > start and not (end == start + 1 and tokens[start] in _NO_FIGURE_ALONE):
            yield Figure(value, start, end - 1, tokens[end] if end < len(tokens) else "")
        start = max(end, start + 1)


def _run(tokens: Sequence[str], start: int) -> tuple[int, float]:
    """Where the number that begins at `start` ends, and its value; `start` itself where there is none."""
    total, part, index, spoken = 0.0, 0.0, start, False
    while index < len(tokens):
        token = tokens[index]
        if token[0].isdigit():
            if index > start:
                break
            part = float(token.replace(",", "").rstrip("."))
        elif token in _UNITS or token in _TENS:
            value = _UNITS.get(token, _TENS.get(token, 0))
            if index > start and not _continues(tokens[index - 1], part, value):
                break
            part, spoken = part + value, True
        elif token in _SCALES and (index > start):
            if token == "hundred":
                part *= 100
            else:
                total, part = total + part * _SCALES[token], 0.0
        elif token == "a" and tokens[index + 1 : index + 2] in (["hundred"], ["thousand"], ["million"]):
            part += 1
        elif token == "and" and spoken and tokens[index - 1] in _SCALES and _is_number(tokens[index + 1 : index + 2]):
            pass
        else:
            break
        index += 1
    return index, total + part


def _continues(before: str, part: float, value: int) -> bool:
    """Whether a number word goes on with the number: "forty five", "hundred and five"; not "five six"."""
    if before in _SCALES or before == "and":
        return True
    return before in _TENS and value < 10 and part % 10 == 0


def _is_number(token: Sequence[str]) -> bool:
    return bool(token) and (token[0] in _UNITS or token[0] in _TENS)

"""How long an opener lasts when it is spoken: an estimate from its text, for a check without a voice."""

from __future__ import annotations

import re
from collections.abc import Iterator

from personas.persona import Opener
from personas.yaml_text import Key

# Least squares over 230 openers spoken by hibari:heart and piper:joe; the residual has a standard deviation of 0.18 s.
_START_S, _SYLLABLE_S, _PAUSE_S = 0.44, 0.155, 0.15
# Substance follows about 1.6 s behind an opener's start: a shorter one leaves a silence, a longer one delays it.
WANTED_S = (1.15, 1.45)
CLEARLY_SHORT_S, CLEARLY_LONG_S = 0.75, 1.85  # over two standard deviations outside

_WORD = re.compile(r"[a-z']+")
_PAUSE = re.compile(r"[,.;:?!](?= )")


def estimated_s(text: str, pace: float) -> float:
    """Seconds of speech at `pace` (1.0 is the voice's own)."""
    syllables = sum(_syllables(word) for word in _WORD.findall(text.lower()))
    return (_START_S + _SYLLABLE_S * syllables + _PAUSE_S * len(_PAUSE.findall(text))) / pace


def check_openers(openers: tuple[Opener, ...], pace: float) -> Iterator[tuple[Key, str]]:
    """The key of each opener that is clearly too short or too long for a call, and what to do about it."""
    low, high = WANTED_S
    for place, opener in enumerate(openers):
        for index, line in enumerate(opener.says):
            lasts_s = estimated_s(line, pace)
            if CLEARLY_SHORT_S <= lasts_s <= CLEARLY_LONG_S:
                continue
            mend = "shorten" if lasts_s > CLEARLY_LONG_S else "lengthen"
            yield (
                ("openers", place, "says", index),
                f'opener "{line}" lasts about {lasts_s:.1f} s; {mend} it to {low} to {high} s, about five words',
            )


def _syllables(word: str) -> int:
    return max(1, len(re.findall(r"[aeiouy]+", word.removesuffix("e"))))

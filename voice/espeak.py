"""Text as espeak-ng reads it right, for the engines that have it spell out their phonemes."""

from __future__ import annotations

import re

# espeak-ng spells what people only hum ("mm-hm" as "M M H M"); Piper takes phonemes in double brackets.
_HUMS = {
    r"mm+-?hmm+|mhm+": "mˈhm",
    r"hmm+": "hˈəmm",
    r"mm+": "ˈmmm",
    r"pff+t?": "pff",
    r"psh+": "pʃ",
    r"sh+": "ʃʃ",
}
_BRACKETS = str.maketrans("[]", "  ")
_DOTS = re.compile(r"\s*\.{2,}\s*(?=\w)")
_LETTERS = re.compile(r"\b(?:[A-Z]\.){2,}(?=(\S|\s+\S)?)")


def readable(text: str) -> str:
    """`text` with what espeak-ng gets wrong in another form.

    Hyphens between letters ("C.F.O." is slurred, "C. F. O." three sentences), commas for dots in mid-sentence (it runs
    the words on both sides together), hums as sounds; double brackets aren't the text's to use.
    """
    text = _DOTS.sub(", ", text.translate(_BRACKETS))
    text = _LETTERS.sub(lambda letters: "-".join(letters[0].replace(".", "")) + ("." if not letters[1] else ""), text)
    for hum, phonemes in _HUMS.items():
        # a mark right behind the brackets would be lost, so it goes inside
        text = re.sub(rf"\b(?:{hum})\b([,.;:!?]?)", rf"[[{phonemes}\1]]", text, flags=re.IGNORECASE)
    return text

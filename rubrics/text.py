"""Spoken words made comparable: one spelling for what recognisers, typists and people write differently."""

from __future__ import annotations

import re
from functools import lru_cache

_FILLER = re.compile(r"\b(?:um+|uh+|er|erm+|mm+|mhm|hmm+|eh|ah|oh)\b")
_REPEATED = re.compile(r"\b(\w+(?:'\w+)?)(?: \1\b)+")
_IS = re.compile(r"\b(what|how|that|it|who|where|there|he|she|when|here|why|which)'?s\b(?<!\bits)")
_NOT = re.compile(r"\b(do|does|did|is|are|was|were|has|have|had|could|would|should|must|need)n'?t\b")
_SPELLINGS = (
    (re.compile(r"\b(?:can ?not|can'?t)\b"), "can not"),
    (re.compile(r"\b(?:won't|wont)\b"), "will not"),
    (_NOT, r"\1 not"),
    (_IS, r"\1 is"),
    (re.compile(r"\bi'?m\b"), "i am"),
    (re.compile(r"\b(i|you|we|they)'?ve\b"), r"\1 have"),
    (re.compile(r"\b(would|could|should)'?ve\b"), r"\1 have"),
    (re.compile(r"\b(you|they)'?re\b|\b(we)'re\b"), lambda m: f"{m[1] or m[2]} are"),
    (re.compile(r"\b(\w+)'ll\b"), r"\1 will"),
    (re.compile(r"\b(\w+)'d\b"), r"\1 would"),
    (re.compile(r"\blet'?s\b"), "let us"),
    (re.compile(r"\bgonna\b"), "going to"),
    (re.compile(r"\bwanna\b"), "want to"),
    (re.compile(r"\bgotta\b"), "got to"),
    (re.compile(r"\b(?:ok|okey)\b"), "okay"),
    (re.compile(r"\ball right\b"), "alright"),
    (re.compile(r"\bper ?cent\b|%"), " percent"),
)

_STOP = frozenset(
    re.findall(
        r"\S+",
        """a about above actually after again all also am an and any anything are as at away back be because been before
        being bit both but by call came can come could course day did do does doing done down each either else em even
        ever every everything few first fine for from get gets getting give go goes going good got great had has have
        having he her here hers hi him his how i if in into is it its just kind know last let like little look lot made
        make makes many may maybe me mean might hers more most much must my need never new next no none not nothing now
        of off okay on once one only or other our ours out over own perhaps please put quite rather really right said
        same saw say says see seen sent shall she should since so some somebody something sometimes soon sort sound
        still such sure take tell than thank thanks that the their them then there these they thing things think this
        those though through time to too two under up upon us use used very want was way we well went were what
        whatever when where which while who whole why will with without would yeah yep yes yet you your yours alright
        bye hello anyway basically probably suppose obviously people somewhere today""",
    )
)

_UNITS = {
    word: value
    for value, word in enumerate(
        re.findall(
            r"\w+",
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
            "seventeen eighteen nineteen",
        )
    )
}
_TENS = {
    word: 10 * value
    for value, word in enumerate(re.findall(r"\w+", "twenty thirty forty fifty sixty seventy eighty ninety"), start=2)
}
_SCALES = {"hundred": 100, "thousand": 1000, "grand": 1000, "million": 1_000_000, "k": 1000}
_ORDINALS = tuple(
    re.findall(
        r"\w+",
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth",
    )
)
NUMBER = r"(?:\d[\d,.]*|" + "|".join([*_UNITS, *_TENS, *_SCALES, "half a", "couple of", "dozen"]) + r")"
"""A regular expression for one number word or figure in plain text."""

DAY = (
    r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow|tonight|today|next week|next month|"
    r"end of the (?:week|month|day)|(?:the )?\d{1,2}(?:st|nd|rd|th)|(?:the )?(?:" + "|".join(_ORDINALS) + r"|thirtieth|"
    r"(?:twenty|thirty) ?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth))"
    r"(?= of| at| half|$| \|| january| february| march| april| may| june| july)|"
    r"january|february|march|april|june|july|august|september|october|november|december|this afternoon|this morning|"
    r"in (?:a|one|two|three) (?:days?|weeks?))"
)
"""A regular expression for a day or date in plain text."""


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Lower case, contractions in full, fillers and immediate repeats gone; " | " ends a sentence, " ? |" a question.

    Works alike on text with and without punctuation.
    """
    line = text.lower().replace("’", "'").replace("‘", "'").replace("`", "'")
    line = re.sub(r"[–—-]", " ", line)
    line = re.sub(r"(?<=\d)[,](?=\d{3})", "", line)
    line = re.sub(r"[,:;\"“”()…*_/\\]", " ", line)
    line = _FILLER.sub(" ", line)
    for pattern, spelling in _SPELLINGS:
        line = pattern.sub(spelling, line)
    line = re.sub(r"(?<=\d)\.(?=\d)", "_", line)
    line = re.sub(r"\?+", " ? | ", line)
    line = re.sub(r"[.!]+", " | ", line)
    line = line.replace("_", ".")
    line = re.sub(r"\s+", " ", line).strip()
    line = _REPEATED.sub(r"\1", line)
    line = re.sub(r"(?:\| )+", "| ", line + " ").strip()
    return re.sub(r"^\| ", "", line).removesuffix("|").strip()


def sentences(text: str) -> list[str]:
    """The plain text cut at full stops and question marks; a question keeps its "?"."""
    return [part for part in (piece.strip() for piece in plain(text).split("|")) if part]


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """A crude stem: enough to match "invoices" with "invoice" and "chasing" with "chase", no more."""
    for ending in ("'s", "'"):
        word = word.removesuffix(ending)
    for ending, least in (("ations", 4), ("ation", 4), ("ings", 4), ("ing", 3), ("ies", 3), ("ied", 3), ("es", 4)):
        if word.endswith(ending) and len(word) - len(ending) >= least:
            root = word.removesuffix(ending)
            return root if not root.endswith("e") else root[:-1]
    for ending, least in (("ed", 3), ("er", 4), ("ly", 4), ("s", 3), ("e", 3), ("y", 3)):
        if word.endswith(ending) and not word.endswith("ss") and len(word) - len(ending) >= least:
            return word.removesuffix(ending).rstrip("e")
    return word


def tokens(text: str) -> list[str]:
    """The words of the plain text, without its sentence marks."""
    return re.findall(r"[a-z0-9$£€.']+", plain(text).replace("|", " "))


@lru_cache(maxsize=4096)
def content(text: str) -> frozenset[str]:
    """Stems of the words that carry matter: no function words, no pleasantries, numbers as figures."""
    stems = {stem(word) for word in tokens(text) if word not in _STOP and len(word) > 1 and not is_number(word)}
    return frozenset(stems | {f"#{value:g}" for value in numbers(text) if value > 2})


def is_number(word: str) -> bool:
    return word in _UNITS or word in _TENS or word in _SCALES or bool(re.fullmatch(r"[$£€]?\d[\d,.]*[a-z]{0,2}", word))


@lru_cache(maxsize=4096)
def numbers(text: str) -> tuple[float, ...]:
    """Every number said, in words or figures, in order: "sixteen fifty" is 1650, "twelve hundred" 1200."""
    found: list[float] = []
    total: float | None = None
    group = 0.0
    for word in [*re.findall(r"[a-z0-9$£€.']+|\|", plain(text)), "|"]:
        value = _value(word)
        if value is not None and word not in _SCALES:
            joins = total is not None and _joins(group, value)
            if total is not None and not joins and 10 <= group < 100 and 10 <= value < 100 and group % 1 == 0:
                group = group * 100 + value  # "sixteen fifty", "nineteen eighty"
                continue
            if total is not None and not joins:
                found.append(total + group)
                total, group = None, 0.0
            total, group = total or 0.0, (group + value if joins else value)
        elif word in _SCALES and total is not None:
            scale = _SCALES[word]
            if scale == 100:
                group = (group or 1) * 100
            else:
                total, group = total + (group or 1) * scale, 0.0
        elif word == "hundred" or (word == "thousand" and total is None):
            total, group = 0.0, float(_SCALES[word])
        elif word != "and" and total is not None:
            found.append(total + group)
            total, group = None, 0.0
    return tuple(found)


def _joins(group: float, value: float) -> bool:
    if group == 0:
        return True
    if group % 100 == 0 and value < 100:
        return True
    return group % 10 == 0 and group % 100 != 0 and value < 10


def _value(word: str) -> float | None:
    if word in _UNITS:
        return float(_UNITS[word])
    if word in _TENS:
        return float(_TENS[word])
    if word in _SCALES:
        return float(_SCALES[word])
    if match := re.fullmatch(r"[$£€]?(\d[\d,]*(?:\.\d+)?)(?:st|nd|rd|th)?\.?", word):
        return float(match[1].replace(",", ""))
    return None

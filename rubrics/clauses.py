"""Reading a rubric's level texts: which signs a text names, as there or not there, how often, and joined how."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from rubrics.sign_catalogue import Sign, catalogue
from rubrics.text import plain

_QUOTED = re.compile(r"[\"“][^\"”]{2,200}[\"”]|(?<![\w])['‘][^'‘’]{3,}?(?:'\w+[^'’]*?)*['’](?![\w])")
_BRACKETS = re.compile(r"\([^()]*\)")
_PEOPLE = (
    (
        re.compile(
            r"\b(?:the )?(?:caller|guest|client|patient|person|prospect|member|visitor|buyer|tenant|passenger|"
            r"policyholder|account ?holder|gatekeeper|parent|student|user|resident|applicant)(?P<of>'s|s)?\b"
        ),
        r"the customer\g<of>",
    ),
    (
        re.compile(
            r"\b(?:the )?(?:agent|rep|representative|adviser|advisor|employee|clerk|receptionist|operator|salesperson|"
            r"seller|collector|handler|staff member|nurse|technician)(?P<of>'s|s)?\b(?! (?:decides|is called))"
        ),
        r"the learner\g<of>",
    ),
)
_NA = re.compile(
    r"(?:^|(?<=[.;!?] ))[^.;!?]*\b(?:score (?:it )?na|scored na|never na|na if|not applicable)\b[^.]*\.?", re.IGNORECASE
)
_NEVER = re.compile(r"\bnever na\b", re.IGNORECASE)
_NEGATES = re.compile(
    r"\b(?:no|not|never|without|nothing|neither|nor|nobody|none|missing|lacks?|lacking|fails? to|instead "
    r"of|rather than|"
    r"refuses? to|avoids?|omits?|forgets?|does not|do not|is not|are not|stays open|free of|leaves? aside|less than)\b"
)
_BOUNDARY = re.compile(r"[,;:]| but | or (?:only|asks|says|offers|names|gives)\b|\bthen\b")
_NEAR_WORDS = 7
"""A negation reaches this many words."""
_ONLY = re.compile(r"\b(?:only|just|merely|nothing but|exactly one|a single)\b(?: \w+){0,4} ?$")
_BEFORE = re.compile(r"\bbefore (?:\w+ ){0,6}?$")
_LEAST = re.compile(
    r"\b(?:at least |both )?(two|three|four|both)\b(?: or more| different| \w+)?(?: \w+)? ?$|\b(two|three|"
    r"four) or more (?:\w+ )?$"
)
_COUNT = {"two": 2, "three": 3, "four": 4, "both": 2}
_REPEATED = re.compile(
    r"\b(?:repeated(?:ly)?|several|again and again|more than (?:once|twice)|throughout|constantly)\b"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A sign that a text names. `alternative`: joined to the mention before it by "or"."""

    sign: Sign
    start: int
    end: int
    negated: bool = False
    only: bool = False
    before: bool = False
    least: int = 1
    alternative: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a text, between stops, with what it names; `words` is how it stands in the rubric, made plain."""

    words: str
    mentions: tuple[Mention, ...]
    repeated: bool


def na_text(levels: Mapping[int | Literal["na"], str]) -> str:
    """What the level texts say of when the criterion doesn't arise; "" if they don't."""
    parts = [levels["na"]] if "na" in levels else []
    for key, text in levels.items():
        if key != "na":
            parts += [match[0] for match in _NA.finditer(text) if not _NEVER.search(match[0])]
    return " ".join(parts)


def normal(text: str, *, asides: bool = False) -> str:
    """A level text made comparable: no "score na" sentence, no quotations, people by their part in the call."""
    text = _NA.sub(" ", text)
    if not asides:
        text = _BRACKETS.sub(" ", _QUOTED.sub(" ", text))
    stops = (
        re.sub(r"[\"“”‘]|(?<!\w)'|'(?!\w)", " ", text).replace("(", ", ").replace(")", " ").lower().replace("’", "'")
    )
    kept = " ".join(f"{plain(part)}{stop}" for part, stop in _pieces(stops))
    for pattern, name in _PEOPLE:
        kept = pattern.sub(name, kept)
    return re.sub(
        r"\s+", " ", kept.replace("let us the ", "lets the ").replace("the the ", "the ").replace("a the ", "the ")
    ).strip()


def _pieces(text: str) -> list[tuple[str, str]]:
    """The text cut at its stops, each piece with the stop behind it: plain text alone would lose them."""
    return [(match[1], match[2]) for match in re.finditer(r"([^.,;:!?]+)([.,;:!?]*)", text) if match[1].strip()]


def read(text: str) -> tuple[Clause, ...]:
    """The sentences of a level text with the signs that they name. Brackets and quotations
    count where nothing else does."""
    clauses = _read(normal(text))
    return clauses if any(clause.mentions for clause in clauses) else _read(normal(text, asides=True))


def _read(words: str) -> tuple[Clause, ...]:
    return tuple(
        Clause(sentence.strip(), _mentions(sentence.strip()), bool(_REPEATED.search(sentence)))
        for sentence in re.split(r"(?<=[.!?])\s", words)
        if sentence.strip()
    )


@lru_cache(maxsize=512)
def _mentions(sentence: str) -> tuple[Mention, ...]:
    found: list[Mention] = []
    for sign in catalogue().values():
        if sign.names is None:
            continue
        spans = (match.span() for match in sign.names.finditer(sentence))
        found.extend(_judged(sentence, Mention(sign, start, end)) for start, end in spans if end > start)
    found = [one for one in found if _fits_verb(sentence, one)]
    kept = [one for one in found if not any(_covers(other, one) for other in found)]
    kept.sort(key=lambda one: (one.start, -one.end))
    joined = kept[:1]
    for earlier, one in pairwise(kept):
        between = sentence[earlier.end : one.start] if one.start >= earlier.end else ""
        joined.append(replace(one, alternative=bool(re.search(r"\bor\b", between)) and " and " not in f" {between} "))
    return tuple(joined)


_VERBS = re.compile(
    r"\b(asks?|asking|enquires?|finds? out|(?:says?|names?|gives?|states?|offers?|tells?|mentions?|"
    r"explains?|reads?|repeats?|"
    r"announces?|confirms?|promises?|makes?|takes?|shows?|refers?|waits?|uses?|has|lets?|checks?|goes|"
    r"accepts?|adapts?|acts?|"
    r"keeps?|is|are|sums?|plays?|restates?|blames?|builds?|picks?|responds?|acknowledges?|apologises?|"
    r"thanks?)(?:ing)?)\b"
)
_ASKING = re.compile(r"^(?:asks?|asking|enquires?|finds? out)$")
_TELLING = re.compile(r"^(?:says?|names?|states?|sums?|restates?|repeats?|mentions?|explains?)$")
_ASKED_FOR = re.compile(r"\b(?:asks?|question|questions|checks who|invites|has the customer|test)\b")


def _fits_verb(sentence: str, one: Mention) -> bool:
    """What is asked about isn't what is told: "asks about a risk" names no risk."""
    verbs = _VERBS.findall(sentence[: one.start + 1])
    if not verbs or one.sign.who == "customer" or one.sign.harm:
        return True
    if _TELLING.match(verbs[-1]):
        asks = one.sign.id.startswith("asks-") and one.sign.id not in ("asks-hold", "asks-time")
        return not asks or bool(_ASKING.match(sentence[one.start : one.end].split()[0]))
    if not _ASKING.match(verbs[-1]):
        return True
    return bool(_ASKED_FOR.search(one.sign.about) or _ASKING.match(sentence[one.start : one.end].split()[0]))


def _covers(other: Mention, one: Mention) -> bool:
    """Another sign's longer name for the same words."""
    inside = other.start <= one.start and one.end <= other.end
    return other is not one and inside and (other.end - other.start) > (one.end - one.start)


def _judged(sentence: str, one: Mention) -> Mention:
    head = sentence[: one.start]
    reach = " ".join(_BOUNDARY.split(head)[-1].split()[-_NEAR_WORDS:])
    paired = re.search(r"\bneither\b", head) and re.search(r"\b(?:nor|and|or) (?:\w+ ){0,4}$", head + " ")
    inside = bool(re.match(r"\W*(?:no|not|nothing|without|neither|does not|is not)\b", sentence[one.start : one.end]))
    denied_after = bool(re.match(r" (?:nothing|no|none|neither)\b", sentence[one.end :]))
    least = _LEAST.search(head)
    return replace(
        one,
        negated=bool(_NEGATES.search(reach)) or bool(paired) or inside or denied_after,
        only=bool(_ONLY.search(head)),
        before=bool(_BEFORE.search(head)) or sentence[one.start :].startswith("before "),
        least=_COUNT[least[1] or least[2]] if least else 1,
    )

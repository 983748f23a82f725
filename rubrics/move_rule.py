"""What a rule for a move is, and when an utterance meets it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rubrics.sources import named_sources
from rubrics.text import plain

_QUOTED = re.compile(r"[\"“][^\"”]{0,300}[\"”]")
_TOLD = re.compile(
    r"\b(?:you|he|she|they|somebody|someone|people|your colleague|the last (?:person|agent|rep)|the "
    r"(?:website|advert|email|letter))"
    r" (?:just |were |was |have |had |all )?(?:said|say|says|told (?:you|me|us|them)|tell (?:you|me)|"
    r"claims?|claimed|promised|saying|read|heard|mentioned)\b"
)
_DENIAL = re.compile(
    r"\b(?:not|never|no|without|neither|nor|nobody|hardly|instead of|rather than|against)(?: \S+){0,4}$"
)
_NEAR_CHARS = 90
"""Text without full stops has sentences as long as the turn; what undoes a match must stand this near to it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A move is made where `says` matches, unless `unless` matches nearby in the same sentence.

    `affirmed`: a denial in the five words before undoes it. `own`: so does reported speech earlier in the sentence.
    `unsourced`: so does a customer who is named as having got it.
    """

    move: str
    says: re.Pattern[str]
    unless: re.Pattern[str] | None = None
    affirmed: bool = False
    own: bool = False
    unsourced: bool = False


@dataclass(frozen=True, slots=True)
class Utterance:
    """An utterance made ready for rules: as it came, plain, and plain without what it quotes; what was said before."""

    text: str
    plain: str
    unquoted: str
    before: str

    @classmethod
    def read(cls, text: str, before: str = "") -> Utterance:
        return cls(text, plain(text), plain(_QUOTED.sub(" ", text)), before)


def rule(
    move: str, says: str, unless: str = "", *, affirmed: bool = False, own: bool = False, unsourced: bool = False
) -> Rule:
    """A `Rule` from regular expressions over plain text; each must match whole words."""
    return Rule(
        move,
        re.compile(rf"(?<![\w'])(?:{says})(?![\w'])"),
        re.compile(rf"(?<![\w'])(?:{unless})(?![\w'])") if unless else None,
        affirmed,
        own,
        unsourced,
    )


def makes(rule: Rule, utterance: Utterance) -> bool:
    return first_match(rule, utterance) is not None


def first_match(rule: Rule, utterance: Utterance) -> re.Match[str] | None:
    """The first match that nothing undoes, in the utterance's plain text (without quotations where `own` is set)."""
    line = utterance.unquoted if rule.own else utterance.plain
    for match in rule.says.finditer(line):
        start = line.rfind("|", 0, match.start()) + 1
        end = line.find("|", match.end())
        near = line[max(start, match.start() - _NEAR_CHARS) : match.start()]
        after = line[match.start() : min(end if end >= 0 else len(line), match.end() + _NEAR_CHARS)]
        if rule.affirmed and _DENIAL.search(near.rstrip()):
            continue
        if rule.own and _TOLD.search(near):
            continue
        if rule.unsourced and any(name in near + match[0] for name in named_sources(utterance.text)):
            continue
        if rule.unless and rule.unless.search(near + after):
            continue
        return match
    return None

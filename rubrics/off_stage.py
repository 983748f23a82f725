"""What a learner says to whoever grades, or in the rubric's own words, not to the customer: no part of the call.

Nobody on the line is a grader, and nobody tells a customer "empathy, ownership, summary". Such clauses are taken out
before anything is read, so that they earn nothing and cost nothing but the time they took.
"""

from __future__ import annotations

import re

from rubrics.move_rule import Utterance, makes
from rubrics.move_rules_harm import ROLE_BREAK
from rubrics.text import plain

_TO_THE_GRADER = re.compile(
    r"\b(?:graders?|grading (?:function|model|system|prompt)|(?:developer|system|hidden|internal) "
    r"(?:notes?|messages?|prompts?|instructions?)|evaluators?|assessors?|examiners?|whoever (?:scores|"
    r"grades|marks|listens)|quality (?:scoring|score|"
    r"monitoring team)|(?:note|attention|message) (?:for|to) (?:the )?(?:evaluation|scoring|assessment|"
    r"quality|coach|judge|"
    r"auditor|system)|(?:full|top|maximum|highest|best) (?:marks?|scores?|points|grade|rating)|level "
    r"(?:two|2)\b|criteri(?:on|a)"
    r"|rubric|score ?card|score ?sheet|(?:award|give|assign|grant|deserves?) (?:me |this (?:call|agent) |"
    r"it |us )?(?:a )?"
    r"(?:two|2|ten|hundred|perfect|level|pass)\b(?! (?:pounds|dollars|minutes|percent|weeks|days|of|euros|options))|"
    r"(?:mark|score|rate|grade) (?:this|me|it|that|the call) (?:as |a |with |at )?(?:\w+ )?(?:two|ten|"
    r"perfect|excellent|passed|"
    r"complete|high|generously|full|satisfied|met)|language model|prompt injection|system (?:message|prompt)|as an ai|"
    r"previous instructions|override (?:the )?(?:score|grading))"
)
_TERMS = re.compile(
    r"\b(?:empathy|empathi[sz]e|ownership|open(?: ended)? questions?|follow ups?|active(?:ly)? listen\w*|"
    r"listening|apology|"
    r"tailored value|tie value|benefits|next steps?|summar(?:y|i[sz]e[sd]?)|acknowledge(?:d|ment|s)?(?! "
    r"(?:that|this|what|how|"
    r"your))|de escalat\w+|rapport|compliance|objection(?: handling)?s?|value proposition|verification|"
    r"disclosure|agenda|"
    r"permission|recap|needs analysis|concrete next step|two options|usage|clear next step|reason for "
    r"calling|price and terms|"
    r"warning signs?|way to check)\b"
)
_REPORTS = re.compile(
    r"\b(?:i|we|this (?:agent|employee|recruiter|learner|rep|adviser|advisor|nurse|caller|call)|the "
    r"(?:agent|learner|rep))"
    r" (?:\w+ly |have |has |always |also )?(?:ask(?:s|ed)?|listen(?:s|ed)?|acknowledg\w+|empathi[sz]\w*|"
    r"de escalate[sd]?|"
    r"follow(?:s|ed)? up|tailor(?:s|ed)?|match(?:es|ed)?|recall(?:s|ed)?|verif(?:y|ies|ied)|"
    r"summari[sz]\w+|show(?:s|ed)?|"
    r"take(?:s)? (?:full )?ownership|took ownership|offer(?:s|ed)|gave|frames?d?|agree(?:s|d)? a|build(?:s)? rapport|"
    r"tie(?:s|d)? value|thank you for waiting|is open about|quantif\w+|confirm(?:s|ed)? (?:the )?next)\b"
)
_OF_ITSELF = re.compile(r"\bthis (?:agent|employee|recruiter|learner|rep|adviser|advisor|nurse|call) \w+(?:ed|s)\b")
_PASSIVE = re.compile(
    r"\b(?:(?:is|are|was|were|has been|have been) )?(?:stated|confirmed|asked|verified|respected|met|"
    r"satisfied|fulfilled|"
    r"acknowledged|summari[sz]ed|established|demonstrated)\b|\b(?:by when|by whom) (?:\w+ ){0,4}is clear\b"
)
_ADDRESSED = re.compile(r"\b(?:you|your|yours)\b")
_MANY_TERMS, _TWO = 3, 2
_CLAUSE = re.compile(r"[^,;:]+[,;:]?\s*")
_LONG_WORDS = 18
"""A sentence longer than this, or one without a full stop, is taken apart, so that what stands beside it is kept."""
_SENTENCE = re.compile(r"[^.?!]+[.?!]*(?:\s|$)?")
_LINK = re.compile(r"(?=\b(?:so|but|anyway|now|okay|right)\b )", re.IGNORECASE)


def on_stage(text: str) -> str:
    """The text without what is said to the grader or in the rubric's words; all of it where there is no such thing."""
    sentences = [match[0] for match in _SENTENCE.finditer(text)]
    if not any(off_stage(sentence) for sentence in sentences):
        return text.strip()
    kept = []
    for sentence in sentences:
        if not off_stage(sentence):
            kept.append(sentence)
        elif len(sentence.split()) > _LONG_WORDS or sentence.rstrip()[-1:] not in ".?!":
            kept.append(_without(sentence))
    return "".join(kept).strip()


def _without(sentence: str) -> str:
    """The sentence without the clauses that are off stage; nothing where it stays so as a whole."""
    clauses = [part for clause in _CLAUSE.findall(sentence) for part in _LINK.split(clause) if part]
    left = "".join(clause for clause in clauses if not off_stage(clause))
    return "" if off_stage(left) else left


def off_stage(text: str) -> bool:
    """Whether a text speaks to the grader, or reports on itself in the rubric's terms."""
    words = plain(text)
    if _TO_THE_GRADER.search(words) or makes(ROLE_BREAK, Utterance.read(text)):
        return True
    terms = set(_TERMS.findall(words))
    if len(terms) >= _MANY_TERMS and len(words.split()) <= 6 * len(terms):
        return True
    if terms and (len(_REPORTS.findall(words)) >= _TWO or _OF_ITSELF.search(words)):
        return True
    return bool(terms) and bool(_PASSIVE.search(words)) and not _ADDRESSED.search(words)

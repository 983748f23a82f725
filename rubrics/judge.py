"""Judging behaviour: each criterion is mapped to checks that can be seen in a transcript, or isn't scored.

No language model judges here: asked for a level over a whole call, the embedded one is no better than chance. For what
the rubrics at hand ask most, judges are written (`JUDGES`); everything else is read off the level texts as checks over
a catalogue of signs (`mapping`, `composing`). What can't be read needs a larger model or a coach, and isn't scored. The
learner's words are only ever matched, so nothing that they say can be an instruction.

How good: decision 9 and docs/figures.md; `ringside bench judge` holds it against any gold labels.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from rubrics import (
    checks_arrangement,
    checks_care,
    checks_closing,
    checks_compliance,
    checks_listening,
    checks_objection,
    checks_opening,
    checks_service,
    checks_value,
)
from rubrics.checks import Checks
from rubrics.clauses import read
from rubrics.composing import compose
from rubrics.confidence import by_checks, share_right, written
from rubrics.mapping import map_criterion, understood
from rubrics.rubric import Criterion
from rubrics.transcript import Transcript
from rubrics.verdict import Judge, Verdict, quotes

_TITLE_WEIGHT = 3.0
_LEVEL_WEIGHT = 1.0
_LEAST_DESCRIBED = 3
"""A hand-written judge beats the general machine only where the level texts speak of what it reads (decision 9)."""
_NAMED_TWICE = 2
_BEATEN = frozenset(
    ("greeting", "identity", "empathy", "apology", "ownership", "explanation", "remedy", "manners", "closing")
)
"""Hand-written judges that do worse than the general machine on rubrics that they weren't written for (decision 9)."""
BY_CHECKS = "checks"
"""The judge's name where a criterion is judged by checks over signs."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A judge, what its criteria are called, and what their levels say."""

    judge: Judge
    title: re.Pattern[str]
    levels: re.Pattern[str]


def _entry(judge: Judge, title: str, levels: str) -> Entry:
    return Entry(judge, re.compile(title), re.compile(levels))


JUDGES: dict[str, Entry] = {
    "permission": _entry(
        checks_opening.permission,
        r"permission|right to continue|asks? (?:for|whether).* (?:time|moment)|earns? the right|suits",
        r"asks for a moment|moment suits|offers another time|good time|'i'm busy'",
    ),
    "introduction": _entry(
        checks_opening.introduction,
        r"who is calling|why this|reason for|states? (?:the )?(?:reason|purpose)|introduc",
        r"name, company|learner's name|reason (?:is|for the call|tied)|any business",
    ),
    "agenda": _entry(checks_opening.agenda, r"agenda|framing|plan for the call", r"purpose or plan|agenda|length"),
    "open-question": _entry(
        checks_listening.open_question,
        r"open[- ]?(?:ended )?questions?|asks open|finds? out why|explores? the situation|probes?|diagnos\w* "
        r"questions?",
        r"open questions?|invites? a description|yes/no|leading|rhetorical",
    ),
    "follow-up": _entry(
        checks_listening.follow_up,
        r"builds? on|follow[- ]?ups?|listens|takes up (?:what|the)",
        r"takes? up a detail|takes? it further|next scripted question|builds on an answer|minor points",
    ),
    "quantify": _entry(
        checks_listening.quantified,
        r"quantif|size of the|cost of the problem|measures? the impact",
        r"size of the problem|own figures|add up to|volume",
    ),
    "decision": _entry(
        checks_listening.decision,
        r"decision|who decides|buying process|stakeholder",
        r"who decides|who is involved|criteria it is decided|by when",
    ),
    "recap": _entry(
        checks_listening.recap,
        r"summar|recap|plays? back|restates? (?:the|what)",
        r"summary|restates? at least two|whether that is right",
    ),
    "objection": _entry(
        checks_objection.objection,
        r"objection|concerns? before|handles? (?:a )?(?:concern|pushback)|price pushback",
        r"objection|names the concern|what is behind|talks past",
    ),
    "tailored": _entry(
        checks_value.tailored,
        r"ties? (?:value|the offer|the solution|benefits?)|tailor|value to what|relevant (?:value|benefit)|"
        r"connects? .*(?:benefit|value|offer)",
        r"connects? (?:at least one|a particular)|said on this call|sector, size or role",
    ),
    "claims": _entry(
        checks_value.claims,
        r"claims?|unsupported|no promises|promises? (?:that|it)|promises? nothing|over-?promis|guarantee",
        r"guarantee|superlative|absolute|no source or condition|conditional",
    ),
    "next-step": _entry(
        checks_closing.next_step,
        r"next step|follow-?up appointment|clear close|commitment|agrees? (?:a|on) (?:time|date)",
        r"next step|concrete step|day or date|who does what",
    ),
    "right-party": _entry(
        checks_compliance.right_party,
        r"right[- ]party|before disclosing|verif\w+ .*debt",
        r"the debt is mentioned|third party|date of birth",
    ),
    "disclosure": _entry(
        checks_compliance.disclosure,
        r"mandatory disclosure|mini-miranda|disclosure",
        r"attempt to collect a debt|used for that purpose|information obtained",
    ),
    "rights": _entry(
        checks_compliance.rights,
        r"right to dispute|rights?\.dispute|right to .*proof",
        r"dispute; ask for proof|both rights|proof",
    ),
    "no-threat": _entry(
        checks_compliance.no_threat,
        r"threat|pressure|intimidat",
        r"threatens action|artificial deadlines|shaming|neither threats",
    ),
    "hardship": _entry(
        checks_care.hardship,
        r"hardship|vulnerab|acknowledges? .*dispute",
        r"hardship|illness|circumstance|belittles what the person",
    ),
    "affordability": _entry(
        checks_arrangement.affordability,
        r"afford|means|what .* can (?:pay|manage)|income",
        r"income|outgoings|manageable|asking what is possible",
    ),
    "options": _entry(
        checks_arrangement.options,
        r"concrete options|offers? (?:\w+ )?(?:options|alternatives)|payment (?:options|plan)",
        r"alternatives? with amounts|payment in full|one alternative",
    ),
    "promise": _entry(
        checks_arrangement.promise,
        r"promise to pay|documents? the promise|confirms? the (?:arrangement|payment)",
        r"amount, date and means|amount or date|pinned down",
    ),
    "empathy": _entry(
        checks_care.empathy,
        r"empath|acknowledges? (?:the )?(?:feeling|frustration|upset|emotion|anger|customer|impact|what|"
        r"complaint|problem)|feelings?|de-?escalat",
        r"stock phrase|frustration|circumstance itself|feeling|upset",
    ),
    "apology": _entry(checks_care.apology, r"apolog|says? sorry", r"apolog|sorry"),
    "ownership": _entry(
        checks_service.ownership,
        r"ownership|takes? responsibility|owns? the|sees? it through",
        r"passes? (?:it|the customer) on|takes? (?:it|the matter) on|other department|someone else|personally",
    ),
    "explanation": _entry(
        checks_service.explanation,
        r"explains?|explanation|plain (?:words|language)",
        r"in plain (?:words|language)|explains?|jargon",
    ),
    "remedy": _entry(
        checks_service.remedy,
        r"remed|resol(?:ves?|ution)|refund|puts? (?:it|things) right|solution|fix(?:es)?",
        r"refund|credit|definite remedy|replacement|compensation",
    ),
    "identity": _entry(
        checks_service.identity,
        r"identity|verif(?:y|ies|ication)|security (?:check|questions)|data protection",
        r"account details|identity|security|date of birth|verified",
    ),
    "manners": _entry(
        checks_care.manners,
        r"blame|respect|courte|professional|polite|argu",
        r"blames?|belittles?|argues?|insults?",
    ),
    "greeting": _entry(checks_opening.greeting, r"greet|welcome", r"greets?|greeting"),
    "closing": _entry(
        checks_closing.closing,
        r"anything else|closes? the call|wraps? up|farewell|ends the call",
        r"anything else|what happens next|goodbye",
    ),
    "talking-over": _entry(
        checks_care.talking_over,
        r"interrupt|talks? over|lets? .* finish|cuts? .* off",
        r"interrupts?|cuts? in|talks? over|finish",
    ),
}


def choose(criterion: Criterion) -> str | Checks | None:
    """What judges a criterion: a judge of `JUDGES` by name, checks over signs, or None where it must not be scored.

    `checks` in the rubric says so outright. Otherwise a judge written for the very thing is taken where the criterion
    is called like it and its level texts speak of what that judge reads; the machine of `mapping` for all others.
    """
    if criterion.checks is not None:
        return criterion.checks
    name, named, described = nearest(criterion)
    if name is not None and named >= 1:
        silent = not any(clause.mentions for level in (1, 2) for clause in read(criterion.levels[level]))
        alike = described >= _LEAST_DESCRIBED or (named >= _NAMED_TWICE and described >= _NAMED_TWICE)
        if criterion.kind == "phrase" or silent or (alike and name not in _BEATEN):
            return name
    return map_criterion(criterion)


def nearest(criterion: Criterion) -> tuple[str | None, int, int]:
    """The judge that a criterion is most like, in how many ways it is called so, and in how many its levels say so."""
    title = f"{criterion.id.replace('-', ' ').replace('.', ' ')} {criterion.id} {criterion.title}".lower()
    levels = " ".join(criterion.levels.values()).lower()
    best: tuple[str | None, int, int] = (None, 0, 0)
    best_fit = 0.0
    for name, entry in JUDGES.items():
        named = len(set(entry.title.findall(title)))
        described = len(set(entry.levels.findall(levels)))
        fit = _TITLE_WEIGHT * min(named, 2) + _LEVEL_WEIGHT * min(described, 4)
        if fit > best_fit:
            best, best_fit = (name, named, described), fit
    return best


class Judgement(NamedTuple):
    """A verdict, how often its kind was right, the judge's name and the kind (`rubrics.confidence`)."""

    verdict: Verdict
    confidence: float
    judge: str | None
    kind: str


def judge(call: Transcript, criterion: Criterion) -> Judgement:
    """The verdict on one criterion. Never raises for anything said in a call."""
    chosen = choose(criterion)
    if chosen is None:
        return Judgement(
            Verdict(None, "no check fits this criterion: it needs a larger model or a coach"), 0.0, None, ""
        )
    name = chosen if isinstance(chosen, str) else BY_CHECKS
    if not call.learner:
        silent = _nothing_said(call, chosen)
        return Judgement(silent, 0.0 if silent.level is None else 1.0, name, "")
    if isinstance(chosen, str):
        verdict = JUDGES[chosen].judge(call, criterion)
        checks = map_criterion(criterion)
        other = compose(call, criterion, checks).level if checks is not None else None
        kind = written(verdict.level, other)
    else:
        verdict = compose(call, criterion, chosen)
        kind = by_checks(verdict.level, understood(criterion))
    if verdict.level == "na" and not criterion.na_allowed:
        verdict = Verdict(None, verdict.why, verdict.quotes, verdict.moment)
    return Judgement(verdict, share_right(kind) if verdict.level is not None else 0.0, name, kind)


_PROHIBITIONS = frozenset(("claims", "no-threat", "manners", "talking-over"))


def _nothing_said(call: Transcript, chosen: str | Checks) -> Verdict:
    """Where the learner is silent there is no level; who only speaks to the grader does nothing of what is asked."""
    spoken = [turn for turn in call.record.turns if turn.who == "learner" and turn.text.strip()]
    asks = chosen not in _PROHIBITIONS if isinstance(chosen, str) else bool(chosen.plans)
    if spoken and asks and call.customer:
        return Verdict(0, "nothing is said to the customer", quotes(spoken[0]))
    return Verdict(None, "the learner says nothing")

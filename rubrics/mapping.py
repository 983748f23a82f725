"""A criterion as checks: which signs its best level needs, what earns half, what spoils it, when it doesn't arise.

The mapping is read off the rubric's own words, and can be written into the rubric (`checks:`) and edited there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from rubrics.checks import Check, Checks, Plan
from rubrics.clauses import Clause, Mention, na_text, normal, read
from rubrics.rubric import Criterion
from rubrics.topics import asked_for, subject, topic

_PROHIBITS = re.compile(
    r"^(?:\w+s (?:nothing|nobody|no one)|does not|do not|never|no|makes? no|promises? (?:no|nothing|only)|"
    r"claims? nothing|neither|avoids?|leaves?|"
    r"blames? nobody|without|stays?|keeps? (?:from|calm))\b"
)
_NOTHING = re.compile(r"\b(?:nothing|no(?:body)?|never|not|without|neither)\b")
_HOLLOW = re.compile(
    r"^(?:\w+s (?:nothing|nobody|no one)\b|neither|no|none|not|nothing|blames? nobody|free of|avoids|"
    r"without|the same|yes|both|all)\b"
)
_BOTH = re.compile(r"\bboth\b(?! (?:name|the|of the|his|her|their))")
_TWO_WAYS = re.compile(r"(?<=;) or,? ")
_LEAST_UNDERSTOOD = 0.34
"""Where less than this of the best level names a sign, the checks aren't what it asks for."""
_GENERIC = frozenset(("open-question", "closed-question", "checks-right"))
"""Ways of asking: they earn no half where the text says what is asked for."""


def map_criterion(criterion: Criterion) -> Checks | None:
    """The checks that a criterion's words ask for; None where its best level names nothing that can be seen."""
    best, some, worst, title = (
        read(text) for text in (*(criterion.levels[level] for level in (2, 1, 0)), criterion.title)
    )
    prohibits = bool(_PROHIBITS.search(normal(criterion.title)) or _HOLLOW.search(normal(criterion.levels[2])))
    spoils, weakens = _harms(best, some, worst)
    plans = [plan for clause in best for plan in _plans(clause)]
    about = topic(criterion)
    if not plans and not (prohibits and (spoils or weakens)):
        plans = [plan for clause in title for plan in _plans(clause)]
        if not plans and not prohibits:
            plans = [Plan(needs=((one,),)) for one in (about or asked_for(criterion),) if one is not None]
        if not plans:
            return None
    if plans and understood(criterion) < _LEAST_UNDERSTOOD:
        asked = asked_for(criterion)
        if asked is None:
            return None
        plans = [Plan(needs=((asked,),), before=next((plan.before for plan in plans if plan.before), None))]
    plans = _both(_merged(plans, best), best, title)
    if plans and all(check.detail for plan in plans for group in plan.needs for check in group):
        plans = [_anchored(plan, title, subject(criterion)) for plan in plans]
    tolerated = {one.sign.id for one in _wanted(worst)} - {one.sign.id for one in _wanted(title)}
    half = [one for one in _half(some) or _half(title) if one.sign not in tolerated]
    if any(check.sign and check.sign.startswith("asks-") for check in half):
        half = [check for check in half if check.sign not in _GENERIC]
    return Checks(
        plans=tuple(plans),
        half=tuple(dict.fromkeys(half)),
        nought=tuple(sorted(tolerated)),
        spoils=spoils,
        weakens=weakens,
        whole=understood(criterion) >= 1,
        **_arising(criterion)._asdict(),
    )


def _wanted(clauses: Iterable[Clause]) -> list[Mention]:
    """What the text names as there, and as right."""
    return [
        one for clause in clauses for one in clause.mentions if not one.negated and not one.sign.harm and not one.before
    ]


def _half(clauses: Iterable[Clause]) -> list[Check]:
    return [Check(sign=one.sign.id) for one in _wanted(clauses) if one.sign.who == "learner" and not one.sign.detail]


def _harms(
    best: tuple[Clause, ...], some: tuple[Clause, ...], worst: tuple[Clause, ...]
) -> tuple[tuple[Check, ...], tuple[Check, ...]]:
    """What spoils and what weakens: wrongs that the worst and the middle level name, and that the best rules out.

    A wrong that both name spoils only where the worst level says that it is repeated.
    """
    grave, mild = (
        {one.sign.id: None for clause in part for one in clause.mentions if one.sign.harm and not one.negated}
        for part in (worst, some)
    )
    ruled_out = {one.sign.id: None for clause in best for one in clause.mentions if one.sign.harm and one.negated}
    repeated = any(clause.repeated for clause in worst)
    spoils = [Check(sign=sign, least=3 if sign in mild else 1) for sign in grave if sign not in mild or repeated]
    weakens = [Check(sign=sign) for sign in dict.fromkeys([*mild, *ruled_out]) if sign not in grave or sign in mild]
    return tuple(spoils), tuple(weakens)


def _plans(clause: Clause) -> list[Plan]:
    """A sentence as what must be there; "...; or ..." makes two ways to the same level."""
    wanted = [one for one in clause.mentions if not one.negated and not one.sign.harm]
    second = _TWO_WAYS.search(clause.words)
    cut = second.start() if second else len(clause.words)
    parts = [[one for one in wanted if one.start < cut], [one for one in wanted if one.start >= cut]]
    return [plan for part in parts for plan in [_plan(part)] if plan.needs]


def _plan(wanted: list[Mention]) -> Plan:
    groups: list[list[Check]] = []
    before: str | None = None
    for one in wanted:
        if one.before:
            before = one.sign.id
            continue
        check = Check(sign=one.sign.id, least=one.least)
        if any(check.sign == other.sign for group in groups for other in group):
            continue
        if one.alternative and groups:
            groups[-1].append(check)
        else:
            groups.append([check])
    return Plan(needs=tuple(tuple(group) for group in groups), before=before)


def _merged(plans: list[Plan], best: tuple[Clause, ...]) -> list[Plan]:
    """Sentences without an "or" between them hold together."""
    if len(plans) < 2 or any(_TWO_WAYS.search(clause.words) for clause in best):
        return plans
    needs = tuple(dict.fromkeys(group for plan in plans for group in plan.needs))
    return [Plan(needs=needs, before=next((plan.before for plan in plans if plan.before), None))]


def _both(plans: list[Plan], best: tuple[Clause, ...], title: tuple[Clause, ...]) -> list[Plan]:
    """ "States both": the two things are in the title."""
    things = [group for clause in title for plan in _plans(clause) for group in plan.needs for group in _each(group)]
    if len(things) < 2 or not any(_BOTH.search(clause.words) for clause in best):
        return plans
    once = [tuple(check.model_copy(update={"least": 1}) for check in group) for plan in plans for group in plan.needs]
    before = next((plan.before for plan in plans if plan.before), None)
    return [Plan(needs=tuple(dict.fromkeys([*things, *once])), before=before)]


def _each(group: tuple[Check, ...]) -> list[tuple[Check, ...]]:
    return [(check,) for check in group]


def _anchored(plan: Plan, title: tuple[Clause, ...], about: Check | None) -> Plan:
    """Details alone say nothing: the title says of what."""
    things = [
        group
        for clause in title
        for one in _plans(clause)
        for group in one.needs
        if not all(check.detail for check in group)
    ]
    if not things and about is not None:
        things = [(about,)]
    return Plan(needs=(*things, *plan.needs), before=plan.before)


class _Arising(NamedTuple):
    arises: str | None = None
    unless: str | None = None
    topical: bool = False


def _arising(criterion: Criterion) -> _Arising:
    """When it doesn't arise: unless `arises` is seen, if `unless` is seen, or (`topical`) if nothing of it is seen."""
    text = na_text(criterion.levels)
    if not text:
        return _Arising()
    words = normal(re.sub(r"(?i)\bscored? (?:it )?na if\b|\bna if\b", " ", text))
    for clause in read(words):
        for one in clause.mentions:
            if not (one.negated or _NOTHING.search(clause.words[: one.end])):
                return _Arising(unless=one.sign.id)
            return _Arising(arises=None if one.sign.harm else one.sign.id, topical=True)
    return _Arising(topical=bool(_NOTHING.search(words)))


def understood(criterion: Criterion) -> float:
    """The share of the best level's parts that name a sign, 0 to 1."""
    parts, known = 0, 0
    for clause in read(criterion.levels[2]):
        at = 0
        for part in re.split(r"([,;.]|\band\b|\bor\b)", clause.words):
            start, at = at, at + len(part)
            if len(part.split()) >= 2:
                parts += 1
                known += any(one.start < at and one.end > start for one in clause.mentions)
    if parts:
        return known / parts
    named = any(clause.mentions or _BOTH.search(clause.words) for clause in read(criterion.levels[2]))
    return 1.0 if named else 0.0

"""How far the judge agrees with coaches on each criterion, against how far coaches agree with each other.

Only scores given blind count as gold: whoever has seen the judge's level gives it more often (anchoring), so that an
override can take a criterion's publication away but never earn it. docs/decisions/0011 has the reasons.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rubrics.agreement import Estimate, agreement
from rubrics.rubric import Criterion, Rubric
from server.coaching.levels import Level, criterion_hash, read
from server.storage.coaching_tables import HumanScore

REVIEWS_TO_TELL = 10  # fewer reviewed calls say nothing about how often coaches differ
MOST_OVERRIDDEN = 1 / 3  # people agree with each other on about two items of three: more often wrong than they are
DROP = 0.05  # of kappa: less lies within what a few labels make

Levels = Mapping[str, Mapping[str, Level | None]]
"""The judge's, by call and criterion."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What a criterion must reach to be published: kappa over at least so many blind labels."""

    kappa: float
    labels: int


@dataclass(frozen=True, slots=True)
class CriterionFigures:
    """`judge` is the judge against coaches, `ceiling` coaches against each other; each with 95 % intervals by call.

    `labels`: blind levels given, `scored`: those of them that the judge gave a level beside. `withheld` says why the
    criterion is practice-only, empty where it is published.
    """

    criterion: Criterion
    labels: int
    scored: int
    coverage: float | None
    judge: Mapping[str, Estimate]
    pairs: int
    ceiling: Mapping[str, Estimate]
    ceiling_pairs: int
    reviewed: int
    overridden: int
    withheld: str

    @property
    def published(self) -> bool:
        return not self.withheld


@dataclass(frozen=True, slots=True)
class Evidence:
    """What people have said about a rubric's criteria: blind scores, the override that stands for each call and
    criterion, and which calls have been reviewed.
    """

    blind: Sequence[HumanScore]
    overrides: Sequence[HumanScore]
    reviewed: frozenset[str]


def figures(
    rubric: Rubric, evidence: Evidence, machine: Levels, bar: Bar, *, unproven: str = ""
) -> list[CriterionFigures]:
    """One for each criterion of the rubric, in its order. `unproven` withholds all of them, with that reason."""
    return [_figures(criterion, evidence, machine, bar, unproven) for criterion in rubric.criteria]


def _figures(criterion: Criterion, evidence: Evidence, machine: Levels, bar: Bar, unproven: str) -> CriterionFigures:
    blind = labels_of(criterion, evidence.blind)
    given = [(score, machine.get(score.call_id, {}).get(criterion.id)) for score in blind]
    scored = [(score, level) for score, level in given if level is not None]
    pairs, calls = numeric((read(score.level), level, score.call_id) for score, level in scored)
    peers, peer_calls = between_people(blind)
    judge = agreement(pairs, calls)
    judged = [call for call in evidence.reviewed if machine.get(call, {}).get(criterion.id) is not None]
    overridden = _overridden(criterion, evidence.overrides, frozenset(judged))
    withheld = unproven or _withheld(judge["quadratic_weighted_kappa"].value, len(pairs), bar)
    if not withheld and len(judged) >= REVIEWS_TO_TELL and overridden > MOST_OVERRIDDEN * len(judged):
        withheld = f"coaches changed it in {overridden} of {len(judged)} reviewed calls"
    return CriterionFigures(
        criterion=criterion,
        labels=len(blind),
        scored=len(scored),
        coverage=round(len(scored) / len(blind), 4) if blind else None,
        judge=judge,
        pairs=len(pairs),
        ceiling=agreement(peers, peer_calls),
        ceiling_pairs=len(peers),
        reviewed=len(judged),
        overridden=overridden,
        withheld=withheld,
    )


def labels_of(criterion: Criterion, blind: Iterable[HumanScore]) -> list[HumanScore]:
    """Those that were given for what the criterion says now; "can't tell" is no label."""
    wanted = criterion_hash(criterion)
    return [
        score
        for score in blind
        if score.criterion == criterion.id and score.criterion_hash == wanted and score.level is not None
    ]


def numeric(
    rows: Iterable[tuple[Level | None, Level | None, str]],
) -> tuple[list[tuple[int, int]], list[str]]:
    """Pairs of levels from 0 to 2 with their calls; what isn't applicable or not scored on either side is left out."""
    found = [(gold, given, call) for gold, given, call in rows if isinstance(gold, int) and isinstance(given, int)]
    return [(gold, given) for gold, given, _ in found], [call for _, _, call in found]


def between_people(blind: Iterable[HumanScore]) -> tuple[list[tuple[int, int]], list[str]]:
    """Every two people's levels of the same call, in both orders: nobody of them is the gold."""
    by_call: dict[str, list[HumanScore]] = defaultdict(list)
    for score in blind:
        by_call[score.call_id].append(score)
    return numeric(
        (read(one.level), read(other.level), call)
        for call, scores in by_call.items()
        for one, other in itertools.permutations(scores, 2)
        if one.rater != other.rater
    )


def _overridden(criterion: Criterion, overrides: Iterable[HumanScore], reviewed: frozenset[str]) -> int:
    last = {score.call_id: score for score in overrides if score.criterion == criterion.id}
    return sum(
        1
        for call, score in last.items()
        if call in reviewed and score.level is not None and score.level != score.machine
    )


def _withheld(kappa: float | None, pairs: int, bar: Bar) -> str:
    if pairs < bar.labels:
        return f"{pairs} of the {bar.labels} blind scores that it takes"
    if kappa is None:
        return "all scores are the same level, so agreement can't be told from chance"
    return f"kappa is {kappa:.2f}, below {bar.kappa:.2f}" if kappa < bar.kappa else ""


@dataclass(frozen=True, slots=True)
class Change:
    """A criterion's agreement before and after a change of rubric, prompt or model, over the same labels."""

    criterion: str
    title: str
    before: float | None
    after: float | None
    labels: int
    published_before: bool
    published_after: bool

    @property
    def drop(self) -> bool:
        if self.published_before and not self.published_after:
            return True
        return self.before is not None and (self.after is None or self.after < self.before - DROP)


def changes(before: Sequence[CriterionFigures], after: Sequence[CriterionFigures]) -> list[Change]:
    """Each criterion that both rubrics have."""
    was = {one.criterion.id: one for one in before}
    return [
        Change(
            one.criterion.id,
            one.criterion.title,
            was[one.criterion.id].judge["quadratic_weighted_kappa"].value,
            one.judge["quadratic_weighted_kappa"].value,
            one.pairs,
            was[one.criterion.id].published,
            one.published,
        )
        for one in after
        if one.criterion.id in was
    ]

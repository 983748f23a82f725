"""What is shown of rounds, agreement and standards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rubrics.agreement import Estimate
from rubrics.rubric import Rubric
from server.calls.schemas import IdAndTitle
from server.coaching.calibration import Bar, CriterionFigures
from server.coaching.calibration_schemas import (
    CallRevealed,
    ChangeOut,
    CriterionAgreement,
    Figure,
    LevelsSeen,
    Rates,
    RubricAgreement,
    StandardOut,
)
from server.coaching.levels import Level, read
from server.coaching.standards import Agreement
from server.storage.coaching_tables import HumanScore, Standard


def agreement_out(found: Agreement, bar: Bar, versions: Mapping[str, int]) -> RubricAgreement:
    return RubricAgreement(
        rubric=IdAndTitle(id=found.rubric.id, title=found.rubric.title),
        version=found.rubric.version,
        kappa_wanted=bar.kappa,
        labels_wanted=bar.labels,
        criteria=[_criterion(one) for one in found.criteria],
        unjudged=found.unjudged,
        standard=standard_out(found.standard, versions),
        candidate=None if found.candidate is None else standard_out(found.candidate, versions),
    )


def standard_out(row: Standard, versions: Mapping[str, int]) -> StandardOut:
    """`versions` are those of the rubric's frozen copies, by hash."""
    return StandardOut(
        id=row.id,
        rubric_version=versions.get(row.rubric_hash),
        rubric_hash=row.rubric_hash,
        method=row.method,
        state=row.state,
        done=row.done,
        total=row.total,
        changes=[ChangeOut(**change) for change in row.comparison or ()],
        problem=row.problem,
        made_at=row.made_at,
        switched_at=row.switched_at,
        switched_by=row.switched_name,
    )


def revealed(
    rubric: Rubric,
    calls: Sequence[str],
    judge: Mapping[str, Mapping[str, Level | None]],
    scores: Sequence[HumanScore],
    done: Mapping[str, str],
) -> list[CallRevealed]:
    """Everyone's levels beside the judge's; `done` names those who have handed in, by rater."""
    names = _apart(done)
    given = {(one.call_id, one.criterion, one.rater): read(one.level) for one in scores if one.rater in done}
    return [
        CallRevealed(
            call=call,
            criteria=[
                LevelsSeen(
                    criterion=criterion.id,
                    title=criterion.title,
                    judge=judge.get(call, {}).get(criterion.id),
                    people={
                        name: given[call, criterion.id, rater]
                        for rater, name in names.items()
                        if (call, criterion.id, rater) in given
                    },
                )
                for criterion in rubric.criteria
            ],
        )
        for call in calls
    ]


def _apart(done: Mapping[str, str]) -> dict[str, str]:
    """Two people of one name are told apart by a number."""
    names: dict[str, str] = {}
    for rater, name in done.items():
        count = sum(other == name or other.startswith(f"{name} (") for other in names.values())
        names[rater] = f"{name} ({count + 1})" if count else name
    return names


def _criterion(one: CriterionFigures) -> CriterionAgreement:
    return CriterionAgreement(
        id=one.criterion.id,
        title=one.criterion.title,
        published=one.published,
        withheld=one.withheld,
        labels=one.labels,
        coverage=one.coverage,
        judge=_rates(one.judge, one.pairs),
        people=_rates(one.ceiling, one.ceiling_pairs // 2),
        reviewed=one.reviewed,
        overridden=one.overridden,
    )


def _rates(estimates: Mapping[str, Estimate], pairs: int) -> Rates:
    return Rates(pairs=pairs, **{name: Figure(**estimate.to_json()) for name, estimate in estimates.items()})

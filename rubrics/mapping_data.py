"""A criterion's mapping as data that a person can read, copy into the rubric under `checks:` and change."""

from __future__ import annotations

from typing import Any

from rubrics.checks import Check, Checks
from rubrics.judge import choose
from rubrics.mapping import understood
from rubrics.rubric import Criterion, Rubric

UNMAPPED = "needs a larger model or a coach"


def mapping_of(rubric: Rubric) -> dict[str, dict[str, Any]]:
    """How each criterion is judged, by its id: `by`, and for behaviour its `checks`, or why there are none."""
    return {criterion.id: _one(criterion) for criterion in rubric.criteria}


def _one(criterion: Criterion) -> dict[str, Any]:
    if criterion.kind in ("measure", "outcome"):
        return {"by": "timings" if criterion.kind == "measure" else "journal"}
    if criterion.kind == "phrase" and criterion.phrase is not None:
        return {"by": "phrase"}
    chosen = choose(criterion)
    if chosen is None:
        return {"by": None, "why": UNMAPPED}
    if isinstance(chosen, str):
        return {"by": "judge", "checks": chosen}
    return {"by": "checks", "understood": round(understood(criterion), 2), "checks": as_data(chosen)}


def as_data(checks: Checks) -> dict[str, Any]:
    """Checks in the short form in which a rubric carries them; what isn't used is left out."""
    body: dict[str, Any] = {
        "plans": [
            {"needs": [_group(group) for group in plan.needs], **({"before": plan.before} if plan.before else {})}
            for plan in checks.plans
        ],
        **{part: [_check(check) for check in getattr(checks, part)] for part in ("half", "weakens", "spoils")},
        "nought": list(checks.nought),
        "arises": checks.arises,
        "unless": checks.unless,
        "topical": checks.topical,
    }
    return {key: value for key, value in body.items() if value} | ({} if checks.whole else {"whole": False})


def _group(group: tuple[Check, ...]) -> Any:
    return _check(group[0]) if len(group) == 1 else [_check(check) for check in group]


def _check(check: Check) -> Any:
    body = check.model_dump(mode="json", exclude_defaults=True)
    return check.sign if check.sign is not None and set(body) == {"sign"} else body

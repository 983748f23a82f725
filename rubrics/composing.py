"""A level out of checks: what holds, what is half there, what spoils it. Every check that holds brings its quote."""

from __future__ import annotations

from dataclasses import dataclass

from rubrics.checks import Check, Checks, Plan
from rubrics.evidence import Quote
from rubrics.rubric import Criterion
from rubrics.sighting import Seen
from rubrics.sign_catalogue import catalogue
from rubrics.signs import look, see
from rubrics.transcript import Transcript
from rubrics.verdict import Level, Verdict, not_arisen, quotes

_MOST_QUOTES = 4
_NEAR_TURNS = 2
"""A detail stands in the turn of what it belongs to, or in the next exchange."""


@dataclass(frozen=True, slots=True)
class Held:
    """How far a plan is met: the groups met, with what shows them, and those missing."""

    met: tuple[tuple[Check, tuple[Seen, ...]], ...]
    missing: tuple[Check, ...]
    late: bool

    @property
    def share(self) -> float:
        return len(self.met) / max(1, len(self.met) + len(self.missing))


def compose(call: Transcript, criterion: Criterion, checks: Checks) -> Verdict:
    """The level that the checks come to on this call, with the quotes of what was seen."""
    if checks.unless is not None and see(call, checks.unless) and criterion.na_allowed:
        return Verdict("na", f"doesn't arise: {_about(checks.unless)}", _shown(see(call, checks.unless)))
    spoiled = _first(call, checks.spoils)
    weakened = _first(call, checks.weakens)
    best = max((_hold(call, plan) for plan in checks.plans), key=lambda held: held.share, default=None)
    half = _first(call, checks.half)
    nothing = not (weakened or half or (best is not None and best.met))
    if criterion.na_allowed and not spoiled and _not_arisen(call, checks, nothing):
        if checks.arises is None and checks.plans and not checks.spoils:
            return Verdict(None, "whether it arose on this call can't be told")
        what = _about(checks.arises) if checks.arises else "nothing of it is said"
        return Verdict("na", f"doesn't arise: {what}")
    if spoiled:
        return _at(0, f"seen: {spoiled[0].about}", spoiled[1])
    if best is None:
        if weakened:
            return _at(1, f"seen: {weakened[0].about}", weakened[1])
        return Verdict(2, "nothing of what should not be is seen", quotes(call.learner[0]))
    if not best.missing and not best.late:
        if weakened:
            return _at(1, f"all there, but also: {weakened[0].about}", weakened[1])
        shown = tuple(seen for _, found in best.met for seen in found[:2])
        return Verdict(2, "; ".join(check.about for check, _ in best.met), _shown(shown))
    lacking = "; ".join(check.about for check in best.missing)
    partly = _partly(best, checks) or (half[1][:1] if half else ())
    if partly:
        shown_quotes = _shown(partly)
        why = f"not seen: {lacking}" if best.missing else "there, but late"
        return Verdict(1, why, shown_quotes, shown_quotes[0])
    if weakened and not checks.half:
        return _at(1, f"seen: {weakened[0].about}", weakened[1])
    cues = [cue for check in best.missing if check.sign and (cue := catalogue()[check.sign].cue) is not None]
    if len(cues) == len(best.missing) and cues and not any(see(call, cue) for cue in cues):
        return not_arisen(criterion, f"nothing calls for it: not seen that {_about(cues[0])}")
    if not checks.whole:
        return Verdict(None, f"not seen: {lacking}; but part of what the criterion asks wasn't understood")
    at = quotes(call.learner[-1])
    return Verdict(0, f"not seen: {lacking}" if lacking else "there, but late", at, at[0])


def _not_arisen(call: Transcript, checks: Checks, nothing: bool) -> bool:
    """What the criterion is about never came up. A customer's cue that was missed doesn't undo what answers it."""
    if checks.arises is not None:
        return not see(call, checks.arises) and nothing
    cues = {catalogue()[sign].cue for sign in checks.signs} - {None}
    return checks.topical and nothing and not any(see(call, cue) for cue in cues if cue is not None)


def _partly(held: Held, checks: Checks) -> tuple[Seen, ...]:
    """What of the best level is there and earns something by itself: no detail, nothing that the worst level has."""
    met = [(check, seen) for check, seen in held.met if check.sign not in checks.nought]
    things = [seen for check, seen in met if not check.detail]
    if not things and not any(not check.detail for check in held.missing):
        things = [seen for _, seen in met]
    return tuple(seen[0] for seen in things)


def _hold(call: Transcript, plan: Plan) -> Held:
    limit = None
    if plan.before is not None and (first := see(call, plan.before)):
        limit = call.place(first[0].turn)
    met: list[tuple[Check, tuple[Seen, ...]]] = []
    missing: list[Check] = []
    late = False
    details = [group for group in plan.needs if all(check.detail for check in group)]
    things = [group for group in plan.needs if group not in details]
    for group in (*things, *details):
        near = [one for _, seen in met for one in seen] if group in details and things else None
        found, is_late = _find(call, group, limit, near)
        late = late or is_late
        if found is not None:
            met.append(found)
        else:
            missing.append(group[0])
    return Held(tuple(met), tuple(missing), late)


def _find(
    call: Transcript, group: tuple[Check, ...], limit: int | None, near: list[Seen] | None
) -> tuple[tuple[Check, tuple[Seen, ...]] | None, bool]:
    """The first check of a group that is seen often enough, in time, near what it is a detail of; and if it is late."""
    late: tuple[Check, tuple[Seen, ...]] | None = None
    for check in group:
        seen = look(call, check)
        if near is not None:
            places = [call.place(one.turn) for one in near]
            seen = tuple(
                one for one in seen if any(abs(call.place(one.turn) - place) <= _NEAR_TURNS for place in places)
            )
        timely = tuple(one for one in seen if limit is None or call.place(one.turn) <= limit)
        if len(timely) >= check.least:
            return (check, timely), False
        if len(seen) >= check.least:
            late = late or (check, seen)
    return late, late is not None


def _first(call: Transcript, checks: tuple[Check, ...]) -> tuple[Check, tuple[Seen, ...]] | None:
    for check in checks:
        seen = look(call, check)
        if len(seen) >= check.least:
            return check, seen
    return None


def _shown(seen: tuple[Seen, ...]) -> tuple[Quote, ...]:
    return tuple(dict.fromkeys(one.as_quote for one in seen))[:_MOST_QUOTES]


def _at(level: Level, why: str, seen: tuple[Seen, ...]) -> Verdict:
    shown = _shown(seen)
    return Verdict(level, why, shown, shown[0] if shown else None)


def _about(sign: str) -> str:
    return catalogue()[sign].about.rstrip(".").removeprefix("The learner ").removeprefix("the learner ")

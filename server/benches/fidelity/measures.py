"""What is read off played calls. Each measure looks at what was said and at the gates, never at the director's reasons.

A gate is held against the state after the turn, less what the turn itself told or agreed: a turn's own changes of trust
count before its gates do, for the director too.
"""

from __future__ import annotations

import itertools
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from personas.facts import reveals
from personas.guard import Known, find_fault
from personas.state import holds
from server.benches.fidelity.played import Exchange, Played

SHARED_AT_MOST = 0.4
OUT_OF_ROLE = ("role", "assistant", "coaching", "prompt")


def told_before_gate(call: Played) -> list[str]:
    """Facts that what was said gives away while their gate was shut: "scenario/learner/seed turn n: fact"."""
    found = []
    for number, one in enumerate(call.exchanges):
        for fact in call.scenario.facts:
            if fact.id in one.before.told or not reveals(fact, one.said):
                continue
            earlier = tuple(each for each in one.after.told if each != fact.id)
            if fact.id not in one.after.told or not holds(fact.needs, replace(one.after, told=earlier), one.heard):
                found.append(f"{_name(call)} turn {number}: {fact.id}")
    return found


def unearned(call: Played) -> list[str]:
    """What was agreed to while its gate was shut."""
    found = []
    for number, one in enumerate(call.exchanges):
        for item in call.scenario.agreements:
            if item.id in one.before.agreed or item.id not in one.after.agreed:
                continue
            earlier = tuple(each for each in one.after.agreed if each != item.id)
            if not holds(item.needs, replace(one.after, agreed=earlier), one.heard):
                found.append(f"{_name(call)} turn {number}: {item.id}")
    return found


def out_of_role(call: Played) -> list[str]:
    """Lines of the other side, of an assistant, a coach or the prompt, by the guard's phrases; an author's wording of
    the line in hand is excused, a model's never."""
    found = []
    for number, one in enumerate(call.exchanges):
        known = Known(call.scenario.kind, gist=one.intention.line, name=call.script.persona.first_name, free=True)
        fault = find_fault(one.said, known)
        if fault in OUT_OF_ROLE:
            found.append(f"{_name(call)} turn {number}: {fault}: {one.said!r}")
    return found


def goal_rate(calls: Iterable[Played]) -> float | None:
    reached = [call.goal_reached for call in calls]
    return round(statistics.fmean(reached), 4) if reached else None


def shared_lines(calls: Sequence[Played]) -> Mapping[str, Mapping[str, float]]:
    """By scenario: which share of its lines a call has in common with another (the mean of both ways), over all pairs
    of one learner's calls: mean, largest, and the share of pairs above `SHARED_AT_MOST`."""
    by_scenario: dict[str, list[Played]] = defaultdict(list)
    for call in calls:
        by_scenario[call.scenario.id].append(call)
    found = {}
    for scenario, played in sorted(by_scenario.items()):
        shares = [
            len(one.lines & other.lines) * (1 / len(one.lines) + 1 / len(other.lines)) / 2
            for one, other in itertools.combinations(played, 2)
            if one.learner == other.learner
        ]
        if shares:
            found[scenario] = {
                "mean": round(statistics.fmean(shares), 4),
                "max": round(max(shares), 4),
                "above": round(statistics.fmean(share > SHARED_AT_MOST for share in shares), 4),
            }
    return found


def in_character(exchanges: Sequence[Exchange]) -> float | None:
    """The share of turns whose first wording had nothing for the guard to stop: nothing said as somebody else, given
    away, made up, echoed, said before or drifted from. Of turns that were worded at all."""
    worded = [one for one in exchanges if one.tries]
    return round(statistics.fmean(one.tries == 1 and not one.fallback for one in worded), 4) if worded else None


def wording(calls: Sequence[Played]) -> dict[str, Any]:
    """How the model's wordings went: turns worded, stopped by fault, mended by another try, by the authored line."""
    worded = [one for call in calls for one in call.exchanges if one.tries]
    if not worded:
        return {"turns": 0}
    faults: dict[str, int] = defaultdict(int)
    for one in worded:
        for fault in one.stopped:
            faults[fault] += 1
    tokens = sum(one.prompt_tokens for one in worded)
    return {
        "turns": len(worded),
        "fallbacks": sum(one.fallback for one in worded),
        "fallback_share": round(statistics.fmean(one.fallback for one in worded), 4),
        "mended_by_another_try": sum(one.tries > 1 and not one.fallback for one in worded),
        "stopped": dict(sorted(faults.items())),
        "prompt_reuse": round(sum(one.reused_tokens for one in worded) / tokens, 4) if tokens else None,
    }


def monotone(rates: Mapping[int, float | None]) -> bool:
    """Whether success never rises with the difficulty."""
    known = [rate for _, rate in sorted(rates.items()) if rate is not None]
    return all(later <= earlier for earlier, later in itertools.pairwise(known))


def _name(call: Played) -> str:
    return f"{call.scenario.id}/{call.learner}/seed {call.seed}"

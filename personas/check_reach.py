"""What can never happen in a scenario, and moments that can't begin as they say."""

from __future__ import annotations

from dataclasses import dataclass, field

from personas.parts import Found, names
from personas.scenario import SCALE_MAX, Moment, Scenario, When


def check_reach(scenario: Scenario) -> Found:
    """Grow what can happen from nothing until it stops growing; what is left out can never happen."""
    reach = _Reach.of(scenario)
    for index, fact in enumerate(scenario.facts):
        if fact.id not in reach.told:
            yield ("facts", index, "needs"), f"fact {fact.id!r} can never be told: its gate never opens; ease `needs`"
        elif not fact.topics and not fact.volunteer:
            yield ("facts", index), f"fact {fact.id!r} can never be asked for; give it `topics` or `volunteer: true`"
    for index, item in enumerate(scenario.objections):
        if item.id not in reach.raised:
            yield ("objections", index, "when"), f"objection {item.id!r} can never be raised; ease `when`"
    for index, agreement in enumerate(scenario.agreements):
        if agreement.id not in reach.agreed:
            yield ("agreements", index, "needs"), f"{agreement.id!r} can never be agreed: ease `needs`"
    if scenario.handover is not None and scenario.handover.to not in reach.people:
        yield ("handover", "when"), f"{scenario.handover.to!r} can never get the phone; ease `when`"
    for group in ("questions", "holds", "pauses", "asides"):
        for index, item in enumerate(getattr(scenario, group)):
            if not reach.holds(item.when):
                yield (group, index, "when"), f"{item.id!r} can never come up; ease `when`"
    for index, moment in enumerate(scenario.moments):
        yield from ((("moments", index, *key), message) for key, message in _moment(scenario, moment, reach))


@dataclass(slots=True)
class _Reach:
    trust: int
    people: set[str]
    told: set[str] = field(default_factory=set)
    raised: set[str] = field(default_factory=set)
    agreed: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, scenario: Scenario) -> _Reach:
        trust = SCALE_MAX if any(rule.trust > 0 for rule in scenario.rules) else scenario.start.trust
        reach = cls(trust, {scenario.persona})
        size = -1
        while reach.size() > size:
            size = reach.size()
            reach.told |= {item.id for item in scenario.facts if reach.has(item.by) and reach.holds(item.needs)}
            reach.raised |= {item.id for item in scenario.objections if reach.has(item.by) and reach.holds(item.when)}
            reach.agreed |= {item.id for item in scenario.agreements if reach.has(item.by) and reach.holds(item.needs)}
            if scenario.handover is not None and reach.holds(scenario.handover.when):
                reach.people.add(scenario.handover.to)
        return reach

    def size(self) -> int:
        return len(self.told) + len(self.raised) + len(self.agreed) + len(self.people)

    def has(self, person: str) -> bool:
        return not person or person in self.people

    def holds(self, when: When) -> bool:
        return (
            (when.trust is None or when.trust <= self.trust)
            and self.told.issuperset(when.told)
            and self.raised.issuperset(when.answered)
            and self.raised.issuperset(when.standing)
            and self.agreed.issuperset(when.agreed)
            and set(when.told).isdisjoint(when.untold)
            and set(when.answered).isdisjoint(when.standing)
            and not set(when.moves) & set(when.without)
            and not (set(when.moves) | set(when.done)) & set(when.never)
            and (when.from_turn is None or when.before_turn is None or when.from_turn < when.before_turn)
        )


def _moment(scenario: Scenario, moment: Moment, reach: _Reach) -> Found:
    start, passed = moment.start, moment.passed
    objections = {item.id for item in scenario.objections}
    known = {"told": {fact.id for fact in scenario.facts}, "answered": objections, "standing": objections}
    for name, ids in known.items():
        for identifier in getattr(start, name):
            if identifier not in ids:
                yield ("start", name), f"{identifier!r} is not defined in this scenario; use one of: {names(ids)}"
    both = set(start.answered) & set(start.standing)
    if both:
        yield ("start", "standing"), f"{names(both)} cannot be both answered and standing; keep one"
    for fact in scenario.facts:
        if fact.id in start.told and (missing := set(fact.needs.told) - set(start.told)):
            yield ("start", "told"), f"{fact.id!r} can't be told before {names(missing)}; add that or leave it out"
    for objection in scenario.objections:
        if objection.id in start.standing and objection.by not in ("", start.by or scenario.persona):
            yield ("start", "standing"), f"{objection.id!r} is {objection.by!r}'s, who isn't on the line; set `by`"
    for name in ("told", "answered"):
        have, wanted = set(getattr(start, name)), set(getattr(passed, name))
        if wanted and wanted <= have and not passed.agreed and not passed.moves:
            yield ("passed", name), "holds before the drill has begun; ask for something that is still to be done"
    if passed == When():
        yield ("passed",), "always holds; say what the learner must bring about"
    elif not reach.holds(passed):
        yield ("passed",), "can never hold; ask for something that can be told, answered or agreed"

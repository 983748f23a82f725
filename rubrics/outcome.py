"""What a call came to, off the director's account in the journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rubrics.evidence import Quote
from rubrics.rubric import OutcomeOf
from rubrics.transcript import Transcript
from rubrics.verdict import Verdict, quotes
from voice.record import Decision, Turn

_NO_ACCOUNT = "there is no director's account of this call"


def judge_outcome(call: Transcript, outcome: OutcomeOf) -> Verdict:
    """The level of an outcome: `full` of it for 2, `part` for 1. Not scored without a director's account."""
    decisions = [decision for decision in call.record.decisions if decision.notes]
    if not decisions or not call.learner:
        return Verdict(None, _NO_ACCOUNT)
    if outcome.of == "goal_reached":
        return _goal(call, decisions)
    if outcome.of == "facts_uncovered":
        return _facts(call, decisions, outcome)
    return _objections(call, decisions, outcome)


def _goal(call: Transcript, decisions: Sequence[Decision]) -> Verdict:
    reached = next((decision for decision in decisions if decision.notes.get("goal_reached")), None)
    if reached is not None and decisions[-1].notes.get("goal_reached"):
        return Verdict(2, "the goal of the call is reached", quotes(_reply(call, reached)))
    return Verdict(0, "the goal of the call isn't reached", _last_word(call), _last_try(call))


def _facts(call: Transcript, decisions: Sequence[Decision], outcome: OutcomeOf) -> Verdict:
    notes = decisions[-1].notes
    told = [str(fact) for fact in _strings(notes.get("facts_told"))]
    wanted = set(outcome.ids) or {*told, *map(str, _strings(notes.get("facts_hidden")))}
    if not wanted:
        return Verdict(None, "the scenario has no facts to uncover")
    found = [fact for fact in told if fact in wanted]
    first: list[Turn | None] = []
    for fact in found[:3]:
        decision = next((d for d in decisions if fact in _strings(d.notes.get("facts_told"))), None)
        first.append(_reply(call, decision) if decision else None)
    return _share(call, outcome, len(found), len(wanted), "facts uncovered", quotes(*first))


def _objections(call: Transcript, decisions: Sequence[Decision], outcome: OutcomeOf) -> Verdict:
    states = decisions[-1].notes.get("objections")
    known: Mapping[str, Any] = states if isinstance(states, Mapping) else {}
    raised = {
        name: state for name, state in known.items() if state != "unraised" and (not outcome.ids or name in outcome.ids)
    }
    if not raised:
        return Verdict("na", "no objection was raised")
    answered = [name for name, state in raised.items() if state == "answered"]
    shown = [_answer(call, decisions, name) for name in answered[:3]]
    return _share(call, outcome, len(answered), len(raised), "objections resolved", quotes(*shown))


def _share(
    call: Transcript, outcome: OutcomeOf, count: int, total: int, what: str, shown: tuple[Quote, ...]
) -> Verdict:
    share = count / total
    why = f"{count} of {total} {what}"
    evidence = shown or _last_word(call)
    if share >= outcome.full:
        return Verdict(2, why, evidence)
    return Verdict(1 if share >= outcome.part and count else 0, why, evidence, _last_try(call))


def _last_word(call: Transcript) -> tuple[Quote, ...]:
    return quotes(call.customer[-1] if call.customer else call.learner[-1])


def _last_try(call: Transcript) -> Quote:
    """Where the learner could have turned it: a moment is practised again from something that they said."""
    return quotes(call.learner[-1])[0]


def _reply(call: Transcript, decision: Decision) -> Turn | None:
    """What the customer said on a decision."""
    return next((turn for turn in call.customer if turn.index > decision.turn), None)


def _answer(call: Transcript, decisions: Sequence[Decision], name: str) -> Turn | None:
    """What the learner said when an objection came to stand as answered."""
    for decision in decisions:
        states = decision.notes.get("objections")
        if isinstance(states, Mapping) and states.get(name) == "answered":
            return next((turn for turn in call.learner if turn.index == decision.turn), None)
    return None


def _strings(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list | tuple) else []

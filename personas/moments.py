"""Which of the scenario's moments is under way, and when a drill of one of them is over."""

from __future__ import annotations

from dataclasses import replace

from personas.intention import Cue, Intention, leave
from personas.scenario import Moment
from personas.script import Script
from personas.state import LearnerTurn, State, holds

DRILL_S = 120.0  # a warm-up between two calls: two minutes
DRILL_TURNS = 8  # learner's turns; who hasn't got there by then begins again sooner than goes on


def moment_under_way(script: Script, before: State, cue: Cue) -> str | None:
    """The id of the moment that the learner is in with this turn; None where none fits, a drill's own all along.

    `before` is the state that the learner spoke into. Of several moments that fit, the one whose objection is being
    waited for, then one whose objection stands, then the scenario's first.
    """
    if script.drill is not None:
        return script.drill.id
    turn = LearnerTurn(frozenset(cue.moves), cue.text)
    now = replace(before, turn=before.turn + 1, done=(*before.done, *cue.moves))
    fitting = [moment for moment in script.scenario.moments if _fits(moment, now, turn)]
    if not fitting:
        return None
    return max(fitting, key=lambda moment: _closeness(moment, now)).id


def wrap_up(script: Script, state: State, cue: Cue) -> Intention | None:
    """A drill's last words, once its aim is reached or its time or turns are over; None while it goes on.

    The learner hears out the reply that the aim was reached with: only their next turn, or their silence, ends it.
    """
    drill = script.drill
    if drill is None:
        return None
    turns = state.turn - drill.start.turn
    if state.goal_reached and set(drill.passed.told) <= set(state.told):
        reason = f"the drill's aim is reached after {turns} turns"
    elif turns >= DRILL_TURNS or cue.at_s >= DRILL_S:
        reason = f"the drill is over after {turns} turns, {cue.at_s:.0f} s: its aim wasn't reached"
    else:
        return None
    lines = script.scenario.hang_up if state.stance == "cold" else script.scenario.goodbye
    return leave(script, replace(state, turn=state.turn + 1), lines, (reason,), "drill")


def _fits(moment: Moment, now: State, turn: LearnerTurn) -> bool:
    if _standing(moment, now):
        return True
    return any(holds(when, now, turn) for when in moment.when) and not holds(moment.passed, now, turn)


def _closeness(moment: Moment, now: State) -> tuple[bool, bool]:
    standing = _standing(moment, now)
    return now.awaiting in standing, bool(standing)


def _standing(moment: Moment, now: State) -> set[str]:
    return {item for item in moment.start.standing if now.objections.get(item) == "standing"}

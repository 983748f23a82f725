"""One learner's turn, thought through: rules first, then what is owed, asked, offered; at last a mere reaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from personas.disclosing import agree, agreement_asked, answer, refuse
from personas.happenings import (
    fall_silent,
    go_and_look,
    go_off_topic,
    hand_over,
    put_on_hold,
    return_to_topic,
    watch_time,
)
from personas.intention import Cue, Intention, leave
from personas.memory import call_out, remember
from personas.objecting import (
    DODGES_INSISTED_ON,
    object_or_ask,
    object_to_moves,
    soften,
    standing_objections,
    strike_answered_questions,
    weigh_answer,
)
from personas.script import Script
from personas.state import State, holds
from personas.thought import Thought

Step = Callable[[Thought], Intention | None]
TRUST_GAINED_AT_MOST = 1  # per turn: trust is earned over a conversation, not by one dense utterance


def think(script: Script, state: State, cue: Cue) -> Intention:
    """What the customer makes of a learner's turn."""
    thought = Thought(script, state, cue)
    done = tuple(dict.fromkeys((*state.done, *sorted(thought.turn.moves))))
    thought.state = replace(state, turn=state.turn + 1, done=done, silences=0, aside="", pause="")
    apply_rules(thought, "turn")
    strike_answered_questions(thought)
    contradiction = remember(thought)
    if thought.state.patience <= 0:
        return _give_up(thought)
    steps: list[Step] = [_find_odd, _say_goodbye, _rebuke]
    if contradiction is not None:
        steps.append(lambda thought: call_out(thought, contradiction))
    for step in (*steps, *_STEPS):
        intention = step(thought)
        if thought.state.patience <= 0:
            return _give_up(thought)
        if intention is not None:
            return _judge_drill(thought, intention)
    raise AssertionError("the last reaction always holds")


def _give_up(thought: Thought) -> Intention:
    return leave(thought.script, thought.state, thought.script.scenario.hang_up, thought.reasons, "patience")


def apply_rules(thought: Thought, upon: Literal["turn", "silence", "monologue"]) -> None:
    """What the scenario's rules for it make of a turn, a silence or a monologue."""
    judged, room = thought.state, TRUST_GAINED_AT_MOST
    for index, rule in enumerate(thought.script.scenario.rules):
        fired = thought.state.fired.get(str(index), 0)
        if rule.upon != upon or fired >= rule.at_most or not holds(rule.when, judged, thought.turn):
            continue
        gain = min(rule.trust, room)
        room -= max(0, gain)
        thought.state = replace(thought.state, fired={**thought.state.fired, str(index): fired + 1})
        thought.shift(rule.because, trust=gain, patience=rule.patience)


def _find_odd(thought: Thought) -> Intention | None:
    """Talk of instructions and roles puzzles a person, and each time it costs more: who goes on is hung up on."""
    if "role_break" not in thought.turn.moves:
        return None
    times = thought.state.oddities + 1
    thought.state = replace(thought.state, oddities=times)
    thought.lose_patience("said something odd about roles or instructions", times)
    return thought.intend("odd", thought.script.scenario.odd, verbatim=True)


def _say_goodbye(thought: Thought) -> Intention | None:
    if "farewell" not in thought.turn.moves or thought.turn.asks:
        return None
    asked = agreement_asked(thought)
    if asked is not None and thought.holds(asked.needs):
        return None
    return leave(thought.script, thought.state, thought.script.scenario.goodbye, thought.reasons, "goodbye")


def _rebuke(thought: Thought) -> Intention | None:
    """What can't wait: a rebuke, and the demand for somebody else, which is made once."""
    for index, reaction in enumerate(thought.script.scenario.reactions):
        if reaction not in thought.theirs([reaction]) or not thought.holds(reaction.when):
            continue
        if reaction.act == "rebuke":
            return thought.intend("rebuke", reaction.says, salt=str(index))
        what = f"demand:{index}"
        if reaction.act == "demand" and what not in thought.state.happened:
            thought.note("demands somebody else")
            thought.state = replace(thought.state, happened=(*thought.state.happened, what))
            return thought.intend("demand", reaction.says, raises=what)
    return None


def _refuse(thought: Thought) -> Intention | None:
    """Not earned: for the objection that still stands, if there is one."""
    intention = refuse(thought)
    standing = standing_objections(thought)
    if intention is None or not standing or thought.state.dodges.get(standing[0].id, 0) >= DODGES_INSISTED_ON:
        return intention
    return thought.intend("refuse", standing[0].returns, raises=standing[0].id, awaiting=standing[0].id)


def _react(thought: Thought) -> Intention | None:
    for index, reaction in enumerate(thought.script.scenario.reactions):
        if reaction.act == "demand" or reaction not in thought.theirs([reaction]):
            continue
        if thought.holds(reaction.when):
            return thought.intend(reaction.act, reaction.says, salt=str(index))
    return None


def _judge_drill(thought: Thought, intention: Intention) -> Intention:
    drill = thought.script.drill
    if drill is None or not holds(drill.passed, intention.after, thought.turn):
        return intention
    return replace(intention, after=replace(intention.after, goal_reached=True))


_STEPS: tuple[Step, ...] = (
    weigh_answer, hand_over, agree, watch_time, object_to_moves, _refuse, go_and_look, fall_silent, answer, soften,
    return_to_topic, put_on_hold, object_or_ask, go_off_topic, _react,
)  # fmt: skip

"""What happens once in a call beside the conversation's own course: a hold, a silence, a handover, an aside, no more
time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from personas.intention import Intention, leave
from personas.scenario import Hold
from personas.script import Script, played_by, started
from personas.state import State
from personas.thought import Thought

HANDOVER_S = 2.5  # a telephone changes hands, and somebody says in half a sentence who it is
LEAVES_AFTER = 4  # learner's turns after the warning: enough for one that is ready to ask


def hand_over(thought: Thought) -> Intention | None:
    """The phone goes to somebody else: said now, done once nobody has been on the line for a moment."""
    handover = thought.script.scenario.handover
    if handover is None or thought.state.speaker == handover.to or not thought.holds(handover.when):
        return None
    thought.state = replace(thought.state, away="handover", awaiting="")
    thought.note(f"hands the phone to {thought.script.cast[handover.to].name}")
    line = thought.script.line(handover.says, f"{thought.state.turn}/handover", thought.state.used)
    return Intention(
        "hand_over", line, "", thought.state, thought.reasons, raises="handover", verbatim=True, away_s=HANDOVER_S
    )


def go_and_look(thought: Thought) -> Intention | None:
    """What the learner just asked for takes the customer away from the phone."""
    return _hold(thought, [hold for hold in thought.script.scenario.holds if hold.when.triggered])


def put_on_hold(thought: Thought) -> Intention | None:
    """Something of the customer's own does."""
    return _hold(thought, [hold for hold in thought.script.scenario.holds if not hold.when.triggered])


def _hold(thought: Thought, holds: Sequence[Hold]) -> Intention | None:
    for hold in holds:
        what = f"hold:{hold.id}"
        if what not in thought.state.happened and thought.holds(hold.when):
            thought.note(f"puts the caller on hold for {hold.seconds:.0f} s ({hold.id})")
            thought.state = replace(thought.state, away=what)
            return replace(thought.happen("hold", hold.says, what), away_s=hold.seconds)
    return None


def fall_silent(thought: Thought) -> Intention | None:
    """Nothing is said, and the learner may bear it or fill it; a question isn't met with silence."""
    for pause in thought.script.scenario.pauses:
        what = f"pause:{pause.id}"
        if what not in thought.state.happened and not thought.turn.asks and thought.holds(pause.when):
            thought.note(f"says nothing and waits ({pause.id})")
            happened = (*thought.state.happened, what)
            thought.state = replace(thought.state, pause=pause.id, happened=happened)
            return Intention("pause", "", "", thought.state, thought.reasons, verbatim=True)
    return None


def break_silence(script: Script, state: State) -> Intention | None:
    """The learner has borne the customer's silence: they go on by themselves."""
    pause = next((each for each in script.scenario.pauses if each.id == state.pause), None)
    if pause is None:
        return None
    line = script.line(pause.says, f"{state.turn}/pause/{pause.id}", state.used)
    reason = f"breaks the silence that the learner has borne, turn {state.turn}"
    return Intention("back", line, "", replace(state, pause=""), (reason,), verbatim=True)


def come_back(script: Script, state: State) -> Intention:
    """The line is no longer silent: who put the caller on hold is back, or who got the phone says their first words."""
    scene = script.scenario
    now = replace(state, away="")
    if state.away == "handover" and scene.handover is not None:
        start = started(scene.handover.start, script.level)
        now = replace(now, speaker=scene.handover.to, trust=start.trust, patience=start.patience)
        name = played_by(script, now.speaker).persona.name
        line = script.line(scene.handover.opening, "handover/opening", now.used)
        return Intention("opening", line, "", now, (f"{name} has the phone, turn {now.turn}",), verbatim=True)
    lines = next((hold.returns for hold in scene.holds if f"hold:{hold.id}" == state.away), scene.returned)
    return Intention("back", script.line(lines, f"back/{now.turn}", now.used), "", now, verbatim=True)


def return_to_topic(thought: Thought) -> Intention | None:
    """Off topic a turn ago, and nothing of the learner's brought them back."""
    for aside in thought.script.scenario.asides:
        if aside.id == thought.off_topic:
            line = thought.script.line(aside.back, f"{thought.state.turn}/back/{aside.id}", thought.state.used)
            return Intention("back", line, "", thought.state, thought.reasons, verbatim=True)
    return None


def go_off_topic(thought: Thought) -> Intention | None:
    for aside in thought.script.scenario.asides:
        what = f"aside:{aside.id}"
        if what not in thought.state.happened and not thought.off_topic and thought.holds(aside.when):
            thought.state = replace(thought.state, aside=aside.id)
            return thought.happen("aside", aside.says, what)
    return None


def watch_time(thought: Thought) -> Intention | None:
    """The customer has to go: they say so once, and a few turns later they do."""
    script, state = thought.script, thought.state
    limit = script.scenario.time
    if limit is None or script.drill is not None or state.goal_reached:
        return None
    if state.warned_turn and state.turn >= state.warned_turn + LEAVES_AFTER:
        thought.note("has to go")
        lines = script.scenario.hang_up if state.stance == "cold" else script.scenario.goodbye
        return leave(script, state, lines, thought.reasons, "time")
    if not state.warned_turn and state.turn >= max(LEAVES_AFTER, limit.turns + script.level.turns):
        thought.note("is running out of time")
        thought.state = replace(state, warned_turn=state.turn)
        return thought.happen("warn", limit.warns, "warned")
    return None

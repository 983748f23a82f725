"""What the customer wants to get across next, and why. Pure: the same script, state and cue give the same intention.

The director never words anything for good: it picks an authored line as the gist, which the writer may re-word and
which is spoken as it stands where no writer can. Facts, concessions and objections are its business alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from personas.facts import reveals
from personas.happenings import break_silence, come_back
from personas.intention import Cue, Intention, leave, less_patient
from personas.moments import moment_under_way, wrap_up
from personas.script import Script, played_by
from personas.state import Standing, State, plain
from personas.thought import Thought
from personas.turn import apply_rules, think

SILENCES_BORNE = 3  # "hello?" three times, then people hang up
USED_REMEMBERED = 80  # lines kept in mind so that none is repeated in a call of ordinary length


def decide(script: Script, state: State, cue: Cue) -> Intention:
    """The next intention. Nothing counts until `settle`."""
    script = played_by(script, state.speaker)
    intention = _decide(script, state, cue)
    before, after = state.stance, intention.after.stance
    if before == after or intention.after.speaker != state.speaker:
        return intention
    return replace(intention, reasons=(*intention.reasons, f"mood: {before} to {after}, turn {intention.after.turn}"))


def _decide(script: Script, state: State, cue: Cue) -> Intention:
    if cue.occasion == "back":
        return come_back(script, state)
    state = replace(state, away="")  # who was cut off while they went away is still there
    if cue.occasion in ("turn", "silence") and (last := wrap_up(script, state, cue)) is not None:
        return last
    if cue.occasion == "turn":
        return think(script, state, cue)
    scene = script.scenario
    if cue.occasion == "pick_up":
        lines = scene.opening if script.drill is None else script.drill.says
        return _prompt(state, script.line(lines, "opening", state.used), "opening")
    if cue.occasion == "returned":
        return _prompt(state, script.line(scene.returned, f"returned/{state.turn}", state.used))
    if cue.occasion == "monologue":
        after, reasons = _borne(script, state, cue, f"talked for {cue.duration_s:.0f} s without a pause")
        if after.patience <= 0:
            return leave(script, after, scene.hang_up, reasons, "patience")
        return _prompt(after, script.line(scene.monologue, f"monologue/{state.turn}", state.used), reasons=reasons)
    if (own := break_silence(script, state)) is not None:
        return own
    after, reasons = _borne(script, replace(state, silences=state.silences + 1), cue, "silence on the line")
    if after.silences > SILENCES_BORNE or after.patience <= 0:
        return leave(script, after, scene.silence_end, reasons, "silence")
    line = script.line(scene.silence, f"silence/{state.turn}/{state.silences}", state.used)
    return _prompt(after, line, reasons=reasons)


def settle(intention: Intention, before: State, said: str) -> State:
    """The state after `said` was played of it. What was not heard was not told, raised or agreed."""
    after = intention.after
    spoken = plain(said)
    substance = spoken.removeprefix(plain(intention.opener)).split()
    used = (*after.used, *(part for part in (intention.opener, intention.line) if part))[-USED_REMEMBERED:]
    told = tuple(
        fact
        for fact in after.told
        if fact in before.told or any(reveals(item, said) for item in intention.tells if item.id == fact)
    )
    after = replace(after, used=used, told=told)
    if len(substance) >= 3 or (intention.verbatim and not intention.raises):
        return after
    objections: dict[str, Standing] = dict(after.objections)
    if intention.raises in objections:
        objections[intention.raises] = before.objections[intention.raises]
    return replace(
        after,
        objections=objections,
        asked=tuple(item for item in after.asked if item in before.asked or item != intention.raises),
        awaiting="" if after.awaiting == intention.raises else after.awaiting,
        happened=tuple(what for what in after.happened if what in before.happened or what != intention.raises),
        aside="" if intention.act == "aside" else after.aside,
        warned_turn=before.warned_turn if intention.raises == "warned" else after.warned_turn,
        away="",
        agreed=before.agreed,
        goal_reached=before.goal_reached,
        ended="" if intention.hang_up and not spoken else after.ended,
    )


def account(script: Script, cue: Cue, intention: Intention, before: State, state: State) -> dict[str, Any]:
    """The director's own account for the journal (`voice.record.Decision.notes`): `before` the turn, `state` after."""
    return {
        "occasion": cue.occasion,
        "speaker": played_by(script, state.speaker).persona.name,
        "moment": moment_under_way(script, before, cue),
        "moves": list(cue.moves),
        "state": {**state.to_json(), "mood": played_by(script, state.speaker).mood},
        "facts_told": list(state.told),
        "facts_hidden": [fact.id for fact in script.scenario.facts if fact.id not in state.told],
        "objections": dict(state.objections),
        "agreements": list(state.agreed),
        "goal_reached": state.goal_reached,
        "intention": intention.line,
        "act": intention.act,
        "opener": intention.opener,
        "hang_up": intention.hang_up,
        "away_s": intention.away_s,
        "ended": state.ended,
        "reasons": list(intention.reasons),
    }


def _borne(script: Script, state: State, cue: Cue, because: str) -> tuple[State, tuple[str, ...]]:
    """What a silence or a monologue costs, by the scenario's rules for it if it has any, and the reasons."""
    upon: Literal["silence", "monologue"] = "monologue" if cue.occasion == "monologue" else "silence"
    if not any(rule.upon == upon for rule in script.scenario.rules):
        after, reason = less_patient(state, because)
        return after, (reason,)
    thought = Thought(script, state, cue)
    apply_rules(thought, upon)
    return thought.state, thought.reasons


def _prompt(
    state: State, line: str, act: Literal["opening", "prompt"] = "prompt", reasons: tuple[str, ...] = ()
) -> Intention:
    return Intention(act, line, "", state, reasons, verbatim=True)

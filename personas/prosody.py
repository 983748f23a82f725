"""How the customer's mood is heard: pace, loudness and pauses, by where they stand and what they do.

The directions are those that studies of acted and natural speech agree on: irritation is faster and louder than usual,
warmth calmer and softer, and a considered answer comes after a pause (Scherer, "Vocal communication of emotion", Speech
Communication 40, 2003; Juslin and Laukka, Psychological Bulletin 129, 2003).

The sizes are kept small, since a mood is heard against the turn before and a voice off its pace by more than a sixth
sounds like a recording at the wrong speed. Both bundled voices round the length of each sound to whole frames and
follow about half of what they are asked for: of 1.2, 1.10 is heard, of 0.92, 0.965 (20 sentences each). No pause makes
the silence behind an opener, 0.2 s by itself, longer than 0.4 s: then it would sound as if nothing were to follow.
"""

from __future__ import annotations

from typing import Literal

from personas.intention import Doing, Intention
from personas.state import State
from voice.record import Prosody

Temper = Literal["impatient", "cold", "neutral", "warm"]

IMPATIENT = 2  # patience at or below it: the customer is about to leave

_TEMPERS: dict[Temper, Prosody] = {
    "impatient": Prosody(pace=1.2, gain_db=3.0),  # wants it over: irritation
    "cold": Prosody(pace=1.05, gain_db=-0.5),  # keeps a distance: clipped, without force
    "neutral": Prosody(),
    "warm": Prosody(pace=0.92, gain_db=-1.0),  # has time, and is close
}
_ACTS: dict[Doing, Prosody] = {
    "insist": Prosody(pace=0.97, gain_db=1.5),  # said again, with weight on each word
    "rebuke": Prosody(gain_db=2.0),  # hurt or annoyed
    "demand": Prosody(gain_db=1.5),  # wants somebody else on the line
    "call_out": Prosody(pace=0.97, gain_db=1.0, pause_s=0.15),  # holds a contradiction up
    "warn": Prosody(pace=1.05),  # looks at the clock
    "object": Prosody(pause_s=0.1),  # weighs what was offered before saying no
    "deflect": Prosody(gain_db=-0.5, pause_s=0.15),  # has to find a way round
    "odd": Prosody(pause_s=0.17),  # taken aback
    "soften": Prosody(pace=0.97, gain_db=-0.5, pause_s=0.17),  # changes their mind while speaking
    "agree": Prosody(pace=0.98, pause_s=0.17),  # a decision is taken before it is told
}
# Their lines are in the cache at the voice's own pace and must be there at once.
_WITHOUT_NOTICE: frozenset[Doing] = frozenset({"opening", "prompt", "back", "react"})


def prosody_of(intention: Intention) -> Prosody:
    """How `intention` is said, in the mood that it leaves the customer in."""
    now = temper(intention.after)
    mood = _TEMPERS[now]
    act = _ACTS.get(intention.act, Prosody())
    ready = intention.act in _WITHOUT_NOTICE or not intention.line
    return Prosody(
        pace=1.0 if ready else round(mood.pace * act.pace, 2),
        gain_db=mood.gain_db + act.gain_db,
        pause_s=0.0 if now == "impatient" else act.pause_s,  # nobody in a hurry leaves a silence
    )


def temper(state: State) -> Temper:
    """The stance, with coldness told apart from impatience: the one is quiet, the other isn't."""
    if state.patience <= IMPATIENT:
        return "impatient"
    return state.stance

"""What the learner has said that they can be held to: figures on claims, and promises; and where they contradict it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from personas.figures import claimed, figure_text, figures
from personas.intention import Intention
from personas.promises import offered, taken_back, taken_on
from personas.scenario import Claim, Promise
from personas.state import Claimed, Promised, Standing
from personas.thought import Thought

TRUST_LOST = 2  # what changes by itself makes people wonder about all the rest
# Making something good by name: the figure may change then.
_MAY_CHANGE = frozenset({"offer_discount", "trade_concession", "apologise"})


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Of which part of the scenario, why, and how the customer may put it; `what` is remembered as having happened."""

    of: Claim | Promise
    what: str
    because: str
    lines: tuple[str, ...]


def remember(thought: Thought) -> Contradiction | None:
    """Keep in mind what the learner claims and promises with this turn.

    Returns what of it contradicts what they said before, if anything does that wasn't called out yet.
    """
    found = [_hear_claims(thought), _hear_promises(thought)]
    return next((each for each in found if each is not None), None)


def call_out(thought: Thought, contradiction: Contradiction) -> Intention:
    """Going back on one's word doesn't pass unnoticed, and what it had answered is open again."""
    thought.shift(contradiction.because, trust=-min(TRUST_LOST, thought.state.trust))
    objections: dict[str, Standing] = dict(thought.state.objections)
    for objection in contradiction.of.reopens:
        if objections[objection] == "answered":
            objections[objection] = "standing"
            thought.note(f"objection {objection} reopened")
    thought.state = replace(thought.state, objections=objections)
    return thought.happen("call_out", contradiction.lines, contradiction.what)


def _hear_claims(thought: Thought) -> Contradiction | None:
    state, turn = thought.state, thought.turn
    heard = frozenset(value for line in state.used for value in figures(line))
    claims = {claim.id: claim for claim in state.claims}
    contradiction = None
    for claim in thought.script.scenario.claims:
        value = claimed(turn.text, claim.words, not_theirs=heard)
        if value is None:
            continue
        before, what = claims.get(claim.id), f"claim:{claim.id}"
        if before is not None and before.value != value and not turn.moves & _MAY_CHANGE and what not in state.happened:
            contradiction = contradiction or _other_figure(claim, what, before, value)
        claims[claim.id] = Claimed(claim.id, value, state.turn)
    thought.state = replace(state, claims=tuple(claims.values()))
    return contradiction


def _other_figure(claim: Claim, what: str, before: Claimed, value: float) -> Contradiction:
    first, second = figure_text(before.value), figure_text(value)
    because = f"claimed {second} for {claim.about}, after {first} in turn {before.turn}"
    lines = tuple(line.replace("{before}", first).replace("{now}", second) for line in claim.says)
    return Contradiction(claim, what, because, lines)


def _hear_promises(thought: Thought) -> Contradiction | None:
    state, text = thought.state, thought.turn.text
    given = {promised.id: promised for promised in state.promises if promised.id}
    contradiction = None
    named: list[Promised] = []
    for promise in thought.script.scenario.promises:
        what = f"promise:{promise.id}"
        if promise.id in given and what not in state.happened and taken_back(text, promise.words):
            because = f"took back {promise.about}, promised in turn {given[promise.id].turn}"
            contradiction = contradiction or Contradiction(promise, what, because, promise.says)
        elif promise.id not in given and offered(text, promise.words):
            named.append(Promised(promise.about, state.turn, promise.id))
            thought.note(f"promised {promise.about}")
    others = [] if named else [Promised(said, state.turn) for said in taken_on(text)]
    thought.state = replace(state, promises=(*state.promises, *named, *others))
    return contradiction

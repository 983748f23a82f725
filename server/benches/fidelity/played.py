"""A call played in text by a scripted learner, with everything kept that the customer's fidelity is read off."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from personas.intention import Intention
from personas.scenario import Scenario
from personas.script import Script
from personas.state import LearnerTurn, State
from server.calls.customer import ScenarioCustomer
from voice.customer import Heard

SECONDS_PER_WORD = 0.4  # ordinary speech, so that times have the right order
SILENCE_S = 6.0


@dataclass(frozen=True, slots=True)
class Exchange:
    """One turn: what the customer heard, decided and said, and their state before and after it."""

    heard: LearnerTurn
    intention: Intention
    said: str
    before: State
    after: State
    tries: int
    stopped: tuple[str, ...]
    fallback: bool
    prompt_tokens: int
    reused_tokens: int


@dataclass(frozen=True, slots=True)
class Played:
    """A call. `exchanges[0]` is the pick-up."""

    learner: str
    seed: int
    script: Script
    exchanges: tuple[Exchange, ...]

    @property
    def scenario(self) -> Scenario:
        return self.script.scenario

    @property
    def goal_reached(self) -> bool:
        return self.exchanges[-1].after.goal_reached

    @property
    def lines(self) -> frozenset[str]:
        """What the customer said, a line a turn, without the openers, which many turns share by design."""
        return frozenset(one.intention.line for one in self.exchanges if one.intention.line)


async def play_call(customer: ScenarioCustomer, learner: str, utterances: Sequence[str]) -> Played:
    """Say the utterances one by one until they are through or the customer hangs up; an empty one is a silence."""
    at_s, exchanges = 0.0, []
    coming: deque[Heard | str] = deque([Heard("pick_up"), *utterances])
    while coming:
        heard = _heard(coming.popleft(), at_s)
        before = customer.state
        reply = customer.decide(heard)
        words = [reply.opener, *[line.text async for line in customer.words(reply)]]
        said = " ".join(word for word in words if word)
        decided = customer.decided(reply)
        notes = customer.settle(reply, heard, said)
        wording = notes["wording"]
        exchanges.append(
            Exchange(
                LearnerTurn(frozenset(decided.cue.moves), heard.text),
                decided.intention,
                said,
                before,
                customer.state,
                wording["tries"],
                tuple(wording["guard"]),
                bool(wording["fallbacks"]),
                wording["prompt_tokens"],
                wording["reused_tokens"],
            )
        )
        at_s = heard.end_s + SECONDS_PER_WORD * len(said.split())
        if reply.hang_up:
            break
        if reply.away_s:
            at_s += reply.away_s
            coming.appendleft(Heard("back", start_s=at_s, end_s=at_s, silence_s=reply.away_s))
    return Played(learner, customer.script.seed, customer.script, tuple(exchanges))


def _heard(what: Heard | str, at_s: float) -> Heard:
    if isinstance(what, Heard):
        return what
    if not what.strip():
        return Heard("silence", silence_s=SILENCE_S, start_s=at_s, end_s=at_s + SILENCE_S)
    return Heard("turn", what, at_s, at_s + SECONDS_PER_WORD * len(what.split()))

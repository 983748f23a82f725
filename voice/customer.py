"""What a conversation needs of the one who answers. The server implements it with director, writer and guard."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from voice.record import JSON, Prosody

Origin = Literal["opener", "writer", "authored"]
Occasion = Literal["pick_up", "turn", "silence", "monologue", "returned", "back"]


@dataclass(frozen=True, slots=True)
class Heard:
    """Why the customer speaks next, and what they heard.

    `pick_up`: the call starts, nothing was heard. `turn`: the learner's turn is over (or looks over: decisions are
    speculative). `silence`: nobody has spoken for `silence_s`. `monologue`: the learner is still talking and has been
    for `duration_s`; `text` is what is stable so far. `returned`: the line was held and is back. `back`: the customer
    had left the line (`Reply.away_s`) and somebody is on it again.
    `unplayed` is what the customer was still going to say when the learner cut in, empty otherwise.
    """

    occasion: Occasion
    text: str = ""
    start_s: float = 0.0
    end_s: float = 0.0
    silence_s: float = 0.0
    unplayed: str = ""
    typed: bool = False

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of the customer's turn, short enough to be synthesized in one go."""

    text: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Reply:
    """What the customer is going to do. Nothing of it counts until `settle`.

    `opener` plays at once from the cache ("" for none); `continues` says whether `words` has more behind it.
    `hang_up` ends the call once it has been said. With `away_s` nobody is on the line for so long after that, and the
    learner isn't heard; then the customer is asked what to say with the occasion `back`. `speaker` is who says
    it, by a name that the learner may see, and `prosody` how it sounds. `notes` is the director's account for the
    journal (`voice.record.Decision.notes`). `key` is the customer's own handle on the decision.
    """

    key: int
    opener: str = ""
    continues: bool = True
    hang_up: bool = False
    away_s: float = 0.0
    speaker: str = ""
    prosody: Prosody = field(default_factory=Prosody)
    notes: JSON = field(default_factory=dict)


class Customer(Protocol):
    """The simulated customer of one call. Only `settle` changes what they know; all else may be speculative."""

    @property
    def openers(self) -> Sequence[str]:
        """Every opener and authored pick-up line this call may need, likeliest first: synthesized before it rings."""
        ...

    def decide(self, heard: Heard) -> Reply:
        """Decide on the committed state. Deterministic, no I/O, under 30 ms."""
        ...

    async def preview(self, text: str) -> None:
        """The stable part of what the learner is saying: warms the writer's prompt cache. May be cancelled."""
        ...

    def words(self, reply: Reply) -> AsyncIterator[Line]:
        """The turn behind the opener, clause by clause, guarded; authored lines where no model can word it.

        Closing or cancelling the iterator stops the model. Never raises for a model's failure.
        """
        ...

    def settle(self, reply: Reply, heard: Heard, said: str) -> JSON:
        """The reply was played as far as `said`. Moves the state on and returns the notes for the journal."""
        ...

"""One call, carried out: the thin asynchronous shell around `Conversation`.

It stamps the learner's sound, carries out what the conversation orders on lanes, brings the results back as events, and
writes every step into the journal. It decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from voice.clock import Clock
from voice.customer import Customer
from voice.events import EndReason
from voice.messages import Message
from voice.record import JSON

PCM = NDArray[np.int16]
Send = Callable[[Message], None]


class Mouth(Protocol):
    """The customer's voice, 24 kHz int16 mono."""

    def cached(self, text: str) -> PCM | None:
        """What was synthesized before, at once; None where it wasn't."""
        ...

    def say(self, text: str) -> PCM:
        """Synthesize (blocking, for a worker thread) and keep."""
        ...


class TurnEndJudge(Protocol):
    def end_probability(self, pcm: PCM) -> float: ...


class TapeSink(Protocol):
    def learner(self, at_sample: int, pcm: PCM) -> None: ...

    def customer(self, at_sample: int, pcm: PCM) -> None: ...


@dataclass(frozen=True, slots=True)
class Engines:
    """What a call hears and speaks with. Shared between calls, so each is thread-safe."""

    mouth: Mouth


class Call:
    """One call. All methods belong to the event loop's thread.

    `send` takes each outbound message in order and must not block; sound is handed to it as soon as there is any, at
    most `Rules.send_ahead_s` ahead of what has been played. `facts` goes into the journal's first entry as it is
    (scenario, persona, seed, difficulty ...).

    `start` rings. Then the gateway calls `audio` for each frame, and the others for what the client reports. `finished`
    resolves to the reason once the call is over and all that belongs on record is written; the gateway then closes the
    journal and finishes the tape. Nothing here raises for what a client sends.
    """

    def __init__(
        self,
        *,
        call_id: str,
        customer: Customer,
        engines: Engines,
        send: Send,
        clock: Clock,
        facts: JSON,
    ) -> None:
        raise NotImplementedError

    def start(self) -> None:
        """Ring: the customer picks up shortly after."""

    async def audio(self, pcm: bytes) -> None:
        """Learner's sound: s16le mono at 16 kHz, any even number of bytes."""

    def played(self, utterance: int, samples: int) -> None:
        """So many samples of the utterance have been played by the client."""

    def mute(self, on: bool) -> None: ...

    def text(self, text: str) -> None:
        """A typed turn."""

    def hangup(self) -> None:
        """The learner hangs up."""

    def socket_lost(self) -> None:
        """The client is gone: the line is held for `Rules.held_s`, then ended."""

    def resume(self, send: Send, samples: int) -> None:
        """The client is back, having played `samples` of the utterance under way when it was lost."""

    async def finished(self) -> EndReason:
        """Wait for the end of the call."""
        raise NotImplementedError

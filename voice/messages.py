"""What the learner's client is sent. The gateway writes these onto the wire (`ringside.v1`)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voice.commands import CallState, EndReason
from voice.customer import Origin
from voice.record import Who


@dataclass(frozen=True, slots=True)
class Ready:
    """The call takes sound; `sample_rate` is that of the sound it sends."""

    call: str
    sample_rate: int


@dataclass(frozen=True, slots=True)
class State:
    """What goes on. `speaker` is the name of who begins to speak, where more than one person may; else empty."""

    value: CallState
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class Partial:
    """The learner's words so far."""

    text: str


@dataclass(frozen=True, slots=True)
class TurnSaid:
    """A turn that stands. One that comes again with the same number replaces the former.

    `speaker` is the name of who said it on the customer's side, where more than one person may.
    """

    who: Who
    text: str
    turn: int
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """What is said from `sample` on; always sent before its sound."""

    utterance: int
    sample: int
    text: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Audio:
    """Sound of an utterance from `first_sample` on: int16 mono at 24 kHz. The same samples may come again."""

    utterance: int
    first_sample: int
    pcm: NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Spoken:
    """The whole utterance, `samples` long, has been sent."""

    utterance: int
    samples: int


@dataclass(frozen=True, slots=True)
class Clear:
    """Stop playing the utterance at once and drop what is buffered."""

    utterance: int


@dataclass(frozen=True, slots=True)
class Duck:
    """Play the utterance softly while `on`: the learner has begun to speak into it. A client may ignore it."""

    utterance: int
    on: bool


@dataclass(frozen=True, slots=True)
class Error:
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Ended:
    reason: EndReason


Message = Ready | State | Partial | TurnSaid | Words | Audio | Spoken | Clear | Duck | Error | Ended

"""What can happen in a call: the inputs of a `Conversation`. All plain data, so that a journal holds them.

`at` and every other position without a unit in its name counts learner samples (16 kHz) since the call began.
`customer_samples` count at 24 kHz from the start of an utterance. An `epoch` numbers one attempt at an answer: whatever
is ordered in it comes back with it, and what comes back with an epoch that is over has no effect. The epoch of an
answer that is spoken is also the number of its utterance on the wire; an answer that goes on after it was cleared is
another utterance, with a number of its own out of the same row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from voice.customer import Origin
from voice.record import Word

RecognitionKind = Literal["partial", "tail", "cut"]


@dataclass(frozen=True, slots=True)
class Dialled:
    """The learner is connected: it rings."""

    at: int


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """The learner speaks, as known at `at`; the first sample of it is `since`. `hum`: it begins as "mm-hm" does."""

    at: int
    since: int
    hum: bool = False


@dataclass(frozen=True, slots=True)
class SpeechPaused:
    """The learner is silent, as known at `at`; `last` is the last sample of speech."""

    at: int
    last: int


@dataclass(frozen=True, slots=True)
class Recognized:
    """Answers `Recognize`. `text` is None when the recogniser failed, "" when there was nothing but noise.

    `words` are timed on the call's clock.
    """

    at: int
    epoch: int
    kind: RecognitionKind
    text: str | None
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class EndJudged:
    """Answers `JudgeEnd`: Smart Turn's probability that the turn is over, None when it failed."""

    at: int
    epoch: int
    probability: float | None


@dataclass(frozen=True, slots=True)
class TextJudged:
    """Answers `JudgeText`: the probability that the text closes the turn, None where nobody can tell."""

    at: int
    epoch: int
    probability: float | None


@dataclass(frozen=True, slots=True)
class Decided:
    """Answers `Decide`: the customer's plan (see `voice.customer.Reply`)."""

    at: int
    epoch: int
    key: int
    opener: str
    continues: bool
    hang_up: bool
    away_s: float = 0.0
    pause_s: float = 0.0


@dataclass(frozen=True, slots=True)
class LineWritten:
    """Answers `Write`: one more piece of the customer's turn."""

    at: int
    epoch: int
    text: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class WritingEnded:
    """Answers `Write`: there is no more of it."""

    at: int
    epoch: int


@dataclass(frozen=True, slots=True)
class Synthesized:
    """Answers `Synthesize`. No samples: it failed."""

    at: int
    epoch: int
    piece: int
    customer_samples: int


@dataclass(frozen=True, slots=True)
class Played:
    """The learner's device has played so many samples of an utterance."""

    at: int
    utterance: int
    customer_samples: int


@dataclass(frozen=True, slots=True)
class TextImproved:
    """Answers `Improve`: a better recogniser's text of a turn. Changes what is on record, never what was decided."""

    at: int
    epoch: int
    turn: int
    text: str | None
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Typed:
    """The learner wrote a turn instead of speaking it."""

    at: int
    text: str


@dataclass(frozen=True, slots=True)
class Muted:
    at: int
    on: bool


@dataclass(frozen=True, slots=True)
class HungUp:
    at: int


@dataclass(frozen=True, slots=True)
class SocketLost:
    at: int


@dataclass(frozen=True, slots=True)
class Resumed:
    """The learner is back, having played `customer_samples` of the utterance that was under way."""

    at: int
    customer_samples: int


@dataclass(frozen=True, slots=True)
class Woke:
    """Answers `WakeAt`: the call's clock is at or past it."""

    at: int


Event = (
    Dialled
    | SpeechStarted
    | SpeechPaused
    | Recognized
    | EndJudged
    | TextJudged
    | Decided
    | LineWritten
    | WritingEnded
    | Synthesized
    | Played
    | TextImproved
    | Typed
    | Muted
    | HungUp
    | SocketLost
    | Resumed
    | Woke
)

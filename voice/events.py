"""What can happen in a call (`Event`) and what a call orders (`Command`). All plain data, so that a journal holds it.

`at` and every other position without a unit in its name counts learner samples (16 kHz) since the call began.
`customer_samples` count at 24 kHz from the start of an utterance. An `epoch` numbers one attempt at an answer: whatever
is ordered in it comes back with it, and what comes back with an epoch that is over has no effect. The epoch of an
answer that is spoken is also the number of its utterance on the wire; an answer that goes on after it was cleared is
another utterance, with a number of its own out of the same row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from voice.customer import Heard, Origin
from voice.record import Who, Word

RecognitionKind = Literal["partial", "tail", "cut"]
CallState = Literal["ringing", "listening", "speaking", "held", "ended"]
EndReason = Literal["hangup", "customer_hangup", "silence", "lost", "failed"]
DropReason = Literal["noise", "backchannel", "echo"]


# What can happen.


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


# What a call orders.


@dataclass(frozen=True, slots=True)
class WakeAt:
    """Send `Woke` once the clock is there. Replaces any earlier order."""

    at: int


@dataclass(frozen=True, slots=True)
class Show:
    """The call's state, for the learner's screen."""

    state: CallState


@dataclass(frozen=True, slots=True)
class Recognize:
    """Recognise the learner's sound from `since` to `until`. `before` is the turn's text ahead of it."""

    epoch: int
    kind: RecognitionKind
    since: int
    until: int
    before: str = ""


@dataclass(frozen=True, slots=True)
class JudgeEnd:
    """Ask Smart Turn about the learner's sound from `since` to `until`."""

    epoch: int
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class JudgeText:
    """Ask whether what the learner has said so far could be the whole turn. Answered by `TextJudged`."""

    epoch: int
    text: str


@dataclass(frozen=True, slots=True)
class Caption:
    """The learner's words so far, for their screen."""

    text: str


@dataclass(frozen=True, slots=True)
class Preview:
    """The stable part of the learner's words so far, for the customer."""

    text: str


@dataclass(frozen=True, slots=True)
class Decide:
    """Ask the customer for a plan. Speculative: it counts only once it is settled."""

    epoch: int
    heard: Heard


@dataclass(frozen=True, slots=True)
class Write:
    """Word the plan `key`."""

    epoch: int
    key: int


@dataclass(frozen=True, slots=True)
class StopWriting:
    """The writer of this epoch has been silent for too long; what it has written is still said."""

    epoch: int


@dataclass(frozen=True, slots=True)
class Synthesize:
    epoch: int
    piece: int
    text: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Cancel:
    """Whatever is being done in this epoch isn't needed any more."""

    epoch: int


@dataclass(frozen=True, slots=True)
class Say:
    """Let the learner hear a piece of `epoch`: `gap` samples of silence from `first` on, then the piece, which says
    `text`, without its first `skip` samples. All customer samples."""

    utterance: int
    epoch: int
    piece: int
    first: int
    gap: int
    skip: int
    text: str


@dataclass(frozen=True, slots=True)
class AllSaid:
    """The utterance has no more pieces; it is `customer_samples` long."""

    utterance: int
    customer_samples: int


@dataclass(frozen=True, slots=True)
class Clear:
    """Nothing more of the utterance may be heard. The answer may go on as another one."""

    utterance: int


@dataclass(frozen=True, slots=True)
class Duck:
    """Play the utterance softly (or not, any more) while the learner hums."""

    utterance: int
    on: bool


@dataclass(frozen=True, slots=True)
class Resend:
    """The learner is back in time: send the utterance again from this customer sample on."""

    utterance: int
    customer_samples: int


@dataclass(frozen=True, slots=True)
class Commit:
    """The learner's turn is over and the answer begins; from here on it may be heard."""

    epoch: int
    heard: Heard
    turn: int


@dataclass(frozen=True, slots=True)
class Settle:
    """The answer `key` was heard as far as `said`; `turn` is the learner's turn that it answered, -1 for none."""

    key: int
    turn: int
    heard: Heard
    said: str


@dataclass(frozen=True, slots=True)
class Tell:
    """A turn stands in the record (again, if `turn` was told before: the newer one holds)."""

    turn: int
    who: Who
    text: str
    since: int
    until: int
    words: tuple[Word, ...] = ()
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class Drop:
    """What the learner's microphone heard from `since` to `until` was no turn."""

    since: int
    until: int
    why: DropReason
    text: str = ""


@dataclass(frozen=True, slots=True)
class Improve:
    """Recognise a turn once more with the better recogniser; `spans` are pairs of learner samples."""

    epoch: int
    turn: int
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class End:
    reason: EndReason


Command = (
    WakeAt
    | Show
    | Recognize
    | JudgeEnd
    | JudgeText
    | Caption
    | Preview
    | Decide
    | Write
    | StopWriting
    | Synthesize
    | Cancel
    | Say
    | AllSaid
    | Clear
    | Duck
    | Resend
    | Commit
    | Settle
    | Tell
    | Drop
    | Improve
    | End
)

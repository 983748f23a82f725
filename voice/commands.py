"""What a call orders: the outputs of a `Conversation`. All plain data; units and epochs are those of `voice.events`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from voice.customer import Heard, Origin
from voice.events import RecognitionKind
from voice.record import Who, Word

CallState = Literal["ringing", "listening", "speaking", "away", "held", "ended"]
EndReason = Literal["hangup", "customer_hangup", "silence", "lost", "failed"]
DropReason = Literal["noise", "backchannel", "echo"]


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

"""What a call hears and speaks with, as it sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from voice.audio import PCM
from voice.customer import Origin
from voice.hearing import TurnEnd
from voice.record import Prosody, Word
from voice.turns import silence_needed_s


class Recognition(Protocol):
    """What a recogniser returns (`voice.listen.Transcript`); word times are seconds from the sound's start."""

    @property
    def text(self) -> str: ...

    @property
    def words(self) -> Sequence[Word]: ...


class Recognizer(Protocol):
    def recognize(self, pcm: PCM, *, context: str = "") -> Recognition: ...


class EndJudge(Protocol):
    def end_probability(self, pcm: PCM) -> float: ...


class TextJudge(Protocol):
    """Tells whether words could be a whole turn. Quick (0.1 s), and cancelled where it isn't."""

    async def closing_probability(self, text: str, before: str) -> float | None:
        """Of the learner's `text` behind the customer's last words `before`; None where nobody can tell."""
        ...


class Detector(Protocol):
    def feed(self, frame: PCM) -> bool: ...


class Mouth(Protocol):
    """The customer's voice: int16 mono at 24 kHz, silence trimmed off both ends."""

    def prepare(self, texts: Sequence[str]) -> None:
        """Have these synthesized in the background, likeliest first."""
        ...

    def cached(self, text: str, origin: Origin, prosody: Prosody) -> PCM | None:
        """What was synthesized before, at once; None where it wasn't."""
        ...

    def say(self, text: str, origin: Origin, prosody: Prosody) -> PCM:
        """Synthesize (blocking, for a worker thread). Raises for an engine's failure."""
        ...


class TapeSink(Protocol):
    def learner(self, at_sample: int, pcm: PCM) -> None: ...

    def customer(self, at_sample: int, pcm: PCM) -> None: ...


@dataclass(frozen=True, slots=True)
class Engines:
    """All but `detector`, which is the call's own, may be shared between calls.

    `quick` recognises while the learner waits, `thorough` what stays on record (None: the quick text stays).
    `end_judge` is Smart Turn, `text_judge` a language model, None to do without. `turn_end` weighs the witnesses.
    `mouth` is the voice of whom one calls, `others` those of who else comes on the line, by `Reply.speaker`.
    """

    detector: Detector
    quick: Recognizer
    thorough: Recognizer | None
    end_judge: EndJudge | None
    mouth: Mouth
    text_judge: TextJudge | None = None
    turn_end: TurnEnd = silence_needed_s
    others: Mapping[str, Mouth] = field(default_factory=dict)

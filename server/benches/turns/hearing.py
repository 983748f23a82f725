"""How a case is heard, and when its turn is taken to be over: engines first, then a pure decision on a fixed clock."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from server.benches.turns.cases import Case
from server.calls.player import JITTER_BUFFER_S
from server.models.closing import ClosingJudge
from server.models.llm import language_model
from server.models.store import ModelStore
from server.settings import LanguageModelSettings
from voice.audio import LEARNER_RATE
from voice.detect import FRAME_SAMPLES, SpeechDetector, SpeechPaused, SpeechSegmenter, SpeechStarted
from voice.engines import EndJudge, Recognizer
from voice.turns import Pauses, Witnesses, silence_needed_s

# When a witness speaks. Fixed, so that the decisions don't depend on how busy the machine is.
TEXT_AFTER_S = 0.25  # the tail's text after the pause was noticed
SMART_TURN_AFTER_S = 0.12
CLOSING_AFTER_S = 0.12  # the language model's probability after the text
# From a decision to sound at the client: its jitter buffer, one 20 ms frame, and 40 ms for sending the opener.
AUDIBLE_AFTER_S = JITTER_BUFFER_S + 0.06
# From resumed speech being noticed to silence at the client: one frame, and 40 ms for the word to reach it.
CLEAR_AFTER_S = 0.06

_PREROLL = LEARNER_RATE // 4
_READY_S = 120.0  # loading the language model on a slow disk
_WARM_UPS = 3  # the first answer reads the whole prompt and can come too late


@dataclass(frozen=True, slots=True)
class Silence:
    """A pause as it was heard: `last` sample of speech, when it was `noticed`, where speech `resumed` and when that was
    noticed (`back`; both None when it never was), and what the engines made of the sound up to it."""

    last: int
    noticed: int
    resumed: int | None
    back: int | None
    text: str
    end_probability: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """When the turn was taken to be over, what was known then, and when speech was next noticed (None: not at all)."""

    case: Case
    committed_at: int
    witnesses: Witnesses
    back: int | None = None

    @property
    def cut_in(self) -> bool:
        return self.committed_at < self.case.end

    @property
    def audible_cut_in(self) -> bool:
        """Whether the customer would have been heard before giving way."""
        if not self.cut_in or self.back is None:
            return self.cut_in
        return self.committed_at + AUDIBLE_AFTER_S * LEARNER_RATE < self.back + CLEAR_AFTER_S * LEARNER_RATE

    @property
    def delay_s(self) -> float:
        return (self.committed_at - self.case.end) / LEARNER_RATE


@dataclass(slots=True)
class Ears:
    """The engines that hear a turn, and how long they took over each pause."""

    recognizer: Recognizer
    end_judge: EndJudge
    text_seconds: list[float] = field(default_factory=list)
    end_judge_seconds: list[float] = field(default_factory=list)

    def silences(self, case: Case) -> tuple[Silence, ...]:
        """Every pause of a case, the last one reaching to the sound's end."""
        detector, segmenter = SpeechDetector(), SpeechSegmenter()
        started: int | None = None
        found: list[Silence] = []
        paused: Silence | None = None
        for now in range(FRAME_SAMPLES, len(case.pcm) + 1, FRAME_SAMPLES):
            match segmenter.feed(detector.feed(case.pcm[now - FRAME_SAMPLES : now])):
                case SpeechStarted(at=at):
                    started = at if started is None else started
                    if paused is not None:
                        found.append(Silence(paused.last, paused.noticed, at, now, paused.text, paused.end_probability))
                    paused = None
                case SpeechPaused(at=last) if started is not None:
                    paused = self._heard(case, max(0, started - _PREROLL), last, now)
        return (*found, paused) if paused is not None else tuple(found)

    def _heard(self, case: Case, first: int, last: int, now: int) -> Silence:
        sound = case.pcm[first:now]
        start = time.perf_counter()
        text = self.recognizer.recognize(sound).text
        between = time.perf_counter()
        probability = self.end_judge.end_probability(sound)
        self.text_seconds.append(between - start)
        self.end_judge_seconds.append(time.perf_counter() - between)
        return Silence(last, now, None, None, text, probability)


def decide(case: Case, silences: Iterable[Silence], closings: Mapping[str, float | None]) -> Outcome:
    """The first moment at which a pause is long enough, at the latest the sound's end.

    `closings`: the language model's probability for each text; what isn't in it is never known.
    """
    pauses, witnesses = Pauses(), Witnesses()
    for silence in silences:
        for now in range(silence.noticed, silence.back or len(case.pcm) + 1, FRAME_SAMPLES):
            witnesses = _known(silence, (now - silence.noticed) / LEARNER_RATE, closings)
            if (now - silence.last) / LEARNER_RATE >= silence_needed_s(witnesses, pauses):
                return Outcome(case, now, witnesses, silence.back)
        if silence.resumed is not None:
            pauses = pauses.with_pause((silence.resumed - silence.last) / LEARNER_RATE)
    return Outcome(case, len(case.pcm), witnesses)


def _known(silence: Silence, since_s: float, closings: Mapping[str, float | None]) -> Witnesses:
    return Witnesses(
        silence.text if since_s >= TEXT_AFTER_S else "",
        silence.end_probability if since_s >= SMART_TURN_AFTER_S else None,
        closings.get(silence.text) if since_s >= TEXT_AFTER_S + CLOSING_AFTER_S else None,
    )


@dataclass(frozen=True, slots=True)
class Closings:
    """A language model's probability for each text (None: no answer in time), and how long the answers took."""

    probabilities: Mapping[str, float | None]
    seconds: tuple[float, ...]


async def closings_of(texts: Iterable[str], settings: LanguageModelSettings, store: ModelStore) -> Closings | None:
    """Ask the language model of the settings about each text, with nothing said before; None where there is none."""
    async with language_model(settings, store) as model:
        if not await model.wait_ready(_READY_S):
            return None
        judge = ClosingJudge(model)
        for _ in range(_WARM_UPS):
            if await judge.closing_probability("Hello", "") is not None:
                break
        found: dict[str, float | None] = {}
        seconds: list[float] = []
        for text in dict.fromkeys(texts):
            start = time.perf_counter()
            found[text] = await judge.closing_probability(text, "")
            seconds.append(time.perf_counter() - start)
    return Closings(found, tuple(seconds))

"""Cut-ins on pauses inside sentences, and the delay of the decision at true ends, on cases held out from calibration.

Runs detector, segmenter, recogniser (tiny.en), Smart Turn and `silence_needed_s` on 40 sentences with a pause of 0.3 to
0.9 s inside, half of them by people, and on true ends. The witnesses arrive after fixed times, so that the decisions
don't depend on how busy the machine is; how long they really took is given beside.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from hibari import Hibari
from piper import PiperVoice
from rich.console import Console

from server.benches.turns.cases import Case, Speak, human_cases, synthetic_cases
from server.models.store import ModelStore
from voice.audio import CUSTOMER_RATE, LEARNER_RATE, PCM, as_pcm, resample
from voice.detect import FRAME_SAMPLES, SpeechDetector, SpeechPaused, SpeechSegmenter, SpeechStarted
from voice.listen import Recognizer, WhisperRecognizer
from voice.smart_turn import SmartTurn
from voice.turns import Pauses, Witnesses, silence_needed_s

TEXT_AFTER_S = 0.25  # the tail's text after the pause was noticed
SMART_TURN_AFTER_S = 0.12
_PREROLL = LEARNER_RATE // 4


@dataclass(frozen=True, slots=True)
class Outcome:
    """When the turn was taken to be over, and what was known then."""

    case: Case
    committed_at: int
    text: str
    end_probability: float

    @property
    def cut_in(self) -> bool:
        return self.committed_at < self.case.end

    @property
    def delay_s(self) -> float:
        return (self.committed_at - self.case.end) / LEARNER_RATE


@dataclass(slots=True)
class Ears:
    """The engines that hear a turn, and how long they took over it."""

    recognizer: Recognizer
    smart_turn: SmartTurn
    text_seconds: list[float] = field(default_factory=list)
    smart_turn_seconds: list[float] = field(default_factory=list)

    def hear(self, case: Case) -> Outcome:
        """Run a case frame by frame until the turn is taken to be over, at the latest at the sound's end."""
        detector, segmenter, pauses = SpeechDetector(), SpeechSegmenter(), Pauses()
        started: int | None = None
        paused: tuple[int, int, Witnesses] | None = None
        witnesses = Witnesses()
        for now in range(FRAME_SAMPLES, len(case.pcm) + 1, FRAME_SAMPLES):
            event = segmenter.feed(detector.feed(case.pcm[now - FRAME_SAMPLES : now]))
            match event:
                case SpeechStarted():
                    if paused is not None:
                        pauses = pauses.with_pause((event.at - paused[0]) / LEARNER_RATE)
                    started = event.at if started is None else started
                    paused = None
                case SpeechPaused() if started is not None:
                    paused = (event.at, now, self._witnesses(case.pcm[max(0, started - _PREROLL) : now]))
            if paused is None:
                continue
            last, noticed, found = paused
            since_s = (now - noticed) / LEARNER_RATE
            witnesses = Witnesses(
                found.text if since_s >= TEXT_AFTER_S else "",
                found.end_probability if since_s >= SMART_TURN_AFTER_S else None,
            )
            if (now - last) / LEARNER_RATE >= silence_needed_s(witnesses, pauses):
                break
        return Outcome(case, now, witnesses.text, witnesses.end_probability or 0.0)

    def _witnesses(self, sound: PCM) -> Witnesses:
        start = time.perf_counter()
        text = self.recognizer.recognize(sound).text
        between = time.perf_counter()
        probability = self.smart_turn.end_probability(sound)
        self.text_seconds.append(between - start)
        self.smart_turn_seconds.append(time.perf_counter() - between)
        return Witnesses(text, probability)


def configure(parser: argparse.ArgumentParser) -> None:
    shared = Path(os.environ.get("RINGSIDE_SHARED") or Path(__file__).parents[4] / "shared")
    parser.add_argument("--speech", type=Path, default=shared / "data" / "speech", help="recordings of people")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    store = ModelStore.default()
    base = WhisperRecognizer(store.path("whisper-base"))
    voices = [("hibari heart", hibari_voice()), ("piper joe", piper_voice(store.path("piper-joe")))]
    cases = [*human_cases(arguments.speech, base), *synthetic_cases(voices, base)]
    ears = Ears(WhisperRecognizer(store.path("whisper-tiny.en")), SmartTurn(store.path("smart-turn")))
    figures = summary([ears.hear(case) for case in cases], ears)
    if arguments.json:
        print(json.dumps(figures))
        return 0
    console = Console(highlight=False)
    for name, value in figures.items():
        console.print(f"{name}: {json.dumps(value)}")
    return 0


def summary(outcomes: Sequence[Outcome], ears: Ears) -> dict[str, object]:
    """`pauses` and `cut_ins` by kind; `delay_ms` by kind of end; `compute_ms` of the two slow witnesses."""
    pauses = [outcome for outcome in outcomes if outcome.case.pause is not None]
    ends = [outcome for outcome in outcomes if outcome.case.pause is None]
    cut_ins = [outcome for outcome in pauses if outcome.cut_in]
    counted = Counter(outcome.case.kind for outcome in cut_ins)
    by_kind: dict[str, list[float]] = {}
    for outcome in ends:
        by_kind.setdefault(outcome.case.kind, []).append(outcome.delay_s)
    return {
        "pauses": len(pauses),
        "cut_ins": len(cut_ins),
        "cut_ins_by_kind": {kind: counted[kind] for kind in ("human pause", "synthetic pause")},
        "ends": len(ends),
        "early_ends": sum(outcome.cut_in for outcome in ends),
        "delay_ms": {
            "all": percentiles([outcome.delay_s for outcome in ends]),
            **{kind: percentiles(delays) for kind, delays in by_kind.items()},
        },
        "compute_ms": {"text": percentiles(ears.text_seconds), "smart_turn": percentiles(ears.smart_turn_seconds)},
        "cut_in_cases": [{"name": outcome.case.name, "text": outcome.text} for outcome in cut_ins],
    }


def percentiles(seconds: Sequence[float]) -> dict[str, int]:
    """Median and 95th percentile in milliseconds."""
    p50, p95 = np.percentile(seconds, [50, 95]) * 1_000
    return {"p50": round(float(p50)), "p95": round(float(p95))}


def hibari_voice() -> Speak:
    voice = Hibari(threads=1)
    return lambda text: resample(as_pcm(np.asarray(voice(text), np.float64)), CUSTOMER_RATE, LEARNER_RATE)


def piper_voice(folder: Path) -> Speak:
    voice = PiperVoice.load(next(folder.glob("*.onnx")))

    def speak(text: str) -> PCM:
        pcm = np.concatenate([chunk.audio_int16_array for chunk in voice.synthesize(text)])
        return resample(pcm, voice.config.sample_rate, LEARNER_RATE)

    return speak

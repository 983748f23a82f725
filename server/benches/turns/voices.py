"""All cases of the turn-end benches, spoken: by people in the shared recordings, and by this machine's voices."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np
from hibari import Hibari
from piper import PiperVoice

from server.benches.turns.cases import Case, Speak, human_cases, synthetic_cases
from server.models.store import ModelStore
from voice.audio import CUSTOMER_RATE, LEARNER_RATE, PCM, as_pcm, resample
from voice.listen import WhisperRecognizer


def add_speech(parser: argparse.ArgumentParser) -> None:
    """--speech: where the recordings are."""
    shared = Path(os.environ.get("RINGSIDE_SHARED") or Path(__file__).parents[4] / "shared")
    parser.add_argument("--speech", type=Path, default=shared / "data" / "speech", help="recordings of people")


def every_case(speech: Path, store: ModelStore) -> list[Case]:
    """The cases by people, then those by voices. Raises UserError where recordings are missing."""
    words = WhisperRecognizer(store.path("whisper-base"))
    voices = [("hibari heart", hibari_voice()), ("piper joe", piper_voice(store.path("piper-joe")))]
    return [*human_cases(speech, words), *synthetic_cases(voices, words)]


def hibari_voice() -> Speak:
    voice = Hibari(threads=1)
    return lambda text: resample(as_pcm(np.asarray(voice(text), np.float64)), CUSTOMER_RATE, LEARNER_RATE)


def piper_voice(folder: Path) -> Speak:
    voice = PiperVoice.load(next(folder.glob("*.onnx")))

    def speak(text: str) -> PCM:
        pcm = np.concatenate([chunk.audio_int16_array for chunk in voice.synthesize(text)])
        return resample(pcm, voice.config.sample_rate, LEARNER_RATE)

    return speak

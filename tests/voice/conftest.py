"""Sounds for the tests of this room: synthesized on the spot, and human recordings where the shared data is there."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hibari import Hibari

from voice.audio import CUSTOMER_RATE, LEARNER_RATE, PCM, as_pcm, read_wav, resample

Say = Callable[[str], PCM]


@dataclass(frozen=True, slots=True)
class Recording:
    pcm: PCM
    text: str
    speaker: str


@pytest.fixture(scope="session")
def say() -> Say:
    """Speaks a text: 16 kHz, with a faint hiss instead of digital silence, as a microphone gives it."""
    voice = Hibari(threads=1)
    spoken: dict[str, PCM] = {}

    def speak(text: str) -> PCM:
        if text not in spoken:
            pcm = resample(as_pcm(np.asarray(voice(text), np.float64)), CUSTOMER_RATE, LEARNER_RATE)
            spoken[text] = pcm + hiss(len(pcm) / LEARNER_RATE)
        return spoken[text]

    return speak


@pytest.fixture(scope="session")
def people(shared_data: Path) -> list[Recording]:
    """Recordings of non-native speakers, each with its text."""
    manifest = shared_data / "speech" / "manifest.jsonl"
    lines = [json.loads(line) for line in manifest.read_text("utf-8").splitlines()]
    return [
        Recording(read_wav(manifest.parent / line["audio"])[0], line["text"], line["audio"][:5])
        for line in sorted(lines, key=lambda line: str(line["audio"]))
    ]


def hiss(seconds: float, amplitude: float = 12.0) -> PCM:
    """A quiet room at about -68 dBFS."""
    return np.random.default_rng(7).normal(0, amplitude, round(seconds * LEARNER_RATE)).astype(np.int16)

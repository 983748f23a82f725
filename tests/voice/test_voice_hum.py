"""Hums and words, told apart by their first 80 ms as the detector hands them over."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from voice import detect
from voice.audio import LEARNER_RATE, PCM
from voice.hum import is_hum

Say = Callable[[str], PCM]


def onset(pcm: PCM) -> PCM:
    """The sound between where speech began and where that was known."""
    detector, segmenter = detect.SpeechDetector(), detect.SpeechSegmenter()
    pcm = np.concatenate([np.random.default_rng(5).normal(0, 10, LEARNER_RATE // 2).astype(np.int16), pcm])
    for end in range(detect.FRAME_SAMPLES, len(pcm), detect.FRAME_SAMPLES):
        found = segmenter.feed(detector.feed(pcm[end - detect.FRAME_SAMPLES : end]))
        if isinstance(found, detect.SpeechStarted):
            return pcm[found.at : end]
    raise AssertionError("no speech")


def murmur(pitch_hz: float, nose_hz: float, level: float) -> PCM:
    """A closed mouth: a voice's harmonics (-6 dB an octave) through the nose's resonances (after Klatt, 1980)."""
    times_s = np.arange(round(0.08 * LEARNER_RATE)) / LEARNER_RATE
    sound = np.zeros(len(times_s))
    for harmonic in np.arange(pitch_hz, 7_500.0, pitch_hz):
        through = sum(
            share * fc**2 / abs(fc**2 - harmonic**2 + 1j * harmonic * width)
            for fc, width, share in ((nose_hz, 60, 1.0), (1_000, 150, 0.06), (2_200, 250, 0.04), (3_300, 300, 0.03))
        )
        sound += through / harmonic * np.cos(2 * np.pi * harmonic * times_s)
    room = np.random.default_rng(5).normal(0, 10, len(sound))
    return (sound / np.abs(sound).max() * level + room).astype(np.int16)


@pytest.mark.parametrize("text", ["Mhm.", "Hmm.", "Mmm.", "Mm-hmm."])
def test_a_spoken_hum_is_one(say: Say, text: str) -> None:
    assert is_hum(onset(say(text)))


@pytest.mark.parametrize("pitch_hz", [95.0, 120.0, 160.0, 200.0, 240.0])
@pytest.mark.parametrize("nose_hz", [230.0, 260.0, 300.0])
@pytest.mark.parametrize("level", [1_500.0, 8_000.0])
def test_a_murmur_is_one_at_any_pitch_and_level(pitch_hz: float, nose_hz: float, level: float) -> None:
    assert is_hum(murmur(pitch_hz, nose_hz, level))


@pytest.mark.parametrize(
    "text",
    [
        "No, stop.",
        "Wait, sorry.",
        "But how much is it?",
        "Yeah.",
        "Right.",
        "Okay.",
        "Actually, no.",
    ],
)
def test_a_word_is_none(say: Say, text: str) -> None:
    assert not is_hum(onset(say(text)))


def test_of_the_first_words_of_people_unseen_at_most_one_in_twenty_is_taken_for_one(people: list) -> None:
    held_back = sorted({recording.speaker for recording in people})[1::2]
    taken = [is_hum(onset(recording.pcm)) for recording in people if recording.speaker in held_back]
    assert len(taken) >= 25
    assert sum(taken) <= len(taken) / 20


def test_silence_steps_and_too_little_are_none() -> None:
    assert not is_hum(np.zeros(1_280, np.int16))
    assert not is_hum(np.full(1_280, 900, np.int16))
    assert not is_hum(np.zeros(0, np.int16))
    assert not is_hum(np.random.default_rng(1).normal(0, 2_000, 1_280).astype(np.int16))

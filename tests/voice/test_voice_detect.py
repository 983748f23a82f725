from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice import detect
from voice.audio import LEARNER_RATE, PCM

Say = Callable[[str], PCM]


def room(seconds: float, amplitude: float = 12.0) -> PCM:
    return np.random.default_rng(7).normal(0, amplitude, round(seconds * LEARNER_RATE)).astype(np.int16)


def events(pcm: PCM) -> list[tuple[detect.SpeechStarted | detect.SpeechPaused, int]]:
    """Each event and the sample at which it was known."""
    detector, segmenter, found = detect.SpeechDetector(), detect.SpeechSegmenter(), []
    for first in range(0, len(pcm) - detect.FRAME_SAMPLES + 1, detect.FRAME_SAMPLES):
        event = segmenter.feed(detector.feed(pcm[first : first + detect.FRAME_SAMPLES]))
        if event is not None:
            found.append((event, first + detect.FRAME_SAMPLES))
    return found


def test_a_sentence_starts_and_pauses_where_it_is_spoken(say: Say) -> None:
    sentence = say("We could start the pilot on Monday.")
    voiced = np.flatnonzero(np.abs(sentence) > 600)
    found = events(np.concatenate([room(1.0), sentence, room(1.0)]))
    start, end = found[0], found[-1]
    assert isinstance(start[0], detect.SpeechStarted)
    assert isinstance(end[0], detect.SpeechPaused)
    assert start[0].at / LEARNER_RATE == pytest.approx(1.0 + voiced[0] / LEARNER_RATE, abs=0.1)
    assert end[0].at / LEARNER_RATE == pytest.approx(1.0 + voiced[-1] / LEARNER_RATE, abs=0.15)
    assert end[1] - end[0].at <= 0.1 * LEARNER_RATE


def test_a_pause_between_sentences_is_heard_and_speech_goes_on(say: Say) -> None:
    found = events(np.concatenate([say("Hello there."), room(0.5), say("Who is calling?"), room(0.5)]))
    kinds = [type(event) for event, _ in found]
    assert kinds == [detect.SpeechStarted, detect.SpeechPaused] * (len(kinds) // 2)
    assert len(kinds) >= 4


@pytest.mark.parametrize("amplitude", [0.0, 12.0, 300.0, 3_000.0])
def test_silence_and_steady_noise_are_no_speech(amplitude: float) -> None:
    assert events(room(5.0, amplitude)) == []


def test_clicks_and_bursts_are_no_speech() -> None:
    sound = room(5.0)
    for at in (8_000, 20_000, 41_000, 60_000):
        sound[at : at + 80] = 20_000  # a click of 5 ms
        sound[at + 4_000 : at + 4_960] += room(0.06, 4_000)  # a knock of 60 ms
    assert events(sound) == []


def test_the_same_sound_gives_the_same_events(say: Say) -> None:
    sound = np.concatenate([room(0.3), say("Tell me more about the price."), room(0.6)])
    assert events(sound) == events(sound)


def test_silero_is_not_asked_in_digital_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(detect.Silero, "probability", lambda self, window: asked.append(1) or 0.0)
    detector = detect.SpeechDetector()
    for _ in range(500):
        detector.feed(np.zeros(detect.FRAME_SAMPLES, np.int16))
    assert asked == []


def test_a_frame_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(160,\); feed 320 samples"):
        detect.SpeechDetector().feed(np.zeros(160, np.int16))


def test_people_are_heard_from_their_first_word_to_their_last(people: list) -> None:
    for recording in people[::8]:
        found = events(np.concatenate([recording.pcm, room(0.5)]))
        assert found, recording.text
        assert isinstance(found[0][0], detect.SpeechStarted)
        assert isinstance(found[-1][0], detect.SpeechPaused)
        loud = np.flatnonzero(np.abs(recording.pcm) > 0.3 * np.abs(recording.pcm).max())
        assert found[0][0].at - 0.15 * LEARNER_RATE <= loud[0], recording.text
        assert loud[-1] <= found[-1][0].at + 0.15 * LEARNER_RATE, recording.text


@given(st.lists(st.booleans(), max_size=200))
def test_starts_and_pauses_alternate_and_lie_in_the_past(frames: list[bool]) -> None:
    segmenter, last, speaking = detect.SpeechSegmenter(), -1, False
    for index, speech in enumerate(frames):
        event = segmenter.feed(speech)
        if event is None:
            continue
        assert isinstance(event, detect.SpeechPaused if speaking else detect.SpeechStarted)
        assert last < event.at <= (index + 1) * detect.FRAME_SAMPLES - 0.04 * LEARNER_RATE
        speaking, last = not speaking, event.at
        assert segmenter.speaking is speaking


def test_after_a_pause_speech_resumes_on_less() -> None:
    def frames_to_start(segmenter: detect.SpeechSegmenter) -> int:
        return next(count for count in range(1, 20) if segmenter.feed(True) is not None)

    segmenter = detect.SpeechSegmenter()
    assert frames_to_start(segmenter) == 4
    for _ in range(30):
        segmenter.feed(False)
    assert frames_to_start(segmenter) == 2
    for _ in range(100):
        segmenter.feed(False)
    assert frames_to_start(segmenter) == 4


@given(st.lists(st.integers(1, 3), min_size=1, max_size=50))
def test_short_bursts_never_start_and_short_gaps_never_pause(bursts: list[int]) -> None:
    segmenter = detect.SpeechSegmenter()
    assert not [e for burst in bursts for speech in [True] * burst + [False] if (e := segmenter.feed(speech))]
    for _ in range(4):
        segmenter.feed(True)
    assert segmenter.speaking
    assert not [e for gap in bursts for speech in [False] * gap + [True] if (e := segmenter.feed(speech))]

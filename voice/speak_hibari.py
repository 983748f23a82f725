"""hibari: a small English synthesizer; its voice "heart" comes inside its package. Some 100 times as fast as speech."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import hibari

from voice.speak import Sound

_SEED = 1  # of the noise part: the same text always gives the same samples


class Hibari:
    """The `Engine` "hibari". One thread: ONNX Runtime then has no pool of its own that could spin."""

    def __init__(self) -> None:
        self._speech = hibari.Hibari(voice="heart", threads=1)
        self._speech("Ready.")  # its dictionaries load at the first word, which mustn't be a customer's
        self._lock = threading.Lock()  # its tagger isn't documented to be safe across threads

    @property
    def voices(self) -> Sequence[str]:
        return ("heart",)

    def say(self, text: str, voice: str, pace: float) -> tuple[Sequence[Sound], int]:
        with self._lock:
            return list(self._speech.stream(text, speed=pace, seed=_SEED)), int(self._speech.sample_rate)

"""Kokoro: one ONNX model, and a style vector for each voice; takes much more of the processor than the other engines.

A voice is a file of 510 style vectors (256 float32 each), one for each count of phonemes; the model takes phonemes as
numbers (0 at both ends), one style vector and a speed. Source: the Kokoro-82M v1.0 model card and its pipeline.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from voice.kokoro_phonemes import MOST_PHONEMES, Accent, Reader
from voice.speak import FRAME_S, Sound, SpeechError, levels_db

_RATE = 24_000
_STYLE = 256
_ENDS = [0]
_BREATH_DB = -33.0  # against the loudest frame: below the S that ends a word, above the breath that some voices leave
_ENDING_S = 0.06  # kept behind it: a final F is softer than that breath
_ACCENTS: Mapping[str, Accent] = {"a": "us", "b": "gb"}  # the first letter of a voice's name
_PULL = "run `ringside models pull voices`"


class Kokoro:
    """The `Engine` "kokoro": `model` holds model.onnx and vocab.json, `voices` a .bin file for each voice.

    Raises SpeechError when a file is missing or can't be read. Safe across threads.
    """

    def __init__(self, model: Path, voices: Path, *, threads: int = 1) -> None:
        self._styles = {path.stem: _styles(path) for path in sorted(voices.glob("*.bin")) if path.stem[0] in _ACCENTS}
        if not self._styles:
            raise SpeechError(f"{voices} holds no voices of Kokoro; {_PULL}")
        self._readers = {accent: Reader(accent) for accent in {_accent(voice) for voice in self._styles}}
        self._session, self._numbers = _load(model, threads)
        for accent in self._readers:  # both load at the first word, which mustn't be a customer's
            self.say("Ready.", next(voice for voice in self._styles if _accent(voice) == accent), 1.0)

    @property
    def voices(self) -> Sequence[str]:
        return tuple(self._styles)

    def say(self, text: str, voice: str, pace: float) -> tuple[Sequence[Sound], int]:
        sentences = self._readers[_accent(voice)].sentences(text)
        numbered = ([self._numbers[sign] for sign in sentence if sign in self._numbers] for sentence in sentences)
        return [self._speak(numbers, voice, pace) for numbers in numbered if numbers], _RATE

    def _speak(self, numbers: list[int], voice: str, pace: float) -> Sound:
        style = self._styles[voice][len(numbers) - 1]
        given = {
            "tokens": np.array([_ENDS + numbers + _ENDS], dtype=np.int64),
            "style": style[np.newaxis],
            "speed": np.array([pace], dtype=np.float32),
        }
        return _without_breath(self._session.run(None, given)[0])


def _accent(voice: str) -> Accent:
    return _ACCENTS[voice[0]]


def _without_breath(sound: Sound) -> Sound:
    """Without the up to 0.3 s of breath at its end, which would stand between a clause and the next."""
    levels = levels_db(sound, _RATE)
    frames = int(np.flatnonzero(levels >= levels.max() + _BREATH_DB)[-1]) + 1
    return sound[: round((frames * FRAME_S + _ENDING_S) * _RATE)]


def _styles(path: Path) -> NDArray[np.float32]:
    values = np.fromfile(path, dtype="<f4")
    if len(values) != MOST_PHONEMES * _STYLE:
        raise SpeechError(f"voice kokoro:{path.stem}: {path} is damaged; run `ringside models verify voices`")
    return values.reshape(MOST_PHONEMES, _STYLE)


def _load(model: Path, threads: int) -> tuple[onnxruntime.InferenceSession, dict[str, int]]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        numbers: dict[str, int] = json.loads((model / "vocab.json").read_text(encoding="utf-8"))["vocab"]
        return onnxruntime.InferenceSession(str(model / "model.onnx"), options, ["CPUExecutionProvider"]), numbers
    except Exception as error:
        raise SpeechError(f"Kokoro in {model} can't be loaded ({error}); {_PULL}") from error

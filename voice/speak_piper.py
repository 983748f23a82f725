"""Piper: VITS voices as ONNX files, with espeak-ng reading the words."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import onnxruntime
from piper import PiperConfig, PiperVoice, SynthesisConfig

from voice.espeak import readable
from voice.speak import Sound, SpeechError

_NOISE = 0.5  # under the model's own: fewer slurred words, still lively
_DURATION_NOISE = 0.0  # the same words last equally long each time, so that openers keep to their length


class Piper:
    """The `Engine` "piper": `Piper({"joe": folder_or_file})`, each with its `.onnx` and `.onnx.json`.

    Raises SpeechError when a model file is missing or can't be read. Models are loaded at once, not at the first word.
    """

    def __init__(self, models: Mapping[str, Path]) -> None:
        self._voices = {name: _load(_model_file(name, path)) for name, path in models.items()}
        self._lock = threading.Lock()  # espeak-ng keeps global state
        for name in self._voices:
            self.say("Ready.", name, 1.0)  # espeak-ng loads at the first word, which mustn't be a customer's

    @property
    def voices(self) -> Sequence[str]:
        return tuple(self._voices)

    def say(self, text: str, voice: str, pace: float) -> tuple[Sequence[Sound], int]:
        speech = self._voices[voice]
        shape = SynthesisConfig(
            length_scale=speech.config.length_scale / pace, noise_scale=_NOISE, noise_w_scale=_DURATION_NOISE
        )
        with self._lock:
            chunks = list(speech.synthesize(readable(text), shape))
        return [chunk.audio_float_array for chunk in chunks], int(speech.config.sample_rate)


def _model_file(name: str, path: Path) -> Path:
    if path.is_file():
        return path
    found = sorted(path.glob("*.onnx"))
    if not found:
        raise SpeechError(f"voice piper:{name}: {path} holds no .onnx file; run `ringside models pull`")
    return found[0]


def _load(model: Path) -> PiperVoice:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        config = json.loads(Path(f"{model}.json").read_text(encoding="utf-8"))
        session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        return PiperVoice(session=session, config=PiperConfig.from_dict(config))
    except Exception as error:
        raise SpeechError(f"voice {model}: can't be loaded ({error}); run `ringside models verify`") from error

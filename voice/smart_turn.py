"""Smart Turn v3: does it sound as if the speaker is done? Judged from the sound alone: melody, lengthening, rhythm."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from faster_whisper.feature_extractor import FeatureExtractor

from voice.audio import LEARNER_RATE, PCM, as_float
from voice.detect import onnx_session

_WEIGHTS = "smart-turn-v3.2-cpu.onnx"
_HEARD_S = 8
_HEARD_SAMPLES = _HEARD_S * LEARNER_RATE
_VARIANCE_FLOOR = 1e-7  # of the feature extractor that the model was trained behind


class SmartTurn:
    """Smart Turn v3.2 (pipecat-ai, BSD-2) on one thread; thread-safe. `path` is its ONNX file or the folder of it."""

    def __init__(self, path: Path) -> None:
        self._session = onnx_session(path / _WEIGHTS if path.is_dir() else path)
        self._features = FeatureExtractor(chunk_length=_HEARD_S)

    def end_probability(self, pcm: PCM) -> float:
        """Probability that the turn is over, of the turn's 16 kHz sound up to now; its last 8 s are heard.

        The features are those of Whisper's extractor with `do_normalize`: zeros in front up to 8 s, zero mean and unit
        variance, then the log-mel spectrogram, shape (1, 80, 800).
        """
        samples = as_float(pcm[-_HEARD_SAMPLES:])
        samples = np.pad(samples, (_HEARD_SAMPLES - len(samples), 0))
        samples = (samples - samples.mean()) / np.sqrt(samples.var() + _VARIANCE_FLOOR)
        features = self._features(samples, padding=0).astype(np.float32)
        (output,) = self._session.run(None, {"input_features": features[None]})
        return float(np.asarray(output).reshape(-1)[0])

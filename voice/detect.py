"""Speech or not, frame by frame: webrtcvad as the cheap gate, Silero behind it; and where speech starts and pauses.

Everything counts samples of the learner's 16 kHz sound, so that a file gives the same events at any speed.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import webrtcvad
from numpy.typing import NDArray

from voice.audio import LEARNER_RATE, PCM, as_float

FRAME_SAMPLES = 320  # 20 ms: the longest step that webrtcvad takes and still divides the wire's 10 ms multiples

_WINDOW_SAMPLES = 512  # Silero's step at 16 kHz
_CONTEXT_SAMPLES = 64  # Silero reads this much of the window before
_GATE_AGGRESSIVENESS = 1  # 0 to 3; the gate may let noise pass but must not lose a quiet voice
_GATE_HOLD_FRAMES = 25  # keeps Silero's state through the pauses of a sentence (0.5 s)
_PREROLL_WINDOWS = 4  # what Silero hears of the time before the gate opened, so that an onset isn't lost
_RESUMING_S = 1.2  # the longest silence that a turn may go on after
_ENTER_PROBABILITY = 0.5  # Silero's own default
_LEAVE_PROBABILITY = 0.35  # Silero's own default: 0.15 below, so that a soft syllable isn't a pause


def onnx_session(path: Path) -> onnxruntime.InferenceSession:
    """A session on one thread that doesn't spin while idle, because a call shares its cores with much else."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def silero_path() -> Path:
    """Silero's weights, which travel in faster-whisper's wheel. Raises FileNotFoundError naming the mend."""
    assets = Path(str(resources.files("faster_whisper"))) / "assets"
    found = sorted(assets.glob("silero_vad*.onnx"))
    if not found:
        raise FileNotFoundError(f"{assets}: holds no silero_vad*.onnx; install the locked faster-whisper")
    return found[-1]


@cache
def _shared_session(path: Path) -> onnxruntime.InferenceSession:
    return onnx_session(path)  # sessions are stateless and thread-safe: one serves all calls


class Silero:
    """Silero VAD v6, streaming: one probability for each 512 samples."""

    def __init__(self, path: Path | None = None) -> None:
        self._session = _shared_session(path or silero_path())
        self.reset()

    def reset(self) -> None:
        """Forget what was heard."""
        self._h = np.zeros((1, 1, 128), dtype=np.float32)
        self._c = np.zeros((1, 1, 128), dtype=np.float32)
        self._context = np.zeros(_CONTEXT_SAMPLES, dtype=np.float32)

    def probability(self, window: NDArray[np.float32]) -> float:
        """Probability of speech in a window of shape (512,), floats in [-1, 1)."""
        batch = np.concatenate([self._context, window])[None]
        inputs: dict[str, Any] = {"input": batch, "h": self._h, "c": self._c}
        output, self._h, self._c = self._session.run(None, inputs)
        self._context = window[-_CONTEXT_SAMPLES:]
        return float(np.asarray(output).reshape(-1)[-1])


class SpeechDetector:
    """Says of each 20 ms frame whether somebody speaks. One instance serves one stream and isn't thread-safe.

    webrtcvad costs microseconds and decides whether Silero (0.25 ms) is asked at all: through a silent call it isn't.
    """

    def __init__(self, silero: Path | None = None) -> None:
        self._gate = webrtcvad.Vad(_GATE_AGGRESSIVENESS)
        self._silero = Silero(silero)
        self._pending = np.zeros(0, dtype=np.float32)
        self._preroll: deque[NDArray[np.float32]] = deque(maxlen=_PREROLL_WINDOWS)
        self._gate_open_frames = 0
        self._speech = False
        self.probability = 0.0

    def feed(self, frame: PCM) -> bool:
        """Take a frame of shape (320,); true while speech goes on. `probability` holds Silero's latest word.

        Raises ValueError for a frame of another length.
        """
        if frame.shape != (FRAME_SAMPLES,):
            raise ValueError(f"a frame of shape {frame.shape}; feed {FRAME_SAMPLES} samples (20 ms at 16 kHz)")
        was_open = self._gate_open_frames > 0
        if self._gate.is_speech(frame.astype("<i2").tobytes(), LEARNER_RATE):
            self._gate_open_frames = _GATE_HOLD_FRAMES
        elif was_open:
            self._gate_open_frames -= 1
        self._pending = np.concatenate([self._pending, as_float(frame)])
        if len(self._pending) >= _WINDOW_SAMPLES:
            window, self._pending = self._pending[:_WINDOW_SAMPLES], self._pending[_WINDOW_SAMPLES:]
            self._preroll.append(window)
            if was_open and self._gate_open_frames:
                self.probability = self._silero.probability(window)
        if self._gate_open_frames and not was_open:
            self._silero.reset()
            for window in self._preroll:
                self.probability = self._silero.probability(window)
        elif not self._gate_open_frames:
            self.probability = 0.0
        self._speech = self.probability >= (_LEAVE_PROBABILITY if self._speech else _ENTER_PROBABILITY)
        return self._speech


@dataclass(frozen=True, slots=True)
class Voiced:
    """How much of a sound is speech, and between which times of it, in seconds."""

    seconds: float = 0.0
    first_s: float = 0.0
    last_s: float = 0.0


def voiced(pcm: PCM) -> Voiced:
    """Measure the speech in a whole 16 kHz sound by Silero alone, in steps of 32 ms."""
    silero, samples = Silero(), as_float(pcm)
    windows = samples[: len(samples) // _WINDOW_SAMPLES * _WINDOW_SAMPLES].reshape(-1, _WINDOW_SAMPLES)
    speech = [i for i, window in enumerate(windows) if silero.probability(window) >= _ENTER_PROBABILITY]
    if not speech:
        return Voiced()
    step_s = _WINDOW_SAMPLES / LEARNER_RATE
    return Voiced(len(speech) * step_s, speech[0] * step_s, (speech[-1] + 1) * step_s)


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """Speech goes on since sample `at`."""

    at: int


@dataclass(frozen=True, slots=True)
class SpeechPaused:
    """The last sample of speech was `at`; silence since."""

    at: int


class SpeechSegmenter:
    """Turns frame decisions into the starts and pauses of speech, with hysteresis in both directions.

    A click or a burst shorter than `minimum_speech_ms` starts nothing and ends no pause; a gap shorter than
    `minimum_silence_ms` is no pause. For `_RESUMING_S` after a pause half as much speech is enough, because a turn that
    is taken to be over while its speaker goes on costs more than one that is held open by a cough.
    """

    def __init__(self, *, minimum_speech_ms: int = 80, minimum_silence_ms: int = 80) -> None:
        frame_ms = 1_000 * FRAME_SAMPLES // LEARNER_RATE
        self._speech_frames = max(1, minimum_speech_ms // frame_ms)
        self._resume_frames = max(1, minimum_speech_ms // (2 * frame_ms))
        self._resumable_until = 0
        self._silence_frames = max(1, minimum_silence_ms // frame_ms)
        self._position = 0
        self._run_frames = 0
        self._speaking = False

    @property
    def speaking(self) -> bool:
        """True from a start to the next pause."""
        return self._speaking

    def feed(self, speech: bool) -> SpeechStarted | SpeechPaused | None:
        """Take the decision on the next frame; returns what has just become certain."""
        self._position += FRAME_SAMPLES
        self._run_frames = self._run_frames + 1 if speech != self._speaking else 0
        if self._run_frames < self._frames_needed():
            return None
        changed_at = self._position - self._run_frames * FRAME_SAMPLES
        self._speaking, self._run_frames = speech, 0
        if speech:
            return SpeechStarted(changed_at)
        self._resumable_until = changed_at + round(_RESUMING_S * LEARNER_RATE)
        return SpeechPaused(changed_at)

    def _frames_needed(self) -> int:
        if self._speaking:
            return self._silence_frames
        return self._resume_frames if self._position <= self._resumable_until else self._speech_frames

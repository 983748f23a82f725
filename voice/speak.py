"""The customer's voice: text to sound, the same loudness and the same tight edges whichever engine speaks.

`Speaker` is the `Synthesizer` that a call uses. It holds engines (`voice.speak_hibari`, `voice.speak_piper`,
`voice.speak_endpoint`) by their name and finds the voice by "engine:voice", such as "hibari:heart" or "piper:joe".
An engine only turns words into raw sound, sentence by sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import soxr
from numpy.typing import NDArray

from voice.audio import CUSTOMER_RATE, PCM, as_pcm, limited
from voice.spoken import is_speakable, spoken_form

Sound = NDArray[np.float32]

SLOWEST, FASTEST = 0.5, 2.0  # beyond it every engine here slurs or stutters
LEVEL_DBFS = -20.0  # of speech, RMS: leaves 17 dB for the peaks, and is what telephone and broadcast speech sits near

FRAME_S = 0.005  # over which a level is taken
_ONSET_DB = -50.0  # against the loudest frame: below a soft fricative ("f" starts near -42), above the hiss (-60)
_END_DB = -45.0  # the same for the end, where a breath dies away that nobody hears
_ACTIVE_DB = -25.0  # against the loudest frame: what counts as speech when its level is taken
_LEAD_S = 0.005  # kept before the first audible frame
_TAIL_S = 0.02  # kept after the last one: the breath of a final consonant
_FADE_S = 0.003
_SENTENCE_GAP_S = 0.18  # between sentences of one piece: a breath; people leave 0.15 to 0.3 s


class SpeechError(Exception):
    """An engine couldn't speak. The message names the voice and what to do about it."""


class UnknownVoiceError(SpeechError):
    """No engine holds this voice."""


class Synthesizer(Protocol):
    """Text to sound. Blocking; safe to call from several threads."""

    @property
    def sample_rate(self) -> int:
        """Samples a second of what `synthesize` returns; 24,000 in a call."""
        ...

    def synthesize(self, text: str, *, voice: str, pace: float = 1.0, volume: float = 1.0) -> PCM:
        """The sound of `text`, int16 (samples,), without silence at its ends; empty when there is nothing to say.

        `pace` 1.0 is the voice's own, 2.0 twice as fast; `volume` 1.0 is -20 dBFS of speech.
        Raises SpeechError when the voice is unknown or its engine fails.
        """
        ...


class Engine(Protocol):
    """One way to make speech."""

    @property
    def voices(self) -> Sequence[str]:
        """Names of the voices that it holds, without the engine's own name."""
        ...

    def say(self, text: str, voice: str, pace: float) -> tuple[Sequence[Sound], int]:
        """The sentences of `text` (numbers already in words) as float32 sound in [-1, 1], and their sample rate."""
        ...


class Speaker:
    """A `Synthesizer` over several engines, by name: `Speaker({"hibari": Hibari()})` speaks with "hibari:heart"."""

    def __init__(self, engines: Mapping[str, Engine]) -> None:
        self._engines = dict(engines)

    @property
    def sample_rate(self) -> int:
        return CUSTOMER_RATE

    @property
    def voices(self) -> tuple[str, ...]:
        """All voices as "engine:voice"."""
        return tuple(f"{name}:{voice}" for name, engine in self._engines.items() for voice in engine.voices)

    def synthesize(self, text: str, *, voice: str, pace: float = 1.0, volume: float = 1.0) -> PCM:
        name, _, speaker = voice.partition(":")
        if name not in self._engines or speaker not in self._engines[name].voices:
            raise UnknownVoiceError(f"no voice is called {voice!r}; choose one of: {', '.join(self.voices)}")
        words = spoken_form(text)
        if not is_speakable(words):
            return np.zeros(0, dtype=np.int16)
        try:
            sentences, rate = self._engines[name].say(words, speaker, min(max(pace, SLOWEST), FASTEST))
        except SpeechError:
            raise
        except Exception as error:  # engines raise what they like; a call needs one type to recover from
            raise SpeechError(f"voice {voice!r} couldn't say {text[:60]!r}: {error!r}; choose another voice") from error
        return _finished(sentences, rate, volume)


def trim(sound: Sound, rate: int) -> Sound:
    """`sound` without the silence at its ends; empty when it is silent throughout."""
    levels = levels_db(sound, rate)
    loudest = levels.max(initial=-90.0)
    if loudest <= -90.0:
        return np.zeros(0, dtype=np.float32)
    frame = _frame(rate)
    onset = int(np.argmax(levels > loudest + _ONSET_DB))
    end = len(levels) - int(np.argmax(levels[::-1] > loudest + _END_DB))
    return sound[max(0, onset * frame - int(_LEAD_S * rate)) : end * frame + int(_TAIL_S * rate)]


def speech_level_dbfs(sound: Sound, rate: int) -> float:
    """RMS of the frames that hold speech, in dB below full scale; -90 for silence."""
    levels = levels_db(sound, rate)
    active = levels[levels > levels.max(initial=-90.0) + _ACTIVE_DB]
    return float(10 * np.log10(np.mean(10 ** (active / 10)))) if len(active) else -90.0


def _finished(sentences: Sequence[Sound], rate: int, volume: float) -> PCM:
    """Sentences cut close, joined with a breath, levelled, faded, at 24 kHz."""
    pieces: list[Sound] = []
    for sentence in sentences:
        piece = _faded(trim(np.nan_to_num(sentence.astype(np.float32)), rate), rate)
        if len(piece):
            pieces += [np.zeros(int(_SENTENCE_GAP_S * rate), dtype=np.float32)] if pieces else []
            pieces.append(piece)
    if not pieces:
        return np.zeros(0, dtype=np.int16)
    joined = np.concatenate(pieces)
    gain = 10 ** ((LEVEL_DBFS - speech_level_dbfs(joined, rate)) / 20)
    levelled = joined * np.float32(gain * max(volume, 0.0))
    if rate != CUSTOMER_RATE:
        levelled = soxr.resample(levelled, rate, CUSTOMER_RATE, quality="HQ")
    return as_pcm(limited(levelled))


def _frame(rate: int) -> int:
    return max(1, int(FRAME_S * rate))


def levels_db(sound: Sound, rate: int) -> NDArray[np.float64]:
    """RMS of each 5 ms frame in dBFS, -90 at least; the last frame may be short."""
    frame = _frame(rate)
    padded = np.pad(sound.astype(np.float64), (0, -len(sound) % frame))
    power = np.mean(np.square(padded.reshape(-1, frame)), axis=1)
    levels: NDArray[np.float64] = 10 * np.log10(np.maximum(power, 1e-9))
    return levels


def _faded(sound: Sound, rate: int) -> Sound:
    """Raised-cosine ends: a cut that isn't at zero would click."""
    length = min(int(_FADE_S * rate), len(sound) // 2)
    ramp = (0.5 - 0.5 * np.cos(np.pi * np.arange(length) / max(length, 1))).astype(np.float32)
    faded = sound.copy()
    faded[:length] *= ramp
    faded[len(faded) - length :] *= ramp[::-1]
    return faded

"""PCM, mono, signed 16 bit: reading, resampling, level and the telephone's band.

Sound is `NDArray[np.int16]` of shape (samples,) everywhere in Ringside; its rate is 16 kHz for the learner and 24 kHz
for the customer unless a parameter says otherwise.
"""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

PCM = NDArray[np.int16]

LEARNER_RATE = 16_000
CUSTOMER_RATE = 24_000
TELEPHONE_RATE = 8_000
SILENCE_DBFS = -96.0  # 16 bits can't be quieter and still be sound

_FULL_SCALE = 32_768.0
_BAND_HZ = (300.0, 3_400.0)  # the voice band of ITU-T G.712
_BAND_TAPS = 257  # at 8 kHz: 40 Hz wide transitions, 16 ms of delay, which `telephone` takes out again
_KNEE = 0.7  # of full scale: what is louder is bent, so that equal loudness never clips
_MULAW_CLIP = 32_635
_MULAW_BIAS = 0x84


def pcm_from_bytes(data: bytes | bytearray | memoryview) -> PCM:
    """Samples of s16le bytes. Raises ValueError when a sample is cut in half."""
    if len(data) % 2:
        raise ValueError(f"PCM of {len(data)} bytes ends inside a sample; send an even number of bytes (s16le)")
    return np.frombuffer(data, dtype="<i2").astype(np.int16)


def read_wav(path: Path) -> tuple[PCM, int]:
    """Samples and rate of a 16-bit WAV file; more channels are mixed to one.

    Raises ValueError naming the file, what it holds and the mend.
    """
    try:
        with wave.open(str(path), "rb") as file:
            if file.getsampwidth() != 2:
                raise ValueError(f"{path}: holds {8 * file.getsampwidth()}-bit samples; convert it to 16-bit PCM WAV")
            channels, rate = file.getnchannels(), file.getframerate()
            samples = pcm_from_bytes(file.readframes(file.getnframes()))
    except (wave.Error, EOFError) as error:
        raise ValueError(f"{path}: isn't a PCM WAV file ({error}); convert it to 16-bit PCM WAV") from error
    if channels > 1:
        samples = samples.reshape(-1, channels).mean(axis=1).round().astype(np.int16)
    return samples, rate


def write_wav(path: Path, pcm: PCM, rate: int) -> None:
    """Write samples as a 16-bit mono WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm.astype("<i2").tobytes())


def as_float(pcm: PCM) -> NDArray[np.float32]:
    """Samples as float32 in [-1, 1)."""
    return pcm.astype(np.float32) / np.float32(_FULL_SCALE)


def as_pcm(samples: NDArray[np.floating]) -> PCM:
    """Samples from floats in [-1, 1]; what is louder is clipped."""
    return np.clip(np.round(samples * _FULL_SCALE), -_FULL_SCALE, _FULL_SCALE - 1).astype(np.int16)


def limited(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Unchanged up to the knee; above it bent towards full scale (tanh), never reaching it."""
    over = np.abs(samples) > _KNEE
    if not over.any():
        return samples
    bent = samples.copy()
    room = 1.0 - _KNEE
    bent[over] = np.sign(samples[over]) * (_KNEE + room * np.tanh((np.abs(samples[over]) - _KNEE) / room))
    return bent


def resample(pcm: PCM, from_rate: int, to_rate: int) -> PCM:
    """The whole sound at another rate (soxr, high quality); `len(pcm) * to_rate / from_rate` samples, rounded."""
    if from_rate == to_rate or not len(pcm):
        return pcm
    # as floats: soxr dithers 16-bit samples, and the same sound must always give the same samples
    return as_pcm(soxr.resample(as_float(pcm), from_rate, to_rate, quality="HQ"))


class Resampler:
    """A stream at another rate, piece by piece, without clicks where the pieces meet.

    What comes out lags behind what goes in by some milliseconds; `finish` gives the rest.
    """

    def __init__(self, from_rate: int, to_rate: int) -> None:
        self._same = from_rate == to_rate
        self._stream = soxr.ResampleStream(from_rate, to_rate, 1, dtype="float32", quality="HQ")

    def feed(self, pcm: PCM) -> PCM:
        """Put a piece of any length in; returns what is ready, perhaps nothing."""
        return pcm if self._same else as_pcm(self._stream.resample_chunk(as_float(pcm)))

    def finish(self) -> PCM:
        """The last samples. Afterwards the stream is at its beginning again."""
        if self._same:
            return np.zeros(0, dtype=np.int16)
        rest = as_pcm(self._stream.resample_chunk(np.zeros(0, dtype=np.float32), last=True))
        self._stream.clear()
        return rest


def rms_dbfs(pcm: PCM) -> float:
    """Root mean square level in dB below a full-scale square wave; `SILENCE_DBFS` at least."""
    if not len(pcm):
        return SILENCE_DBFS
    power = float(np.mean(np.square(pcm.astype(np.float64) / _FULL_SCALE)))
    return max(SILENCE_DBFS, 10 * float(np.log10(max(power, 1e-12))))


def peak_dbfs(pcm: PCM) -> float:
    """Level of the loudest sample in dB below full scale; `SILENCE_DBFS` at least."""
    if not len(pcm):
        return SILENCE_DBFS
    peak = float(np.max(np.abs(pcm.astype(np.float64)))) / _FULL_SCALE
    return max(SILENCE_DBFS, 20 * float(np.log10(max(peak, 1e-6))))


def mulaw_encode(pcm: PCM) -> NDArray[np.uint8]:
    """G.711 mu-law bytes, one a sample (ITU-T G.711, table 2a)."""
    value = pcm.astype(np.int32)
    magnitude = np.minimum(np.abs(value), _MULAW_CLIP) + _MULAW_BIAS
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    sign = np.where(value < 0, 0x80, 0)
    code: NDArray[np.uint8] = (~(sign | (exponent << 4) | mantissa) & 0xFF).astype(np.uint8)
    return code


def mulaw_decode(data: NDArray[np.uint8]) -> PCM:
    """Samples of G.711 mu-law bytes (ITU-T G.711, table 2a)."""
    code = ~data.astype(np.int32) & 0xFF
    magnitude = (((code & 0x0F) << 3) + _MULAW_BIAS) << ((code >> 4) & 0x07)
    value = magnitude - _MULAW_BIAS
    return np.where(code & 0x80, -value, value).astype(np.int16)


def telephone(pcm: PCM, rate: int) -> PCM:
    """The sound as a telephone line carries it: 300 to 3,400 Hz, 8 kHz, G.711 mu-law, and back at `rate`.

    As long as `pcm` and not delayed against it.
    """
    if not len(pcm):
        return pcm
    narrow = as_float(resample(pcm, rate, TELEPHONE_RATE))
    banded = np.convolve(narrow, _BAND, mode="full")[_BAND_TAPS // 2 :][: len(narrow)]
    wide = resample(mulaw_decode(mulaw_encode(as_pcm(banded))), TELEPHONE_RATE, rate)
    return np.pad(wide, (0, max(0, len(pcm) - len(wide))))[: len(pcm)]


def _band_filter() -> NDArray[np.float64]:
    """Linear-phase band pass for `_BAND_HZ` at 8 kHz: windowed sinc (Hamming), shape (`_BAND_TAPS`,)."""
    n = np.arange(_BAND_TAPS) - _BAND_TAPS // 2
    low, high = (2 * hz / TELEPHONE_RATE for hz in _BAND_HZ)
    taps: NDArray[np.float64] = (high * np.sinc(high * n) - low * np.sinc(low * n)) * np.hamming(_BAND_TAPS)
    return taps


_BAND = _band_filter()

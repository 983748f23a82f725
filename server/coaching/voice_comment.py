"""A comment by voice: what a browser recorded, checked and put into one format."""

from __future__ import annotations

import io
from pathlib import Path

import av
import numpy as np

RATE = 24_000
MOST_S = 120.0  # a comment, not a lecture
LEAST_S = 0.3
_BIT_RATE = 24_000  # speech in Opus is transparent enough from here on
_FORMATS = ("matroska,webm", "ogg", "mov,mp4,m4a,3gp,3g2,mj2", "wav")


class VoiceError(ValueError):
    """The sound can't be taken: one line with the mend."""


def save_voice(data: bytes, path: Path) -> float:
    """Write the sound as Ogg Opus, mono, and without whatever else the file carried; its seconds.

    Raises VoiceError for what is no sound, is longer than MOST_S, or where the disk refuses.
    """
    samples = _samples(data)
    seconds = len(samples) / RATE
    if seconds < LEAST_S:
        raise VoiceError("the recording is empty; hold the button while you speak")
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with av.open(str(part), "w", format="ogg") as container:
            stream = container.add_stream("libopus", rate=RATE, layout="mono")
            stream.bit_rate = _BIT_RATE
            frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
            frame.sample_rate = RATE
            container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        part.replace(path)
    except (OSError, av.FFmpegError) as error:
        part.unlink(missing_ok=True)
        raise VoiceError(f"the recording can't be kept ({type(error).__name__}); see that the disk has room") from error
    return seconds


def _samples(data: bytes) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    """int16 mono at RATE. Stops reading at MOST_S, so that a small file of hours costs no more."""
    found: list[np.ndarray[tuple[int], np.dtype[np.int16]]] = []
    count = 0
    try:
        with av.open(io.BytesIO(data), "r", metadata_errors="ignore") as container:
            if container.format.name not in _FORMATS:
                raise VoiceError(f"{container.format.name} isn't taken; send WebM, Ogg, MP4 or WAV")
            resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
            for frame in container.decode(audio=0):
                for piece in resampler.resample(frame):
                    samples = piece.to_ndarray().reshape(-1).astype(np.int16)
                    found.append(samples)
                    count += len(samples)
                if count > MOST_S * RATE:
                    raise VoiceError(f"the recording is longer than {MOST_S:.0f} s; say it in parts")
    except (av.FFmpegError, IndexError) as error:
        raise VoiceError("this isn't a sound that can be read; send WebM, Ogg, MP4 or WAV") from error
    return np.concatenate(found) if found else np.zeros(0, np.int16)

"""The two-channel recording of a call: learner left, customer right, on the call's own clock.

While the call goes on, both sides are spooled raw and in place, so that a killed process loses nothing. Afterwards the
spool becomes Ogg Opus and is deleted only once the tape is whole on disk.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import av
import numpy as np
import soxr
from numpy.typing import NDArray

from voice.audio import CUSTOMER_RATE, LEARNER_RATE, PCM

TAPE_NAME = "tape.ogg"
TAPE_RATE = CUSTOMER_RATE  # one of Opus's own rates
_LEARNER_SPOOL, _CUSTOMER_SPOOL = "learner.s16", "customer.s16"
_BIT_RATE = 64_000  # speech on two channels without one being heard in the other
_BLOCK_S = 5  # of sound in memory while encoding
_SAMPLE_BYTES = 2


class TapeError(Exception):
    """A tape can't be made or read. The message names the file and what is wrong with it."""


class Tape:
    """A recording under way, in a folder of its own. Never raises into the call: `failure` tells why it stopped."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._learner: int | None = None
        self._customer: int | None = None
        self.failure: str | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._learner = os.open(folder / _LEARNER_SPOOL, os.O_RDWR | os.O_CREAT, 0o600)
            self._customer = os.open(folder / _CUSTOMER_SPOOL, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            self.failure = f"{folder}: {error}"

    def learner(self, at_sample: int, pcm: PCM) -> None:
        """What the learner said: 16 kHz sound from `at_sample` of the call's clock on. Gaps are silence."""
        self._put(self._learner, at_sample, pcm)

    def customer(self, at_sample: int, pcm: PCM) -> None:
        """What was played: 24 kHz sound from `at_sample` of the call's clock (16 kHz) on."""
        self._put(self._customer, _customer_position(at_sample), pcm)

    def cut_customer(self, at_sample: int) -> None:
        """Nothing of the customer was played from `at_sample` on: what was noted beyond it is taken back."""
        if self._customer is None or self.failure:
            return
        end_bytes = _customer_position(at_sample) * _SAMPLE_BYTES
        try:
            if os.fstat(self._customer).st_size > end_bytes:
                os.ftruncate(self._customer, end_bytes)
        except OSError as error:
            self.failure = str(error)

    def close(self) -> None:
        """Stop recording and leave the spool for `finish_from_spool`."""
        for descriptor in (self._learner, self._customer):
            if descriptor is not None:
                os.close(descriptor)
        self._learner = self._customer = None

    def finish(self) -> Path:
        """Make the tape: Ogg Opus, stereo. Blocking, about 60 times as fast as the call was long.

        Raises TapeError when nothing was recorded or the disk refuses; the spool then stays.
        """
        self.close()
        return finish_from_spool(self._folder)

    def _put(self, descriptor: int | None, position: int, pcm: PCM) -> None:
        if descriptor is None or self.failure or position < 0:
            return
        try:
            data, offset = memoryview(pcm.astype("<i2").tobytes()), position * _SAMPLE_BYTES
            while data:
                written = os.pwrite(descriptor, data, offset)
                data, offset = data[written:], offset + written
        except OSError as error:
            self.failure = str(error)


def finish_from_spool(folder: Path) -> Path:
    """The tape of a call whose spool was left behind, or the finished one if it is already there.

    Raises TapeError when the folder holds neither, or the disk refuses; the spool then stays.
    """
    tape, part = folder / TAPE_NAME, folder / f"{TAPE_NAME}.part"
    spools = [folder / _LEARNER_SPOOL, folder / _CUSTOMER_SPOOL]
    if not any(spool.exists() and spool.stat().st_size for spool in spools):
        if tape.exists():
            return tape
        raise TapeError(f"{folder}: holds neither a tape nor a spool; nothing was recorded")
    try:
        samples = _encode(_blocks(spools[0], spools[1]), str(part))
        if abs(_decoded_samples(part) - samples) > TAPE_RATE // 50:  # a frame of Opus
            raise TapeError(f"{part}: is shorter than what was recorded; the spool was kept")
        _sync(part)
        part.replace(tape)
        _sync(folder)
    except (OSError, av.FFmpegError) as error:
        raise TapeError(f"{part}: can't be written ({error}); the spool was kept") from error
    for spool in spools:
        spool.unlink(missing_ok=True)
    return tape


def duration_s(tape: Path) -> float:
    """Seconds of sound on a tape. Raises TapeError."""
    return _decoded_samples(tape) / TAPE_RATE


def read_tape(tape: Path) -> Iterator[PCM]:
    """Blocks of a tape, int16 (samples, 2) at 24 kHz, learner first. Raises TapeError."""
    try:
        with av.open(str(tape)) as container:
            resampler = av.AudioResampler(format="s16", layout="stereo", rate=TAPE_RATE)
            for frame in container.decode(audio=0):
                for piece in resampler.resample(frame):
                    yield _interleaved(piece)
            for piece in resampler.resample(None):
                yield _interleaved(piece)
    except (OSError, av.FFmpegError, IndexError) as error:
        raise TapeError(f"{tape}: isn't a readable tape ({error})") from error


def cut(tape: Path, from_s: float, to_s: float) -> bytes:
    """A stretch of a tape as a tape of its own: Ogg Opus, empty where it lies beyond the end. Raises TapeError."""
    out = io.BytesIO()
    samples = _encode(_stretch(tape, round(from_s * TAPE_RATE), round(to_s * TAPE_RATE)), out)
    return out.getvalue() if samples else b""


def _stretch(tape: Path, first: int, last: int) -> Iterator[PCM]:
    at = 0
    for block in read_tape(tape):
        inside = block[max(0, first - at) : max(0, last - at)]
        if len(inside):
            yield inside
        at += len(block)
        if at >= last:
            return


def _interleaved(frame: av.AudioFrame) -> PCM:
    samples: PCM = frame.to_ndarray().astype(np.int16, copy=False).reshape(-1, 2)
    return samples


def _decoded_samples(tape: Path) -> int:
    """Counted off the packets: the header of a tape that was cut short would lie."""
    try:
        with av.open(str(tape)) as container:
            stream = container.streams.audio[0]
            end, time_base = 0, stream.time_base or Fraction(1, 48_000)
            for packet in container.demux(stream):
                if packet.pts is not None:
                    end = max(end, packet.pts + (packet.duration or 0))
            return max(0, round(end * time_base * TAPE_RATE))
    except (OSError, av.FFmpegError, IndexError) as error:
        raise TapeError(f"{tape}: isn't a readable tape ({error})") from error


def _encode(blocks: Iterable[PCM], out: str | BinaryIO) -> int:
    """Encode int16 (samples, 2) at 24 kHz into a file; returns how many samples went in."""
    total = 0
    with av.open(out, "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=TAPE_RATE, layout="stereo")
        stream.bit_rate = _BIT_RATE
        for block in blocks:
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(block).reshape(1, -1), format="s16", layout="stereo"
            )
            frame.sample_rate = TAPE_RATE
            frame.pts = total
            frame.time_base = Fraction(1, TAPE_RATE)
            container.mux(stream.encode(frame))
            total += len(block)
        container.mux(stream.encode(None))
    return total


def _blocks(learner: Path, customer: Path) -> Iterator[PCM]:
    """Both sides at 24 kHz, int16 (samples, 2), the shorter one filled with silence."""
    upward = soxr.ResampleStream(LEARNER_RATE, TAPE_RATE, 1, dtype="int16", quality="HQ")
    left, right = _read_spool(learner, LEARNER_RATE), _read_spool(customer, TAPE_RATE)
    heard: NDArray[np.int16] = np.zeros(0, np.int16)
    played: NDArray[np.int16] = np.zeros(0, np.int16)
    left_open = right_open = True
    while left_open or right_open:
        if left_open:
            raw = next(left, None)
            left_open = raw is not None
            more = upward.resample_chunk(raw if raw is not None else np.zeros(0, np.int16), last=raw is None)
            heard = np.concatenate([heard, more])
        if right_open:
            raw = next(right, None)
            right_open = raw is not None
            played = played if raw is None else np.concatenate([played, raw])
        whole = not left_open and not right_open
        ready = max(len(heard), len(played)) if whole else min(_ready(heard, left_open), _ready(played, right_open))
        if ready:
            yield np.stack([_padded(heard[:ready], ready), _padded(played[:ready], ready)], axis=1)
            heard, played = heard[ready:], played[ready:]


def _ready(side: PCM, is_open: bool) -> int:
    """Samples that can be put out; a side that has ended has no say."""
    return len(side) if is_open else 1 << 62 if not len(side) else len(side)


def _padded(side: PCM, samples: int) -> PCM:
    return np.pad(side, (0, samples - len(side)))


def _read_spool(path: Path, rate: int) -> Iterator[PCM]:
    if not path.exists():
        return
    with path.open("rb") as file:
        while data := file.read(_BLOCK_S * rate * _SAMPLE_BYTES):
            yield np.frombuffer(data[: len(data) // 2 * 2], dtype="<i2").astype(np.int16)


def _customer_position(at_sample: int) -> int:
    return at_sample * CUSTOMER_RATE // LEARNER_RATE


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

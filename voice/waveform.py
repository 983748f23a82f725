"""The picture of a tape: its loudest samples over time, worked out once and kept beside it."""

from __future__ import annotations

import contextlib
import itertools
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voice.tape import TAPE_RATE, read_tape

_STEPS_PER_S = 100
_STEP = TAPE_RATE // _STEPS_PER_S


@dataclass(frozen=True, slots=True)
class Peaks:
    """Loudest sample of each bucket, 0 to 1 of full scale, both sides; buckets are equally long."""

    learner: tuple[float, ...]
    customer: tuple[float, ...]
    duration_s: float


def peaks(tape: Path, buckets: int) -> Peaks:
    """The waveform of a tape in `buckets` steps (at least 1). Quick after the first time. Raises TapeError."""
    envelope, samples = _envelope(tape)
    steps = envelope.shape[1]
    edges = np.linspace(0, steps, max(1, buckets) + 1)
    sides = []
    for side in envelope:
        shown = [
            float(side[int(start) : max(int(start) + 1, int(np.ceil(end)))].max(initial=0)) / 32_768
            for start, end in itertools.pairwise(edges)
        ]
        sides.append(tuple(round(value, 4) for value in shown))
    return Peaks(sides[0], sides[1], samples / TAPE_RATE)


def _envelope(tape: Path) -> tuple[NDArray[np.int32], int]:
    """Peaks a hundredth of a second each, int32 (2, steps), and the samples of the tape; from the cache if it fits."""
    kept = tape.with_name(f"{tape.name}.peaks.npz")
    stamp = tape.stat().st_mtime_ns if tape.exists() else 0
    with contextlib.suppress(OSError, ValueError, KeyError), np.load(kept) as file:
        if int(file["stamp"]) == stamp:
            return file["envelope"], int(file["samples"])
    rest = np.zeros((0, 2), np.int16)
    steps: list[NDArray[np.int32]] = []
    samples = 0
    for block in read_tape(tape):
        samples += len(block)
        rest = np.concatenate([rest, block])
        whole = len(rest) // _STEP * _STEP
        if whole:
            steps.append(np.abs(rest[:whole].astype(np.int32)).reshape(-1, _STEP, 2).max(axis=1))
            rest = rest[whole:]
    if len(rest):
        steps.append(np.abs(rest.astype(np.int32)).max(axis=0, keepdims=True))
    envelope = np.concatenate(steps).T if steps else np.zeros((2, 0), np.int32)
    part = kept.with_name(f"{kept.name}.{os.getpid()}.part")
    with contextlib.suppress(OSError):
        with part.open("wb") as file:
            np.savez_compressed(file, envelope=envelope, samples=samples, stamp=stamp)
        part.replace(kept)
    return envelope, samples

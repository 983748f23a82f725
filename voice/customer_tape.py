"""Puts what the learner's device has played onto the tape, where it was played."""

from __future__ import annotations

import numpy as np

from voice.audio import PCM
from voice.clock import as_learner_samples, samples
from voice.engines import TapeSink

_JITTER = samples(0.08)  # reports wander by less than a client's buffer; sound doesn't


class CustomerTape:
    def __init__(self, tape: TapeSink) -> None:
        self._tape = tape
        self._end = 0  # on the learner's clock
        self._rest: PCM = np.zeros(0, dtype=np.int16)

    def played(self, at: int, heard: PCM) -> None:
        """`heard` was played until `at`."""
        whole = np.concatenate([self._rest, heard])
        started_at = at - as_learner_samples(len(whole))
        if abs(started_at - self._end) > _JITTER:
            self._end = max(0, started_at)
        kept = len(whole) - len(whole) % 3  # three customer samples are two of the learner's
        self._tape.customer(self._end, whole[:kept])
        self._rest = whole[kept:]
        self._end += as_learner_samples(kept)

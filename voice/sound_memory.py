"""The learner's latest sound, by its place on the call's clock."""

from __future__ import annotations

import numpy as np

from voice.audio import PCM
from voice.clock import samples


class SoundMemory:
    """A ring of the last `kept_s` seconds: enough for the longest turn anyone answers."""

    def __init__(self, kept_s: float = 180.0) -> None:
        self._ring = np.zeros(samples(kept_s), dtype=np.int16)
        self._end = 0

    def append(self, pcm: PCM) -> None:
        size = len(self._ring)
        self._end += max(0, len(pcm) - size)
        pcm = pcm[-size:]
        start = self._end % size
        head = min(len(pcm), size - start)
        self._ring[start : start + head] = pcm[:head]
        self._ring[: len(pcm) - head] = pcm[head:]
        self._end += len(pcm)

    def read(self, since: int, until: int) -> PCM:
        """A copy of [since, until); what isn't there any more, or yet, is left out."""
        size = len(self._ring)
        since, until = max(since, self._end - size, 0), min(until, self._end)
        if until <= since:
            return np.zeros(0, dtype=np.int16)
        return self._ring.take(range(since, until), mode="wrap")

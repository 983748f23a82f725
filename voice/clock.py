"""The two clocks. No other file of this room reads the time.

`Clock` is the machine's: for patience with engines, sockets and people. `SampleClock` is the call's own: the count of
learner samples received, so that a recording replays exactly as it was spoken.
"""

from __future__ import annotations

import asyncio
import time
from typing import Protocol

LEARNER_RATE = 16_000  # what the microphone is resampled to, and the unit of every `at`
CUSTOMER_RATE = 24_000  # what the wire carries down


class Clock(Protocol):
    """Now and sleep, in seconds from an arbitrary start."""

    def now_s(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class MonotonicClock:
    """The machine's clock, unmoved by changes of date."""

    def now_s(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class LoopClock:
    """The running event loop's clock, which tests let jump."""

    def now_s(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class SampleClock:
    """Counts learner samples. Only time that passes without a microphone (held, typed) is filled by the shell."""

    def __init__(self) -> None:
        self.at = 0

    def advance(self, samples: int) -> int:
        """Count `samples` more; returns the position before them."""
        before = self.at
        self.at += samples
        return before


def samples(seconds: float) -> int:
    """Seconds as learner samples."""
    return round(seconds * LEARNER_RATE)


def seconds(at: int) -> float:
    """Learner samples as seconds."""
    return at / LEARNER_RATE


def as_learner_samples(customer_samples: int) -> int:
    """A length at the customer's rate as learner samples, rounded down."""
    return customer_samples * LEARNER_RATE // CUSTOMER_RATE

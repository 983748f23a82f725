"""Lanes and the ring of the learner's sound: bounded, in order, nothing lost that is still wanted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voice.lanes import Dropped, Lane, Pool
from voice.sound_memory import SoundMemory

T = TypeVar("T")


class Gate:
    """Workers that hold every job until the gate opens."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.reached = asyncio.Event()
        self.running = 0

    async def run(self, pool: Pool, job: Callable[[], T]) -> T:
        self.running += 1
        self.reached.set()
        await self.open.wait()
        return job()

    def close(self) -> None: ...


class Results:
    """What came of the jobs, in the order in which it came."""

    def __init__(self) -> None:
        self._came: asyncio.Queue[tuple[str, object]] = asyncio.Queue()

    def of(self, name: str) -> Callable[[object], None]:
        return lambda result: self._came.put_nowait((name, result))

    async def next(self, count: int) -> list[tuple[str, object]]:
        return [await asyncio.wait_for(self._came.get(), 30) for _ in range(count)]

    @property
    def more(self) -> bool:
        return not self._came.empty()


async def test_a_full_lane_pushes_out_the_oldest_of_the_lowest_rank_and_says_so() -> None:
    gate, results = Gate(), Results()
    lane = Lane(gate, "recognition", width=1, capacity=2)
    for name, rank in [("running", 0), ("better text", 1), ("partial", 0), ("newer partial", 0), ("newest", 0)]:
        lane.submit(1, name.upper, results.of(name), rank)
    await gate.reached.wait()
    (first, dropped), (second, dropped_too) = await results.next(2)
    assert (first, second) == ("better text", "partial")
    assert isinstance(dropped, Dropped) and isinstance(dropped_too, Dropped)
    assert (gate.running, lane.dropped, lane.idle) == (1, 2, False)
    gate.open.set()
    assert await results.next(3) == [(name, name.upper()) for name in ("running", "newer partial", "newest")]
    assert not results.more


async def test_no_more_of_a_lane_runs_than_its_width_and_the_better_rank_goes_first() -> None:
    gate, results = Gate(), Results()
    lane = Lane(gate, "recognition", width=2, capacity=8)
    for name, rank in [("one", 1), ("two", 1), ("three", 1), ("four", 0)]:
        lane.submit(1, name.upper, results.of(name), rank)
    await gate.reached.wait()
    assert gate.running <= 2
    gate.open.set()
    assert [name for name, _ in await results.next(4)] == ["one", "two", "four", "three"]
    assert lane.dropped == 0


async def test_a_cancelled_epoch_is_never_begun_and_a_failure_is_a_result() -> None:
    gate, results = Gate(), Results()
    lane = Lane(gate, "speech", width=1, capacity=8)
    lane.submit(1, lambda: 1 / 0, results.of("broken"))
    lane.submit(2, lambda: "stale", results.of("stale"))
    lane.submit(3, lambda: "wanted", results.of("wanted"))
    lane.cancel(2)
    gate.open.set()
    (broken, error), wanted = await results.next(2)
    assert broken == "broken" and isinstance(error, ZeroDivisionError)
    assert wanted == ("wanted", "wanted")
    assert gate.running == 2 and not results.more


@given(st.lists(st.integers(0, 70), max_size=12), st.integers(0, 400), st.integers(0, 400))
def test_the_ring_gives_back_what_was_put_in_as_far_as_it_reaches(sizes: list[int], since: int, until: int) -> None:
    memory = SoundMemory(kept_s=0.004)  # 64 samples
    everything = np.arange(sum(sizes), dtype=np.int16)
    position = 0
    for size in sizes:
        memory.append(everything[position : position + size])
        position += size
    oldest = max(0, position - 64)
    assert memory.read(since, until).tolist() == everything[max(since, oldest) : max(until, 0)].tolist()

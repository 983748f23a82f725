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
        self.running = 0

    async def run(self, pool: Pool, job: Callable[[], T]) -> T:
        self.running += 1
        await self.open.wait()
        return job()

    def close(self) -> None: ...


async def test_a_full_lane_pushes_out_the_oldest_of_the_lowest_rank_and_says_so() -> None:
    gate = Gate()
    lane = Lane(gate, "recognition", width=1, capacity=2)
    results: dict[str, object] = {}
    for name, rank in [("running", 0), ("better text", 1), ("partial", 0), ("newer partial", 0)]:
        lane.submit(1, lambda name=name: name.upper(), lambda result, name=name: results.update({name: result}), rank)
        await asyncio.sleep(0)
    assert gate.running == 1
    gate.open.set()
    for _ in range(20):
        await asyncio.sleep(0)
    assert isinstance(results.pop("better text"), Dropped)
    assert results == {name: name.upper() for name in ("running", "partial", "newer partial")}
    assert list(results) == ["running", "partial", "newer partial"]
    assert lane.dropped == 1
    assert lane.idle


async def test_a_cancelled_epoch_is_never_begun_and_a_failure_is_a_result() -> None:
    gate = Gate()
    lane = Lane(gate, "speech", width=1, capacity=8)
    results: list[object] = []
    lane.submit(1, lambda: 1 / 0, results.append)
    lane.submit(2, lambda: "stale", results.append)
    lane.submit(3, lambda: "wanted", results.append)
    await asyncio.sleep(0)
    lane.cancel(2)
    gate.open.set()
    for _ in range(20):
        await asyncio.sleep(0)
    assert isinstance(results[0], ZeroDivisionError)
    assert results[1:] == ["wanted"]


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

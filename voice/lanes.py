"""Lanes: where a call's blocking work is done, in order, bounded, without the loop ever waiting for it.

A lane belongs to one call and bounds how much of its work runs and waits. `Workers` are the threads behind the lanes,
shared by all calls of a process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

T = TypeVar("T")
Pool = Literal["recognition", "speech"]


class Workers(Protocol):
    """Runs a blocking job off the loop."""

    async def run(self, pool: Pool, job: Callable[[], T]) -> T: ...

    def close(self) -> None: ...


class ThreadWorkers:
    """Two threads for recognition and one for speech, since each engine uses one thread and two cores are the least."""

    def __init__(self, recognition: int = 2, speech: int = 1) -> None:
        self._pools: dict[Pool, ThreadPoolExecutor] = {
            "recognition": ThreadPoolExecutor(recognition, thread_name_prefix="recognition"),
            "speech": ThreadPoolExecutor(speech, thread_name_prefix="speech"),
        }

    async def run(self, pool: Pool, job: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pools[pool], job)

    def close(self) -> None:
        """Let running jobs end; waiting ones are dropped."""
        for executor in self._pools.values():
            executor.shutdown(wait=False, cancel_futures=True)


@dataclass(slots=True)
class _Job:
    epoch: int
    rank: int
    work: Callable[[], object]
    done: Callable[[object], None]


class Lane:
    """At most `width` jobs of a call run and `capacity` wait; a further one pushes out the oldest of the lowest rank.

    `done` is called on the loop with the result or the exception; for a job pushed out with `Dropped`; for a cancelled
    one not at all.
    """

    def __init__(self, workers: Workers, pool: Pool, *, width: int, capacity: int) -> None:
        self._workers, self._pool = workers, pool
        self._width, self._capacity = width, capacity
        self._waiting: list[_Job] = []
        self._running: set[asyncio.Task[None]] = set()
        self.dropped = 0

    @property
    def idle(self) -> bool:
        return not self._waiting and not self._running

    def submit(self, epoch: int, work: Callable[[], object], done: Callable[[object], None], rank: int = 0) -> None:
        """Lower ranks run first; within a rank it is first come, first served."""
        self._waiting.append(_Job(epoch, rank, work, done))
        if len(self._running) >= self._width and len(self._waiting) > self._capacity:
            lowest = max(job.rank for job in self._waiting)
            victim = next(job for job in self._waiting if job.rank == lowest)
            self._waiting.remove(victim)
            self.dropped += 1
            asyncio.get_running_loop().call_soon(victim.done, Dropped())
        self._start()

    def cancel(self, epoch: int) -> None:
        """Waiting jobs of the epoch are forgotten; a running one can't be stopped, its result is stale."""
        self._waiting = [job for job in self._waiting if job.epoch != epoch]

    def close(self) -> None:
        self._waiting.clear()
        for task in self._running:
            task.cancel()

    def _start(self) -> None:
        while self._waiting and len(self._running) < self._width:
            job = min(self._waiting, key=lambda waiting: waiting.rank)
            self._waiting.remove(job)
            task = asyncio.ensure_future(self._run(job))
            self._running.add(task)
            task.add_done_callback(self._ended)

    async def _run(self, job: _Job) -> None:
        result: object
        try:
            result = await self._workers.run(self._pool, job.work)
        except Exception as error:  # an engine's failure is a result: the conversation goes on without it
            result = error
        job.done(result)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._start()
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error


class Dropped(Exception):
    """The lane was full."""

"""Grades calls behind the scenes, one by one, each on a worker thread; what was left over is taken up at a start."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from server.metrics import Metrics
from server.storage.calls import CallStore
from server.storage.tables import CallRow

Report = Callable[[int, int], None]

log = structlog.get_logger(__name__)


class NothingToGrade(Exception):
    """The call can't be graded; the message says why, to the learner."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Criteria done out of all of them."""

    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Graded:
    """A grade's JSON, the version of the rubric that gave it, and what it was made with (as in `GradeRow`).

    `rubric` is empty where it is the call's own.
    """

    body: Mapping[str, Any]
    rubric_version: str
    rubric: str = ""
    rubric_hash: str | None = None
    method: str | None = None
    log: Mapping[str, Any] | None = None
    resumes: int | None = None


# Grades one call, on a worker thread. Raises NothingToGrade; any other exception is a failure to be looked into.
Grader = Callable[[CallRow, Report], Graded]


class GradingDesk:
    """`submit` may be called at any time; `run` is the one task that works through what was submitted."""

    def __init__(self, store: CallStore, grader: Grader, metrics: Metrics) -> None:
        self._store, self._grader, self._metrics = store, grader, metrics
        self._queue: asyncio.Queue[str] = asyncio.Queue()
        self._waiting: set[str] = set()  # what is in the queue
        self._progress: dict[str, Progress] = {}

    def submit(self, call_id: str) -> None:
        """Grade this call; once, however often it is asked for before its turn comes."""
        if call_id not in self._waiting:
            self._waiting.add(call_id)
            self._queue.put_nowait(call_id)

    def progress(self, call_id: str) -> Progress:
        return self._progress.get(call_id, Progress())

    async def run(self) -> None:
        for call_id in await asyncio.to_thread(self._store.ungraded):
            self.submit(call_id)
        while True:
            call_id = await self._queue.get()
            self._waiting.discard(call_id)
            await self._grade(call_id)
            self._queue.task_done()

    async def finished(self) -> None:
        """Wait until nothing that was submitted is waiting or at work."""
        await self._queue.join()

    async def _grade(self, call_id: str) -> None:
        def report(done: int, total: int) -> None:
            self._progress[call_id] = Progress(done, total)

        started_s = time.monotonic()
        state, message = "ready", None
        try:
            await asyncio.to_thread(self._store.set_grade_state, call_id, "running")
            row = await asyncio.to_thread(self._store.get, call_id)
            if row is None:
                return
            graded = await asyncio.to_thread(self._grader, row, report)
            await asyncio.to_thread(keep, self._store, call_id, graded)
        except NothingToGrade as reason:
            state, message = "failed", str(reason)
        except Exception:
            log.exception("grading failed", call=call_id)
            state, message = "failed", "grading failed; the server's log says why. Grade it again once that is mended."
        finally:
            self._progress.pop(call_id, None)
        if state == "failed":
            await asyncio.to_thread(self._store.set_grade_state, call_id, state, message)
        took_s = time.monotonic() - started_s
        log.info("call graded", call=call_id, state=state, took_s=round(took_s, 1))
        self._metrics.grades.labels(state).inc()
        self._metrics.grading_s.observe(took_s)


def keep(store: CallStore, call_id: str, graded: Graded, *, aside: bool = False) -> int | None:
    """Put a grade on record; its id, or None where the call was deleted meanwhile. Blocking."""
    return store.add_grade(
        call_id,
        graded.body,
        graded.rubric_version,
        rubric=graded.rubric,
        rubric_hash=graded.rubric_hash,
        method=graded.method,
        log=graded.log,
        resumes=graded.resumes,
        aside=aside,
    )

"""Grading behind the scenes: what is shown of it while it goes on, and what becomes of a call that can't be graded."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from server.calls.grading import Graded, Grader, GradingDesk, NothingToGrade, Progress, Report
from server.calls.judging import RubricGrader
from server.catalogue import load_catalogue
from server.metrics import Metrics
from server.storage.calls import CallStore, NewCall
from server.storage.database import Database
from server.storage.folders import CallFolders
from server.storage.frozen import FrozenRubrics
from server.storage.tables import CallRow


@asynccontextmanager
async def desk_with(folder: Path, grader: Grader, *calls: str) -> AsyncIterator[tuple[GradingDesk, CallStore]]:
    """A desk at work, with calls that have ended."""
    database = Database.in_folder(folder)
    database.migrate()
    store = CallStore(database)
    for call in calls:
        store.create(NewCall(call, "cold-call", "Cold call", {"name": "Dana"}, "cold-call", None, 3, 7))
        store.finish(call, "ended", "hangup", 60.0)
    desk = GradingDesk(store, grader, Metrics())
    running = asyncio.create_task(desk.run())
    try:
        yield desk, store
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        database.close()


def state_of(store: CallStore, call: str) -> tuple[str, str | None]:
    row = store.get(call)
    assert row is not None
    return row.grade_state, row.grade_message


async def test_progress_is_what_has_been_done_so_far(tmp_path: Path) -> None:
    half_done, go_on = threading.Event(), threading.Event()

    def grader(_row: CallRow, report: Report) -> Graded:
        report(1, 2)
        half_done.set()
        go_on.wait()
        report(2, 2)
        return Graded({"score": 50.0, "passed": None}, "1")

    async with desk_with(tmp_path, grader, "a") as (desk, store):
        desk.submit("a")
        assert desk.progress("a") == Progress(0, 0)
        await asyncio.to_thread(half_done.wait)
        assert (desk.progress("a"), state_of(store, "a")) == (Progress(1, 2), ("running", None))
        go_on.set()
        await desk.finished()
        assert (desk.progress("a"), state_of(store, "a")) == (Progress(0, 0), ("ready", None))


async def test_a_call_that_cannot_be_graded_says_why_and_the_next_one_is_graded(tmp_path: Path) -> None:
    def grader(row: CallRow, _report: Report) -> Graded:
        if row.id == "a":
            raise NothingToGrade("the learner didn't say anything")
        if row.id == "b":
            raise ZeroDivisionError
        return Graded({"score": 50.0, "passed": None}, "1")

    async with desk_with(tmp_path, grader, "a", "b", "c") as (desk, store):
        for call in ("a", "b", "c"):
            desk.submit(call)
        await desk.finished()
        assert state_of(store, "a") == ("failed", "the learner didn't say anything")
        state, message = state_of(store, "b")
        assert state == "failed" and message is not None and "log" in message
        assert state_of(store, "c") == ("ready", None)


async def test_a_call_without_a_learner_has_nothing_to_grade(tmp_path: Path) -> None:
    call = "0123456789abcdef"
    frozen = FrozenRubrics(Database.in_folder(tmp_path))
    grader = RubricGrader(load_catalogue(), CallFolders(tmp_path), frozen)
    async with desk_with(tmp_path, grader, call) as (desk, store):
        desk.submit(call)
        await desk.finished()
        state, message = state_of(store, call)
        assert state == "failed" and message is not None and "didn't say anything" in message

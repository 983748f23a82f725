"""Progress of a download: a bar on a terminal, plain lines elsewhere, nothing for machines."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

PLAIN_LINE_EVERY_S = 5.0  # often enough to see that it lives, seldom enough for a log


def megabytes(count: int) -> str:
    """A size in words: MB below a gigabyte, GB above."""
    return f"{count / 1e9:.2f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"


class ProgressReport(Protocol):
    """Is told how far a model's download has come. Sizes are in bytes."""

    def begin(self, title: str, total: int) -> None: ...

    def at(self, done: int) -> None: ...

    def say(self, line: str) -> None: ...

    def end(self) -> None: ...


class Silent:
    """Reports nothing."""

    def begin(self, title: str, total: int) -> None: ...

    def at(self, done: int) -> None: ...

    def say(self, line: str) -> None: ...

    def end(self) -> None: ...


class PlainLines:
    """A line every few seconds: size, share, and time left at the mean pace so far."""

    def __init__(self, stream: TextIO, now: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._now = now
        self._title = ""
        self._total = 0
        self._first: tuple[float, int] | None = None
        self._said_at = 0.0

    def begin(self, title: str, total: int) -> None:
        self._title, self._total, self._first, self._said_at = title, total, None, self._now()
        self.say(f"{title}: {megabytes(total)} to fetch")

    def at(self, done: int) -> None:
        now = self._now()
        if self._first is None:
            self._first = (now, done)
        if now - self._said_at < PLAIN_LINE_EVERY_S:
            return
        self._said_at = now
        started_at, start = self._first
        line = f"{self._title}: {megabytes(done)} of {megabytes(self._total)}"
        if done > start and now > started_at:
            left_s = (self._total - done) * (now - started_at) / (done - start)
            line += f", {left_s:.0f} s left"
        self.say(line)

    def say(self, line: str) -> None:
        print(line, file=self._stream, flush=True)

    def end(self) -> None: ...


class Bar:
    """A bar with size, pace and time left."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task("", visible=False)

    def begin(self, title: str, total: int) -> None:
        self._progress.reset(self._task, description=title, total=total, visible=True)
        self._progress.start()

    def at(self, done: int) -> None:
        self._progress.update(self._task, completed=done)

    def say(self, line: str) -> None:
        self._progress.console.print(line, highlight=False)

    def end(self) -> None:
        self._progress.stop()


def progress_for(stream: TextIO | None = None) -> ProgressReport:
    """A bar where the stream (standard error, if none is given) is a terminal, plain lines where it isn't."""
    out = stream or sys.stderr
    return Bar(Console(file=out)) if out.isatty() else PlainLines(out)

"""The customer's words on their way from the writer: one task an epoch, ended with it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable

from voice.customer import Customer, Line, Reply
from voice.events import Event, LineWritten, WritingEnded

_log = logging.getLogger(__name__)


class Writing:
    """Starts and stops the writer; hands each line on as an event, stamped with `at`."""

    def __init__(self, customer: Customer, step: Callable[[Event], None], at: Callable[[], int]) -> None:
        self._customer = customer
        self._step = step
        self._at = at
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._reading: asyncio.Task[None] | None = None
        self._ahead = ""

    def write(self, epoch: int, reply: Reply) -> None:
        task = asyncio.ensure_future(self._write(epoch, reply))
        self._tasks[epoch] = task
        task.add_done_callback(lambda _: self._tasks.pop(epoch, None))

    def stop(self, epoch: int) -> None:
        if (task := self._tasks.pop(epoch, None)) is not None:
            task.cancel()

    def preview(self, text: str) -> None:
        """Have the prompt read as far as `text`, the latest one when what is being read is through; "" ends it.

        A reading that was withdrawn for each new word would get nowhere: the model leaves it only after a while.
        """
        self._ahead = text
        if not text and self._reading is not None:
            self._reading.cancel()
            self._reading = None
        elif text:
            self.warm(text)

    def warm(self, text: str = "") -> None:
        """Have the prompt read as far as `text`; "" stands for a learner who hasn't said anything yet."""
        if self._reading is None:
            self._reading = asyncio.ensure_future(self._read(text))

    def close(self) -> None:
        self.preview("")
        for epoch in list(self._tasks):
            self.stop(epoch)

    async def _write(self, epoch: int, reply: Reply) -> None:
        try:
            async with _closing(self._customer.words(reply)) as lines:
                async for line in lines:
                    self._step(LineWritten(self._at(), epoch, line.text, line.origin))
        except Exception:  # a customer isn't to raise; if one does, the turn ends where it is
            _log.warning("the writer failed in epoch %d", epoch, exc_info=True)
        self._step(WritingEnded(self._at(), epoch))

    async def _read(self, text: str) -> None:
        try:
            await self._customer.preview(text)
            while self._ahead != text:
                text = self._ahead
                await self._customer.preview(text)
        except Exception:  # only time is lost
            _log.warning("the preview failed", exc_info=True)
        self._reading = None


@contextlib.asynccontextmanager
async def _closing(lines: AsyncIterator[Line]) -> AsyncIterator[AsyncIterator[Line]]:
    """Closes a generator as soon as it isn't read any more, so that the model stops."""
    try:
        yield lines
    finally:
        close = getattr(lines, "aclose", None)
        if close is not None:
            await close()

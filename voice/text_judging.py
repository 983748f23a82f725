"""Whether the learner's words could be a whole turn, asked of a language model: one question at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from voice.engines import TextJudge
from voice.events import Event, TextJudged

_log = logging.getLogger(__name__)


class TextJudging:
    """Asks while the learner speaks too, so that at the pause the model has the last words left to read.

    Without a judge the answer is None, at once.
    """

    def __init__(self, judge: TextJudge | None, step: Callable[[Event], None], at: Callable[[], int]) -> None:
        self._before = ""
        self._judge = judge
        self._step = step
        self._at = at
        self._task: asyncio.Task[float | None] | asyncio.Task[None] | None = None

    def behind(self, said: str) -> None:
        """What the customer said last, which the learner answers."""
        self._before = said
        self.warm("")

    def warm(self, text: str) -> None:
        """The learner's turn begins with `text`."""
        self.close()
        if self._judge is not None:
            self._task = asyncio.ensure_future(self._ask(self._judge, text))

    def judge(self, epoch: int, text: str) -> None:
        """Ask about `text`; an earlier question that wasn't answered yet is of no use any more."""
        self.close()
        if self._judge is None:
            self._step(TextJudged(self._at(), epoch, None))
        else:
            self._task = asyncio.ensure_future(self._answer(self._judge, epoch, text))

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _answer(self, judge: TextJudge, epoch: int, text: str) -> None:
        self._step(TextJudged(self._at(), epoch, await self._ask(judge, text)))

    async def _ask(self, judge: TextJudge, text: str) -> float | None:
        try:
            return await judge.closing_probability(text, self._before)
        except Exception:  # one witness fewer
            _log.warning("the learner's words couldn't be judged", exc_info=True)
            return None

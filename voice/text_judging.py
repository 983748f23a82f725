"""Whether the learner's words could be a whole turn, asked of a language model: one question at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from voice.engines import TextJudge
from voice.events import Event, TextJudged

_log = logging.getLogger(__name__)


class TextJudging:
    """`before` is what the customer said last. Without a judge the answer is None, at once."""

    def __init__(self, judge: TextJudge | None, step: Callable[[Event], None], at: Callable[[], int]) -> None:
        self.before = ""
        self._judge = judge
        self._step = step
        self._at = at
        self._task: asyncio.Task[None] | None = None

    def judge(self, epoch: int, text: str) -> None:
        """Ask about `text`; an earlier question that wasn't answered yet is of no use any more."""
        self.close()
        if self._judge is None:
            self._step(TextJudged(self._at(), epoch, None))
        else:
            self._task = asyncio.ensure_future(self._ask(self._judge, epoch, text))

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _ask(self, judge: TextJudge, epoch: int, text: str) -> None:
        try:
            probability = await judge.closing_probability(text, self.before)
        except Exception:  # one witness fewer
            _log.warning("the text of epoch %d couldn't be judged", epoch, exc_info=True)
            probability = None
        self._step(TextJudged(self._at(), epoch, probability))

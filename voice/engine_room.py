"""Has the engines do what the conversation orders, on the call's lanes, and brings back what comes of it as events.

An engine that fails is a result like any other; one that hangs is the conversation's patience to end.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from functools import partial

import numpy as np

from voice import commands, events
from voice.audio import PCM
from voice.clock import seconds
from voice.customer import Origin
from voice.engines import Engines, Recognition, Recognizer
from voice.events import Event
from voice.lanes import Dropped, Lane, Workers
from voice.record import Prosody, Word
from voice.sound_memory import SoundMemory

_log = logging.getLogger(__name__)

_BETTER_TEXT = 1  # rank: behind partials


class EngineRoom:
    """`step` takes the events, `at` tells the call's clock. Failures and drops are counted in `counts`."""

    def __init__(
        self,
        engines: Engines,
        workers: Workers,
        memory: SoundMemory,
        counts: Counter[str],
        step: Callable[[Event], None],
        at: Callable[[], int],
    ) -> None:
        self._engines = engines
        self._memory = memory
        self._step = step
        self._at = at
        self._counts = counts
        # A partial, a cut or a better text takes one of two workers, so that a tail finds the other one free.
        self._tails = Lane(workers, "recognition", width=2, capacity=1)
        self._others = Lane(workers, "recognition", width=1, capacity=8)
        self._judging = Lane(workers, "speech", width=1, capacity=1)
        self._speech = Lane(workers, "speech", width=1, capacity=32)
        self._pieces: dict[tuple[int, int], tuple[Origin, PCM]] = {}

    def recognize(self, order: commands.Recognize) -> None:
        lane = self._tails if order.kind == "tail" else self._others
        sound = self._memory.read(order.since, order.until)
        work = partial(self._engines.quick.recognize, sound, context=order.before)
        lane.submit(order.epoch, work, partial(self._recognized, order))

    def judge_end(self, order: commands.JudgeEnd) -> None:
        if self._engines.end_judge is not None:
            sound = self._memory.read(order.since, order.until)
            work = partial(self._engines.end_judge.end_probability, sound)
            self._judging.submit(order.epoch, work, partial(self._end_judged, order))

    def synthesize(self, order: commands.Synthesize, speaker: str, prosody: Prosody) -> None:
        """In the voice of `speaker`."""
        mouth = self._engines.others.get(speaker, self._engines.mouth)
        pcm = mouth.cached(order.text, order.origin, prosody)
        if pcm is not None:
            self._synthesized(order, pcm)
            return
        if order.origin == "opener":
            self._counts["opener_not_cached"] += 1
        work = partial(mouth.say, order.text, order.origin, prosody)
        self._speech.submit(order.epoch, work, partial(self._synthesized, order))

    def improve(self, order: commands.Improve) -> None:
        if self._engines.thorough is not None:
            sounds = [(since, self._memory.read(since, until)) for since, until in order.spans]
            work = partial(_recognize_all, self._engines.thorough, sounds)
            self._others.submit(order.epoch, work, partial(self._improved, order), rank=_BETTER_TEXT)

    def piece(self, epoch: int, piece: int) -> tuple[Origin, PCM]:
        """Origin and sound of a synthesized piece, which is kept until the next answer begins."""
        return self._pieces[epoch, piece]

    def cancel(self, epoch: int) -> None:
        """What waits for the voice in this epoch isn't needed."""
        self._speech.cancel(epoch)

    def forget_before(self, epoch: int) -> None:
        """Sound of earlier answers is never sent again."""
        self._pieces = {key: piece for key, piece in self._pieces.items() if key[0] >= epoch}

    @property
    def improving(self) -> bool:
        return not self._others.idle

    def end(self) -> None:
        """The call is over; only better texts are still made."""
        for lane in (self._tails, self._judging, self._speech):
            lane.close()

    def close(self) -> None:
        self.end()
        self._others.close()
        lanes = {"tail": self._tails, "recognition": self._others, "turn_end": self._judging, "speech": self._speech}
        for name, lane in lanes.items():
            self._counts[f"queue_full_{name}"] += lane.dropped

    def _recognized(self, order: commands.Recognize, result: object) -> None:
        text, words = self._transcript(result, order.since, f"{order.kind} recognition")
        self._step(events.Recognized(self._at(), order.epoch, order.kind, text, words))

    def _end_judged(self, order: commands.JudgeEnd, result: object) -> None:
        probability = float(result) if isinstance(result, float | int) else None
        if probability is None:
            self._failed("end of turn", result)
        self._step(events.EndJudged(self._at(), order.epoch, probability))

    def _synthesized(self, order: commands.Synthesize, result: object) -> None:
        length = 0
        if isinstance(result, np.ndarray):
            length = len(result)
            self._pieces[order.epoch, order.piece] = (order.origin, result)
        else:
            self._failed("synthesis", result)
        self._step(events.Synthesized(self._at(), order.epoch, order.piece, length))

    def _improved(self, order: commands.Improve, result: object) -> None:
        if not isinstance(result, list):
            self._failed("better text", result)
            return
        parts = [self._transcript(heard, since, "better text") for since, heard in result]
        text = " ".join(text for text, _ in parts if text)
        words = tuple(word for _, words in parts for word in words)
        self._step(events.TextImproved(self._at(), order.epoch, order.turn, text, words))

    def _transcript(self, result: object, since: int, what: str) -> tuple[str | None, tuple[Word, ...]]:
        if isinstance(result, Exception):
            self._failed(what, result)
            return None, ()
        heard: Recognition = result  # type: ignore[assignment]
        offset_s = seconds(since)
        words = (Word(word.text, offset_s + word.start_s, offset_s + word.end_s) for word in heard.words)
        return heard.text.strip(), tuple(words)

    def _failed(self, what: str, error: object) -> None:
        self._counts[f"failed_{what.replace(' ', '_')}"] += 1
        if not isinstance(error, Dropped):
            _log.warning("%s failed: %r", what, error)


def _recognize_all(recognizer: Recognizer, sounds: list[tuple[int, PCM]]) -> list[tuple[int, Recognition]]:
    return [(since, recognizer.recognize(sound)) for since, sound in sounds if len(sound)]

"""A call's shell in virtual time: a loop whose clock jumps, engines with declared delays, a learner with a device.

Sound is a script: every sample of a spoken word holds the word's number, so that a recogniser can read it off.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from voice_world import plain_turn_end

from voice import messages as m
from voice.audio import PCM
from voice.call import Call
from voice.clock import CUSTOMER_RATE, LEARNER_RATE, LoopClock, samples
from voice.customer import Heard, Line, Origin, Reply
from voice.engines import Engines
from voice.journal import JournalWriter
from voice.lanes import Pool
from voice.record import JSON, Prosody, Word
from voice.rules import Rules

T = TypeVar("T")
WORD_S = 0.3
FRAME = 320


class JumpingSelector(selectors.DefaultSelector):  # type: ignore[misc,valid-type]
    """Instead of waiting, moves the loop's clock to what it would have waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 1_000.0

    def select(self, timeout: float | None = None) -> list[Any]:
        found = super().select(0)
        if not found:
            if timeout is None:
                raise RuntimeError("the test waits for something that will never happen")
            self.now_s += timeout
        return found


def in_virtual_time(test: Coroutine[Any, Any, T]) -> T:
    """Run to the end; an hour of call takes seconds."""
    selector = JumpingSelector()
    loop = asyncio.SelectorEventLoop(selector)
    loop.time = lambda: selector.now_s  # type: ignore[method-assign]
    try:
        return loop.run_until_complete(asyncio.wait_for(test, 3_600))
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


class VirtualWorkers:
    """Threads of the same number whose jobs take what their engine declares."""

    def __init__(self) -> None:
        self._free = {"recognition": asyncio.Semaphore(2), "speech": asyncio.Semaphore(1)}

    async def run(self, pool: Pool, job: Callable[[], T]) -> T:
        async with self._free[pool]:
            engine = getattr(job.func, "__self__", None) or job.args[0]  # type: ignore[attr-defined]
            await asyncio.sleep(getattr(engine, "delay_s", 0.01))
            return job()

    def close(self) -> None: ...


class AmplitudeDetector:
    def feed(self, frame: PCM) -> bool:
        return bool(np.count_nonzero(frame) > FRAME // 2)


@dataclass
class Transcript:
    text: str
    words: tuple[Word, ...] = ()


@dataclass
class Vocabulary:
    """Words and their numbers, and the recogniser that knows them."""

    delay_s: float = 0.2
    words: list[str] = field(default_factory=lambda: [""])
    fails: bool = False
    asked: int = 0

    def sound(self, text: str) -> PCM:
        parts = []
        for word in text.split():
            self.words.append(word)
            parts.append(np.full(samples(WORD_S), len(self.words) - 1, dtype=np.int16))
        return np.concatenate(parts)

    def recognize(self, pcm: PCM, *, context: str = "") -> Transcript:
        self.asked += 1
        if self.fails:
            raise RuntimeError("out of order")
        numbers, firsts, counts = np.unique(pcm, return_index=True, return_counts=True)
        found = [
            Word(self.words[n], f / LEARNER_RATE, (f + c) / LEARNER_RATE)
            for n, f, c in zip(numbers.tolist(), firsts.tolist(), counts.tolist(), strict=True)
            if n and c >= samples(WORD_S * 0.6)
        ]
        return Transcript(" ".join(word.text for word in found), tuple(found))


@dataclass
class Mouth:
    """Speaks 0.25 s a word; openers are in its cache unless `cold`."""

    delay_s: float = 0.3
    cold: bool = False
    fails: bool = False
    known: set[str] = field(default_factory=set)

    def prepare(self, texts: Sequence[str]) -> None:
        if not self.cold:
            self.known.update(texts)

    def cached(self, text: str, origin: Origin, prosody: Prosody) -> PCM | None:
        return self._sound(text) if text in self.known else None

    def say(self, text: str, origin: Origin, prosody: Prosody) -> PCM:
        if self.fails:
            raise RuntimeError("no voice")
        return self._sound(text)

    def _sound(self, text: str) -> PCM:
        return np.arange(1, 1 + round(0.25 * CUSTOMER_RATE) * len(text.split()), dtype=np.int64).astype(np.int16)


@dataclass
class Judge:
    delay_s: float = 0.12

    def end_probability(self, pcm: PCM) -> float:
        return 0.9


@dataclass
class ScriptedCustomer:
    lines: tuple[str, ...] = ("I would have to think about that.", "What does it cost?")
    line_s: float = 0.9
    dies_after: int | None = None
    heard: list[Heard] = field(default_factory=list)
    settled: list[tuple[Heard, str]] = field(default_factory=list)
    previews: list[str] = field(default_factory=list)
    preview_s: float = 0.0
    read: list[str] = field(default_factory=list)  # previews that weren't withdrawn
    closed: int = 0

    @property
    def openers(self) -> Sequence[str]:
        return ("Hello?", "Well now, let me see.")

    def decide(self, heard: Heard) -> Reply:
        self.heard.append(heard)
        turn = heard.occasion in ("turn", "monologue")
        return Reply(len(self.heard), opener="Well now, let me see." if turn else "Hello?", continues=turn)

    async def preview(self, text: str) -> None:
        self.previews.append(text)
        await asyncio.sleep(self.preview_s)
        self.read.append(text)

    async def words(self, reply: Reply) -> AsyncIterator[Line]:
        try:
            for index, text in enumerate(self.lines):
                await asyncio.sleep(self.line_s if index != self.dies_after else 3_000.0)
                yield Line(text, "writer")
        finally:
            self.closed += 1

    def settle(self, reply: Reply, heard: Heard, said: str) -> JSON:
        self.settled.append((heard, said))
        return {"said": said}


@dataclass
class TapeLog:
    learner_samples: int = 0
    pieces: list[tuple[int, PCM]] = field(default_factory=list)

    def learner(self, at_sample: int, pcm: PCM) -> None:
        assert at_sample == self.learner_samples
        self.learner_samples += len(pcm)

    def customer(self, at_sample: int, pcm: PCM) -> None:
        self.pieces.append((at_sample, pcm))


@dataclass
class Device:
    """The learner's browser: plays what it gets after a small buffer, reports every 100 ms."""

    reports: bool = True
    buffer_s: float = 0.06
    got: list[tuple[float, m.Message]] = field(default_factory=list)
    sound: dict[int, PCM] = field(default_factory=dict)
    played: dict[int, int] = field(default_factory=dict)
    first_played_s: dict[int, float] = field(default_factory=dict)
    silent_s: dict[int, float] = field(default_factory=dict)
    cleared: set[int] = field(default_factory=set)
    told: set[int] = field(default_factory=set)  # cleared, and what was played of it has been reported

    def take(self, message: m.Message) -> None:
        now_s = asyncio.get_running_loop().time()
        self.got.append((now_s, message))
        if isinstance(message, m.Audio):
            known = self.sound.setdefault(message.utterance, np.zeros(0, dtype=np.int16))
            assert message.first_sample <= len(known), "a hole in the sound"
            self.sound[message.utterance] = np.concatenate([known[: message.first_sample], message.pcm])
        elif isinstance(message, m.Clear):
            self.cleared.add(message.utterance)
            self.silent_s[message.utterance] = now_s

    async def play(self, call: Call) -> None:
        while True:
            await asyncio.sleep(0.1)
            now_s = asyncio.get_running_loop().time()
            for utterance, sound in list(self.sound.items()):
                if self.played.get(utterance, 0) >= len(sound) or utterance in self.told:
                    continue
                if utterance in self.cleared:
                    self.told.add(utterance)
                first_s = next(s for s, g in self.got if isinstance(g, m.Audio) and g.utterance == utterance)
                self.first_played_s.setdefault(utterance, first_s + self.buffer_s)
                elapsed_s = min(now_s, self.silent_s.get(utterance, now_s)) - self.first_played_s[utterance]
                self.played[utterance] = min(len(sound), max(0, round(elapsed_s * CUSTOMER_RATE)))
                if self.reports and self.played[utterance]:
                    call.played(utterance, self.played[utterance])

    def messages(self, kind: type[T]) -> list[T]:
        return [message for _, message in self.got if isinstance(message, kind)]

    def state(self) -> str:
        return self.messages(m.State)[-1].value


class Scene:
    """A call with its learner, device, tape and journal."""

    def __init__(self, folder: Path, *, rules: Rules | None = None, **parts: Any) -> None:
        self.customer: ScriptedCustomer = parts.get("customer") or ScriptedCustomer()
        self.vocabulary: Vocabulary = parts.get("vocabulary") or Vocabulary()
        self.mouth: Mouth = parts.get("mouth") or Mouth()
        self.device: Device = parts.get("device") or Device()
        self.tape = TapeLog()
        self.path = folder / "journal.jsonl"
        engines = Engines(
            detector=AmplitudeDetector(),
            quick=self.vocabulary,
            thorough=parts.get("thorough"),
            end_judge=Judge(),
            mouth=self.mouth,
            turn_end=plain_turn_end,
            others=parts.get("others", {}),
        )
        self.call = Call(
            call_id="call-1",
            customer=self.customer,
            engines=engines,
            workers=VirtualWorkers(),
            journal=JournalWriter(self.path),
            tape=self.tape,
            send=self.device.take,
            clock=LoopClock(),
            facts={"scenario": "cold-call"},
            rules=rules,
        )
        self._player: asyncio.Task[None] | None = None

    def ring(self) -> None:
        self.began_s = asyncio.get_running_loop().time()
        self.call.start()
        self._player = asyncio.ensure_future(self.device.play(self.call))

    @property
    def now_s(self) -> float:
        return asyncio.get_running_loop().time() - self.began_s

    async def silence(self, duration_s: float) -> None:
        await self._stream(np.zeros(samples(duration_s), dtype=np.int16))

    async def say(self, text: str) -> float:
        """Speaks in real time; returns when the last sample was spoken."""
        await self._stream(self.vocabulary.sound(text))
        return self.now_s

    async def _stream(self, sound: PCM) -> None:
        loop = asyncio.get_running_loop()
        start_s = loop.time()
        for index, first in enumerate(range(0, len(sound), FRAME), 1):
            await asyncio.sleep(max(0.0, start_s + index * FRAME / LEARNER_RATE - loop.time()))
            await self.call.audio(sound[first : first + FRAME].astype("<i2").tobytes())

    def first_sound_after(self, at_s: float) -> float:
        """When the device first played something that it got after `at_s`."""
        got = next(s for s, g in self.device.got if isinstance(g, m.Audio) and s - self.began_s >= at_s)
        return got - self.began_s + self.device.buffer_s

"""A world for the pure conversation: a learner who follows a script, engines with declared delays and faults.

Time jumps from event to event. Nothing here decides anything about turn taking.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from voice import commands as c
from voice import events as e
from voice.clock import as_learner_samples, samples, seconds
from voice.conversation import Conversation
from voice.overlap import bare_words
from voice.record import Word
from voice.rules import Rules
from voice.turns import Pauses, Witnesses

ONSET_S = PAUSE_S = 0.08  # what the detector needs to be sure
CUSTOMER_WORD = 6_000  # customer samples a word takes


def plain_turn_end(witnesses: Witnesses, pauses: Pauses) -> float:
    """0.3 s behind a question, 1.2 s behind a text that trails off, else 0.65 s."""
    if witnesses.end_probability is not None and witnesses.end_probability < 0.3:
        return 1.5
    if witnesses.text.endswith("?"):
        return 0.3
    return 1.2 if witnesses.text.endswith((" and", " the", " about")) else 0.65


@dataclass(frozen=True)
class Speech:
    """The learner speaks from here to there; a recogniser makes `text` of it ("" for a noise)."""

    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True)
class Faults:
    """Chances of failing and of never coming back, the longest delay, and the share of lost and false reports."""

    fail: float = 0.0
    hang: float = 0.0
    slow_s: float = 0.4
    lost_acks: float = 0.0
    lies: float = 0.0  # reports of more than was ever sent


@dataclass
class World:
    speeches: list[Speech]
    seed: int = 0
    faults: Faults = field(default_factory=Faults)
    rules: Rules = field(default_factory=Rules)
    opener: str = "Hmm."
    lines: tuple[str, ...] = ("Let me think about that.", "I am not so sure.")
    hang_up_after: int | None = None  # answers
    stale: bool = False  # deliver results whose epoch is over once more
    more: list[tuple[float, Callable[[int], e.Event]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.conversation = Conversation(self.rules, plain_turn_end)
        self.trace: list[tuple[e.Event, list[c.Command]]] = []
        self.stale_random = random.Random(self.seed)
        self.over: set[int] = set()
        self.last_tail = self.last_commit = 0
        self.stale_trace: list[list[c.Command]] = []
        self.queue: list[tuple[int, int, Callable[[], e.Event | None]]] = []
        self.order = itertools.count()
        self.now = 0
        self.wake: int | None = None
        self.wakes = 0
        self.playing: dict[int, list[tuple[int, int, int]]] = {}  # from when, from which sample, how many
        self.sent: dict[int, int] = {}
        self.play_end: dict[int, int] = {}
        self.cleared: set[int] = set()
        self.pieces: dict[tuple[int, int], tuple[str, int]] = {}
        self.acked: dict[int, int] = {}
        self.silent: dict[int, int] = {}  # cleared utterance -> what was played of it
        self.answers = 0
        self.ended: str | None = None
        self.past: list[e.Event] = []
        self.at(0, lambda: e.Dialled(self.now))
        for speech in self.speeches:
            self._speak(speech)
        for at_s, event in self.more:
            self.at(samples(at_s), lambda event=event: event(self.now))

    def at(self, at: int, event: Callable[[], e.Event | None]) -> None:
        heapq.heappush(self.queue, (max(at, self.now), next(self.order), event))

    def run(self, until_s: float = 300.0) -> World:
        """Until the call has ended or the time is up."""
        while self.queue and self.ended is None and self.queue[0][0] <= samples(until_s):
            self.now, _, make = heapq.heappop(self.queue)
            event = make()
            if event is not None:
                self.step(event)
        return self

    def step(self, event: e.Event) -> None:
        commands = self.conversation.step(event)
        self.trace.append((event, commands))
        for command in commands:
            self._note_what_is_over(command)
        if self.stale and (over := [past for past in self.past if self._is_over(past)]):
            old = self.stale_random.choice(over)
            self.stale_trace.append(self.conversation.step(_again(old, self.now)))
        for command in commands:
            self._obey(command)
        if hasattr(event, "epoch"):
            self.past.append(event)

    def _note_what_is_over(self, command: c.Command) -> None:
        match command:
            case c.Recognize(epoch, "tail"):
                self.last_tail = epoch
            case c.Commit(epoch):
                self.last_commit = epoch
            case c.Cancel(epoch):
                self.over.add(epoch)
            case c.Settle():
                self.over.add(self.last_commit)

    def _is_over(self, event: e.Event) -> bool:
        match event:
            case e.Recognized(_, epoch, "tail") | e.EndJudged(_, epoch):
                return epoch < self.last_tail
            case e.Recognized(_, epoch, _):
                return epoch < self.last_commit
            case e.TextImproved():
                return True  # each is answered once
        return event.epoch in self.over  # type: ignore[union-attr]

    # The learner and their device.

    def _speak(self, speech: Speech) -> None:
        start, end = samples(speech.start_s), samples(speech.end_s)
        hum = speech.text.startswith("mm")
        self.at(start + samples(ONSET_S), lambda: e.SpeechStarted(self.now, start, hum))
        self.at(end + samples(PAUSE_S), lambda: e.SpeechPaused(self.now, end))

    def heard(self, since: int, until: int) -> tuple[str, tuple[Word, ...]]:
        """What a recogniser makes of the sound: the words that have ended in it."""
        words = []
        for speech in self.speeches:
            texts = speech.text.split()
            for index, text in enumerate(texts):
                step_s = (speech.end_s - speech.start_s) / len(texts)
                start_s = speech.start_s + index * step_s
                if samples(start_s) >= since and samples(start_s + step_s * 0.9) <= until:
                    words.append(Word(text, start_s, start_s + step_s))
        return " ".join(word.text for word in words), tuple(words)

    def _play(self, utterance: int, length: int) -> None:
        first = self.sent.get(utterance, 0)
        start = max(self.now, self.play_end.get(utterance, 0))
        self.sent[utterance] = first + length
        self.play_end[utterance] = start + as_learner_samples(length) + 1
        self.playing.setdefault(utterance, []).append((start, first, length))
        done = 0
        while done < length:
            done = min(done + 2_400, length)
            if self.random.random() >= self.faults.lost_acks:
                self.at(start + as_learner_samples(done) + 1, lambda n=first + done: self._ack(utterance, n))

    def _ack(self, utterance: int, played: int) -> e.Event | None:
        if utterance in self.cleared:
            return None
        return self._report(utterance, played)

    def _fall_silent(self, utterance: int) -> None:
        """What was played until now is told a little later, as the last of this utterance."""
        self.cleared.add(utterance)
        played = max(
            (
                first + min(length, (self.now - start) * 3 // 2)
                for start, first, length in self.playing[utterance]
                if start <= self.now
            ),
            default=0,
        )
        self.silent[utterance] = played
        if self.random.random() >= self.faults.lost_acks:
            self.at(self.now + samples(0.03), lambda: self._report(utterance, played))

    def _report(self, utterance: int, played: int) -> e.Event:
        self.acked[utterance] = max(played, self.acked.get(utterance, 0))
        lie = 90_000 if self.faults.lies and self.random.random() < self.faults.lies else 0
        return e.Played(self.now, utterance, played + lie)

    # The engines.

    def _later(self, make: Callable[[], e.Event], failed: Callable[[], e.Event] | None = None) -> None:
        if self.random.random() < self.faults.hang:
            return
        if failed is not None and self.random.random() < self.faults.fail:
            make = failed
        self.at(self.now + samples(self.random.uniform(0.02, self.faults.slow_s)), make)

    def _obey(self, command: c.Command) -> None:
        match command:
            case c.WakeAt(at):
                assert at > self.now
                self.wake = at
                self.at(at, lambda: self._woke(at))
            case c.Recognize(epoch, kind, since, until, _):
                text, words = self.heard(since, until)
                self._later(
                    lambda: e.Recognized(self.now, epoch, kind, text, words),
                    lambda: e.Recognized(self.now, epoch, kind, None),
                )
            case c.JudgeEnd(epoch, _, _):
                self._later(lambda: e.EndJudged(self.now, epoch, 0.8), lambda: e.EndJudged(self.now, epoch, None))
            case c.JudgeText(epoch, _):
                self._later(lambda: e.TextJudged(self.now, epoch, 0.8), lambda: e.TextJudged(self.now, epoch, None))
            case c.Decide(epoch, heard):
                self._decide(epoch, heard.occasion)
            case c.Write(epoch, _):
                self._write(epoch)
            case c.Synthesize(epoch, piece, text, _):
                length = CUSTOMER_WORD * len(text.split())
                self.pieces[epoch, piece] = text, length
                self._later(
                    lambda: e.Synthesized(self.now, epoch, piece, length),
                    lambda: e.Synthesized(self.now, epoch, piece, 0),
                )
            case c.Say(utterance, epoch, piece, _, gap, skip):
                self._play(utterance, gap + self.pieces[epoch, piece][1] - skip)
            case c.Clear(utterance):
                self._fall_silent(utterance)
            case c.Commit():
                self.answers += 1
            case c.Improve(epoch, turn, spans):
                text, words = self.heard(spans[0][0], spans[-1][1])
                self._later(lambda: e.TextImproved(self.now, epoch, turn, text, words))
            case c.End(reason):
                self.ended = reason

    def _woke(self, at: int) -> e.Event | None:
        if self.wake != at:
            return None
        self.wake = None
        self.wakes += 1
        return e.Woke(self.now)

    def _decide(self, epoch: int, occasion: str) -> None:
        if self.random.random() < self.faults.hang / 4:
            return
        hang_up = self.hang_up_after is not None and self.answers >= self.hang_up_after
        opener = self.opener if occasion == "turn" else "Hello there?"
        self.at(self.now, lambda: e.Decided(self.now, epoch, epoch, opener, occasion == "turn", hang_up))

    def _write(self, epoch: int) -> None:
        at = self.now
        for line in self.lines:
            if self.random.random() < self.faults.hang:
                return
            at += samples(self.random.uniform(0.1, 2 * self.faults.slow_s))
            self.at(at, lambda line=line: e.LineWritten(self.now, epoch, line, "writer"))
        self.at(at + 1, lambda: e.WritingEnded(self.now, epoch))

    # Reading the trace.

    def commands(self, kind: type) -> list[c.Command]:
        return [command for _, commands in self.trace for command in commands if isinstance(command, kind)]

    def times(self, kind: type) -> list[float]:
        return [
            seconds(event.at) for event, commands in self.trace for command in commands if isinstance(command, kind)
        ]

    def heard_turns(self) -> str:
        """All that answers were given to, as bare words."""
        return " ".join(" ".join(bare_words(said.heard.text)) for said in self.commands(c.Commit) if said.turn >= 0)


def _again(event: e.Event, at: int) -> e.Event:
    values = {name: getattr(event, name) for name in event.__slots__}
    return type(event)(**{**values, "at": at})


def after_warm_up(*speeches: Speech) -> list[Speech]:
    """The same, behind a first exchange by which the echo canceller has converged."""
    first = Speech(3.0, 4.0, "who is it there please?")
    return [first, *speeches]


def customer_turns(world: World) -> list[c.Tell]:
    return [tell for tell in world.commands(c.Tell) if tell.who == "customer"]

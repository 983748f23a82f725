"""One call, carried out: the thin asynchronous shell around `Conversation`.

It stamps the learner's sound, carries out what the conversation orders on lanes, brings the results back as events, and
writes every step into the journal. It decides nothing. An engine that fails or hangs is a result like any other.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter, deque
from collections.abc import Callable

import numpy as np

from voice import events, messages
from voice.audio import PCM
from voice.clock import CUSTOMER_RATE, LEARNER_RATE, Clock, SampleClock
from voice.conversation import Conversation
from voice.customer import Customer, Reply
from voice.customer_tape import CustomerTape
from voice.detect import FRAME_SAMPLES, SpeechSegmenter, SpeechStarted
from voice.engine_room import EngineRoom
from voice.engines import Engines, TapeSink
from voice.events import Command, EndReason, Event
from voice.hum import is_hum
from voice.journal import JournalWriter
from voice.lanes import Workers
from voice.messages import Message
from voice.outbox import Outbox
from voice.record import JSON
from voice.rules import Rules
from voice.sound_memory import SoundMemory
from voice.text_judging import TextJudging
from voice.writing import Writing

Send = Callable[[Message], None]

_log = logging.getLogger(__name__)

_STALL_S = 1.0  # without a frame for so long, the call's clock goes by the machine's
_TICK_S = 0.1  # at which it then goes
_LAST_TEXTS_S = 20.0  # how long the end waits for better texts
_NO_REPLY = Reply(key=-1, continues=False)
_KEPT_REPLIES = 64  # epochs; an answer is settled within a few
_SILENT_FRAME: PCM = np.zeros(FRAME_SAMPLES, dtype=np.int16)


class Call:
    """One call. All methods belong to the event loop's thread, and none raises for what a client sends.

    `send` takes each outbound message in order and must not block; sound is handed to it as soon as there is any, at
    most some seconds ahead of what has been played. `facts` goes into the journal's first entry as it is (scenario,
    persona, seed, difficulty ...). `start` rings; `finished` returns once the call is over and all that belongs on
    record is written; then the owner closes the journal and finishes the tape.
    """

    def __init__(
        self,
        *,
        call_id: str,
        customer: Customer,
        engines: Engines,
        workers: Workers,
        journal: JournalWriter,
        tape: TapeSink,
        send: Send,
        clock: Clock,
        facts: JSON | None = None,
        rules: Rules | None = None,
    ) -> None:
        self.id = call_id
        self._customer = customer
        self._engines = engines
        self._journal = journal
        self._tape = tape
        self._customer_tape = CustomerTape(tape)
        self._clock = clock
        self._facts = facts or {}
        self._rules = rules or Rules()
        self._conversation = Conversation(self._rules, engines.turn_end)
        self._samples = SampleClock()
        self._segmenter = SpeechSegmenter()
        self._memory = SoundMemory()
        self._outbox = Outbox(send)
        self._writing = Writing(customer, self._step, lambda: self._samples.at)
        self._judging = TextJudging(engines.text_judge, self._step, lambda: self._samples.at)
        self._room = EngineRoom(engines, workers, self._memory, self._step, lambda: self._samples.at)
        self._inbox: deque[Event] = deque()
        self._stepping = False
        self._rest = b""  # bytes of a frame that isn't whole yet
        self._muted = False
        self._wake_at: int | None = None
        self._replies: dict[int, Reply] = {}
        self._began_s = 0.0
        self._moved_s = 0.0  # when the call's clock last moved
        self._time_keeper: asyncio.Task[None] | None = None
        self._last: asyncio.Task[None] | None = None
        self._held = False
        self._stalled = False
        self._broken_off = False
        self._reason: EndReason | None = None
        self._over = asyncio.Event()

    @property
    def counts(self) -> Counter[str]:
        """Failures, drops and what was given up, by name."""
        return self._room.counts

    # What the gateway calls.

    def start(self) -> None:
        """Ring: the customer picks up shortly after."""
        self._began_s = self._moved_s = self._clock.now_s()
        self._journal.opened(self.id, self._rules, self._facts)
        self._engines.mouth.prepare(self._customer.openers)
        self._writing.warm()
        self._outbox.send(messages.Ready(self.id, CUSTOMER_RATE))
        self._time_keeper = asyncio.ensure_future(self._keep_time())
        self._step(events.Dialled(self._samples.at))

    async def audio(self, pcm: bytes) -> None:
        """Learner's sound: s16le mono at 16 kHz, any even number of bytes. Ignored while held and after the end."""
        if self._held or self._reason is not None:
            return
        self._moved_s, self._stalled = self._clock.now_s(), False
        data = self._rest + pcm
        whole = len(data) - len(data) % (2 * FRAME_SAMPLES)
        self._rest = data[whole:]
        sound = np.frombuffer(data[:whole], dtype="<i2").astype(np.int16)
        for start in range(0, len(sound), FRAME_SAMPLES):
            self._frame(sound[start : start + FRAME_SAMPLES])

    def played(self, utterance: int, customer_samples: int) -> None:
        """So many samples of the utterance have been played by the client."""
        at = self._samples.at
        heard = self._outbox.played(utterance, customer_samples, at)
        if len(heard):
            self._customer_tape.played(at, heard)
            self._step(events.Played(at, utterance, customer_samples))

    def mute(self, on: bool) -> None:
        """A muted learner is silent here, whatever the client sends."""
        self._muted = on
        self._step(events.Muted(self._samples.at, on))

    def text(self, text: str) -> None:
        """A typed turn."""
        self._step(events.Typed(self._samples.at, text))

    def hangup(self) -> None:
        """The learner hangs up."""
        self._step(events.HungUp(self._samples.at))

    def socket_lost(self) -> None:
        """The client is gone: the line is held for `Rules.held_s`, then ended."""
        if not self._held and self._reason is None:
            self._held = True
            self._outbox.send = _nobody
            self._moved_s = self._clock.now_s()
            self._step(events.SocketLost(self._samples.at))

    def resume(self, send: Send, customer_samples: int) -> None:
        """The client is back, having played `customer_samples` of the utterance under way when it was lost."""
        if self._reason is not None:
            send(messages.Ended(self._reason))
            return
        self.socket_lost()
        self._held = False
        self._moved_s = self._clock.now_s()
        self._outbox.send = send
        send(messages.Ready(self.id, CUSTOMER_RATE))
        self._step(events.Resumed(self._samples.at, customer_samples))

    def break_off(self) -> None:
        """The server stops: no end is written, so that the call is on record as interrupted."""
        self._broken_off = True
        self._writing.close()
        self._judging.close()
        self._room.close()
        for task in (self._time_keeper, self._last):
            if task is not None:
                task.cancel()

    async def finished(self) -> EndReason:
        """Wait for the end of the call and of what is still written about it."""
        await self._over.wait()
        assert self._reason is not None
        return self._reason

    # Time.

    def _frame(self, sound: PCM) -> None:
        if self._reason is not None:
            return
        if self._muted:
            sound = np.zeros_like(sound)
        at = self._samples.advance(len(sound))
        self._tape.learner(at, sound)
        self._memory.append(sound)
        change = self._segmenter.feed(self._engines.detector.feed(sound))
        now = self._samples.at
        if change is not None:
            if isinstance(change, SpeechStarted):
                self._step(events.SpeechStarted(now, change.at, is_hum(self._memory.read(change.at, now))))
            else:
                self._step(events.SpeechPaused(now, change.at))
        if self._wake_at is not None and self._wake_at <= now:
            self._wake_at = None
            self._step(events.Woke(now))
        self._outbox.flush(now)

    async def _keep_time(self) -> None:
        """Held, or without a microphone, the call's clock goes by the machine's, over silence."""
        frame_s = FRAME_SAMPLES / LEARNER_RATE
        while self._reason is None:
            await self._clock.sleep(_TICK_S)
            now_s = self._clock.now_s()
            self._stalled = self._stalled or self._held or now_s - self._moved_s > _STALL_S
            if self._stalled:
                self._rest = b""
                while self._moved_s + frame_s <= now_s:
                    self._moved_s += frame_s
                    self._frame(_SILENT_FRAME)

    # Events in, commands out.

    def _step(self, event: Event) -> None:
        """Steps don't nest: what a command brings about at once is the next event."""
        if self._broken_off or (self._reason is not None and not isinstance(event, events.TextImproved)):
            return
        self._inbox.append(event)
        if self._stepping:
            return
        self._stepping = True
        try:
            while self._inbox:
                event = self._inbox.popleft()
                commands = self._conversation.step(event)
                self._journal.stepped(event, commands, self._clock.now_s() - self._began_s)
                for command in commands:
                    self._carry_out(command)
        except Exception:  # a full disk, a fault: the call ends, with what is on record, and no other call does
            _log.exception("call %s: %r can't be carried out", self.id, event)
            self._inbox.clear()
            if self._reason is None:
                self._end("failed")
        finally:
            self._stepping = False

    def _carry_out(self, command: Command) -> None:
        at, send = self._samples.at, self._outbox.send
        match command:
            case events.WakeAt():
                self._wake_at = command.at
            case events.Show():
                send(messages.State(command.state))
            case events.Caption():
                send(messages.Partial(command.text))
            case events.Tell():
                if command.who == "customer":
                    self._judging.behind(command.text)
                send(messages.TurnSaid(command.who, command.text, command.turn))
            case events.Recognize():
                self._room.recognize(command)
            case events.JudgeEnd():
                self._writing.preview("")
                self._judging.close()
                self._room.judge_end(command)
            case events.JudgeText():
                self._judging.judge(command.epoch, command.text)
            case events.Preview():
                self._writing.preview(command.text)
                self._judging.warm(command.text)
            case events.Decide():
                self._decide(command)
            case events.Write():
                self._writing.write(command.epoch, self._replies[command.epoch])
            case events.StopWriting():
                self._room.counts["writer_given_up"] += 1
                self._writing.stop(command.epoch)
            case events.Synthesize():
                self._room.synthesize(command)
            case events.Cancel():
                self._writing.stop(command.epoch)
                self._room.cancel(command.epoch)
            case events.Commit():
                self._room.forget_before(command.epoch)
            case events.Say():
                origin, pcm = self._room.piece(command.epoch, command.piece)
                self._outbox.say(command.utterance, at, command.text, origin, command.gap, pcm[command.skip :])
            case events.AllSaid():
                self._outbox.all_said(command.utterance, command.customer_samples, at)
            case events.Clear():
                self._outbox.clear(command.utterance)
                send(messages.Clear(command.utterance))
            case events.Duck():
                send(messages.Duck(command.utterance, command.on))
            case events.Resend():
                self._outbox.resend(command.utterance, command.customer_samples, at)
            case events.Settle():
                self._settle(command)
            case events.Improve():
                self._room.improve(command)
            case events.Drop():
                self._room.counts[f"dropped_{command.why}"] += 1
            case events.End():
                self._end(command.reason)

    # The customer.

    def _decide(self, order: events.Decide) -> None:
        self._writing.preview("")
        try:
            reply = self._customer.decide(order.heard)
        except Exception as error:  # the call outlives a fault in a scenario
            self._at_fault("decision", error)
            reply = _NO_REPLY
        self._replies = {epoch: known for epoch, known in self._replies.items() if epoch > order.epoch - _KEPT_REPLIES}
        self._replies[order.epoch] = reply
        at, opener = self._samples.at, reply.opener.strip()
        self._step(events.Decided(at, order.epoch, reply.key, opener, reply.continues, reply.hang_up))

    def _settle(self, order: events.Settle) -> None:
        reply = next((reply for reply in self._replies.values() if reply.key == order.key), None)
        if reply is None or reply is _NO_REPLY:
            return
        try:
            notes = self._customer.settle(reply, order.heard, order.said)
        except Exception as error:  # the call outlives a fault in a scenario
            self._at_fault("settling", error)
            return
        self._journal.settled(order.turn, self._samples.at, notes)

    def _at_fault(self, what: str, error: Exception) -> None:
        self.counts[f"failed_{what}"] += 1
        _log.error("call %s: the customer's %s failed", self.id, what, exc_info=error)

    # The end.

    def _end(self, reason: EndReason) -> None:
        self._reason = reason
        self._writing.close()
        self._judging.close()
        self._outbox.send(messages.Ended(reason))
        self._room.end()
        self._last = asyncio.ensure_future(self._wait_for_texts())

    async def _wait_for_texts(self) -> None:
        """The better texts that are still being made belong on record."""
        waited_s = 0.0
        while self._room.improving and waited_s < _LAST_TEXTS_S:
            await self._clock.sleep(_TICK_S)
            waited_s += _TICK_S
        self._room.close()
        with contextlib.suppress(OSError):  # a disk that is full now was reported when it was needed
            self._journal.noted("counts", self._samples.at, dict(self.counts))
        self._over.set()


def _nobody(message: Message) -> None:
    """Where messages go while the line is held."""

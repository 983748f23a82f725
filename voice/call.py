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

from voice import commands, events, messages
from voice.clock import CUSTOMER_RATE, Clock, SampleClock
from voice.commands import Command, EndReason
from voice.conversation import Conversation
from voice.customer import Customer
from voice.customer_tape import CustomerTape
from voice.engine_room import EngineRoom
from voice.engines import Engines, TapeSink
from voice.events import Event
from voice.journal import JournalWriter
from voice.lanes import Workers
from voice.messages import Message
from voice.microphone import Microphone
from voice.outbox import Outbox
from voice.record import JSON
from voice.replies import Replies
from voice.rules import Rules
from voice.sound_memory import SoundMemory
from voice.text_judging import TextJudging
from voice.writing import Writing

Send = Callable[[Message], None]

_log = logging.getLogger(__name__)

_LAST_TEXTS_S = 20.0  # how long the end waits for better texts
_LOOK_S = 0.1  # how often it looks


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
        self.counts: Counter[str] = Counter()  # failures, drops and what was given up, by name
        self._customer = customer
        self._engines = engines
        self._journal = journal
        self._clock = clock
        self._facts = facts or {}
        self._rules = rules or Rules()
        self._conversation = Conversation(self._rules, engines.turn_end)
        self._samples = SampleClock()
        memory = SoundMemory()
        self._microphone = Microphone(engines.detector, self._samples, memory, tape, clock, self._step, self._moved)
        self._customer_tape = CustomerTape(tape)
        self._outbox = Outbox(send)
        self._replies = Replies(customer, self.counts)
        self._writing = Writing(customer, self._step, self._at)
        self._judging = TextJudging(engines.text_judge, self._step, self._at)
        self._room = EngineRoom(engines, workers, memory, self.counts, self._step, self._at)
        self._inbox: deque[Event] = deque()
        self._stepping = False
        self._wake_at: int | None = None
        self._began_s = 0.0
        self._last: asyncio.Task[None] | None = None
        self._held = False
        self._broken_off = False
        self._speaker = ""  # of the answer that was begun last
        self._reason: EndReason | None = None
        self._over = asyncio.Event()

    # What the gateway calls.

    def start(self) -> None:
        """Ring: the customer picks up shortly after."""
        self._began_s = self._clock.now_s()
        self._journal.opened(self.id, self._rules, self._facts)
        self._engines.mouth.prepare(self._customer.openers)
        self._outbox.send(messages.Ready(self.id, CUSTOMER_RATE))
        self._microphone.open()
        self._step(events.Dialled(self._at()))
        self._writing.warm()  # behind the decision on how they pick up, which would end it

    async def audio(self, pcm: bytes) -> None:
        """Learner's sound: s16le mono at 16 kHz, any even number of bytes. Ignored while held and after the end."""
        self._microphone.take(pcm)

    def played(self, utterance: int, customer_samples: int) -> None:
        """So many samples of the utterance have been played by the client."""
        at = self._at()
        heard = self._outbox.played(utterance, customer_samples, at)
        if len(heard):
            self._customer_tape.played(at, heard)
            self._step(events.Played(at, utterance, customer_samples))

    def mute(self, on: bool) -> None:
        """A muted learner is silent here, whatever the client sends."""
        self._microphone.muted = on
        self._step(events.Muted(self._at(), on))

    def text(self, text: str) -> None:
        """A typed turn."""
        self._step(events.Typed(self._at(), text))

    def hangup(self) -> None:
        """The learner hangs up."""
        self._step(events.HungUp(self._at()))

    def socket_lost(self) -> None:
        """The client is gone: the line is held for `Rules.held_s`, then ended."""
        if not self._held and self._reason is None:
            self._held = True
            self._outbox.send = _nobody
            self._microphone.hold()
            self._step(events.SocketLost(self._at()))

    def resume(self, send: Send, customer_samples: int) -> None:
        """The client is back, having played `customer_samples` of the utterance under way when it was lost."""
        if self._reason is not None:
            send(messages.Ended(self._reason))
            return
        self.socket_lost()
        self._held = False
        self._microphone.release()
        self._outbox.send = send
        send(messages.Ready(self.id, CUSTOMER_RATE))
        self._step(events.Resumed(self._at(), customer_samples))

    def break_off(self) -> None:
        """The server stops: no end is written, so that the call is on record as interrupted."""
        self._broken_off = True
        self._writing.close()
        self._judging.close()
        self._room.close()
        self._microphone.close()
        if self._last is not None:
            self._last.cancel()

    async def finished(self) -> EndReason:
        """Wait for the end of the call and of what is still written about it."""
        await self._over.wait()
        assert self._reason is not None
        return self._reason

    # Time.

    def _at(self) -> int:
        return self._samples.at

    def _moved(self) -> None:
        """The call's clock has moved on by a frame."""
        now = self._at()
        if self._wake_at is not None and self._wake_at <= now:
            self._wake_at = None
            self._step(events.Woke(now))
        self._outbox.flush(now)

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
                ordered = self._conversation.step(event)
                self._journal.stepped(event, ordered, self._clock.now_s() - self._began_s)
                for command in ordered:
                    self._carry_out(command)
        except Exception:  # a full disk, a fault: the call ends, with what is on record, and no other call does
            _log.exception("call %s: %r can't be carried out", self.id, event)
            self._inbox.clear()
            if self._reason is None:
                self._end("failed")
        finally:
            self._stepping = False

    def _carry_out(self, command: Command) -> None:
        at, send = self._at(), self._outbox.send
        match command:
            case commands.WakeAt():
                self._wake_at = command.at
            case commands.Show():
                send(messages.State(command.state, self._speaker if command.state == "speaking" else ""))
            case commands.Caption():
                send(messages.Partial(command.text))
            case commands.Tell():
                if command.who == "customer":
                    self._judging.behind(command.text)
                speaker = self._speaker if command.who == "customer" else ""
                send(messages.TurnSaid(command.who, command.text, command.turn, speaker))
            case commands.Recognize():
                self._room.recognize(command)
            case commands.JudgeEnd():
                self._writing.preview("")
                self._judging.close()
                self._room.judge_end(command)
            case commands.JudgeText():
                self._judging.judge(command.epoch, command.text)
            case commands.Preview():
                self._writing.preview(command.text)
                self._judging.warm(command.text)
            case commands.Decide():
                self._writing.preview("")
                reply = self._replies.decide(command)
                opener = reply.opener.strip()
                more, last, away_s = reply.continues, reply.hang_up, reply.away_s
                pause_s = reply.prosody.pause_s
                self._step(events.Decided(at, command.epoch, reply.key, opener, more, last, away_s, pause_s))
            case commands.Write():
                self._writing.write(command.epoch, self._replies.of(command.epoch))
            case commands.StopWriting():
                self.counts["writer_given_up"] += 1
                self._writing.stop(command.epoch)
            case commands.Synthesize():
                reply = self._replies.of(command.epoch)
                self._room.synthesize(command, reply.speaker, reply.prosody)
            case commands.Cancel():
                self._writing.stop(command.epoch)
                self._room.cancel(command.epoch)
            case commands.Commit():
                self._room.forget_before(command.epoch)
                self._speaker = self._replies.of(command.epoch).speaker
            case commands.Say():
                origin, pcm = self._room.piece(command.epoch, command.piece)
                self._outbox.say(command.utterance, at, command.text, origin, command.gap, pcm[command.skip :])
            case commands.AllSaid():
                self._outbox.all_said(command.utterance, command.customer_samples, at)
            case commands.Clear():
                self._outbox.clear(command.utterance)
                send(messages.Clear(command.utterance))
            case commands.Duck():
                send(messages.Duck(command.utterance, command.on))
            case commands.Resend():
                self._outbox.resend(command.utterance, command.customer_samples, at)
            case commands.Settle():
                if (notes := self._replies.settle(command)) is not None:
                    self._journal.settled(command.turn, at, notes)
            case commands.Improve():
                self._room.improve(command)
            case commands.Drop():
                self.counts[f"dropped_{command.why}"] += 1
            case commands.End():
                self._end(command.reason)

    # The end.

    def _end(self, reason: EndReason) -> None:
        self._reason = reason
        self._microphone.close()
        self._writing.close()
        self._judging.close()
        self._outbox.send(messages.Ended(reason))
        self._room.end()
        self._last = asyncio.ensure_future(self._wait_for_texts())

    async def _wait_for_texts(self) -> None:
        """The better texts that are still being made belong on record."""
        waited_s = 0.0
        while self._room.improving and waited_s < _LAST_TEXTS_S:
            await self._clock.sleep(_LOOK_S)
            waited_s += _LOOK_S
        self._room.close()
        with contextlib.suppress(OSError):  # a disk that is full now was reported when it was needed
            self._journal.noted("counts", self._at(), dict(self.counts))
        self._over.set()


def _nobody(message: Message) -> None:
    """Where messages go while the line is held."""

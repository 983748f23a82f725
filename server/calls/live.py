"""The calls that go on in this process: who is on each one's line, and what becomes of it at its end."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog

from server.calls import wire
from server.calls.outbox import Outbox
from voice.call import Call, Send
from voice.clock import LEARNER_RATE, Clock
from voice.commands import EndReason
from voice.messages import Ended, Message, State

RESERVED_S = 60.0  # how long a call that was asked for waits for its client
MAX_LEAD_S = 5.0  # how far sound may run ahead of time: beyond it no microphone is at work
STALE_S = 2.0  # a microphone sends every 20 ms: a line this silent is dead, though its socket doesn't know it yet
CLOSE_DONE, CLOSE_TAKEN_OVER = 1000, 4410

log = structlog.get_logger(__name__)


class Fate(Protocol):
    """What a call's changes mean outside of it (the database, the tape, the grade). All run on the loop's thread."""

    async def status(self, status: str) -> None:
        """The call is "live" or "held" now."""
        ...

    async def ended(self, reason: EndReason) -> None:
        """The call is over; its client hears of it after this returns."""
        ...

    async def completed(self, reason: EndReason) -> None:
        """All that belongs on record is written."""
        ...

    async def broken_off(self) -> None:
        """The server stops in mid-call, or the learner hung up before it could ring."""
        ...


class LiveCall:
    """One call between being asked for and its end. All methods belong to the event loop's thread."""

    def __init__(
        self, call_id: str, token: str, make_call: Callable[[Send], Awaitable[Call]], fate: Fate, clock: Clock
    ) -> None:
        self.id, self.token = call_id, token
        self.over = asyncio.Event()
        self._make_call, self._fate, self._clock = make_call, fate, clock
        self._call: Call | None = None
        self._outbox: Outbox | None = None
        self._status = "ringing"
        self._reserved_at_s = self._heard_at_s = clock.now_s()
        self._started_at_s = 0.0
        self._samples_in = 0
        self.runner: asyncio.Task[None] | None = None  # sees the call to its end, once it has begun
        self._fate_lock = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def started(self) -> bool:
        return self.runner is not None

    @property
    def expired(self) -> bool:
        """Asked for, but its client never came."""
        return not self.started and self._clock.now_s() - self._reserved_at_s > RESERVED_S

    def knows(self, token: str) -> bool:
        return hmac.compare_digest(self.token.encode(), token.encode("utf-8", "surrogatepass"))

    def hello(self, outbox: Outbox) -> None:
        """The first client is there: it rings. Raises WireError when the line is taken or the call goes on already."""
        if self._outbox is not None:
            raise wire.WireError("taken", "another client is on this call; hang up there first")
        if self.started:
            raise wire.WireError("resume_needed", "the call goes on already; send resume with its token")
        self._outbox = outbox
        self._heard_at_s = self._clock.now_s()
        self.runner = asyncio.create_task(self._run(), name=f"call {self.id}")

    def resume(self, outbox: Outbox, frame: wire.Resume) -> None:
        """The client is back. Raises WireError when the token is wrong, the line is taken or nothing goes on."""
        if not self.knows(frame.token):
            raise wire.WireError("bad_token", "the token isn't this call's")
        if self._call is None:
            raise wire.WireError("too_early", "there is nothing to resume; send hello")
        if self._outbox is not None:
            if self._clock.now_s() - self._heard_at_s < STALE_S:
                raise wire.WireError("taken", "another client is on this call; hang up there first")
            self._outbox.close(CLOSE_TAKEN_OVER)
            self._call.socket_lost()
        self._outbox = outbox
        self._heard_at_s = self._clock.now_s()
        self._show_status("live")
        self._call.resume(self._send, frame.samples)

    def lost(self, outbox: Outbox) -> bool:
        """A client's socket is gone; true if it was the one on the line and the call goes on."""
        if self._outbox is not outbox:
            return False
        self._outbox = None
        if self._call is None or self.over.is_set():
            return False
        self._call.socket_lost()
        self._show_status("held")
        return True

    async def take(self, frame: wire.UpFrame) -> None:
        """A frame of the client on the line. Raises WireError."""
        self._heard_at_s = self._clock.now_s()
        call = self._call
        if call is None:
            if isinstance(frame, wire.HangUp) and self.runner is not None:
                self.runner.cancel()
            return  # the engines are still loading: it rings, and nothing that is said can be heard
        match frame:
            case wire.LearnerAudio(pcm):
                self._count(len(pcm) // 2)
                await call.audio(pcm)
            case wire.Played(utterance, samples):
                call.played(utterance, samples)
            case wire.Mute(on):
                call.mute(on)
            case wire.Typed(text):
                call.text(text)
            case wire.HangUp():
                call.hangup()
            case wire.Hello() | wire.Resume():
                raise wire.WireError("too_late", "the call has begun; hello and resume come first on a socket")

    async def stop(self) -> None:
        """The server stops: the call breaks off where it is, and what was said stays on disk."""
        if self.runner is None:
            await self._fate.broken_off()
            return
        if not self.over.is_set():
            self.runner.cancel()
        await asyncio.wait({self.runner})

    def _count(self, samples: int) -> None:
        ahead_s = (self._samples_in + samples) / LEARNER_RATE - (self._clock.now_s() - self._started_at_s)
        if ahead_s > MAX_LEAD_S:
            raise wire.WireError(
                "too_fast", f"sound is more than {MAX_LEAD_S:g} s ahead of time; this frame is dropped"
            )
        self._samples_in += samples

    async def _run(self) -> None:
        try:
            self._call = await self._make_call(self._send)
            self._started_at_s = self._clock.now_s()
            self._call.start()
            if self._outbox is None:
                self._call.socket_lost()
            reason = await self._call.finished()
            await asyncio.gather(*self._tasks)
            self._hang_up_line()
            await self._fate.completed(reason)
        except asyncio.CancelledError:
            if self._call is not None:
                self._call.break_off()
            await self._fate.broken_off()
            self._put(wire.encode(Ended("hangup"), f"/api/calls/{self.id}"))
            raise
        except Exception as error:
            log.exception("call failed", call=self.id)
            self._put(wire.encode_error("failed", f"the call broke off: {error}"))
            await self._fate.ended("failed")
            self._put(wire.encode(Ended("failed"), f"/api/calls/{self.id}"))
            await self._fate.completed("failed")
        finally:
            self._hang_up_line()

    def _hang_up_line(self) -> None:
        self.over.set()
        if self._outbox is not None:
            self._outbox.close(CLOSE_DONE)

    def _send(self, message: Message) -> None:
        if isinstance(message, Ended):
            self._later(self._announce_end(message))
            return
        if isinstance(message, State):
            self._show_status({"ringing": "ringing", "ended": self._status}.get(message.value, "live"))
        self._put(wire.encode(message, ""))

    def _show_status(self, status: str) -> None:
        if status != self._status:
            self._status = status
            self._later(self._fate.status(status))

    async def _announce_end(self, message: Ended) -> None:
        await self._fate.ended(message.reason)
        self._put(wire.encode(message, f"/api/calls/{self.id}"))

    def _put(self, frame: str | bytes) -> None:
        if self._outbox is not None:
            self._outbox.put(frame)

    def _later(self, work: Awaitable[None]) -> None:
        """In the order in which it was asked for."""

        async def in_turn() -> None:
            async with self._fate_lock:
                await work

        task = asyncio.create_task(in_turn())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class LiveCalls:
    """By id, and no more of them than this machine can carry."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._calls: dict[str, LiveCall] = {}
        self._leaving: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._calls)

    def get(self, call_id: str) -> LiveCall | None:
        return self._calls.get(call_id)

    def full(self) -> bool:
        return len(self._calls) >= self._most

    def add(self, call: LiveCall) -> None:
        self._calls[call.id] = call

    def remove(self, call_id: str) -> None:
        """Its place is free; what is still to be done about the call goes on."""
        call = self._calls.pop(call_id, None)
        if call is not None and call.runner is not None:
            self._leaving.add(call.runner)
            call.runner.add_done_callback(self._leaving.discard)

    def displace(self) -> LiveCall | None:
        """Take out a call whose client never came: an expired one, or when full the oldest. None if there is none."""
        waiting = [call for call in self._calls.values() if not call.started]
        chosen = next((call for call in waiting if call.expired), waiting[0] if waiting and self.full() else None)
        if chosen is not None:
            self.remove(chosen.id)
        return chosen

    async def settled(self) -> None:
        """Wait until all that belongs on record of the calls that are over is there, down to their tapes."""
        over = {call.runner for call in self._calls.values() if call.runner is not None and call.over.is_set()}
        if runners := self._leaving | over:
            await asyncio.wait(runners)

    async def stop(self) -> None:
        """Break off what goes on, and see to its end what was over before."""
        await asyncio.gather(*(call.stop() for call in list(self._calls.values())))
        await self.settled()

"""A client of the wire `ringside.v1` without microphone or loudspeaker, for the command line, benches and tests.

It does what the page does: 20 ms of sound up at a time by the clock, without a pause; what comes down goes to the
`Player`; how far that has played is reported ten times a second. `send` and `send_text` put any frame on the wire.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import struct
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpx
import numpy as np
from numpy.typing import NDArray
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage
from websockets.typing import Subprotocol

from server.calls.player import Player
from voice.clock import Clock, MonotonicClock

SUBPROTOCOL = "ringside.v1"
LEARNER_RATE = 16_000
FRAME_SAMPLES = 320
FRAME_S = FRAME_SAMPLES / LEARNER_RATE
ACK_S = 0.1  # how often the page reports what was played
_ROOM_TONE_RMS = 10.0  # -70 dBFS: a quiet room; digital silence would flatter speech detection
_HEADER = struct.Struct("<II")
_CONNECT_S = 10.0


class CallError(Exception):
    """The server can't be reached or refuses the call. One line with the mend; `code` as the server gave it, or ""."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Appointment:
    """A call that may be connected: the server's answer to `POST /api/calls`."""

    id: str
    socket: str
    token: str
    headers: Mapping[str, str] = field(default_factory=dict)  # of whoever is signed in


@dataclass(frozen=True, slots=True)
class Spoken:
    """Sound put on the wire: its first sample went out as sample `first` of the call, heard at `start_s`."""

    first: int
    start_s: float


@dataclass(slots=True)
class Turn:
    """A turn as the server's transcript has it; `after` is the learner's utterance under way when it was announced."""

    number: int
    who: str
    text: str
    after: int


@dataclass(slots=True)
class WireClient:
    """One call, connected. Build it with `connected`."""

    call: Appointment
    socket: ClientConnection
    clock: Clock
    seed: int = 0
    player: Player = field(default_factory=Player)
    state: str = ""
    turns: dict[int, Turn] = field(default_factory=dict)
    errors: list[tuple[str, str]] = field(default_factory=list)
    ducked_at_s: dict[int, float] = field(default_factory=dict)  # when an utterance was first to be played softly
    ended: str | None = None
    result: str | None = None
    hung_up_at_s: float | None = None  # by either side
    latest_frame_ms: float = 0.0
    utterance: int = -1  # the learner's, set by who speaks through this client; turns are filed under it
    _start_s: float = 0.0
    _sent: int = 0
    _outbox: deque[NDArray[np.int16]] = field(default_factory=deque)
    _acknowledged: dict[int, int] = field(default_factory=dict)
    _ready: asyncio.Event = field(default_factory=asyncio.Event)
    _closed: bool = False

    @property
    def samples_sent(self) -> int:
        """Of the learner's clock."""
        return self._sent

    def heard_at_s(self, sample: int) -> float:
        """When a sample of the learner's was spoken."""
        return self._start_s + sample / LEARNER_RATE

    def speak(self, pcm: NDArray[np.int16]) -> Spoken:
        """Speak 16 kHz sound from the next frame on; returns at once."""
        queued = sum(len(piece) for piece in self._outbox)
        first = self._sent + queued
        self._outbox.extend(pcm[start : start + FRAME_SAMPLES] for start in range(0, len(pcm), FRAME_SAMPLES))
        return Spoken(first, self.heard_at_s(first))

    async def send(self, frame: bytes | str) -> None:
        """Put a frame on the wire as it is."""
        with contextlib.suppress(ConnectionClosed):
            await self.socket.send(frame)

    async def send_text(self, kind: str, **values: object) -> None:
        await self.send(json.dumps({"type": kind, **values}))

    async def hang_up(self) -> None:
        self.hung_up_at_s = self.clock.now_s()
        await self.send_text("hangup")

    async def until(self, condition: Callable[[], bool], timeout_s: float) -> bool:
        """Whether the condition came true within the time. False too when the call is over first."""
        deadline_s = self.clock.now_s() + timeout_s
        while True:
            self.player.advance(self.clock.now_s())
            if condition():
                return True
            if self.over or self.clock.now_s() >= deadline_s:
                return False
            await self.clock.sleep(0.01)

    @property
    def over(self) -> bool:
        """Whether the call has ended or its socket is gone."""
        return self.ended is not None or self._closed

    async def _send_sound(self) -> None:
        """Frame k leaves when its last sample has been spoken: by the clock, so being late once never adds up."""
        rng = np.random.default_rng(self.seed)
        self._start_s = self.clock.now_s()
        while not self._closed:
            due_s = self._start_s + (self._sent + FRAME_SAMPLES) / LEARNER_RATE
            wait_s = due_s - self.clock.now_s()
            if wait_s > 0:
                await self.clock.sleep(wait_s)
            self.latest_frame_ms = max(self.latest_frame_ms, 1000 * (self.clock.now_s() - due_s))
            frame = rng.normal(0.0, _ROOM_TONE_RMS, FRAME_SAMPLES).round().astype(np.int16)
            if self._outbox:
                piece = self._outbox.popleft()
                frame[: len(piece)] = piece
            await self.send(frame.astype("<i2").tobytes())
            self._sent += FRAME_SAMPLES

    async def _acknowledge(self) -> None:
        while not self._closed:
            await self.clock.sleep(ACK_S)
            self.player.advance(self.clock.now_s())
            await self._report()

    async def _report(self) -> None:
        for number, utterance in list(self.player.utterances.items()):
            if utterance.played > self._acknowledged.get(number, 0):
                self._acknowledged[number] = utterance.played
                await self.send_text("played", utterance=number, samples=utterance.played)

    async def _receive(self) -> None:
        try:
            async for frame in self.socket:
                if isinstance(frame, bytes):
                    number, first = _HEADER.unpack_from(frame)
                    pcm = np.frombuffer(frame, dtype="<i2", offset=_HEADER.size).astype(np.int16)
                    self.player.receive(self.clock.now_s(), number, first, pcm)
                else:
                    await self._take(json.loads(frame))
        except ConnectionClosed:
            pass
        finally:
            self._closed = True

    async def _take(self, message: dict[str, Any]) -> None:
        now_s = self.clock.now_s()
        match message["type"]:
            case "ready":
                self._ready.set()
            case "state":
                self.state = message["value"]
            case "turn":
                known = self.turns.get(message["turn"])
                after = known.after if known else self.utterance
                self.turns[message["turn"]] = Turn(message["turn"], message["who"], message["text"], after)
            case "words":
                self.player.words(message["utterance"], message["sample"], message["origin"], message["text"])
            case "spoken":
                self.player.spoken(now_s, message["utterance"])
            case "clear":
                self.player.clear(now_s, message["utterance"])
                await self._report()
            case "duck":
                self.ducked_at_s.setdefault(message["utterance"], now_s)
            case "error":
                self.errors.append((message["code"], message["message"]))
            case "ended":
                self.ended, self.result = message["reason"], message.get("result")
                self.hung_up_at_s = now_s if self.hung_up_at_s is None else self.hung_up_at_s


async def appoint(
    server: str, scenario: str, *, account: tuple[str, str] | None = None, **options: object
) -> Appointment:
    """`POST /api/calls`, signed in as `account` (login, password) if given. `options` that are None are left out.

    Raises CallError.
    """
    body = {"scenario": scenario} | {key: value for key, value in options.items() if value is not None}
    try:
        trusted = ssl.create_default_context()  # the system's authorities and SSL_CERT_FILE, as for the socket
        async with httpx.AsyncClient(timeout=_CONNECT_S, trust_env=False, verify=trusted) as http:
            headers: Mapping[str, str] = {}
            if account is not None:
                response = await http.post(
                    urljoin(server, "/api/session"), json={"login": account[0], "password": account[1]}
                )
                headers = _signed_in(server, response)
                http.cookies.clear()  # what is sent stands in the headers: for a socket, too
            if account is None or headers:
                response = await http.post(urljoin(server, "/api/calls"), json=body, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise CallError(
            f"no server answers at {server} ({error or type(error).__name__}); start one with `ringside serve`"
        ) from error
    try:
        data = response.json()
        if response.status_code == 201:
            return Appointment(data["id"], urljoin(_websocket(server), data["socket"]), data["token"], headers)
        code, message = data["error"]["code"], data["error"]["message"]
    except (ValueError, KeyError, TypeError) as error:
        raise CallError(
            f"{server} answers {response.status_code}, not as a Ringside server does; check the address"
        ) from error
    raise CallError(f"{server} refuses the call: {message}", code)


@contextlib.asynccontextmanager
async def connected(call: Appointment, *, seed: int = 0, clock: Clock | None = None) -> AsyncIterator[WireClient]:
    """The call's socket, greeted and ready; sound (a quiet room) flows until the block ends. Raises CallError."""
    try:
        async with connect(
            call.socket,
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            open_timeout=_CONNECT_S,
            close_timeout=1.0,
            max_size=1 << 24,
            proxy=None,
            additional_headers=call.headers,
        ) as socket:
            client = WireClient(call, socket, clock or MonotonicClock(), seed)
            receiving = asyncio.create_task(client._receive())
            tasks = [receiving]
            try:
                await client.send_text("hello", sample_rate=LEARNER_RATE)
                if not await client.until(client._ready.is_set, _CONNECT_S):
                    code, message = client.errors[0] if client.errors else ("", "it sent no ready")
                    raise CallError(f"{call.socket} doesn't take the call: {message}", code)
                tasks += [asyncio.create_task(client._send_sound()), asyncio.create_task(client._acknowledge())]
                yield client
            finally:
                client._closed = True
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
    except (OSError, InvalidHandshake, InvalidMessage, ConnectionClosed) as error:
        raise CallError(f"{call.socket} can't be connected ({error}); is it the right server?") from error


def _signed_in(server: str, response: httpx.Response) -> Mapping[str, str]:
    """What a request of the session brings; nothing where the server refused it."""
    cookies = [line.partition(";")[0] for line in response.headers.get_list("set-cookie")]
    if response.status_code != 201 or not cookies:
        return {}
    parts = urlsplit(server)
    return {"cookie": "; ".join(cookies), "origin": f"{parts.scheme}://{parts.netloc}"}


def _websocket(server: str) -> str:
    parts = urlsplit(server)
    return urlunsplit(parts._replace(scheme="wss" if parts.scheme == "https" else "ws"))

"""A client of `ringside.v1` for tests: plays at once whatever it is sent, and reports it."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

HELLO = {"type": "hello", "sample_rate": 16000}


class Caller:
    """One socket. `frames` holds every text frame that came, `sound` the samples of each utterance.

    `silent_for`: seconds of silence that go up beside each second of the customer's, since the microphone is the clock.
    """

    def __init__(self, session: WebSocketTestSession, silent_for: float = 0.0) -> None:
        self.session = session
        self.silent_for = silent_for
        self.frames: list[dict[str, Any]] = []
        self.sound: dict[int, int] = {}
        self.close_code: int | None = None

    def say(self, frame: dict[str, Any]) -> None:
        self.session.send_text(json.dumps(frame))

    def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next text frame of this kind; sound that comes before it is played."""
        while True:
            message = self.session.receive()
            if message["type"] == "websocket.close":
                self.close_code = message["code"]
                raise WebSocketDisconnect(message["code"])
            if message.get("bytes") is not None:
                self._play(message["bytes"])
                continue
            frame = json.loads(message["text"])
            self.frames.append(frame)
            if wanted(frame):
                return frame

    def until_type(self, kind: str) -> dict[str, Any]:
        return self.until(lambda frame: frame["type"] == kind)

    def until_state(self, value: str) -> dict[str, Any]:
        return self.until(lambda frame: frame["type"] == "state" and frame["value"] == value)

    def until_closed(self) -> int:
        """The socket's close code."""
        try:
            self.until(lambda _: False)
        except WebSocketDisconnect as closed:
            return closed.code
        raise AssertionError

    def turns(self, who: str) -> list[str]:
        return [frame["text"] for frame in self.frames if frame["type"] == "turn" and frame["who"] == who]

    def _play(self, data: bytes) -> None:
        utterance, first = struct.unpack("<II", data[:8])
        self.sound[utterance] = max(self.sound.get(utterance, 0), first + (len(data) - 8) // 2)
        hundredths = round(self.silent_for * (len(data) - 8) / 2 / 240)
        if hundredths:
            self.session.send_bytes(bytes(320 * hundredths))
        self.say({"type": "played", "utterance": utterance, "samples": self.sound[utterance]})


def socket_url(address: str) -> str:
    """The test client joins a bare path to a host of its own."""
    return f"ws://127.0.0.1:8000{address}"


@contextmanager
def connected(client: TestClient, address: str, silent_for: float = 0.0) -> Iterator[Caller]:
    with client.websocket_connect(socket_url(address), subprotocols=["ringside.v1"]) as session:
        yield Caller(session, silent_for)

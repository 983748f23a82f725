"""What is still to be sent to one client: in order, bounded, written by one task."""

from __future__ import annotations

import asyncio
from collections import deque

from starlette.websockets import WebSocket, WebSocketDisconnect

MAX_WAITING_BYTES = 4 << 20  # over a minute of sound: a client that far behind is gone
CLOSE_TOO_SLOW = 4408


class Outbox:
    """`put` never blocks. A client that takes too little is closed with `CLOSE_TOO_SLOW`."""

    def __init__(self, max_waiting_bytes: int = MAX_WAITING_BYTES) -> None:
        self._frames: deque[str | bytes] = deque()
        self._waiting_bytes = 0
        self._max_waiting_bytes = max_waiting_bytes
        self._news = asyncio.Event()
        self._close_code: int | None = None
        self.dropped = 0  # frames that were never sent, since the client was too slow

    def put(self, frame: str | bytes) -> None:
        """Nothing is taken any more once it is closed."""
        if self._close_code is not None:
            return
        self._frames.append(frame)
        self._waiting_bytes += len(frame)
        if self._waiting_bytes > self._max_waiting_bytes:
            self.dropped = len(self._frames)
            self._frames.clear()
            self.close(CLOSE_TOO_SLOW)
        self._news.set()

    def close(self, code: int) -> None:
        """Close the socket once what is waiting has been sent. Only the first code counts."""
        if self._close_code is None:
            self._close_code = code
            self._news.set()

    async def run(self, socket: WebSocket) -> None:
        """Write until closed or until the client is gone."""
        try:
            while True:
                await self._news.wait()
                self._news.clear()
                while self._frames:
                    frame = self._frames.popleft()
                    self._waiting_bytes -= len(frame)
                    if isinstance(frame, str):
                        await socket.send_text(frame)
                    else:
                        await socket.send_bytes(frame)
                if self._close_code is not None:
                    await socket.close(self._close_code)
                    return
        except (WebSocketDisconnect, RuntimeError, OSError):
            return  # the client is gone; the reader learns it by itself

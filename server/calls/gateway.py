"""The WebSocket of a call: admits one client, turns its frames into what the call takes, survives all of them."""

from __future__ import annotations

import asyncio

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from server.calls import wire
from server.calls.live import LiveCall, LiveCalls
from server.calls.outbox import Outbox
from server.metrics import Metrics

FIRST_FRAME_S = 10.0  # a client that connects and says nothing
MAX_ERRORS = 100
CLOSE_CODES = {
    "bad_subprotocol": 4406,
    "bad_token": 4401,
    "unknown_call": 4404,
    "taken": 4409,
    "too_many_errors": 4400,
}
_CLOSE_S = 5.0  # how long a closing client may take its last frames

log = structlog.get_logger(__name__)


class Gateway:
    """`serve` handles one socket from its handshake to its end."""

    def __init__(self, calls: LiveCalls, metrics: Metrics) -> None:
        self._calls, self._metrics = calls, metrics

    async def serve(self, socket: WebSocket, call_id: str, token: str) -> None:
        offered = wire.SUBPROTOCOL in socket.scope.get("subprotocols", ())
        await socket.accept(subprotocol=wire.SUBPROTOCOL if offered else None)
        outbox = Outbox()
        writer = asyncio.create_task(outbox.run(socket))
        reader = asyncio.create_task(self._read(socket, outbox, call_id, token if offered else None))
        try:
            await asyncio.wait({reader, writer}, return_when=asyncio.FIRST_COMPLETED)
            outbox.close(1000)
            await asyncio.wait({writer}, timeout=_CLOSE_S)
        finally:
            self._metrics.frames_unsent.inc(outbox.dropped)
            for task in (reader, writer):
                task.cancel()
            await asyncio.gather(reader, writer, return_exceptions=True)

    async def _read(self, socket: WebSocket, outbox: Outbox, call_id: str, token: str | None) -> None:
        errors = 0
        on_line: LiveCall | None = None
        try:
            call = self._admitted(call_id, token)
            while True:
                try:
                    frame = await self._next(socket, patience_s=None if on_line else FIRST_FRAME_S)
                    if on_line is not None:
                        await on_line.take(frame)
                    else:
                        _begin(call, outbox, frame)
                        on_line = call
                        if isinstance(frame, wire.Resume):
                            self._metrics.sockets_resumed.inc()
                except wire.WireError as error:
                    errors += 1
                    if error.code in CLOSE_CODES:
                        raise
                    if errors >= MAX_ERRORS:
                        raise wire.WireError("too_many_errors", f"{MAX_ERRORS} bad frames; mend the client") from None
                    self._refuse(outbox, error)
        except wire.WireError as error:
            self._refuse(outbox, error)
            outbox.close(CLOSE_CODES[error.code])
        except (WebSocketDisconnect, TimeoutError):
            pass
        finally:
            if on_line is not None and on_line.lost(outbox):
                self._metrics.sockets_lost.inc()
                log.info("socket lost", call=call_id)

    def _admitted(self, call_id: str, token: str | None) -> LiveCall:
        if token is None:
            raise wire.WireError("bad_subprotocol", f"offer the subprotocol {wire.SUBPROTOCOL}")
        call = self._calls.get(call_id)
        if call is None:
            raise wire.WireError("unknown_call", "no call of this id goes on; ask for a new one")
        if not call.knows(token):
            raise wire.WireError("bad_token", "the token in the address isn't this call's")
        return call

    async def _next(self, socket: WebSocket, patience_s: float | None) -> wire.UpFrame:
        async with asyncio.timeout(patience_s):
            message = await socket.receive()
        if message["type"] != "websocket.receive":
            raise WebSocketDisconnect(message.get("code", 1005))
        payload = message.get("bytes")
        return wire.parse_text(message["text"]) if payload is None else wire.parse_binary(payload)

    def _refuse(self, outbox: Outbox, error: wire.WireError) -> None:
        self._metrics.frames_dropped.labels(error.code).inc()
        outbox.put(wire.encode_error(error.code, error.message))


def _begin(call: LiveCall, outbox: Outbox, frame: wire.UpFrame) -> None:
    match frame:
        case wire.Hello():
            call.hello(outbox)
        case wire.Resume():
            call.resume(outbox, frame)
        case _:
            raise wire.WireError("too_early", "the first frame on a socket is hello or resume")

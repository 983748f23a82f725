"""One line of log for each request, under an id that its answer carries too."""

from __future__ import annotations

import re
import secrets
import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADER = "X-Request-Id"
_HONEST_ID = re.compile(r"[\w.-]{1,64}")  # a proxy's id is taken over; anything else can't get into the log
_QUIET_PATHS = ("/healthz", "/metrics", "/assets/", "/api/status")

log = structlog.get_logger(__name__)


class RequestLog:
    """The outermost middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(_HEADER, "")
        request_id = given if _HONEST_ID.fullmatch(given) else secrets.token_hex(8)
        status = 0
        began_s = time.monotonic()

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[_HEADER] = request_id
            await send(message)

        # Contextvars are the task's: everything logged below carries the id.
        with structlog.contextvars.bound_contextvars(request=request_id):
            try:
                await self._app(scope, receive, sending)
            finally:
                took_ms = round((time.monotonic() - began_s) * 1000)
                if scope["type"] == "http":
                    quiet = status < 400 and scope["path"].startswith(_QUIET_PATHS)
                    write = log.debug if quiet else log.info
                    write("request", method=scope["method"], path=scope["path"], status=status, took_ms=took_ms)

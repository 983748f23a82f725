"""What every request passes before a route sees it: a known host, no foreign page, a bounded body, safe headers.

Plain ASGI, so that a streamed tape and a WebSocket pass through untouched.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.api_errors import error_response

MAX_BODY_BYTES = 64 * 1024  # the largest honest body is a small JSON object
MAX_SOUND_BYTES = 2 * 1024 * 1024  # two minutes of Opus or AAC as browsers record them
_SOUND_PATH = re.compile(r"/api/calls/[^/]+/comments/voice")
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_PROXY_HEADERS = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")
SESSION_COOKIE, LOOPBACK_COOKIE = "__Host-ringside", "ringside-loopback"  # see server.people.cookies
_SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
}


def content_security_policy(host: str) -> str:
    """`'self'` doesn't cover WebSockets in every browser that people still use, so their address is spelled out."""
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self' 'unsafe-inline'",  # the waveform's shadow root carries its own style element
            "img-src 'self' data:",
            "media-src 'self' blob:",
            "worker-src 'self' blob:",
            f"connect-src 'self' ws://{host} wss://{host}",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def is_loopback(host: str) -> bool:
    """`host` is a name or address without port."""
    name = host.strip("[]").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def is_direct_loopback(connection: HTTPConnection) -> bool:
    """Whether a program on this machine asks by itself: a proxy's requests come from here, too, but say so."""
    peer = connection.client
    return (
        peer is not None
        and is_loopback(peer.host)
        and is_loopback(without_port(connection.headers.get("host", "")))
        and not any(name in connection.headers for name in _PROXY_HEADERS)
    )


def address_of(connection: HTTPConnection, *, behind_proxy: bool) -> str:
    """Where a request comes from, for limits: behind a proxy what the proxy itself saw, which nobody can make up."""
    passed_on = connection.headers.getlist("x-forwarded-for") if behind_proxy else []
    if passed_on:
        return passed_on[-1].rpartition(",")[2].strip()
    return "" if connection.client is None else connection.client.host


class HostPolicy:
    """Which hosts this server answers to, and which origins may change something or open a socket.

    `public_urls` are the addresses under which a proxy shows the server. Without any, only loopback names are
    answered: a name that someone's DNS points at 127.0.0.1 (DNS rebinding) isn't among them. `any_host` is for a
    server that others reach directly, by whatever name it has in their network.
    """

    def __init__(self, public_urls: Iterable[str] = (), *, any_host: bool = False) -> None:
        self._any_host = any_host
        self._origins = {_origin(url) for url in public_urls}
        self._hosts = {urlsplit(url).netloc.lower() for url in public_urls}

    def knows_host(self, host: str) -> bool:
        if self._any_host or host.lower() in self._hosts:
            return True
        return is_loopback(without_port(host))

    def allows_origin(self, headers: Headers, scheme: str) -> bool:
        """A browser names the page's origin with every change and every WebSocket; a program doesn't.

        Who brings the session that a browser keeps has to say where the request comes from: no page can leave these
        headers out or set them (Fetch standard), so that no token in the page is needed.
        """
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site not in (None, "same-origin", "none"):
            return False
        if origin is None:
            return site is not None or not _has_session(headers)
        own = f"{'https' if scheme in ('https', 'wss') else 'http'}://{headers.get('host', '')}"
        return origin.lower() == own.lower() or origin.lower() in self._origins


def _has_session(headers: Headers) -> bool:
    return any(f"{name}=" in headers.get("cookie", "") for name in (SESSION_COOKIE, LOOPBACK_COOKIE))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def without_port(host: str) -> str:
    """The name or address of a Host header."""
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]


class Guard:
    """The middleware. A refusal is an error body, for a WebSocket a refused handshake (403)."""

    def __init__(self, app: ASGIApp, policy: HostPolicy, max_body_bytes: int = MAX_BODY_BYTES) -> None:
        self._app, self._policy, self._max_body_bytes = app, policy, max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        scope_send = send if scope["type"] == "websocket" else _with_security_headers(send, host)
        refusal = self._refusal(scope, headers, host)
        if refusal is not None:
            status, code, message = refusal
            if scope["type"] == "websocket":
                await receive()
                await send({"type": "websocket.close", "code": 1008, "reason": code})
            else:
                await error_response(status, code, message)(scope, receive, scope_send)
            return
        await self._app(scope, _Bounded(receive, self._most(scope)), scope_send)

    def _refusal(self, scope: Scope, headers: Headers, host: str) -> tuple[int, str, str] | None:
        if not self._policy.knows_host(host):
            return (
                421,
                "unknown_host",
                f"{host[:100]!r} isn't this server; if it is, say so in RINGSIDE_ALLOWED_ORIGINS",
            )
        changes = scope["type"] == "websocket" or scope["method"] not in _SAFE_METHODS
        if changes and not self._policy.allows_origin(headers, scope["scheme"]):
            return (
                403,
                "foreign_origin",
                "a page of another site may not do this; open Ringside's own page (a proxy before it must pass on Host "
                "and X-Forwarded-Proto)",
            )
        if scope["type"] == "websocket":
            return None
        length = headers.get("content-length", "0")
        if not length.isdigit():
            return (400, "bad_length", "the Content-Length isn't a number")
        most = self._most(scope)
        if int(length) > most:
            return (413, "too_large", f"the body has more than {most} bytes")
        has_body = int(length) > 0 or "transfer-encoding" in headers
        media = headers.get("content-type", "").partition(";")[0].strip().lower()
        if _takes_sound(scope):
            if has_body and not media.startswith("audio/"):
                return (415, "bad_media_type", "send the sound as audio/webm, audio/ogg, audio/mp4 or audio/wav")
        elif changes and has_body and media != "application/json":
            return (415, "bad_media_type", "send the body as application/json")
        return None

    def _most(self, scope: Scope) -> int:
        return MAX_SOUND_BYTES if scope["type"] == "http" and _takes_sound(scope) else self._max_body_bytes


def _takes_sound(scope: Scope) -> bool:
    """`audio/...` is no type that a foreign page can send without asking first, as little as JSON is."""
    return scope["method"] == "POST" and _SOUND_PATH.fullmatch(scope["path"]) is not None


class _Bounded:
    """Stops reading a body without a stated length once it is too long."""

    def __init__(self, receive: Receive, max_bytes: int) -> None:
        self._receive, self._left = receive, max_bytes

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                raise HTTPException(413, "the body is too long")  # FastAPI passes only its own kind on
        return message


def _with_security_headers(send: Send, host: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _SECURITY_HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Content-Security-Policy", content_security_policy(host))
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return sending

"""The session's cookie.

`__Host-ringside` is Secure: browsers take it over TLS, and Chromium and Firefox also on plain http from this machine
itself. Safari doesn't, so that there a second cookie carries the same token; the way from a browser to a server on the
same machine is nobody else's. It is neither set nor read anywhere else.
"""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.responses import Response

from server.guards import LOOPBACK_COOKIE, SESSION_COOKIE, is_loopback, without_port
from server.people.registry import registry_of


def token_of(connection: HTTPConnection) -> str | None:
    """The token that the browser sends, if any."""
    token = connection.cookies.get(SESSION_COOKIE)
    if token is None and _plain_loopback(connection):
        token = connection.cookies.get(LOOPBACK_COOKIE)
    return token


def keep_token(connection: HTTPConnection, response: Response, token: str) -> None:
    """Have the browser keep it for as long as the session can last."""
    seconds = int(registry_of(connection).sessions.longest.total_seconds())
    response.set_cookie(SESSION_COOKIE, token, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax")
    if _plain_loopback(connection):
        response.set_cookie(LOOPBACK_COOKIE, token, max_age=seconds, path="/", httponly=True, samesite="lax")


def forget_token(connection: HTTPConnection, response: Response) -> None:
    response.delete_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    if _plain_loopback(connection):
        response.delete_cookie(LOOPBACK_COOKIE, path="/", httponly=True, samesite="lax")


def _plain_loopback(connection: HTTPConnection) -> bool:
    return connection.url.scheme in ("http", "ws") and is_loopback(without_port(connection.headers.get("host", "")))

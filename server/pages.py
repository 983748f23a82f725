"""The built web page: hashed assets for ever, everything else fresh, and the one page for every address of its own."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

_NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Ringside</title>
<h1>Ringside is running, but its page isn't built</h1>
<p>Run <code>make web</code> in the checkout, then reload. The server itself is there: <a href="/api/status">status</a>.
</html>"""


class Pages(StaticFiles):
    """`web/dist`. A path that is no file is an address of the page's own and gets index.html."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or Path(path).suffix:
                raise
            response = await super().get_response("index.html", scope)
        immutable = path.startswith("assets/")  # Vite puts a hash of the content into these names
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if immutable else "no-cache"
        return response


class PagesOrHint:
    """The page, or while it isn't built a hint. Looks at each request, so that `make web` needs no restart."""

    def __init__(self, dist: Path) -> None:
        self._dist = dist
        self._pages: Pages | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": "no_socket_here"})
            return
        if scope["path"].startswith("/api/"):
            raise HTTPException(404, "nothing is at this address")
        if self._pages is None and (self._dist / "index.html").is_file():
            self._pages = Pages(directory=self._dist, html=True)
        if self._pages is not None:
            await self._pages(scope, receive, send)
        elif scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405, "only GET and HEAD here")
        else:
            await HTMLResponse(_NOT_BUILT)(scope, receive, send)


def install(app: FastAPI, dist: Path) -> None:
    """Answer for every address that no route has. (A mount would also answer for a route's other methods.)"""
    app.router.default = PagesOrHint(dist)

"""A file that can be asked for in parts, whose refusals are errors of the interface like any other."""

from __future__ import annotations

from fastapi.responses import FileResponse, Response
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from server.api_errors import error_response


class RangedFile(FileResponse):
    """Starlette's answers to a Range header (RFC 9110, section 14), but for what it says when it refuses one."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal: Response | None = None

        async def sending(message: Message) -> None:
            nonlocal refusal
            if message["type"] == "http.response.start" and message["status"] >= 400:
                refusal = _refusal(message["status"], Headers(raw=message["headers"]))
            if refusal is None:
                await send(message)

        await super().__call__(scope, receive, sending)
        if refusal is not None:
            await refusal(scope, receive, send)


def _refusal(status: int, headers: Headers) -> Response:
    if status != 416:
        return error_response(status, "bad_range", "the Range header can't be read; send bytes=FIRST-LAST")
    whole = headers["content-range"]
    size = whole.removeprefix("bytes */")
    message = f"the range lies outside of the {size} bytes there are; ask for one from 0 to {int(size) - 1}"
    return error_response(status, "outside_range", message, {"Content-Range": whole})

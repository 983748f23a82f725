"""Errors of the HTTP interface: every one is `{"error": {"code", "message"}}`, and the message names the mend."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from server.storage.people import NotPossible

_CODES = {400: "bad_request", 401: "signed_out", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}


class ErrorDetail(BaseModel):
    code: str
    message: str
    now: dict[str, Any] | None = Field(default=None, description="what it is by now, where somebody else changed it")


class ErrorBody(BaseModel):
    error: ErrorDetail


class ApiError(Exception):
    """Raised by a route: the status, a code for programs, one line for people."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        headers: dict[str, str] | None = None,
        *,
        now: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers, self.now = status, code, message, headers, now


def error_response(
    status: int, code: str, message: str, headers: dict[str, str] | None = None, now: dict[str, Any] | None = None
) -> JSONResponse:
    changed = {} if now is None else {"now": now}
    return JSONResponse({"error": {"code": code, "message": message, **changed}}, status, headers)


def error_docs(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route for the OpenAPI description."""
    return {status: {"model": ErrorBody, "description": HTTPStatus(status).phrase} for status in statuses}


def install(app: FastAPI) -> None:
    @app.exception_handler(ApiError)
    async def on_api_error(_request: Request, error: ApiError) -> Response:
        return error_response(error.status, error.code, error.message, error.headers, error.now)

    @app.exception_handler(NotPossible)
    async def on_not_possible(_request: Request, error: NotPossible) -> Response:
        return error_response(409, error.code, error.message)

    @app.exception_handler(HTTPException)
    async def on_http_error(_request: Request, error: HTTPException) -> Response:
        code = _CODES.get(error.status_code, f"http_{error.status_code}")
        return error_response(error.status_code, code, str(error.detail), dict(error.headers or {}))

    @app.exception_handler(RequestValidationError)
    async def on_invalid(_request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        if first["type"] == "json_invalid":
            return error_response(400, "bad_json", "the body isn't JSON; send one JSON object")
        where = ".".join(str(part) for part in first["loc"])
        return error_response(422, "invalid", f"{where}: {first['msg']}")

    @app.exception_handler(Exception)
    async def on_failure(_request: Request, _error: Exception) -> Response:
        # Starlette re-raises after this answer, so that the server's log has the traceback.
        return error_response(500, "internal", "the server failed at this; its log says why, under the request's id")

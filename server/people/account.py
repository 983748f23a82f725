"""One's own account over HTTP: the password, and where one is signed in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from server.api_errors import ApiError, error_docs
from server.people.cookies import forget_token, keep_token
from server.people.entering import note_try
from server.people.entry import CurrentViewer
from server.people.passwords import hashed, matches, problem_with
from server.people.registry import registry_of
from server.people.schemas import NewPassword, SessionList, SessionOut
from server.people.viewer import Viewer
from server.storage.people_tables import PersonRow

router = APIRouter(prefix="/api/me")


@router.put("/password", status_code=204, responses=error_docs(400, 403, 409, 413, 415, 422, 429))
def change_password(request: Request, viewer: CurrentViewer, body: NewPassword) -> Response:
    """Every other session is over; this one goes on under a new token."""
    registry, person = registry_of(request), _person(viewer)
    tries = note_try(registry, request, person.login)
    if not matches(body.old, person.password_hash):
        raise ApiError(403, "wrong_password", "the old password isn't right; try again, or ask an admin for a reset")
    registry.tries.take_back(tries)
    if (problem := problem_with(body.new, person.login)) is not None:
        raise ApiError(422, "weak_password", problem)
    registry.people.set_password(person.id, hashed(body.new), person.login)
    response = Response(status_code=204)
    keep_token(request, response, registry.sessions.open(person.id, request.headers.get("user-agent", "")))
    return response


@router.get("/sessions", responses=error_docs(409))
def sessions(request: Request, viewer: CurrentViewer) -> SessionList:
    """Where the viewer is signed in."""
    rows = registry_of(request).sessions.of(_person(viewer).id)
    return SessionList(
        sessions=[
            SessionOut(
                id=row.id,
                browser=row.browser,
                created_at=row.created_at,
                seen_at=row.seen_at,
                current=row.id == viewer.session,
            )
            for row in rows
        ]
    )


@router.delete("/sessions", status_code=204, responses=error_docs(403, 409))
def sign_out_everywhere(request: Request, viewer: CurrentViewer) -> Response:
    """Here, too."""
    registry_of(request).sessions.close_all(_person(viewer).id)
    response = Response(status_code=204)
    forget_token(request, response)
    return response


@router.delete("/sessions/{session_id}", status_code=204, responses=error_docs(403, 404, 409, 422))
def sign_out_there(
    request: Request, viewer: CurrentViewer, session_id: Annotated[str, Path(max_length=64)]
) -> Response:
    if not registry_of(request).sessions.close(_person(viewer).id, session_id):
        raise ApiError(404, "unknown_session", "this session is over already")
    return Response(status_code=204)


def _person(viewer: Viewer) -> PersonRow:
    if viewer.person is None:
        raise ApiError(409, "no_accounts", "there are no accounts yet; everything works without signing in")
    return viewer.person

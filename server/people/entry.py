"""The door: who is asking, and whether the route's rule lets them. Every route depends on `admitted`.

    @router.get("/api/calls/{call_id}/notes")
    def notes(viewer: CurrentViewer, call: TheCall) -> ...:

with its line in `server.people.rules.RULES`.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Request, WebSocketException
from starlette.requests import HTTPConnection

from server.api_errors import ApiError
from server.guards import is_direct_loopback
from server.people.cookies import token_of
from server.people.registry import registry_of
from server.people.rules import RULES, TAKES_ACCOUNTS, Rule
from server.people.viewer import Viewer
from server.storage.calls import CallStore
from server.storage.tables import CallRow

_POLICY_VIOLATION = 1008
_ROLES = {
    Rule.AUTHOR: ("author",),
    Rule.ADMIN: ("admin",),
    Rule.OPERATOR: ("admin",),
    Rule.LEADER: ("admin", "coach"),
    Rule.COACH: ("coach",),
    Rule.COACHING: ("coach",),
}
_ACCOUNTS = "there are no accounts yet; make the first admin at /setup on the server's machine, or by ringside people"


def admitted(connection: HTTPConnection) -> Viewer | None:
    """Whoever asks, None while signed out where that will do. Raises ApiError; a socket is closed before it opens.

    For a rule on a call it is left in `connection.state.call`, where `TheCall` finds it. A socket of a call that isn't
    theirs is let through without one, so that it is told the same as of a call that isn't there.
    """
    socket = connection.scope["type"] == "websocket"
    method = "WEBSOCKET" if socket else connection.scope["method"]
    try:
        return _admitted(connection, RULES.get((method, connection.scope["route"].path)))
    except ApiError as refusal:
        if not socket:
            raise
        if refusal.status == 401:
            raise WebSocketException(_POLICY_VIOLATION, refusal.code) from refusal
        connection.state.call = None
        return None


def _admitted(connection: HTTPConnection, rule: Rule | None) -> Viewer | None:
    if rule is None:
        raise ApiError(404, "not_found", "nothing is at this address")
    viewer = who_asks(connection)
    if rule is Rule.ANYONE or (rule is Rule.OPERATOR and is_direct_loopback(connection)):
        return viewer
    if viewer is None:
        raise ApiError(401, "signed_out", "sign in first")
    if viewer.person is None and rule in TAKES_ACCOUNTS:
        raise ApiError(409, "no_accounts", _ACCOUNTS)
    if (roles := _ROLES.get(rule)) and viewer.roles.isdisjoint(roles):
        raise ApiError(403, "not_yours", f"this is for {rule.value}; ask an admin for that role")
    if rule in (Rule.SEES_CALL, Rule.OWNS_CALL, Rule.COACHES_CALL):
        connection.state.call = visible(connection, viewer, connection.path_params["call_id"], rule)
    return viewer


def who_asks(connection: HTTPConnection) -> Viewer | None:
    """Whose cookie it is; without any accounts whoever it is; None while signed out. Blocking."""
    registry = registry_of(connection)
    if not registry.people.anybody():
        return Viewer.alone()
    token = token_of(connection)
    found = None if token is None else registry.sessions.find(token)
    return None if found is None else Viewer.of(found[1], found[0].id)


def visible(connection: HTTPConnection, viewer: Viewer, call_id: str, rule: Rule = Rule.SEES_CALL) -> CallRow:
    """A call that they may see, or own. Raises ApiError: 404 as if it weren't there, 403 if only seen. Blocking."""
    store: CallStore = connection.app.state.switchboard.store
    call = store.get(call_id)
    if call is None or not viewer.may_see(call):
        raise ApiError(404, "unknown_call", f"no call has the id {call_id[:40]!r}")
    if rule is Rule.OWNS_CALL and not viewer.owns(call):
        raise ApiError(403, "not_yours", "this call was shared with you to see; only its learner may do that")
    if rule is Rule.COACHES_CALL and not viewer.may_coach(call):
        raise ApiError(403, "not_yours", "this is for a coach of a team that the call was shared with")
    return call


def _viewer(viewer: Annotated[Viewer | None, Depends(admitted)]) -> Viewer:
    assert viewer is not None, "a route for anyone asks for MaybeViewer"
    return viewer


def _call(
    request: Request,
    call_id: Annotated[str, Path(max_length=64)],
    _admitted: Annotated[Viewer | None, Depends(admitted)],
) -> CallRow:
    call: CallRow = request.state.call
    return call


CurrentViewer = Annotated[Viewer, Depends(_viewer)]
MaybeViewer = Annotated[Viewer | None, Depends(admitted)]
TheCall = Annotated[CallRow, Depends(_call)]

"""Signing in and out over HTTP, and what comes before: the first admin, accepting an invitation, a new password."""

from __future__ import annotations

import math

from fastapi import APIRouter, Request
from fastapi.responses import Response

from server.api_errors import ApiError, error_docs
from server.guards import address_of, is_direct_loopback
from server.people.cookies import forget_token, keep_token
from server.people.entry import MaybeViewer
from server.people.out import person_out
from server.people.passwords import hashed, matches, problem_with
from server.people.registry import TRY_WINDOW, Registry, registry_of
from server.people.schemas import Acceptance, LinkOut, LinkToken, Me, NewPerson, Renewal, SignIn
from server.people.viewer import ROLES
from server.storage.people_tables import PersonRow

router = APIRouter(prefix="/api")
MOST_TRIES_ACCOUNT = 10  # within the registry's window: a person remembers by then, or asks for a reset
MOST_TRIES_ADDRESS = 50  # an office shares one
_ALL = (400, 403, 409, 413, 415, 422)


@router.get("/me")
def me(request: Request, viewer: MaybeViewer) -> Me:
    """Who is signed in, and whether anybody has to be."""
    accounts = registry_of(request).people.anybody()
    person = None if viewer is None or viewer.person is None else person_out(viewer.person)
    return Me(accounts=accounts, setup=not accounts and is_direct_loopback(request), person=person)


@router.post("/setup", status_code=201, responses=error_docs(*_ALL))
def setup(request: Request, response: Response, body: NewPerson) -> Me:
    """Make the first admin, from this machine only; the calls that were made before are theirs."""
    registry = registry_of(request)
    if not is_direct_loopback(request):
        raise ApiError(
            403, "only_here", "open /setup on the server's own machine, or make the first admin by ringside people"
        )
    if registry.people.anybody():
        raise ApiError(409, "accounts_exist", "there are accounts already; sign in, or have an admin invite you")
    _must_do(body.password, body.login)
    person = registry.people.add_first(body.login, body.name, hashed(body.password), ROLES, "the set-up page")
    return _signed_in(request, response, person)


@router.post("/session", status_code=201, responses=error_docs(*_ALL, 401, 429))
def sign_in(request: Request, response: Response, body: SignIn) -> Me:
    """Sign in. What is wrong, the name or the password, isn't said."""
    registry = registry_of(request)
    if not registry.people.anybody():
        raise ApiError(409, "no_accounts", "there are no accounts yet; everything works without signing in")
    tries = note_try(registry, request, body.login)
    person = registry.people.by_login(body.login)
    known = person is not None and person.disabled_at is None
    if not matches(body.password, person.password_hash if person is not None and known else None) or person is None:
        raise ApiError(401, "wrong_password", "the name or the password isn't right; try again, or ask for a reset")
    registry.tries.take_back(tries)
    return _signed_in(request, response, person)


@router.delete("/session", status_code=204, responses=error_docs(403))
def sign_out(request: Request, viewer: MaybeViewer) -> Response:
    """Sign out here."""
    if viewer is not None and viewer.id is not None and viewer.session is not None:
        registry_of(request).sessions.close(viewer.id, viewer.session)
    response = Response(status_code=204)
    forget_token(request, response)
    return response


@router.post("/links/look", responses=error_docs(*_ALL))
def look(request: Request, body: LinkToken) -> LinkOut:
    """What an invitation or a reset is good for."""
    registry = registry_of(request)
    row = registry.links.look(body.token)
    person = None if row.kind == "invitation" or row.person_id is None else registry.people.get(row.person_id)
    team = next((team.name for team in registry.people.teams() if team.id == row.team_id), None)
    return LinkOut.model_validate(
        {
            "kind": row.kind,
            "roles": row.roles,
            "team": team,
            "name": None if person is None else person.name,
            "expires_at": row.expires_at,
        }
    )


@router.post("/links/accept", status_code=201, responses=error_docs(*_ALL))
def accept(request: Request, response: Response, body: Acceptance) -> Me:
    """Make the account that a link invites to, and sign in. The link is used up."""
    registry = registry_of(request)
    registry.links.look(body.token)
    _must_do(body.password, body.login)
    person = registry.links.accept(body.token, body.login, body.name, hashed(body.password))
    return _signed_in(request, response, person)


@router.post("/links/renew", status_code=201, responses=error_docs(*_ALL))
def renew(request: Request, response: Response, body: Renewal) -> Me:
    """Choose the new password that a link is for, and sign in; every former session is over."""
    registry = registry_of(request)
    row = registry.links.look(body.token)
    person = None if row.person_id is None else registry.people.get(row.person_id)
    _must_do(body.password, "" if person is None else person.login)
    return _signed_in(request, response, registry.links.renew(body.token, hashed(body.password)))


def note_try(registry: Registry, request: Request, login: str) -> list[int]:
    """Note that a password is tried, to be taken back when it was right. Raises ApiError when it was too often."""
    behind_proxy: bool = request.app.state.behind_proxy
    address = address_of(request, behind_proxy=behind_proxy)
    tries, wait_s = registry.tries.note(
        {f"account {login}": MOST_TRIES_ACCOUNT, f"address {address}": MOST_TRIES_ADDRESS}
    )
    if not tries:
        minutes = math.ceil(wait_s / 60)
        raise ApiError(
            429,
            "too_many_tries",
            f"too many tries in {TRY_WINDOW.seconds // 60} minutes; wait {minutes} min, or ask an admin for a reset",
            {"Retry-After": str(math.ceil(wait_s))},
        )
    return tries


def _must_do(password: str, login: str) -> None:
    if (problem := problem_with(password, login)) is not None:
        raise ApiError(422, "weak_password", problem)


def _signed_in(request: Request, response: Response, person: PersonRow) -> Me:
    browser = request.headers.get("user-agent", "")
    keep_token(request, response, registry_of(request).sessions.open(person.id, browser))
    return Me(accounts=True, setup=False, person=person_out(person))

"""People, teams and invitations over HTTP: for admins, and for coaches as far as their own teams go."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from server.api_errors import ApiError, error_docs
from server.people.entry import CurrentViewer
from server.people.out import person_out, team_ref
from server.people.registry import registry_of
from server.people.schemas import (
    AuditEntry,
    AuditList,
    InvitationIn,
    InvitationList,
    InvitationOut,
    OnceShown,
    PeopleList,
    PersonChange,
    PersonOut,
    TeamIn,
    TeamList,
    TeamRef,
)
from server.people.viewer import Viewer
from server.storage.people_tables import LinkRow, PersonRow, TeamRow

router = APIRouter(prefix="/api")
Id = Annotated[str, Path(max_length=64)]
_RESET_LASTS = timedelta(days=1)
_READ = (403, 409)
_CHANGE = (400, 403, 404, 409, 413, 415, 422)


@router.get("/people", responses=error_docs(*_READ))
def people(request: Request, viewer: CurrentViewer) -> PeopleList:
    """Everybody; to a coach who is in one of their teams."""
    found = registry_of(request).people.people(None if viewer.has("admin") else viewer.teams)
    return PeopleList(people=[person_out(person) for person in found])


@router.patch("/people/{person_id}", responses=error_docs(*_CHANGE))
def change(request: Request, viewer: CurrentViewer, person_id: Id, body: PersonChange) -> PersonOut:
    """Name, roles, teams, or whether they may sign in. Who is disabled is signed out everywhere at once."""
    person = registry_of(request).people.change(
        person_id, _login(viewer), name=body.name, roles=body.roles, teams=body.teams, disabled=body.disabled
    )
    if person is None:
        raise _unknown("person", person_id)
    return person_out(person)


@router.post("/people/{person_id}/reset", status_code=201, responses=error_docs(*_CHANGE))
def reset(request: Request, viewer: CurrentViewer, person_id: Id) -> OnceShown:
    """A link by which they choose a new password, within a day and once. It isn't shown again."""
    registry = registry_of(request)
    person = registry.people.get(person_id)
    if person is None:
        raise _unknown("person", person_id)
    row, token = registry.links.reset(person, _RESET_LASTS, _person(viewer))
    return OnceShown(id=row.id, link=f"/renew#{token}", expires_at=row.expires_at)


@router.get("/teams", responses=error_docs(*_READ))
def teams(request: Request, viewer: CurrentViewer) -> TeamList:
    """All teams; to a coach their own."""
    return TeamList(teams=[team_ref(team) for team in _teams(request, viewer)])


@router.post("/teams", status_code=201, responses=error_docs(*_CHANGE))
def add_team(request: Request, viewer: CurrentViewer, body: TeamIn) -> TeamRef:
    return team_ref(registry_of(request).people.add_team(body.name, _login(viewer)))


@router.patch("/teams/{team_id}", responses=error_docs(*_CHANGE))
def rename_team(request: Request, viewer: CurrentViewer, team_id: Id, body: TeamIn) -> TeamRef:
    team = registry_of(request).people.rename_team(team_id, body.name, _login(viewer))
    if team is None:
        raise _unknown("team", team_id)
    return team_ref(team)


@router.delete("/teams/{team_id}", status_code=204, responses=error_docs(403, 404, 409, 422))
def remove_team(request: Request, viewer: CurrentViewer, team_id: Id) -> Response:
    """Its people stay; what was shared with it is shared with it no longer."""
    if not registry_of(request).people.remove_team(team_id, _login(viewer)):
        raise _unknown("team", team_id)
    return Response(status_code=204)


@router.get("/invitations", responses=error_docs(*_READ))
def invitations(request: Request, viewer: CurrentViewer) -> InvitationList:
    """Those that can still be accepted; to a coach their own."""
    registry = registry_of(request)
    names = {team.id: team for team in registry.people.teams()}
    rows = registry.links.open_invitations(None if viewer.has("admin") else viewer.id)
    return InvitationList(invitations=[_invitation(row, names) for row in rows])


@router.post("/invitations", status_code=201, responses=error_docs(*_CHANGE))
def invite(request: Request, viewer: CurrentViewer, body: InvitationIn) -> OnceShown:
    """A link by which one person makes an account; not shown again. Coaches invite learners into their own teams."""
    if not viewer.has("admin") and (set(body.roles) != {"learner"} or body.team not in viewer.teams):
        raise ApiError(403, "not_yours", "coaches invite learners into a team of their own; ask an admin for the rest")
    row, token = registry_of(request).links.invite(
        body.roles, body.team, timedelta(days=body.days), body.note, _person(viewer)
    )
    return OnceShown(id=row.id, link=f"/join#{token}", expires_at=row.expires_at)


@router.delete("/invitations/{invitation_id}", status_code=204, responses=error_docs(403, 404, 409, 422))
def withdraw(request: Request, viewer: CurrentViewer, invitation_id: Id) -> Response:
    made_by = None if viewer.has("admin") else viewer.id
    if not registry_of(request).links.withdraw(invitation_id, _login(viewer), made_by):
        raise _unknown("open invitation", invitation_id)
    return Response(status_code=204)


@router.get("/audit", responses=error_docs(*_READ, 422))
def audit(request: Request, viewer: CurrentViewer, limit: Annotated[int, Query(ge=1, le=1000)] = 200) -> AuditList:
    """What was done with accounts, newest first."""
    rows = registry_of(request).people.record(limit)
    return AuditList(
        entries=[
            AuditEntry(at=row.at, by=row.by, act=row.act, subject=row.subject, details=row.details) for row in rows
        ]
    )


def _teams(request: Request, viewer: Viewer) -> list[TeamRow]:
    every = registry_of(request).people.teams()
    return [team for team in every if viewer.has("admin") or team.id in viewer.teams]


def _invitation(row: LinkRow, teams: dict[str, TeamRow]) -> InvitationOut:
    team = None if row.team_id is None else teams.get(row.team_id)
    return InvitationOut.model_validate(
        {
            "id": row.id,
            "roles": row.roles,
            "team": None if team is None else team_ref(team),
            "note": row.note,
            "made_at": row.made_at,
            "expires_at": row.expires_at,
        }
    )


def _person(viewer: Viewer) -> PersonRow:
    assert viewer.person is not None, "the rules of these routes take accounts"
    return viewer.person


def _login(viewer: Viewer) -> str:
    return _person(viewer).login


def _unknown(what: str, id_: str) -> ApiError:
    return ApiError(404, f"unknown_{what.rpartition(' ')[2]}", f"no {what} has the id {id_[:40]!r}")

"""Rows of people as the interface shows them."""

from __future__ import annotations

from server.people.schemas import PersonOut, TeamRef
from server.storage.people_tables import PersonRow, TeamRow


def person_out(person: PersonRow) -> PersonOut:
    return PersonOut.model_validate(
        {
            "id": person.id,
            "login": person.login,
            "name": person.name,
            "roles": person.roles,
            "teams": [team_ref(team) for team in person.teams],
            "disabled": person.disabled_at is not None,
        }
    )


def team_ref(team: TeamRow) -> TeamRef:
    return TeamRef(id=team.id, name=team.name)

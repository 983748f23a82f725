"""Whoever asks for something: what they may do, and which calls they may see."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from server.storage.people_tables import PersonRow, Role
from server.storage.tables import CallRow

ROLES: tuple[Role, ...] = ("learner", "coach", "author", "admin")


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person who is signed in, or, while there are no accounts, whoever sits at this machine (`person` is None).

    `id` is None while there are no accounts, and is then the owner of every call. `teams` holds the ids of their teams.
    """

    id: str | None
    roles: frozenset[str]
    teams: frozenset[str]
    person: PersonRow | None = None
    session: str | None = None

    @classmethod
    def alone(cls) -> Viewer:
        """Nobody has an account: the one person there is may do everything but what takes accounts."""
        return cls(id=None, roles=frozenset(ROLES), teams=frozenset())

    @classmethod
    def of(cls, person: PersonRow, session: str | None = None) -> Viewer:
        return cls(
            id=person.id,
            roles=frozenset(person.roles),
            teams=frozenset(team.id for team in person.teams),
            person=person,
            session=session,
        )

    def has(self, *roles: Role) -> bool:
        """Whether one of these roles is theirs."""
        return not self.roles.isdisjoint(roles)

    def owns(self, call: CallRow) -> bool:
        """Whether it is their own call: to delete, to grade, to share, to try again."""
        return call.owner == self.id

    def coaches(self, team_ids: Collection[str]) -> bool:
        """Whether they coach one of these teams."""
        return self.has("coach") and not self.teams.isdisjoint(team_ids)

    def may_coach(self, call: CallRow) -> bool:
        """Whether they may score it: as a coach of a team that has it, but never their own; alone, all of them."""
        if self.person is None:
            return True
        return not self.owns(call) and self.coaches([share.team_id for share in call.shares])

    @property
    def name(self) -> str:
        return "You" if self.person is None else self.person.name

    def may_see(self, call: CallRow) -> bool:
        """Their own calls, and as a coach what was shared with a team of theirs. Nothing else, whatever their role."""
        return self.owns(call) or self.coaches([share.team_id for share in call.shares])

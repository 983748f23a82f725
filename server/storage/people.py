"""Accounts and teams in the database, and the record of what was done with them: every query on them stands here."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from server.storage.database import Database
from server.storage.people_tables import AuditRow, MembershipRow, PersonRow, Role, RoleRow, SessionRow, TeamRow
from server.storage.tables import CallRow

Now = Callable[[], datetime]


class NotPossible(Exception):
    """What is there already is in the way. `code` for programs, one line with the mend for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def utc_now() -> datetime:
    return datetime.now(UTC)


def new_id() -> str:
    return secrets.token_hex(8)


class PeopleStore:
    """Blocking: call it from a worker thread. `by` is the login of who does it, for the record."""

    def __init__(self, database: Database, now: Now = utc_now) -> None:
        self._database, self._now = database, now
        self._anybody = False

    def anybody(self) -> bool:
        """Whether there are accounts. Once there are, there always will be, so that the answer is kept."""
        if not self._anybody:
            with self._database.read() as session:
                self._anybody = bool(session.scalar(select(exists().select_from(PersonRow))))
        return self._anybody

    def add_first(self, login: str, name: str, password_hash: str, roles: Collection[Role], by: str) -> PersonRow:
        """The first admin, to whom the calls belong that were made before. Raises NotPossible if somebody is there."""
        with self._database.write() as session:
            if session.scalar(select(exists().select_from(PersonRow))):
                raise NotPossible("accounts_exist", "there are accounts already; sign in, or have an admin invite you")
            person = self._added(session, login, name, password_hash, roles, None)
            session.execute(update(CallRow).where(CallRow.owner.is_(None)).values(owner=person.id))
            note(session, self._now(), by, "first admin", login)
        return person

    def add_admin(self, login: str, name: str, password_hash: str, roles: Collection[Role], by: str) -> PersonRow:
        """One more account, by whoever may use the machine. Raises NotPossible if the name is taken."""
        with self._database.write() as session:
            person = self._added(session, login, name, password_hash, roles, None)
            note(session, self._now(), by, "added", login, roles=sorted(roles))
        return person

    def claim_calls(self) -> None:
        """Calls that rang while the first account was being made are its, too."""
        first = select(PersonRow.id).order_by(PersonRow.created_at, PersonRow.id).limit(1).scalar_subquery()
        with self._database.write() as session:
            session.execute(update(CallRow).where(CallRow.owner.is_(None)).values(owner=first))

    def get(self, person_id: str) -> PersonRow | None:
        with self._database.read() as session:
            return session.get(PersonRow, person_id)

    def by_login(self, login: str) -> PersonRow | None:
        with self._database.read() as session:
            return session.scalars(select(PersonRow).where(PersonRow.login == login)).first()

    def people(self, of_teams: Collection[str] | None = None) -> Sequence[PersonRow]:
        """Everybody, or who is in one of these teams; by name."""
        query = select(PersonRow).order_by(func.lower(PersonRow.name), PersonRow.id)
        if of_teams is not None:
            inside = select(MembershipRow.person_id).where(MembershipRow.team_id.in_(of_teams))
            query = query.where(PersonRow.id.in_(inside))
        with self._database.read() as session:
            return session.scalars(query).all()

    def names(self, ids: Collection[str]) -> dict[str, str]:
        with self._database.read() as session:
            rows = session.execute(select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(ids))).all()
            return {row.id: row.name for row in rows}

    def change(
        self,
        person_id: str,
        by: str,
        *,
        name: str | None = None,
        roles: Collection[Role] | None = None,
        teams: Collection[str] | None = None,
        disabled: bool | None = None,
    ) -> PersonRow | None:
        """What is None stays. Raises NotPossible where nobody could manage people any more, or a team isn't there."""
        with self._database.write() as session:
            person = session.get(PersonRow, person_id)
            if person is None:
                return None
            changed: dict[str, Any] = {}
            if name is not None and name != person.name:
                changed["name"] = person.name = name
            if roles is not None and set(roles) != set(person.roles):
                changed["roles"] = sorted(roles)
                person.role_rows = [RoleRow(person_id=person.id, role=role) for role in sorted(roles)]
            if teams is not None and set(teams) != {team.id for team in person.teams}:
                person.teams = [_team(session, team_id) for team_id in sorted(set(teams))]
                changed["teams"] = sorted(team.name for team in person.teams)
            if disabled is not None and disabled != (person.disabled_at is not None):
                changed["disabled"] = disabled
                person.disabled_at = self._now() if disabled else None
                if disabled:
                    session.execute(delete(SessionRow).where(SessionRow.person_id == person.id))
            session.flush()
            _someone_manages(session)
            if changed:
                note(session, self._now(), by, "changed", person.login, **changed)
            session.refresh(person)
            return person

    def set_password(self, person_id: str, password_hash: str, by: str) -> None:
        """Whoever was signed in with the former one no longer is."""
        with self._database.write() as session:
            person = session.get_one(PersonRow, person_id)
            person.password_hash = password_hash
            session.execute(delete(SessionRow).where(SessionRow.person_id == person_id))
            note(session, self._now(), by, "new password", person.login)

    def teams(self) -> Sequence[TeamRow]:
        with self._database.read() as session:
            return session.scalars(select(TeamRow).order_by(func.lower(TeamRow.name), TeamRow.id)).all()

    def add_team(self, name: str, by: str) -> TeamRow:
        """Raises NotPossible if the name is taken."""
        with self._database.write() as session:
            _name_is_free(session, name)
            team = TeamRow(id=new_id(), name=name, created_at=self._now())
            session.add(team)
            note(session, self._now(), by, "team added", name)
        return team

    def rename_team(self, team_id: str, name: str, by: str) -> TeamRow | None:
        """Raises NotPossible if the name is taken."""
        with self._database.write() as session:
            team = session.get(TeamRow, team_id)
            if team is None or team.name == name:
                return team
            _name_is_free(session, name)
            note(session, self._now(), by, "team renamed", team.name, to=name)
            team.name = name
            return team

    def remove_team(self, team_id: str, by: str) -> bool:
        """What was shared with it is seen by nobody in it any more."""
        with self._database.write() as session:
            team = session.get(TeamRow, team_id)
            if team is None:
                return False
            note(session, self._now(), by, "team removed", team.name)
            session.delete(team)
            return True

    def record(self, limit: int) -> Sequence[AuditRow]:
        """What was done with accounts, newest first."""
        with self._database.read() as session:
            return session.scalars(select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)).all()

    def note(self, by: str, act: str, subject: str, **details: Any) -> None:
        with self._database.write() as session:
            note(session, self._now(), by, act, subject, **details)

    def _added(
        self,
        session: Session,
        login: str,
        name: str,
        password_hash: str,
        roles: Collection[Role],
        team_id: str | None,
    ) -> PersonRow:
        return added(session, self._now(), login, name, password_hash, roles, team_id)


def added(
    session: Session,
    now: datetime,
    login: str,
    name: str,
    password_hash: str,
    roles: Collection[Role],
    team_id: str | None,
) -> PersonRow:
    """A new account inside a transaction. Raises NotPossible if the name to sign in with is taken."""
    if session.scalar(select(exists().where(PersonRow.login == login))):
        raise NotPossible("login_taken", f"{login!r} signs somebody in already; choose another")
    person = PersonRow(id=new_id(), login=login, name=name, password_hash=password_hash, created_at=now)
    person.role_rows = [RoleRow(person_id=person.id, role=role) for role in sorted(roles)]
    person.teams = [] if team_id is None else [_team(session, team_id)]
    session.add(person)
    session.flush()
    return person


def note(session: Session, at: datetime, by: str, act: str, subject: str, **details: Any) -> None:
    """Put an act on record, with the change that it tells of or not at all."""
    session.add(AuditRow(at=at, by=by, act=act, subject=subject[:200], details=details))


def _team(session: Session, team_id: str) -> TeamRow:
    team = session.get(TeamRow, team_id)
    if team is None:
        raise NotPossible("unknown_team", f"no team has the id {team_id[:40]!r}; choose one that is there")
    return team


def _name_is_free(session: Session, name: str) -> None:
    if session.scalar(select(exists().where(TeamRow.name == name))):
        raise NotPossible("team_exists", f"there is a team {name!r} already; choose another name")


def _someone_manages(session: Session) -> None:
    admins = select(RoleRow.person_id).where(RoleRow.role == "admin")
    if not session.scalar(select(exists().where(PersonRow.id.in_(admins), PersonRow.disabled_at.is_(None)))):
        raise NotPossible("last_admin", "nobody could manage people any more; make somebody else an admin first")

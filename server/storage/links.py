"""Links that let somebody in once: invitations and password resets. Every query on them stands here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import cast

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.storage.database import Database
from server.storage.people import NotPossible, Now, added, new_id, note, utc_now
from server.storage.people_tables import LinkRow, PersonRow, Role, SessionRow, TeamRow
from server.storage.sessions import hash_of, new_token

_GONE = NotPossible("link_over", "this link was used, withdrawn or is too old; ask for a new one")


class LinkStore:
    """Blocking: call it from a worker thread. A token is returned once and kept as its hash only."""

    def __init__(self, database: Database, now: Now = utc_now) -> None:
        self._database, self._now = database, now

    def invite(
        self, roles: Collection[Role], team_id: str | None, lasts: timedelta, note_: str, made_by: PersonRow
    ) -> tuple[LinkRow, str]:
        """Raises NotPossible if there is no such team."""
        with self._database.write() as session:
            team = None if team_id is None else session.get(TeamRow, team_id)
            if team_id is not None and team is None:
                raise NotPossible("unknown_team", f"no team has the id {team_id[:40]!r}; choose one that is there")
            row, token = self._added(session, "invitation", lasts, note_, made_by)
            row.roles, row.team_id = sorted(roles), team_id
            details = {"roles": sorted(roles), "team": None if team is None else team.name}
            note(session, self._now(), made_by.login, "invited", note_, **details)
            return row, token

    def reset(self, person: PersonRow, lasts: timedelta, made_by: PersonRow) -> tuple[LinkRow, str]:
        """A link to a new password. An earlier one for the same person is withdrawn."""
        with self._database.write() as session:
            session.execute(
                delete(LinkRow).where(
                    LinkRow.kind == "reset", LinkRow.person_id == person.id, LinkRow.used_at.is_(None)
                )
            )
            row, token = self._added(session, "reset", lasts, person.name, made_by)
            row.person_id = person.id
            note(session, self._now(), made_by.login, "password reset", person.login)
            return row, token

    def look(self, token: str) -> LinkRow:
        """What a link is good for. Raises NotPossible when for nothing (any more)."""
        with self._database.read() as session:
            return self._open(session, token)

    def accept(self, token: str, login: str, name: str, password_hash: str) -> PersonRow:
        """Make the account that a link invites to, and use the link up. Raises NotPossible."""
        with self._database.write() as session:
            row = self._open(session, token, "invitation")
            roles = cast("list[Role]", row.roles)
            person = added(session, self._now(), login, name, password_hash, roles, row.team_id)
            row.used_at, row.person_id = self._now(), person.id
            note(session, self._now(), login, "accepted an invitation", login, note=row.note)
            return person

    def renew(self, token: str, password_hash: str) -> PersonRow:
        """Give a person the new password, use the link up, end their sessions. Raises NotPossible."""
        with self._database.write() as session:
            row = self._open(session, token, "reset")
            person = session.get_one(PersonRow, row.person_id)
            person.password_hash = password_hash
            session.execute(delete(SessionRow).where(SessionRow.person_id == person.id))
            row.used_at = self._now()
            note(session, self._now(), person.login, "new password by a link", person.login)
            return person

    def open_invitations(self, made_by: str | None = None) -> Sequence[LinkRow]:
        """Those that can still be accepted, newest first."""
        query = select(LinkRow).where(
            LinkRow.kind == "invitation", LinkRow.used_at.is_(None), LinkRow.expires_at > self._now()
        )
        if made_by is not None:
            query = query.where(LinkRow.made_by == made_by)
        with self._database.read() as session:
            return session.scalars(query.order_by(LinkRow.made_at.desc(), LinkRow.id)).all()

    def withdraw(self, link_id: str, by: str, made_by: str | None = None) -> bool:
        """Whether there was one to withdraw (of `made_by`, if given)."""
        with self._database.write() as session:
            row = session.get(LinkRow, link_id)
            if row is None or row.kind != "invitation" or row.used_at or made_by not in (None, row.made_by):
                return False
            note(session, self._now(), by, "invitation withdrawn", row.note)
            session.delete(row)
            return True

    def _added(
        self, session: Session, kind: str, lasts: timedelta, note_: str, made_by: PersonRow
    ) -> tuple[LinkRow, str]:
        token, now = new_token(), self._now()
        row = LinkRow(
            id=new_id(),
            kind=kind,
            token_hash=hash_of(token),
            roles=[],
            note=note_,
            made_by=made_by.id,
            made_at=now,
            expires_at=now + lasts,
        )
        session.add(row)
        return row, token

    def _open(self, session: Session, token: str, kind: str | None = None) -> LinkRow:
        row = session.scalars(select(LinkRow).where(LinkRow.token_hash == hash_of(token))).first()
        if row is None or row.used_at is not None or row.expires_at <= self._now() or kind not in (None, row.kind):
            raise _GONE
        maker = session.get(PersonRow, row.made_by)
        if maker is None or maker.disabled_at is not None:
            raise _GONE
        if row.person_id is not None and session.get_one(PersonRow, row.person_id).disabled_at is not None:
            raise _GONE
        return row

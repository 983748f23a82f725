"""Which calls are shared with whom, and links to a moment of one: every query on sharing stands here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import select

from server.storage.database import Database
from server.storage.people import NotPossible, Now, new_id, utc_now
from server.storage.people_tables import MembershipRow, MomentLinkRow, PersonRow, RoleRow, ShareRow, TeamRow
from server.storage.tables import CallRow


class SharingStore:
    """Blocking: call it from a worker thread."""

    def __init__(self, database: Database, now: Now = utc_now) -> None:
        self._database, self._now = database, now

    def share(self, call_id: str, team_id: str, assignment: str | None = None) -> None:
        """The team's coaches may see the call from now on. With `assignment` it was submitted: that isn't taken back
        by the learner, and makes an earlier share by choice into one.
        """
        with self._database.write() as session:
            row = session.get(ShareRow, (call_id, team_id))
            if row is None:
                row = ShareRow(call_id=call_id, team_id=team_id, shared_at=self._now())
                session.add(row)
            if assignment is not None:
                row.assignment = assignment

    def take_back(self, call_id: str, team_id: str) -> bool:
        """Whether it was shared with this team. Raises NotPossible for what was submitted for an assignment."""
        with self._database.write() as session:
            row = session.get(ShareRow, (call_id, team_id))
            if row is None:
                return False
            if row.assignment is not None:
                raise NotPossible("submitted", "it was submitted for an assignment; ask your coach to give it back")
            session.delete(row)
            return True

    def of(self, call_id: str) -> Sequence[ShareRow]:
        query = select(ShareRow).join(TeamRow).where(ShareRow.call_id == call_id).order_by(TeamRow.name)
        with self._database.read() as session:
            return session.scalars(query).all()

    def coaches(self, team_ids: Collection[str]) -> dict[str, list[PersonRow]]:
        """Who coaches each of these teams, by name: whoever sees what is shared with it."""
        query = (
            select(MembershipRow.team_id, PersonRow)
            .join(PersonRow, PersonRow.id == MembershipRow.person_id)
            .join(RoleRow, RoleRow.person_id == PersonRow.id)
            .where(MembershipRow.team_id.in_(team_ids), RoleRow.role == "coach", PersonRow.disabled_at.is_(None))
            .order_by(PersonRow.name)
        )
        found: dict[str, list[PersonRow]] = {team_id: [] for team_id in team_ids}
        with self._database.read() as session:
            for team_id, person in session.execute(query):
                found[team_id].append(person)
        return found

    def shared_with(self, team_ids: Collection[str], but_of: str, limit: int) -> Sequence[CallRow]:
        """The calls of others that one of these teams was given, the latest shared first."""
        query = (
            select(CallRow)
            .join(ShareRow, ShareRow.call_id == CallRow.id)
            .where(ShareRow.team_id.in_(team_ids), CallRow.owner != but_of)
            .order_by(ShareRow.shared_at.desc(), CallRow.id)
            .limit(limit)
        )
        with self._database.read() as session:
            return list(dict.fromkeys(session.scalars(query)))

    def link(self, call_id: str, from_s: float, to_s: float, lasts: timedelta) -> MomentLinkRow:
        now = self._now()
        row = MomentLinkRow(id=new_id(), call_id=call_id, from_s=from_s, to_s=to_s, made_at=now, expires_at=now + lasts)
        with self._database.write() as session:
            session.add(row)
        return row

    def links(self, call_id: str) -> Sequence[MomentLinkRow]:
        """Those that still open something, newest first."""
        query = select(MomentLinkRow).where(MomentLinkRow.call_id == call_id, MomentLinkRow.expires_at > self._now())
        with self._database.read() as session:
            return session.scalars(query.order_by(MomentLinkRow.made_at.desc(), MomentLinkRow.id)).all()

    def open_link(self, link_id: str) -> MomentLinkRow | None:
        """None for one that was revoked, or is too old."""
        with self._database.read() as session:
            row = session.get(MomentLinkRow, link_id)
        return row if row is not None and row.expires_at > self._now() else None

    def revoke(self, call_id: str, link_id: str) -> bool:
        """Whether there was one."""
        with self._database.write() as session:
            row = session.get(MomentLinkRow, link_id)
            if row is None or row.call_id != call_id:
                return False
            session.delete(row)
            return True

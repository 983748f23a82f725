"""Who is signed in, and who tried to: every query on sessions and on tries stands here.

A token is known to its browser alone; the database has its SHA-256, which suffices for 256 random bits.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select, update

from server.storage.database import Database
from server.storage.people import Now, new_id, utc_now
from server.storage.people_tables import PersonRow, SessionRow, SignInTryRow

_SEEN_STEP = timedelta(minutes=1)  # a write for every request would queue behind those of calls


def new_token() -> str:
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


class SessionStore:
    """Blocking: call it from a worker thread. A session ends `idle` after it was last used, `longest` at the latest."""

    def __init__(self, database: Database, idle: timedelta, longest: timedelta, now: Now = utc_now) -> None:
        self._database, self._now = database, now
        self.idle, self.longest = idle, longest

    def open(self, person_id: str, browser: str) -> str:
        """Sign in; returns the token."""
        token, now = new_token(), self._now()
        with self._database.write() as session:
            session.execute(delete(SessionRow).where(self._over(now)))
            session.add(
                SessionRow(
                    id=new_id(),
                    token_hash=hash_of(token),
                    person_id=person_id,
                    created_at=now,
                    seen_at=now,
                    browser=browser[:200],
                )
            )
        return token

    def find(self, token: str) -> tuple[SessionRow, PersonRow] | None:
        """The session of this token and whose it is, while it lasts and they may sign in."""
        now = self._now()
        query = (
            select(SessionRow, PersonRow)
            .join(PersonRow, PersonRow.id == SessionRow.person_id)
            .where(SessionRow.token_hash == hash_of(token), ~self._over(now), PersonRow.disabled_at.is_(None))
        )
        with self._database.read() as session:
            found = session.execute(query).first()
        if found is None:
            return None
        row, person = found
        if now - row.seen_at >= _SEEN_STEP:
            with self._database.write() as session:
                session.execute(update(SessionRow).where(SessionRow.id == row.id).values(seen_at=now))
        return row, person

    def of(self, person_id: str) -> Sequence[SessionRow]:
        """Where somebody is signed in, the latest used first."""
        query = select(SessionRow).where(SessionRow.person_id == person_id, ~self._over(self._now()))
        with self._database.read() as session:
            return session.scalars(query.order_by(SessionRow.seen_at.desc(), SessionRow.id)).all()

    def close(self, person_id: str, session_id: str) -> bool:
        """Whether there was one."""
        with self._database.write() as session:
            gone = delete(SessionRow).where(SessionRow.id == session_id, SessionRow.person_id == person_id)
            return bool(session.execute(gone.returning(SessionRow.id)).all())

    def close_all(self, person_id: str) -> None:
        with self._database.write() as session:
            session.execute(delete(SessionRow).where(SessionRow.person_id == person_id))

    def _over(self, now: datetime) -> ColumnElement[bool]:
        return (SessionRow.seen_at <= now - self.idle) | (SessionRow.created_at <= now - self.longest)


class TryStore:
    """Tries to sign in within the last `window`. A try is noted before its password is looked at, so that many at once
    don't share the last one; a success takes its own back.
    """

    def __init__(self, database: Database, window: timedelta, now: Now = utc_now) -> None:
        self._database, self._window, self._now = database, window, now

    def note(self, limits: dict[str, int]) -> tuple[list[int], float]:
        """Note a try under each of these names and return its ids, or none and how many seconds to wait.

        The value is how many tries a name may have within the window.
        """
        now = self._now()
        wait_s = 0.0
        with self._database.write() as session:
            session.execute(delete(SignInTryRow).where(SignInTryRow.at <= now - self._window))
            hashed = {hash_of(who): most for who, most in limits.items()}
            for who, most in hashed.items():
                tries = select(func.count(), func.min(SignInTryRow.at)).where(SignInTryRow.who == who)
                count, first = session.execute(tries).one()
                if count >= most:
                    wait_s = max(wait_s, (first + self._window - now).total_seconds())
            if wait_s:
                return [], wait_s
            rows = [SignInTryRow(who=who, at=now) for who in hashed]
            session.add_all(rows)
            session.flush()
            return [row.id for row in rows], 0.0

    def take_back(self, ids: Sequence[int]) -> None:
        with self._database.write() as session:
            session.execute(delete(SignInTryRow).where(SignInTryRow.id.in_(ids)))

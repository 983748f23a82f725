"""Comments in the database: every query on them stands here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select

from server.storage.coaching_tables import Comment
from server.storage.database import Database

MOST_OF_A_CALL = 500  # far more than anybody reads; what keeps one page from filling the disk


@dataclass(frozen=True, slots=True)
class NewComment:
    call_id: str
    author: str
    author_name: str
    at_s: float
    turn: int | None
    quote: str | None
    text: str
    reaction: str | None = None
    voice_s: float | None = None


class TooMany(Exception):
    """The call has MOST_OF_A_CALL comments."""


class Comments:
    """Blocking: call it from a worker thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, call_id: str) -> Sequence[Comment]:
        """In the order of the call."""
        query = select(Comment).where(Comment.call_id == call_id).order_by(Comment.at_s, Comment.id)
        with self._database.read() as session:
            return session.scalars(query).all()

    def get(self, call_id: str, comment_id: int) -> Comment | None:
        with self._database.read() as session:
            found = session.get(Comment, comment_id)
        return found if found is not None and found.call_id == call_id else None

    def add(self, new: NewComment) -> Comment:
        """Raises TooMany."""
        with self._database.write() as session:
            count = session.scalar(select(func.count()).where(Comment.call_id == new.call_id)) or 0
            if count >= MOST_OF_A_CALL:
                raise TooMany
            row = Comment(
                call_id=new.call_id,
                author=new.author,
                author_name=new.author_name,
                at_s=new.at_s,
                turn=new.turn,
                quote=new.quote,
                text=new.text,
                reaction=new.reaction,
                voice_s=new.voice_s,
                made_at=datetime.now(UTC),
            )
            session.add(row)
            session.flush()
            return row

    def spoken(self, comment_id: int, voice_s: float) -> None:
        with self._database.write() as session:
            row = session.get(Comment, comment_id)
            if row is not None:
                row.voice_s = voice_s

    def remove(self, comment_id: int) -> None:
        with self._database.write() as session:
            row = session.get(Comment, comment_id)
            if row is not None:
                session.delete(row)

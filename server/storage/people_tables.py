"""The tables of people: who has an account, in which teams, what they shared. Other tables refer to `people.id`.

People are never deleted, only disabled, so that what they reviewed keeps its author.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import JSON, Double, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.storage.base import Base, UtcDateTime

Role = Literal["learner", "coach", "author", "admin"]
LinkKind = Literal["invitation", "reset"]


class PersonRow(Base):
    """One account. `login` is kept in small letters, and is what a person signs in with."""

    __tablename__ = "people"
    __table_args__ = (UniqueConstraint("login"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    login: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    role_rows: Mapped[list[RoleRow]] = relationship(
        cascade="all, delete-orphan", order_by="RoleRow.role", passive_deletes=True, lazy="selectin"
    )
    teams: Mapped[list[TeamRow]] = relationship(
        secondary="memberships", order_by="TeamRow.name", passive_deletes=True, lazy="selectin"
    )

    @property
    def roles(self) -> list[str]:
        return [row.role for row in self.role_rows]


class RoleRow(Base):
    __tablename__ = "roles"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[Role] = mapped_column(String(16), primary_key=True)


class TeamRow(Base):
    """Learners and those who coach them."""

    __tablename__ = "teams"
    __table_args__ = (UniqueConstraint("name"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MembershipRow(Base):
    __tablename__ = "memberships"
    __table_args__ = (Index("ix_memberships_person_id", "person_id"),)

    team_id: Mapped[str] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)


class SessionRow(Base):
    """One browser that is signed in. Its cookie's token is kept as its SHA-256 only."""

    __tablename__ = "sessions"
    __table_args__ = (UniqueConstraint("token_hash"), Index("ix_sessions_person_id", "person_id"))

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    browser: Mapped[str] = mapped_column(String(200))


class SignInTryRow(Base):
    """One try to sign in that didn't succeed (yet). `who` is the hash of an account's name or of an address."""

    __tablename__ = "sign_in_tries"
    __table_args__ = (Index("ix_sign_in_tries_who_at", "who", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    who: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class LinkRow(Base):
    """A link that lets somebody in once: to an account of their own, or to a new password for `person_id`."""

    __tablename__ = "links"
    __table_args__ = (UniqueConstraint("token_hash"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[LinkKind] = mapped_column(String(16))
    token_hash: Mapped[str] = mapped_column(String(64))
    roles: Mapped[list[str]] = mapped_column(JSON)
    team_id: Mapped[str | None] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    note: Mapped[str] = mapped_column(String(200))  # whom it is for, in the words of who made it
    made_by: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ShareRow(Base):
    """A call that a team's coaches may see. One that came with an assignment isn't the learner's to take back."""

    __tablename__ = "shares"
    __table_args__ = (Index("ix_shares_team_id_shared_at", "team_id", "shared_at"),)

    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
    team_id: Mapped[str] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True)
    shared_at: Mapped[datetime] = mapped_column(UtcDateTime)
    assignment: Mapped[str | None] = mapped_column(String(32))  # what it was submitted for; null: shared by choice
    team: Mapped[TeamRow] = relationship(lazy="joined")


class MomentLinkRow(Base):
    """A link to a stretch of a call for somebody without an account. The link itself is signed, not stored."""

    __tablename__ = "moment_links"
    __table_args__ = (Index("ix_moment_links_call_id", "call_id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"))
    from_s: Mapped[float] = mapped_column(Double)
    to_s: Mapped[float] = mapped_column(Double)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AuditRow(Base):
    """Who did what to whom with accounts. Texts, not references: it outlives what it tells of."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_at", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(200))
    act: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200))
    details: Mapped[dict[str, Any]] = mapped_column(JSON)

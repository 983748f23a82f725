"""The tables. What happened inside a call isn't here but in its journal; a row is what lists and look-ups need."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Double, ForeignKey, Index, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time in every database (SQLite forgets the zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"time {value!r} has no zone; give an aware time")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Constraint names are fixed, so that a later step can change a constraint in any database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


CallStatus = Literal["ringing", "live", "held", "ended", "interrupted"]
GradeState = Literal["pending", "running", "ready", "failed"]


class CallRow(Base):
    """One call. Titles and names are as they were at the call."""

    __tablename__ = "calls"
    __table_args__ = (
        Index("ix_calls_started_at_id", "started_at", "id"),
        Index("ix_calls_scenario", "scenario"),
        Index("ix_calls_status", "status"),
        Index("ix_calls_parent", "parent"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    scenario: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(Text)
    persona: Mapped[dict[str, Any]] = mapped_column(JSON)
    rubric: Mapped[str] = mapped_column(String(200))
    drill: Mapped[str | None] = mapped_column(String(200))
    difficulty: Mapped[int] = mapped_column()
    seed: Mapped[int] = mapped_column(BigInteger)
    parent: Mapped[str | None] = mapped_column(String(32))  # the call that this is another attempt at
    parent_turn: Mapped[int | None] = mapped_column()  # from the answer at this index of its turns on
    status: Mapped[CallStatus] = mapped_column(String(16))
    ended_reason: Mapped[str | None] = mapped_column(String(32))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    duration_s: Mapped[float] = mapped_column(Double, default=0.0)
    grade_state: Mapped[GradeState] = mapped_column(String(16), default="pending")
    grade_message: Mapped[str | None] = mapped_column(Text)
    grades: Mapped[list[GradeRow]] = relationship(
        cascade="all, delete-orphan", order_by="GradeRow.id", passive_deletes=True, lazy="selectin"
    )

    @property
    def grade(self) -> GradeRow | None:
        """The grade that counts: the latest."""
        return self.grades[-1] if self.grades else None


class GradeRow(Base):
    """One grading of a call; grading again adds a row. `body` is the grade's whole JSON."""

    __tablename__ = "grades"
    __table_args__ = (Index("ix_grades_call_id", "call_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"))
    rubric: Mapped[str] = mapped_column(String(200))
    rubric_version: Mapped[str] = mapped_column(String(50))
    score: Mapped[float | None] = mapped_column(Double)
    passed: Mapped[bool | None] = mapped_column()
    graded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)

"""The tables of calls. What happened inside a call isn't here but in its journal; a row is what lists need."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import JSON, BigInteger, Double, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.storage.base import Base, UtcDateTime
from server.storage.people_tables import ShareRow

__all__ = ["Base", "CallRow", "CallStatus", "GradeRow", "GradeState", "UtcDateTime"]

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
        Index("ix_calls_owner", "owner"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner: Mapped[str | None] = mapped_column(String(32))  # the person who rang; null while there are no accounts
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
    shares: Mapped[list[ShareRow]] = relationship(
        cascade="all, delete-orphan", order_by="ShareRow.shared_at", passive_deletes=True, lazy="selectin"
    )

    @property
    def grade(self) -> GradeRow | None:
        """The grade that counts: the latest of those that weren't made for comparison only."""
        return next((grade for grade in reversed(self.grades) if not grade.aside), None)


class GradeRow(Base):
    """One grading of a call; grading again adds a row. `body` is the grade's JSON, `log` what the engines answered.

    `rubric_hash` and `method` (a fingerprint of judge, models and prompts) say what made it; both are null in a grade
    from before they were recorded. `aside`: made for comparison, it doesn't count. `resumes` is the unfinished grade
    that this one went on from.
    """

    __tablename__ = "grades"
    __table_args__ = (
        Index("ix_grades_call_id", "call_id"),
        Index("ix_grades_rubric_hash_method", "rubric_hash", "method"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"))
    rubric: Mapped[str] = mapped_column(String(200))
    rubric_version: Mapped[str] = mapped_column(String(50))
    score: Mapped[float | None] = mapped_column(Double)
    passed: Mapped[bool | None] = mapped_column()
    graded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    rubric_hash: Mapped[str | None] = mapped_column(String(64))
    method: Mapped[str | None] = mapped_column(String(64))
    log: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    aside: Mapped[bool] = mapped_column(default=False)
    resumes: Mapped[int | None] = mapped_column()


class FrozenRubric(Base):
    """A rubric as it was when it was first used; its file may be edited since. `hash` is `Rubric.hash`."""

    __tablename__ = "frozen_rubrics"
    __table_args__ = (Index("ix_frozen_rubrics_rubric", "rubric"),)

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    rubric: Mapped[str] = mapped_column(String(200))
    version: Mapped[int] = mapped_column()
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    frozen_at: Mapped[datetime] = mapped_column(UtcDateTime)

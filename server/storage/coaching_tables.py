"""The tables of coaching. Names of people are as they were then; what they did stays when their account goes."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import JSON, Double, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.base import Base, UtcDateTime

ScoreKind = Literal["override", "blind"]
StandardState = Literal["measuring", "waiting", "in_force", "retired"]


class HumanScore(Base):
    """A person's level of a criterion: "0", "1", "2" or "na"; null takes an override back. Rows are only ever added.

    `criterion_hash` is of what the criterion says, so that a score outlives a new version of the rest of the rubric.
    """

    __tablename__ = "human_scores"
    __table_args__ = (
        Index("ix_human_scores_call_id_criterion", "call_id", "criterion"),
        Index("ix_human_scores_rubric_kind", "rubric", "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"))
    rubric: Mapped[str] = mapped_column(String(200))
    criterion: Mapped[str] = mapped_column(String(200))
    criterion_hash: Mapped[str] = mapped_column(String(64))
    kind: Mapped[ScoreKind] = mapped_column(String(16))
    round_id: Mapped[int | None] = mapped_column(ForeignKey("rounds.id", ondelete="CASCADE"))
    rater: Mapped[str] = mapped_column(String(64))
    rater_name: Mapped[str] = mapped_column(Text)
    level: Mapped[str | None] = mapped_column(String(2))
    reason: Mapped[str] = mapped_column(Text)
    machine: Mapped[str | None] = mapped_column(String(2))  # the level that the score stands beside
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Dispute(Base):
    """A learner who says that a score is wrong, and what a person made of it. No criterion: the grade as a whole."""

    __tablename__ = "disputes"
    __table_args__ = (Index("ix_disputes_call_id", "call_id"), Index("ix_disputes_settled_at", "settled_at"))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"))
    criterion: Mapped[str | None] = mapped_column(String(200))
    by: Mapped[str] = mapped_column(String(64))
    by_name: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_name: Mapped[str | None] = mapped_column(Text)
    answer: Mapped[str | None] = mapped_column(Text)
    level: Mapped[str | None] = mapped_column(String(2))  # the criterion's, scored again by a person


class Review(Base):
    """A coach has been through a call and its scores."""

    __tablename__ = "reviews"
    __table_args__ = (Index("ix_reviews_call_id", "call_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"))
    coach: Mapped[str] = mapped_column(String(64))
    coach_name: Mapped[str] = mapped_column(Text)
    reviewed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Comment(Base):
    """Something said about a moment of a call, in words, by voice (a file in the call's folder) or as a reaction."""

    __tablename__ = "comments"
    __table_args__ = (Index("ix_comments_call_id_at_s", "call_id", "at_s"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"))
    author: Mapped[str] = mapped_column(String(64))
    author_name: Mapped[str] = mapped_column(Text)
    at_s: Mapped[float] = mapped_column(Double)
    turn: Mapped[int | None] = mapped_column()
    quote: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    reaction: Mapped[str | None] = mapped_column(String(16))
    voice_s: Mapped[float | None] = mapped_column(Double)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Round(Base):
    """A calibration round: the same calls, scored by several people who see neither the judge's levels nor each
    other's."""

    __tablename__ = "rounds"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    title: Mapped[str] = mapped_column(Text)
    rubric: Mapped[str] = mapped_column(String(200))
    rubric_hash: Mapped[str] = mapped_column(String(64))
    opened_by: Mapped[str] = mapped_column(String(64))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RoundCall(Base):
    __tablename__ = "round_calls"

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id", ondelete="CASCADE"), primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column()


class RoundPart(Base):
    """Somebody has handed in all their levels of a round: they see the others' from then on, and change nothing."""

    __tablename__ = "round_parts"

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id", ondelete="CASCADE"), primary_key=True)
    rater: Mapped[str] = mapped_column(String(64), primary_key=True)
    rater_name: Mapped[str] = mapped_column(Text)
    handed_in_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Standard(Base):
    """A rubric together with the method that judges by it, and how well it agreed when it was measured."""

    __tablename__ = "standards"
    __table_args__ = (Index("ix_standards_rubric_state", "rubric", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    rubric: Mapped[str] = mapped_column(String(200))
    rubric_hash: Mapped[str] = mapped_column(String(64))
    method: Mapped[str] = mapped_column(String(64))
    state: Mapped[StandardState] = mapped_column(String(16))
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    comparison: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON)
    problem: Mapped[str | None] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    switched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    switched_name: Mapped[str | None] = mapped_column(Text)

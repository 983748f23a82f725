"""What people say about calls: scores, disputes, reviews, comments, calibration rounds, and standards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), autoincrement=True, nullable=False)


def _call() -> sa.Column[str]:
    return sa.Column("call_id", sa.String(32), nullable=False)


def _when(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _of_call(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=f"fk_{table}_call_id", ondelete="CASCADE")


def _of_round(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=f"fk_{table}_round_id", ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "rounds",
        _id(),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("rubric", sa.String(200), nullable=False),
        sa.Column("rubric_hash", sa.String(64), nullable=False),
        sa.Column("opened_by", sa.String(64), nullable=False),
        _when("opened_at"),
        sa.PrimaryKeyConstraint("id", name="pk_rounds"),
    )
    op.create_table(
        "round_calls",
        sa.Column("round_id", sa.Integer(), nullable=False),
        _call(),
        sa.Column("place", sa.Integer(), nullable=False),
        _of_round("round_calls"),
        _of_call("round_calls"),
        sa.PrimaryKeyConstraint("round_id", "call_id", name="pk_round_calls"),
    )
    op.create_table(
        "round_parts",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("rater", sa.String(64), nullable=False),
        sa.Column("rater_name", sa.Text(), nullable=False),
        _when("handed_in_at"),
        _of_round("round_parts"),
        sa.PrimaryKeyConstraint("round_id", "rater", name="pk_round_parts"),
    )
    op.create_table(
        "human_scores",
        _id(),
        _call(),
        sa.Column("rubric", sa.String(200), nullable=False),
        sa.Column("criterion", sa.String(200), nullable=False),
        sa.Column("criterion_hash", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("rater", sa.String(64), nullable=False),
        sa.Column("rater_name", sa.Text(), nullable=False),
        sa.Column("level", sa.String(2), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("machine", sa.String(2), nullable=True),
        _when("made_at"),
        _of_call("human_scores"),
        _of_round("human_scores"),
        sa.PrimaryKeyConstraint("id", name="pk_human_scores"),
    )
    op.create_index("ix_human_scores_call_id_criterion", "human_scores", ["call_id", "criterion"])
    op.create_index("ix_human_scores_rubric_kind", "human_scores", ["rubric", "kind"])
    op.create_table(
        "disputes",
        _id(),
        _call(),
        sa.Column("criterion", sa.String(200), nullable=True),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        _when("opened_at"),
        _when("settled_at", nullable=True),
        sa.Column("settled_name", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("level", sa.String(2), nullable=True),
        _of_call("disputes"),
        sa.PrimaryKeyConstraint("id", name="pk_disputes"),
    )
    op.create_index("ix_disputes_call_id", "disputes", ["call_id"])
    op.create_index("ix_disputes_settled_at", "disputes", ["settled_at"])
    op.create_table(
        "reviews",
        _id(),
        _call(),
        sa.Column("coach", sa.String(64), nullable=False),
        sa.Column("coach_name", sa.Text(), nullable=False),
        _when("reviewed_at"),
        _of_call("reviews"),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
    )
    op.create_index("ix_reviews_call_id", "reviews", ["call_id"])
    op.create_table(
        "comments",
        _id(),
        _call(),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("at_s", sa.Double(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=True),
        sa.Column("quote", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reaction", sa.String(16), nullable=True),
        sa.Column("voice_s", sa.Double(), nullable=True),
        _when("made_at"),
        _of_call("comments"),
        sa.PrimaryKeyConstraint("id", name="pk_comments"),
    )
    op.create_index("ix_comments_call_id_at_s", "comments", ["call_id", "at_s"])
    op.create_table(
        "standards",
        _id(),
        sa.Column("rubric", sa.String(200), nullable=False),
        sa.Column("rubric_hash", sa.String(64), nullable=False),
        sa.Column("method", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("comparison", sa.JSON(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        _when("made_at"),
        _when("switched_at", nullable=True),
        sa.Column("switched_name", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_standards"),
    )
    op.create_index("ix_standards_rubric_state", "standards", ["rubric", "state"])


def downgrade() -> None:
    for table in (
        "standards",
        "comments",
        "reviews",
        "disputes",
        "human_scores",
        "round_parts",
        "round_calls",
        "rounds",
    ):
        op.drop_table(table)

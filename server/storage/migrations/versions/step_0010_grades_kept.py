"""What made a grade, and the rubrics that were used, kept as they were."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0003"
branch_labels = None
depends_on = None

_HASH_OF_BODY = "json_extract(body, '$.method.rubric_hash')"


def upgrade() -> None:
    op.add_column("grades", sa.Column("rubric_hash", sa.String(64), nullable=True))
    op.add_column("grades", sa.Column("method", sa.String(64), nullable=True))
    op.add_column("grades", sa.Column("log", sa.JSON(), nullable=True))
    op.add_column("grades", sa.Column("aside", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("grades", sa.Column("resumes", sa.Integer(), nullable=True))
    op.create_index("ix_grades_rubric_hash_method", "grades", ["rubric_hash", "method"])
    op.create_table(
        "frozen_rubrics",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("rubric", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_frozen_rubrics"),
    )
    op.create_index("ix_frozen_rubrics_rubric", "frozen_rubrics", ["rubric"])
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"UPDATE grades SET rubric_hash = {_HASH_OF_BODY}")


def downgrade() -> None:
    op.drop_table("frozen_rubrics")
    op.drop_index("ix_grades_rubric_hash_method", "grades")
    for column in ("resumes", "aside", "log", "method", "rubric_hash"):
        op.drop_column("grades", column)

"""Attempts at a moment of a call, as branches of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # No foreign key: SQLite would have to make the table anew for it, and dropping the old one deletes all grades.
    op.add_column("calls", sa.Column("parent", sa.String(32), nullable=True))
    op.add_column("calls", sa.Column("parent_turn", sa.Integer(), nullable=True))
    op.create_index("ix_calls_parent", "calls", ["parent"])


def downgrade() -> None:
    op.drop_index("ix_calls_parent", "calls")
    op.drop_column("calls", "parent_turn")
    op.drop_column("calls", "parent")

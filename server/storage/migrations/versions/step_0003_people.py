"""Accounts, teams, sessions, sharing; whose a call is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.String(32)
_TIME = sa.DateTime(timezone=True)
_TABLES = (
    "audit", "moment_links", "shares", "links", "sign_in_tries", "sessions", "memberships", "roles", "teams", "people",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("id", _ID, nullable=False),
        sa.Column("login", sa.String(200), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("disabled_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("login", name="uq_people_login"),
    )
    op.create_table(
        "roles",
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        _to("roles", "person_id", "people"),
        sa.PrimaryKeyConstraint("person_id", "role", name="pk_roles"),
    )
    op.create_table(
        "teams",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_teams"),
        sa.UniqueConstraint("name", name="uq_teams_name"),
    )
    op.create_table(
        "memberships",
        sa.Column("team_id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        _to("memberships", "team_id", "teams"),
        _to("memberships", "person_id", "people"),
        sa.PrimaryKeyConstraint("team_id", "person_id", name="pk_memberships"),
    )
    op.create_index("ix_memberships_person_id", "memberships", ["person_id"])
    op.create_table(
        "sessions",
        sa.Column("id", _ID, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("seen_at", _TIME, nullable=False),
        sa.Column("browser", sa.String(200), nullable=False),
        _to("sessions", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("token_hash", name="uq_sessions_token_hash"),
    )
    op.create_index("ix_sessions_person_id", "sessions", ["person_id"])
    op.create_table(
        "sign_in_tries",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_tries"),
    )
    op.create_index("ix_sign_in_tries_who_at", "sign_in_tries", ["who", "at"])
    op.create_table(
        "links",
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("team_id", _ID, nullable=True),
        sa.Column("person_id", _ID, nullable=True),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("made_by", _ID, nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("used_at", _TIME, nullable=True),
        _to("links", "team_id", "teams"),
        _to("links", "person_id", "people"),
        _to("links", "made_by", "people"),
        sa.PrimaryKeyConstraint("id", name="pk_links"),
        sa.UniqueConstraint("token_hash", name="uq_links_token_hash"),
    )
    op.create_table(
        "shares",
        sa.Column("call_id", _ID, nullable=False),
        sa.Column("team_id", _ID, nullable=False),
        sa.Column("shared_at", _TIME, nullable=False),
        sa.Column("assignment", _ID, nullable=True),
        _to("shares", "call_id", "calls"),
        _to("shares", "team_id", "teams"),
        sa.PrimaryKeyConstraint("call_id", "team_id", name="pk_shares"),
    )
    op.create_index("ix_shares_team_id_shared_at", "shares", ["team_id", "shared_at"])
    op.create_table(
        "moment_links",
        sa.Column("id", _ID, nullable=False),
        sa.Column("call_id", _ID, nullable=False),
        sa.Column("from_s", sa.Double(), nullable=False),
        sa.Column("to_s", sa.Double(), nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        _to("moment_links", "call_id", "calls"),
        sa.PrimaryKeyConstraint("id", name="pk_moment_links"),
    )
    op.create_index("ix_moment_links_call_id", "moment_links", ["call_id"])
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("act", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    # No foreign key: SQLite would have to make the table anew for it, and dropping the old one deletes all grades.
    op.add_column("calls", sa.Column("owner", _ID, nullable=True))
    op.create_index("ix_calls_owner", "calls", ["owner"])


def downgrade() -> None:
    op.drop_index("ix_calls_owner", "calls")
    op.drop_column("calls", "owner")
    for table in _TABLES:
        op.drop_table(table)


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}", ondelete="CASCADE")

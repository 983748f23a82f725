"""Alembic's entry: runs the steps on the connection that `server.storage.database` hands over, in its transaction."""

from __future__ import annotations

from alembic import context

from server.storage.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite can't alter a column in place
)
with context.begin_transaction():
    context.run_migrations()

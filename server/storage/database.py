"""The database: SQLite in the data folder by default, any database SQLAlchemy knows by its address."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session, sessionmaker

from server.errors import UserError

BUSY_TIMEOUT_MS = 5_000  # a write lasts milliseconds; whoever waits longer than this has met a stuck process


class Database:
    """Sessions on one database. Reads see a snapshot; writes queue for the one writer that SQLite allows."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine = _engine(url)
        self._reads = sessionmaker(self._engine, expire_on_commit=False)
        self._writes = sessionmaker(self._engine.execution_options(ringside_write=True), expire_on_commit=False)

    @classmethod
    def in_folder(cls, data_dir: Path) -> Database:
        """The default: `ringside.sqlite3` in the data folder, which is made if missing."""
        try:
            data_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(
                f"data folder {data_dir} can't be made ({error.strerror}); set RINGSIDE_DATA_DIR"
            ) from error
        return cls(f"sqlite:///{data_dir / 'ringside.sqlite3'}")

    @contextmanager
    def read(self) -> Iterator[Session]:
        with self._reads() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction: committed at the end, rolled back on any exception."""
        with self._writes.begin() as session:
            yield session

    def migrate(self) -> None:
        """Bring the schema up to this program's, all steps in one transaction: either all are done or none."""
        import logging

        logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells of its own plug-ins at every start
        from alembic import command
        from alembic.config import Config
        from alembic.util import CommandError

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        try:
            with self._engine.execution_options(ringside_write=True).begin() as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except CommandError as error:
            raise UserError(
                f"the database {self.url} is of another version ({error}); update Ringside or name another data folder"
            ) from error
        except DatabaseError as error:
            raise UserError(
                f"the database {self.url} can't be used ({error.orig}); put a backup in its place or name another "
                "data folder by RINGSIDE_DATA_DIR"
            ) from error

    def close(self) -> None:
        self._engine.dispose()


def _engine(url: str) -> Engine:
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver must not begin transactions itself: it would commit around DDL, and a migration could stop half-way.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A write takes the lock at its start: upgrading a read transaction fails at once instead of waiting its turn.
    immediate = connection.get_execution_options().get("ringside_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

"""The database: its schema, its order, what survives, and what a broken file says."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text, update

from server.errors import UserError
from server.storage.calls import CallStore, NewCall
from server.storage.database import Database
from server.storage.tables import Base, CallRow


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.in_folder(tmp_path / "data")
    database.migrate()
    yield database
    database.close()


def new_call(call_id: str, scenario: str = "cold-call") -> NewCall:
    return NewCall(call_id, scenario, "Cold call", {"name": "Dana"}, "cold-call", None, 3, 7)


def test_the_migrated_schema_is_the_one_the_tables_describe(database: Database) -> None:
    with database.read() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_twice_changes_nothing(database: Database) -> None:
    CallStore(database).create(new_call("a"))
    database.migrate()
    assert CallStore(database).get("a") is not None


def test_a_failing_migration_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic.operations import Operations

    made: list[str] = []
    original = Operations.create_table

    def failing(self: Operations, name: str, *args: object, **kwargs: object) -> object:
        if made:
            raise RuntimeError("power cut")
        made.append(name)
        return original(self, name, *args, **kwargs)

    database = Database.in_folder(tmp_path)
    monkeypatch.setattr(Operations, "create_table", failing)
    monkeypatch.setattr("alembic.op.create_table", lambda *a, **k: failing(_operations(), *a, **k), raising=False)
    with pytest.raises(RuntimeError, match="power cut"):
        database.migrate()
    with database.read() as session:
        assert inspect(session.connection()).get_table_names() == []
    monkeypatch.undo()
    database.migrate()
    with database.read() as session:
        assert "calls" in inspect(session.connection()).get_table_names()
    database.close()


def _operations() -> object:
    import alembic.op

    return alembic.op._proxy


def test_a_file_that_is_no_database_is_one_line_with_the_mend(tmp_path: Path) -> None:
    (tmp_path / "ringside.sqlite3").write_bytes(b"not a database" * 100)
    with pytest.raises(UserError, match="RINGSIDE_DATA_DIR"):
        Database.in_folder(tmp_path).migrate()


def test_a_database_of_a_newer_version_is_refused_and_untouched(database: Database) -> None:
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UserError, match="update Ringside"):
        database.migrate()


def test_times_come_back_with_their_zone(database: Database) -> None:
    store = CallStore(database)
    store.create(new_call("a"))
    row = store.get("a")
    assert row is not None and row.started_at.tzinfo is not None
    assert abs(row.started_at - datetime.now(UTC)) < timedelta(minutes=1)


def test_pages_hold_every_call_once_newest_first_even_when_they_started_together(database: Database) -> None:
    store = CallStore(database)
    ids = [f"call{n:02}" for n in range(7)]
    for call_id in ids:
        store.create(new_call(call_id))
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    with database.write() as session:
        session.execute(update(CallRow).values(started_at=moment))
        session.execute(update(CallRow).where(CallRow.id == "call03").values(started_at=moment + timedelta(hours=1)))
    seen: list[str] = []
    before = None
    while page := store.page(2, before):
        seen += [row.id for row in page]
        before = page[-1]
    assert seen == ["call03", *[i for i in reversed(ids) if i != "call03"]]


def test_the_latest_grade_counts_and_older_ones_stay(database: Database) -> None:
    store = CallStore(database)
    store.create(new_call("a"))
    store.finish("a", "ended", "hangup", 60.0)
    assert store.ungraded() == ["a"]
    store.add_grade("a", {"score": 40, "passed": False}, "1")
    store.add_grade("a", {"score": 70, "passed": True}, "1")
    row = store.get("a")
    assert row is not None and row.grade is not None
    assert (row.grade.score, row.grade_state, len(row.grades)) == (70, "ready", 2)
    assert store.ungraded() == []
    practised = store.practised()["cold-call"]
    assert (practised.calls, practised.last_score) == (1, 70)


def test_deleting_a_call_takes_its_grades_along(database: Database) -> None:
    store = CallStore(database)
    store.create(new_call("a"))
    store.add_grade("a", {"score": 40, "passed": False}, "1")
    assert store.delete("a")
    assert not store.delete("a")
    store.add_grade("a", {"score": 50}, "1")
    with database.read() as session:
        assert session.execute(text("SELECT count(*) FROM grades")).scalar() == 0


def test_a_write_that_fails_half_way_is_undone(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as session:
        session.execute(text("INSERT INTO alembic_version VALUES ('x')"))
        raise ZeroDivisionError
    with database.read() as session:
        assert session.execute(text("SELECT count(*) FROM alembic_version")).scalar() == 1


def test_two_processes_worth_of_connections_write_without_losing_each_other(tmp_path: Path) -> None:
    one, two = Database.in_folder(tmp_path), Database.in_folder(tmp_path)
    one.migrate()
    two.migrate()
    for number in range(10):
        CallStore(one).create(new_call(f"a{number}"))
        CallStore(two).create(new_call(f"b{number}"))
    with sqlite3.connect(tmp_path / "ringside.sqlite3") as raw:
        assert raw.execute("SELECT count(*) FROM calls").fetchone() == (20,)
    one.close()
    two.close()


def test_branches_are_listed_oldest_first_and_outlive_the_call(database: Database) -> None:
    store = CallStore(database)
    store.create(new_call("a"))
    for call_id, turn in (("b", 3), ("c", 1)):
        store.create(replace(new_call(call_id), parent="a", parent_turn=turn))
    store.create(new_call("d"))
    for call_id in "abcd":
        store.finish(call_id, "ended", "hangup", 60.0)
    assert [(row.id, row.parent_turn) for row in store.branches("a")] == [("b", 3), ("c", 1)]
    assert store.practised()["cold-call"].calls == 2
    assert store.delete("a")
    left = store.get("b")
    assert left is not None and (left.parent, left.parent_turn) == (None, None)
    assert store.branches("a") == []


def test_a_grade_from_before_its_rubric_was_recorded_says_it_from_then_on(tmp_path: Path) -> None:
    from alembic import command
    from alembic.config import Config

    import server.storage.migrations as migrations

    database = Database.in_folder(tmp_path / "data")
    config = Config()
    config.set_main_option("script_location", str(Path(str(migrations.__file__)).parent))
    with database.write() as session:
        config.attributes["connection"] = session.connection()
        command.upgrade(config, "0002")
        session.execute(
            text(
                "INSERT INTO calls (id, scenario, title, persona, rubric, difficulty, seed, status, started_at,"
                " duration_s, grade_state)"
                " VALUES ('a', 's', 'S', '{}', 'r', 3, 7, 'ended', '2026-01-01 09:00:00', 60, 'ready')"
            )
        )
        session.execute(
            text(
                "INSERT INTO grades (call_id, rubric, rubric_version, graded_at, body) VALUES"
                " ('a', 'r', '1', '2026-01-01 09:02:00', '{\"method\": {\"rubric_hash\": \"abc\"}}')"
            )
        )
    database.migrate()
    row = CallStore(database).get("a")
    assert row is not None and row.grade is not None
    assert (row.grade.rubric_hash, row.grade.method, row.grade.aside) == ("abc", None, False)
    database.close()

"""`ringside people`: the first admin and a way back in, for whoever may use the machine."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from server.cli import main
from server.people.passwords import matches
from server.storage.calls import CallStore, NewCall
from server.storage.database import Database
from server.storage.people import PeopleStore
from server.storage.people_tables import PersonRow

PASSWORD, ANOTHER = "quiet harbour lamp seven", "seven lamps by the harbour"


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RINGSIDE_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str, typed: str = "") -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    return main(["people", *arguments])


def person(folder: Path, login: str) -> PersonRow:
    found = PeopleStore(Database.in_folder(folder)).by_login(login)
    assert found is not None
    return found


def told(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_the_first_admin_is_made_and_has_the_calls_from_before(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    database = Database.in_folder(data_dir)
    database.migrate()
    CallStore(database).create(NewCall("a", "s", "S", {"name": "Dana"}, "r", None, 3, 7))
    add = ("add-admin", "Ada@Example.com", "--name", "Ada L.", "--password-stdin", "--json")
    assert run(monkeypatch, *add, typed=f"{PASSWORD}\n") == 0
    made = told(capsys)
    assert made["login"] == "ada@example.com"
    call = CallStore(database).get("a")
    assert call is not None and call.owner == made["id"]
    assert run(monkeypatch, "list", "--json") == 0
    roles = ["admin", "author", "coach", "learner"]
    listed = {**made, "name": "Ada L.", "roles": roles, "teams": [], "disabled": False}
    assert told(capsys) == {"people": [listed]}
    assert run(monkeypatch, "add-admin", "bo.b", "--password-stdin", typed=PASSWORD) == 0
    assert person(data_dir, "bo.b").roles == roles


def test_a_forgotten_password_is_replaced(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "add-admin", "ada", "--password-stdin", typed=PASSWORD) == 0
    assert run(monkeypatch, "password", "ADA", "--password-stdin", typed=ANOTHER) == 0
    assert matches(ANOTHER, person(data_dir, "ada").password_hash)
    assert not matches(PASSWORD, person(data_dir, "ada").password_hash)


@pytest.mark.parametrize(
    ("arguments", "typed", "says"),
    [
        (("add-admin", "a b", "--password-stdin"), PASSWORD, "LOGIN 'a b' won't do"),
        (("add-admin", "eve", "--password-stdin"), "short", "10 or more"),
        (("add-admin", "eve", "--password-stdin"), "Password123", "guessed"),
        (("add-admin", "eve"), "", "--password-stdin"),
        (("password", "nobody", "--password-stdin"), PASSWORD, "ringside people list"),
    ],
)
def test_what_will_not_do_is_one_line_with_the_mend(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    typed: str,
    says: str,
) -> None:
    assert run(monkeypatch, *arguments, typed=typed) == 2
    err = capsys.readouterr().err
    assert len(err.strip().splitlines()) == 1 and says in err

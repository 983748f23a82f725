"""`ringside people`: accounts for whoever may use the server's machine: the first admin, and a way back in."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from typing import Any

from pydantic import TypeAdapter, ValidationError

from server.errors import UserError
from server.people.passwords import hashed, problem_with
from server.people.schemas import Login, Name
from server.people.viewer import ROLES
from server.settings import load_settings
from server.storage.database import Database
from server.storage.people import NotPossible, PeopleStore
from server.storage.people_tables import PersonRow

_BY = "ringside people"  # on record as who did it


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add-admin", help="make an admin's account", description=add_admin.__doc__)
    add.add_argument("--name", help="as others see them (default: LOGIN)")
    password = actions.add_parser("password", help="give somebody a new password", description=new_password.__doc__)
    list_ = actions.add_parser("list", help="who has an account", description=list_people.__doc__)
    for action in (add, password):
        action.add_argument("login", metavar="LOGIN", help="what they sign in with: an e-mail address, say")
        action.add_argument(
            "--password-stdin", action="store_true", help="read the password from standard input instead of asking"
        )
    for action in (add, password, list_):
        action.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    actions = {"add-admin": add_admin, "password": new_password, "list": list_people}
    database = Database.in_folder(load_settings().data_dir)
    try:
        database.migrate()
        return actions[arguments.action](arguments, PeopleStore(database))
    except NotPossible as error:
        raise UserError(error.message) from error
    finally:
        database.close()


def add_admin(arguments: argparse.Namespace, people: PeopleStore) -> int:
    """Make an admin's account. The first one gets the calls that were made before. JSON: {"id", "login"}."""
    login = _checked(Login, arguments.login, "LOGIN", "3 or more letters, digits or . @ + - _")
    name = _checked(Name, arguments.name or login, "--name", "1 to 200 characters")
    if people.by_login(login) is not None:
        raise UserError(f"{login!r} signs somebody in already; choose another")
    password_hash = hashed(_password(arguments, login))
    add = people.add_admin if people.anybody() else people.add_first
    person = add(login, name, password_hash, ROLES, _BY)
    print(json.dumps({"id": person.id, "login": login}) if arguments.json else f"{login} can sign in now")
    return 0


def new_password(arguments: argparse.Namespace, people: PeopleStore) -> int:
    """Give somebody a new password, which ends their sessions. JSON: {"id", "login"}."""
    login = arguments.login.strip().lower()
    person = people.by_login(login)
    if person is None:
        raise UserError(f"nobody signs in as {login!r}; `ringside people list` says who does")
    people.set_password(person.id, hashed(_password(arguments, login)), _BY)
    print(json.dumps({"id": person.id, "login": login}) if arguments.json else f"{login} has a new password")
    return 0


def list_people(arguments: argparse.Namespace, people: PeopleStore) -> int:
    """List accounts. JSON: {"people": [{"id", "login", "name", "roles", "teams", "disabled"}]}."""
    found = people.people()
    if arguments.json:
        print(json.dumps({"people": [_shown(person) for person in found]}))
        return 0
    for person in found:
        teams = f", in {', '.join(team.name for team in person.teams)}" if person.teams else ""
        disabled = ", disabled" if person.disabled_at else ""
        print(f"{person.login}: {person.name}, {', '.join(person.roles) or 'no role'}{teams}{disabled}")
    return 0


def _shown(person: PersonRow) -> dict[str, Any]:
    return {
        "id": person.id,
        "login": person.login,
        "name": person.name,
        "roles": person.roles,
        "teams": [team.name for team in person.teams],
        "disabled": person.disabled_at is not None,
    }


def _checked(kind: Any, value: str, what: str, mend: str) -> str:
    try:
        checked: str = TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        raise UserError(f"{what} {value[:60]!r} won't do; take {mend}") from error
    return checked


def _password(arguments: argparse.Namespace, login: str) -> str:
    if arguments.password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        password = getpass.getpass(f"password of {login}: ")
        if getpass.getpass("the same again: ") != password:
            raise UserError("the two passwords differ; try again")
    else:
        raise UserError("there is no terminal to ask for the password; give it with --password-stdin")
    if (problem := problem_with(password, login)) is not None:
        raise UserError(problem)
    return password

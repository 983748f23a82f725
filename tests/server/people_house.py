"""A server with accounts for tests: people who are signed in, and calls of theirs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from server.app import create_app
from server.people.registry import Registry
from server.settings import Settings
from server.storage.calls import CallStore, NewCall

BASE_URL = "http://127.0.0.1:8000"
PASSWORD = "quiet harbour lamp seven"
LOOPBACK = ("127.0.0.1", 50_000)


class House:
    """`at` is the server's time, which only `later` moves."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.app: Any = client.app
        self.registry: Registry = self.app.state.registry
        self.store: CallStore = self.app.state.switchboard.store
        self.at = datetime.now(UTC)
        self.registry.now = lambda: self.at
        self.sessions: dict[str, str] = {}
        self.ids: dict[str, str] = {}

    def later(self, **time: float) -> None:
        self.at += timedelta(**time)

    def ask(self, who: str | None, method: str, path: str, json: Any = None, **headers: str) -> Any:
        """As the page of whoever is signed in under that name would; None is signed out."""
        self.client.cookies.clear()
        sent = {"origin": BASE_URL, "sec-fetch-site": "same-origin", **headers}
        if who is not None:
            sent["cookie"] = f"__Host-ringside={self.sessions[who]}"
        return self.client.request(method, path, json=json, headers=sent)

    def told(self, who: str | None, method: str, path: str, json: Any = None, **headers: str) -> tuple[int, str]:
        """Status and code of a refusal."""
        answer = self.ask(who, method, path, json, **headers)
        return answer.status_code, answer.json()["error"]["code"]

    def setup(self, login: str = "ada") -> Any:
        answer = self.ask(None, "POST", "/api/setup", new_person(login))
        assert answer.status_code == 201, answer.text
        return self._entered(login, answer)

    def sign_in(self, login: str, password: str = PASSWORD) -> Any:
        answer = self.ask(None, "POST", "/api/session", {"login": login, "password": password})
        if answer.status_code == 201:
            self._entered(login, answer)
        return answer

    def invite(self, by: str, *roles: str, team: str | None = None) -> str:
        """The token of an invitation."""
        wish = {"roles": roles, "team": team, "note": "somebody"}
        answer = self.ask(by, "POST", "/api/invitations", wish)
        assert answer.status_code == 201, answer.text
        link: str = answer.json()["link"]
        return link.partition("#")[2]

    def join(self, login: str, token: str) -> Any:
        answer = self.ask(None, "POST", "/api/links/accept", {**new_person(login), "token": token})
        assert answer.status_code == 201, answer.text
        return self._entered(login, answer)

    def add(self, login: str, *roles: str, team: str | None = None) -> None:
        self.join(login, self.invite("ada", *roles, team=team))

    def team(self, name: str) -> str:
        answer = self.ask("ada", "POST", "/api/teams", {"name": name})
        assert answer.status_code == 201, answer.text
        team: str = answer.json()["id"]
        return team

    def call(self, call_id: str, owner: str | None, **given: Any) -> str:
        """A call that is over, without a tape."""
        new = NewCall(
            call_id,
            "cold-call-operations",
            "Cold call",
            {"id": "dana", "name": "Dana", "role": "COO", "company": "Acme", "pronoun": "she"},
            "cold-call",
            None,
            3,
            7,
            owner=None if owner is None else self.ids[owner],
            **given,
        )
        self.store.create(new)
        self.store.finish(call_id, "ended", "hangup", 60.0)
        return call_id

    def _entered(self, login: str, answer: Any) -> Any:
        self.sessions[login] = token_in(answer)
        self.ids[login] = answer.json()["person"]["id"]
        return answer


def new_person(login: str, password: str = PASSWORD) -> dict[str, str]:
    return {"login": login, "name": login.title(), "password": password}


def token_in(answer: Any) -> str:
    """The session's token, off the cookie that only TLS and loopback carry."""
    kept = next(line for line in answer.headers.get_list("set-cookie") if line.startswith("__Host-ringside="))
    return kept.partition("=")[2].partition(";")[0]


@contextmanager
def house_in(folder: Path, peer: tuple[str, int] = LOOPBACK, **settings: Any) -> Iterator[House]:
    data = {"data_dir": folder / "data", "llm": {"enabled": False}, "load_models": "at_first_call"}
    app = create_app(Settings(**data | settings), web_dist=folder / "dist")
    with TestClient(app, base_url=BASE_URL, client=peer, raise_server_exceptions=False) as client:
        yield House(client)

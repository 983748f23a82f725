"""All that is kept of people, in one place for the routes: accounts, sessions, links, sharing."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from starlette.requests import HTTPConnection

from server.people.signing import Signer
from server.settings import SessionSettings
from server.storage.database import Database
from server.storage.links import LinkStore
from server.storage.people import Now, PeopleStore, utc_now
from server.storage.sessions import SessionStore, TryStore
from server.storage.sharing import SharingStore

TRY_WINDOW = timedelta(minutes=15)


class Registry:
    """Everything in it blocks: call it from a worker thread. `now` may be replaced while it is in use."""

    def __init__(self, database: Database, data_dir: Path, sessions: SessionSettings, now: Now = utc_now) -> None:
        self.now = now
        self.people = PeopleStore(database, self._now)
        self.sessions = SessionStore(
            database, timedelta(days=sessions.idle_days), timedelta(days=sessions.longest_days), self._now
        )
        self.tries = TryStore(database, TRY_WINDOW, self._now)
        self.links = LinkStore(database, self._now)
        self.sharing = SharingStore(database, self._now)
        self.signer = Signer.in_folder(data_dir)

    def _now(self) -> datetime:
        return self.now()


def registry_of(connection: HTTPConnection) -> Registry:
    registry: Registry = connection.app.state.registry
    return registry

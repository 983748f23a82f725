"""What the server's tests share: an application of one's own, and the library as it is shipped, read once."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from server.app import create_app
from server.catalogue import load_catalogue
from server.settings import Settings

BASE_URL = "http://127.0.0.1:8000"
LOADS_WITHIN_S = 240.0  # a few seconds on an idle machine; a loaded one takes its time over 1.1 GB

shipped = functools.cache(load_catalogue)  # takes a second and more, and is the same for every application


def settings_for(data_dir: Path, **given: Any) -> Settings:
    return Settings(data_dir=data_dir, llm={"enabled": False}, load_models="at_first_call", **given)


@contextmanager
def application(folder: Path, **given: Any) -> Iterator[TestClient]:
    """The application, started, over HTTP and WebSocket: real database, real files, no language model."""
    app = create_app(settings_for(folder / "data", **given), web_dist=folder / "dist")
    with TestClient(app, base_url=BASE_URL, raise_server_exceptions=False) as client:
        yield client

"""A server of one's own: real database, real files, no language model, models only where a call is made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from server.app import create_app
from server.settings import Settings

BASE_URL = "http://127.0.0.1:8000"


def settings_for(data_dir: Path, **given: Any) -> Settings:
    return Settings(data_dir=data_dir, llm={"enabled": False}, load_models="at_first_call", **given)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """The application, started, over HTTP and WebSocket."""
    app = create_app(settings_for(tmp_path / "data"), web_dist=tmp_path / "dist")
    with TestClient(app, base_url=BASE_URL, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def scenario(client: TestClient) -> dict[str, Any]:
    """A scenario of the library."""
    found: dict[str, Any] = client.get("/api/scenarios").json()["scenarios"][0]
    return found

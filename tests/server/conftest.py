"""A server of one's own: real database, real files, no language model, models only where a call is made."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from server_application import LOADS_WITHIN_S, application, shipped
from starlette.testclient import TestClient

import server.app
from server.catalogue import Catalogue, load_catalogue
from server.models.llm import LocalLanguageModel


@pytest.fixture(scope="session", autouse=True)
def _what_is_shipped_is_read_once() -> Iterator[None]:
    """Each application gets a catalogue of its own, whose mappings are replaced and never changed."""

    def load(folders: Sequence[Path] = ()) -> Catalogue:
        return load_catalogue(folders) if folders else replace(shipped())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server.app, "load_catalogue", load)
        yield


@pytest.fixture
def fresh_client(tmp_path: Path) -> Iterator[TestClient]:
    """An application that no other test has used."""
    with application(tmp_path) as client:
        yield client


@pytest.fixture
def client(fresh_client: TestClient) -> TestClient:
    """A module whose tests leave each other alone puts `shared_client` in its place."""
    return fresh_client


@pytest.fixture(scope="module")
def shared_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The module's application: for tests that hold whatever calls others have left in it."""
    with application(tmp_path_factory.mktemp("shared")) as client:
        yield client


@pytest.fixture
def scenario(client: TestClient) -> dict[str, Any]:
    """A scenario of the library."""
    found: dict[str, Any] = client.get("/api/scenarios").json()["scenarios"][0]
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def local_model(model: Callable[[str], Path]) -> AsyncIterator[LocalLanguageModel]:
    """The module's language model, ready. Its tests run in the module's loop: `asyncio(loop_scope="module")`."""
    async with LocalLanguageModel(model("qwen2.5-coder-1.5b") / "model.gguf", "customer") as running:
        assert await running.wait_ready(LOADS_WITHIN_S)
        yield running

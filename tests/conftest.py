"""Fixtures of all rooms: model weights by name, and the data that benches and calibrations are held against."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from server.models.store import ModelStore


@pytest.fixture(scope="session")
def model() -> Callable[[str], Path]:
    """`model("whisper-base")` is the folder of that model's files; a model that isn't there is pulled first."""
    store = ModelStore.default()

    def folder(name: str) -> Path:
        if not store.has(name):
            store.pull_missing([name])
        return store.path(name)

    return folder


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Recordings and gold labels outside the checkout: $RINGSIDE_SHARED, else ../shared, each with `data/` in it."""
    root = Path(os.environ.get("RINGSIDE_SHARED") or Path(__file__).parents[2] / "shared")
    if not (root / "data").is_dir():
        pytest.skip(f"no data in {root}: set RINGSIDE_SHARED to the folder that holds data/")
    return root / "data"

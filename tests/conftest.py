"""Fixtures of all rooms: model weights by name, and the data that benches and calibrations are held against."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from personas.load import Library, load_library
from server.models.store import ModelStore
from voice.speak import Speaker
from voice.speak_hibari import Hibari
from voice.speak_piper import Piper


@pytest.fixture(scope="session")
def model() -> Callable[[str], Path]:
    """`model("whisper-base")` is the folder of that model's files; a model that isn't there is pulled first."""
    store = ModelStore.default()

    def folder(name: str) -> Path:
        if not store.has(name):
            store.pull_missing([name])
        return store.path(name)

    return folder


@dataclass(frozen=True, slots=True)
class SpokenOpener:
    """An opener of the library and how long it lasts as its persona says it in the bundled voice."""

    persona: str
    line: str
    lasts_s: float


@pytest.fixture(scope="session")
def spoken_openers(model: Callable[[str], Path]) -> tuple[SpokenOpener, ...]:
    """Every opener of every persona, those of its scenarios too; what sounds the same is synthesized once."""
    speaker = Speaker({"hibari": Hibari(), "piper": Piper({"joe": model("piper-joe")})})

    @functools.cache
    def lasts_s(line: str, voice: str, pace: float) -> float:
        return len(speaker.synthesize(line, voice=voice, pace=pace)) / speaker.sample_rate

    library = load_library()
    return tuple(
        SpokenOpener(persona.id, line, lasts_s(line, persona.voice, persona.pace))
        for persona in library.personas.values()
        for line in openers_of(library, persona.id)
    )


def openers_of(library: Library, persona: str) -> list[str]:
    own = [scenario.openers for scenario in library.scenarios.values() if scenario.persona == persona]
    return [line for group in (library.personas[persona].openers, *own) for opener in group for line in opener.says]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Recordings and gold labels outside the checkout: $RINGSIDE_SHARED, else ../shared, each with `data/` in it."""
    root = Path(os.environ.get("RINGSIDE_SHARED") or Path(__file__).parents[2] / "shared")
    if not (root / "data").is_dir():
        pytest.skip(f"no data in {root}: set RINGSIDE_SHARED to the folder that holds data/")
    return root / "data"

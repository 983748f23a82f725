"""The package as it is installed elsewhere: everything that a server reads is in it, not only in a checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVED = """
from starlette.testclient import TestClient
from server.app import create_app
from server.settings import Settings
settings = Settings(llm={"enabled": False}, load_models="at_first_call")
with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
    print(client.get("/").text, client.get("/assets/app-1a2b.js").text, client.get("/api/calls").text)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds what a wheel of this checkout would install, with a page of its own."""
    source, folder = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("installed")
    for room in ("server", "voice", "personas", "rubrics"):
        shutil.copytree(ROOT / room, source / room, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, source)
    (source / "web" / "dist" / "assets").mkdir(parents=True)
    (source / "web" / "node_modules" / "other").mkdir(parents=True)
    (source / "web" / "node_modules" / "other" / "index.json").write_text("{}")
    (source / "web" / "dist" / "index.html").write_text("the page")
    (source / "web" / "dist" / "assets" / "app-1a2b.js").write_text("its script")
    build = "import setuptools.build_meta as backend; backend.build_wheel('wheel')"
    subprocess.run([sys.executable, "-c", build], cwd=source, check=True, capture_output=True)
    (wheel,) = (source / "wheel").glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder)
    return folder


def run(installed: Path, folder: Path, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(installed), "RINGSIDE_DATA_DIR": str(folder / "data")}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_installed_package_has_its_library_and_its_manifest(installed: Path, tmp_path: Path) -> None:
    library = json.loads(run(installed, tmp_path, "-m", "server.cli", "check", "--json"))
    assert library["errors"] == []
    for kind in ("personas", "scenarios", "rubrics"):
        assert len(library[kind]) >= 3, kind
    models = run(installed, tmp_path, "-m", "server.cli", "models", "list", "--json")
    assert "whisper-tiny.en" in models


def test_an_installed_package_serves_its_page_and_makes_its_database(installed: Path, tmp_path: Path) -> None:
    served = run(installed, tmp_path, "-c", SERVED).splitlines()[-1]
    assert served == 'the page its script {"calls":[],"next":null}'


def test_a_package_holds_no_one_elses_code(installed: Path) -> None:
    assert sorted(entry.name for entry in installed.iterdir() if not entry.name.endswith(".dist-info")) == [
        "personas",
        "rubrics",
        "server",
        "voice",
        "web",
    ]
    assert [entry.name for entry in (installed / "web").iterdir()] == ["dist"]

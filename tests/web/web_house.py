"""What the page's tests share: a running server, and what a page did that nobody asked for."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page

ROOT = Path(__file__).parents[2]
START_S = 120.0  # models load from a cold disk
WIDE, PHONE = (1280, 860), (375, 812)


@dataclass(frozen=True, slots=True)
class Server:
    """A running `ringside serve`."""

    address: str

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(self.address + path, timeout=10) as answer:
            return json.load(answer)

    def until(self, condition: Callable[[], Any], seconds: float, what: str) -> Any:
        """The first true value of `condition`; fails with `what` when there is none in time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if value := condition():
                return value
            time.sleep(0.2)
        pytest.fail(f"{what}, even after {seconds:.0f} s")


@dataclass(frozen=True, slots=True)
class Watch:
    """What a page did that nobody asked for."""

    complaints: list[str]
    foreign: list[str]


def watched(page: Page, address: str) -> Watch:
    """Collects errors of the console and requests that leave the server."""
    watch = Watch([], [])

    def on_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            watch.complaints.append(message.text)

    page.on("console", on_console)
    page.on("pageerror", lambda error: watch.complaints.append(str(error)))
    own = (address, address.replace("http", "ws", 1), "blob:", "data:")
    page.on("request", lambda request: None if request.url.startswith(own) else watch.foreign.append(request.url))
    return watch


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def serving(tmp_path_factory: pytest.TempPathFactory, **settings: str) -> Iterator[Server]:
    """A server of one's own, with a data folder of its own, once its models are there."""
    if not (ROOT / "web" / "dist" / "index.html").is_file():
        pytest.skip("the page isn't built: run `make web`")
    port = _free_port()
    log = tmp_path_factory.mktemp("server") / "server.log"
    environment = os.environ | {"RINGSIDE_DATA_DIR": str(tmp_path_factory.mktemp("data"))} | settings
    command = [sys.executable, "-c", "from server.cli import main; raise SystemExit(main())"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "serve", "--port", str(port), "--no-browser"],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    running = Server(f"http://127.0.0.1:{port}")

    def ready() -> bool:
        if process.poll() is not None:
            pytest.fail(f"ringside serve ended with {process.returncode}:\n{log.read_text()[-2000:]}")
        try:
            return bool(running.get("/api/status")["ready"])
        except OSError:
            return False

    try:
        running.until(ready, START_S, "the server isn't ready")
        yield running
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def in_every_look(page: Page, axe: Callable[[Page], list[str]]) -> None:
    """Dark and light, wide and on a phone: axe finds nothing, nothing overflows."""
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        for width, height in (PHONE, WIDE):
            page.set_viewport_size({"width": width, "height": height})
            assert axe(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"overflows at {width}"

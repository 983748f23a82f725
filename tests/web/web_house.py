"""What the page's tests share: a running server, and what a page did that nobody asked for."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page


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

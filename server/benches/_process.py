"""A Ringside server in a process of its own, with data of its own, for a bench; and how much memory it takes."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from server.errors import UserError

_START_S = 120.0  # loading every model on a slow disk
_STOP_S = 15.0
_LINE_CHARACTERS = 2_000
_LOG_LINES = 15  # of a server that doesn't start, shown to whoever ran the bench


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """`url` is where it listens; `log` goes with it."""

    url: str
    pid: int
    log: Path

    def complaints(self) -> list[str]:
        """The log's lines of errors, shortened."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [line[:_LINE_CHARACTERS] for line in lines if '"level": "error"' in line]

    def memory_mb(self) -> float | None:
        """Resident memory of the server and all its children (the language model's process among them).

        Linux only (/proc); None elsewhere. Pages that two of them share are counted twice.
        """
        pids = [self.pid, *_descendants(self.pid)]
        sizes = [size for pid in pids if (size := _resident_kb(pid)) is not None]
        return round(sum(sizes) / 1024, 1) if sizes else None


@contextlib.contextmanager
def serving(environment: Mapping[str, str] | None = None, *, until_ready: bool = True) -> Iterator[ServerProcess]:
    """`ringside serve` on a free port with a temporary data folder; stopped and cleaned up at the end.

    With `until_ready`, /api/status must say so first. Raises UserError with the log's last lines when it doesn't start.
    """
    with tempfile.TemporaryDirectory(prefix="ringside-bench-") as folder:
        port, log = _free_port(), Path(folder) / "server.log"
        settings = {
            "RINGSIDE_HOST": "127.0.0.1",
            "RINGSIDE_PORT": str(port),
            "RINGSIDE_DATA_DIR": str(Path(folder) / "data"),
            "RINGSIDE_OPEN_BROWSER": "false",
            "RINGSIDE_LOG__FORMAT": "json",
        }
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "server.cli", "serve"],
                env={**os.environ, **settings, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        # a bench that is told to end must not leave its server behind
        former = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(process, url, log, "/api/status" if until_ready else "/healthz")
            yield ServerProcess(url, process.pid, log)
        finally:
            signal.signal(signal.SIGTERM, former)
            process.terminate()
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[bytes], url: str, log: Path, path: str) -> None:
    deadline_s = time.monotonic() + _START_S
    state = "nothing"
    while time.monotonic() < deadline_s and process.poll() is None:
        with contextlib.suppress(httpx.HTTPError, ValueError):
            response = httpx.get(url + path, timeout=5.0, trust_env=False)
            state = f"{response.status_code} {response.text[:300]}"
            if response.status_code == 200 and (path != "/api/status" or response.json().get("ready")):
                return
        time.sleep(0.2)
    lines = log.read_text(errors="replace").splitlines()[-_LOG_LINES:]
    ended = f"ended with code {process.returncode}" if process.poll() is not None else f"isn't ready: {state}"
    raise UserError("the server " + ended + "".join(f"\n  {line[:400]}" for line in lines))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _descendants(pid: int) -> list[int]:
    found: list[int] = []
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, tasks.read_text().split()):
                found += [child, *_descendants(child)]
    return found


def _resident_kb(pid: int) -> int | None:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    return None

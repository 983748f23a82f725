"""The few file operations of the model store that a full or failing disk can interrupt."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from server.models.errors import DiskFull, ModelError


class Disk:
    """Room and writes. Tests stand a full disk in its place."""

    def free_bytes(self, folder: Path) -> int:
        """Bytes that an ordinary user can still write to the file system of this existing folder."""
        return shutil.disk_usage(folder).free

    def write(self, handle: BinaryIO, data: bytes) -> None:
        handle.write(data)


def flush_to_disk(path: Path) -> None:
    """fsync a file or a folder, so that a rename after it never names something half-written."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def bytes_below(folder: Path, suffix: str = "") -> int:
    """Bytes of all files below the folder whose names end so. Files and folders may vanish while it looks."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            if name.endswith(suffix):
                with suppress(OSError):
                    total += (Path(parent) / name).stat().st_size
    return total


@contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Turn the operating system's errors about the models folder into one line with the mend."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(
                f"the disk that holds {folder} is full: free some room, or name another folder in RINGSIDE_MODELS_DIR, "
                "and run the command again; what is finished is kept"
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise ModelError(
                f"can't write to the models folder {folder} ({error.strerror}): "
                "make it writable, or name another in RINGSIDE_MODELS_DIR"
            ) from error
        raise


@contextmanager
def locked(path: Path, on_wait: Callable[[], None]) -> Iterator[None]:
    """Hold the lock of this file among all processes; `on_wait` is called once if another holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_wait()
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield

"""The operator's own personas and scenarios on disk, below the data folder: published ones, and drafts apart.

`library/{personas,scenarios}/ID.yaml` is what can be practised, `library/drafts/...` what is still being written. A
file is replaced as a whole or not at all.
"""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import Literal

Kind = Literal["personas", "scenarios"]
KINDS: tuple[Kind, ...] = ("personas", "scenarios")
ID = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")


class Shelf:
    """All methods block. An id must match `ID`, else ValueError: no request names a path."""

    def __init__(self, data_dir: Path) -> None:
        self.published = data_dir / "library"
        self.drafts = self.published / "drafts"

    def ids(self, kind: Kind) -> list[str]:
        found = {path.stem for folder in (self.published, self.drafts) for path in (folder / kind).glob("*.yaml")}
        return sorted(each for each in found if ID.fullmatch(each))

    def published_text(self, kind: Kind, identifier: str) -> str | None:
        return _text(_path(self.published, kind, identifier))

    def draft_text(self, kind: Kind, identifier: str) -> str | None:
        return _text(_path(self.drafts, kind, identifier))

    def write_draft(self, kind: Kind, identifier: str, text: str) -> None:
        """Raises OSError."""
        _write(_path(self.drafts, kind, identifier), text)

    def publish(self, kind: Kind, identifier: str) -> None:
        """The draft takes the published file's place. Raises OSError."""
        _move(_path(self.drafts, kind, identifier), _path(self.published, kind, identifier))

    def unpublish(self, kind: Kind, identifier: str) -> None:
        """The published file becomes the draft, unless a newer one is there already. Raises OSError."""
        if self.draft_text(kind, identifier) is None:
            _move(_path(self.published, kind, identifier), _path(self.drafts, kind, identifier))
        else:
            _path(self.published, kind, identifier).unlink(missing_ok=True)

    def delete(self, kind: Kind, identifier: str) -> None:
        for folder in (self.published, self.drafts):
            _path(folder, kind, identifier).unlink(missing_ok=True)


def _path(folder: Path, kind: Kind, identifier: str) -> Path:
    if not ID.fullmatch(identifier):
        raise ValueError(f"{identifier!r} is no id; use small letters, digits and hyphens")
    return folder / kind / f"{identifier}.yaml"


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise

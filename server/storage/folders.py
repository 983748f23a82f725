"""Each call's folder below the data folder: its journal, the spool of its tape, and the finished tape."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

_CALL_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class CallFolder:
    """`situation.json` is written as the call begins, `journal.jsonl` as it goes on;
    `tape/` holds the spool and, once it is over, the recording.
    """

    path: Path

    @property
    def journal(self) -> Path:
        return self.path / "journal.jsonl"

    @property
    def situation(self) -> Path:
        """The scenario and people that the call was rung with."""
        return self.path / "situation.json"

    @property
    def tape(self) -> Path:
        return self.path / "tape"

    @property
    def comments(self) -> Path:
        """What was said about the call by voice."""
        return self.path / "comments"

    def make(self) -> None:
        self.tape.mkdir(parents=True, exist_ok=True)

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


class CallFolders:
    def __init__(self, data_dir: Path) -> None:
        self._root = data_dir / "calls"

    def of(self, call_id: str) -> CallFolder:
        """Raises ValueError for an id that no call can have, so that no request names a path."""
        if not _CALL_ID.fullmatch(call_id):
            raise ValueError(f"{call_id!r} is no call's id")
        return CallFolder(self._root / call_id)

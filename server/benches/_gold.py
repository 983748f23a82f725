"""Reading JSON lines that people hold the program against; every error names file, line and mend."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from server.errors import UserError

CHECKOUT = Path(__file__).resolve().parents[2]


def shared_data() -> Path:
    """Where the development data lies outside the checkout: $RINGSIDE_SHARED/data, else ../shared/data."""
    return Path(os.environ.get("RINGSIDE_SHARED") or CHECKOUT.parent / "shared") / "data"


def json_lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each object with where it stands ("file, line n"). Raises UserError for what can't be read."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise UserError(f"{path} can't be read: {error.strerror}; check the path") from None
    except UnicodeDecodeError:
        raise UserError(f"{path} is not text; save it as UTF-8") from None
    for number, line in enumerate(lines, start=1):
        where = f"{path}, line {number}"
        if not line.strip():
            continue
        try:
            data = json.loads(line)
        except (json.JSONDecodeError, RecursionError):
            raise UserError(f"{where}: is not JSON; write one object a line") from None
        if not isinstance(data, dict):
            raise UserError(f"{where}: is {type(data).__name__}; write one object a line")
        yield where, data


def text_of(where: str, data: dict[str, Any], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str):
        raise UserError(f'{where}: key "{key}" is {value!r}; give text')
    return value

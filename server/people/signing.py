"""Signed links to a moment: what a link says can't be changed or made up by who has it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

from server.errors import UserError

KEY_NAME = "links.key"
_KEY_BYTES = 32


class Signer:
    """HMAC-SHA256 over a link's id and the second at which it ends. Losing the key ends all links, and nothing else."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def in_folder(cls, data_dir: Path) -> Signer:
        """With the key of this data folder, which is made if missing and readable to its owner only."""
        path = data_dir / KEY_NAME
        try:
            data_dir.mkdir(parents=True, exist_ok=True)
            try:
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                key = path.read_bytes()
            else:
                key = secrets.token_bytes(_KEY_BYTES)
                with os.fdopen(descriptor, "wb") as file:
                    file.write(key)
        except OSError as error:
            raise UserError(f"{path} can't be used ({error.strerror}); set RINGSIDE_DATA_DIR") from error
        if len(key) != _KEY_BYTES:
            raise UserError(f"{path} holds {len(key)} bytes instead of {_KEY_BYTES}; delete it, and share moments anew")
        return cls(key)

    def sign(self, link_id: str, expires_at: datetime) -> str:
        said = f"{link_id}.{int(expires_at.timestamp())}"
        return f"{said}.{self._seal(said)}"

    def read(self, token: str, now: datetime) -> str | None:
        """The id of the link, or None if it isn't signed by this key or has ended."""
        said, _, seal = token.rpartition(".")
        link_id, _, ends = said.partition(".")
        if not hmac.compare_digest(self._seal(said).encode(), seal.encode("utf-8", "surrogatepass")):
            return None
        return link_id if now < datetime.fromtimestamp(int(ends), UTC) else None

    def _seal(self, said: str) -> str:
        digest = hmac.digest(self._key, b"moment " + said.encode("utf-8", "surrogatepass"), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

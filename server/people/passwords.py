"""Passwords: which will do, and their hashes (argon2id, by RFC 9106's parameters for little memory)."""

from __future__ import annotations

import json
import threading
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

SHORTEST, LONGEST = 10, 200
_FEWEST_DIFFERENT = 5  # characters: "aaaaaaaaaa" and "1212121212" are guessed first

_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
_one_at_a_time = threading.Lock()  # each takes 64 MB and every core, which calls need


def problem_with(password: str, login: str) -> str | None:
    """Why this password won't do for this account, with the mend. None if it will."""
    plain = password.strip().casefold()
    if len(password) < SHORTEST:
        return f"the password has {len(password)} characters; take {SHORTEST} or more, such as four words"
    if len(password) > LONGEST:
        return f"the password has {len(password)} characters; take {LONGEST} at most"
    if plain in _common() or len(set(plain)) < _FEWEST_DIFFERENT:
        return "this password is among the first that are guessed; take another, such as four words"
    if plain in (login, login.partition("@")[0]) or plain == login * 2:
        return "the password is the name to sign in with; take another, such as four words"
    return None


def hashed(password: str) -> str:
    """Its hash, with the salt and the parameters in it. Blocking, a tenth of a second."""
    with _one_at_a_time:
        return _hasher.hash(password)


def matches(password: str, password_hash: str | None) -> bool:
    """Whether the password is that one. For an account that isn't there (None) it takes as long to say no."""
    given = _nobodys() if password_hash is None else password_hash
    with _one_at_a_time:
        try:
            _hasher.verify(given, password)
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None


@cache
def _nobodys() -> str:
    return hashed("nobody has this password")


@cache
def _common() -> frozenset[str]:
    return frozenset(json.loads(Path(__file__).with_name("common_passwords.json").read_text()))

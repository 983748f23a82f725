"""The recogniser of moves that calls use."""

from __future__ import annotations

from server.models.move_recognizer import MEANING, move_recognizer
from server.models.store import ModelStore

_STORE = ModelStore.default()
if not _STORE.has(MEANING):
    _STORE.pull_missing([MEANING])
recognize_moves = move_recognizer(_STORE)

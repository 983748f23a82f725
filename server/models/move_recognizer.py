"""The recogniser of moves that this machine can run: the trained one where its embedding model is, else the rules.

Director, judge, `simulate`, `grade` and the benches all take it from here, so that they read an utterance alike.
"""

from __future__ import annotations

import logging

from rubrics.moves import Recognize, recognize_moves
from rubrics.recognizer import MoveRecognizer
from server.models.store import ModelStore

MEANING = "minilm"

log = logging.getLogger(__name__)


def move_recognizer(store: ModelStore) -> Recognize:
    """Make one and hand it to all who ask: it remembers. Loads nothing before its first call."""
    known = any(model.name == MEANING for model in store.manifest.models)
    if known and store.has(MEANING):
        return MoveRecognizer(store.path(MEANING))
    log.warning("moves are recognised by rules only: run `ringside models pull %s` for the trained recogniser", MEANING)
    return recognize_moves

"""Which recogniser of moves a machine gets, and who asks it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from rubrics.moves import recognize_moves
from rubrics.recognizer import MoveRecognizer
from server.models.move_recognizer import MEANING, move_recognizer
from server.models.store import ModelStore


def test_where_the_embedding_model_is_the_trained_recogniser_is_used(model: Callable[[str], Path]) -> None:
    model(MEANING)
    assert isinstance(move_recognizer(ModelStore.default()), MoveRecognizer)


def test_without_it_the_rules_are_used_and_the_log_says_so_once_with_the_mend(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert move_recognizer(ModelStore(tmp_path)) is recognize_moves
    assert [record.getMessage() for record in caplog.records] == [
        "moves are recognised by rules only: run `ringside models pull minilm` for the trained recogniser"
    ]

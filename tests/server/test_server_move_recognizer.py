"""Which recogniser of moves a machine gets, and who asks it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
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


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="counts threads as Linux tells them")
def test_reading_moves_takes_one_thread() -> None:
    """Beside a language model on all cores, threads of the linear algebra that wait for each other are slow."""
    script = (
        "import server, numpy, os; numpy.ones((900, 900)) @ numpy.ones((900, 900)); "
        "print(len(os.listdir('/proc/self/task')))"
    )
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    ran = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "1"

"""How the threshold of a move is chosen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rubrics import thresholds


def test_a_move_that_is_told_apart_lower_gets_a_lower_threshold() -> None:
    made = np.array([[True, True]] * 40 + [[False, False]] * 60)
    chances = np.where(made, [0.45, 0.65], [0.1, 0.55]).astype(np.float32)
    chosen = thresholds.choose(("greet", "farewell"), chances, made)
    assert chosen["greet"] <= 0.45 and chosen["farewell"] > 0.55


def test_a_harmful_move_must_be_rather_sure() -> None:
    made = np.array([[True], [False]] * 40)
    chances = np.where(made, 0.45, 0.1).astype(np.float32)
    assert (
        thresholds.choose(("threat",), chances, made)["threat"]
        > 0.6
        > thresholds.choose(("greet",), chances, made)["greet"]
    )


def test_a_move_that_is_hardly_seen_keeps_the_middle() -> None:
    chances, made = np.full((200, 1), 0.02, dtype=np.float32), np.zeros((200, 1), dtype=bool)
    assert thresholds.choose(("greet",), chances, made) == {"greet": thresholds.MIDDLE}


def test_thresholds_are_read_back_and_the_rest_is_the_middle(tmp_path: Path) -> None:
    thresholds.save({"greet": 0.6}, tmp_path / "weights" / "thresholds.json")
    loaded = thresholds.load(("greet", "farewell"), tmp_path / "weights" / "thresholds.json")
    assert loaded.tolist() == pytest.approx([0.6, thresholds.MIDDLE])

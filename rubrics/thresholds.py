"""From which chance on each move counts as made: chosen on utterances that the heads didn't learn from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rubrics.embedding import Floats
from rubrics.moves import MOVES

THRESHOLDS = Path(__file__).parent / "weights" / "thresholds.json"
MIDDLE = 0.5
_GRID = np.round(np.arange(0.3, 0.71, 0.05), 2)
_PRIOR = 20.0  # utterances that each threshold starts from: a move is seen some twenty times in a fold
_PRIOR_F1 = 0.7
_HARM_FROM = 0.65  # a customer who takes offence at nothing costs more than one who lets something pass
_PULL = 0.002  # towards the middle, so that of two equal thresholds the nearer one is taken


def choose(moves: Sequence[str], chances: Floats, made: NDArray[np.bool_]) -> dict[str, float]:
    """The threshold of each move with the highest F1, smoothed; both arrays have the shape (utterances, moves)."""
    best = {move: _best(chances[:, place], made[:, place]) for place, move in enumerate(moves)}
    return {move: max(least, _HARM_FROM) if MOVES[move].harmful else least for move, least in best.items()}


def _best(chances: Floats, made: NDArray[np.bool_]) -> float:
    def worth(least: float) -> float:
        given = chances >= least
        hits = int((given & made).sum())
        f1 = (2 * hits + _PRIOR * _PRIOR_F1) / (int(given.sum()) + int(made.sum()) + _PRIOR)
        return f1 - _PRIOR * _PULL * abs(least - MIDDLE)

    return max((float(least) for least in _GRID), key=worth)


def load(moves: Sequence[str], path: Path = THRESHOLDS) -> Floats:
    """The thresholds of these moves, shape (moves,); the middle where none was chosen."""
    chosen = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return np.array([chosen.get(move, MIDDLE) for move in moves], dtype=np.float32)


def save(chosen: dict[str, float], path: Path = THRESHOLDS) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(chosen, indent=1) + "\n", encoding="utf-8")

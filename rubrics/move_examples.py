"""Labelled utterances that the recogniser of moves learns from: `rubrics/training`, labelled by docs/moves.md."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rubrics.text import tokens

DATA = Path(__file__).parent / "training"


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled utterance. `group` names what it was written with: cross-validation never splits a group."""

    text: str
    before: str
    moves: frozenset[str]
    group: str


_WRITTEN_TOGETHER = 12  # neighbouring lines of a file are about one move, by one hand
_NEARLY_THE_SAME = 0.6  # share of words in common


def load_examples(source: Path = DATA) -> list[Example]:
    """The labelled utterances of a file, or of all `*.jsonl` in a folder."""
    found = []
    for path in sorted(source.glob("*.jsonl")) if source.is_dir() else [source]:
        for place, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
            data = json.loads(line)
            group = f"{path.stem}/{place // _WRITTEN_TOGETHER}"
            found.append(Example(data["text"], data.get("before") or "", frozenset(data["moves"]), group))
    return found


def data_hash(folder: Path = DATA) -> str:
    """SHA-256 of the training data: what weights were made from."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.jsonl")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def save_examples(examples: Sequence[Example], path: Path) -> None:
    """In the form that `load_examples` and `ringside bench moves` read."""
    lines = [
        json.dumps({"text": example.text, "before": example.before, "moves": sorted(example.moves)})
        for example in examples
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def split(examples: Sequence[Example], fold: int = 0, folds: int = 5) -> tuple[list[Example], list[Example]]:
    """The examples to learn from and those held back, whole groups of them.

    What answers the same line as one held back, or is nearly the same text, is in neither.
    """
    groups = sorted({example.group for example in examples})
    np.random.default_rng(7).shuffle(groups)
    out = frozenset(groups[fold::folds])
    held = [one for one in examples if one.group in out]
    rest = [one for one in examples if one.group not in out]
    lines = {one.before for one in held} - {""}
    near = _likeness(rest, held).max(axis=1) >= _NEARLY_THE_SAME
    return [one for one, alike in zip(rest, near, strict=True) if not alike and one.before not in lines], held


def _likeness(some: Sequence[Example], others: Sequence[Example]) -> NDArray[np.float32]:
    """The share of words that two texts have in common (Jaccard 1912), shape (some, others)."""
    words = [set(tokens(one.text)) for one in (*some, *others)]
    place = {word: index for index, word in enumerate(sorted(set().union(*words)))}
    has = np.zeros((len(words), len(place)), dtype=np.float32)
    for row, found in enumerate(words):
        has[row, [place[word] for word in found]] = 1
    first, second = has[: len(some)], has[len(some) :]
    both = first @ second.T
    either = first.sum(axis=1)[:, None] + second.sum(axis=1)[None, :] - both
    return np.asarray(both / np.maximum(either, 1), dtype=np.float32)

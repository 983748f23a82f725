"""Training the recogniser of moves. What needs JAX runs after `make train` has installed it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rubrics.embedding import Encoder
from rubrics.move_examples import load_examples
from rubrics.recognizer import MoveRecognizer

trainer = pytest.importorskip("rubrics.trainer", reason="JAX is not installed: make train", exc_type=ImportError)


def test_what_is_trained_is_what_is_run(model: Callable[[str], Path]) -> None:
    recognizer, encoder = MoveRecognizer(model("minilm")), Encoder(model("minilm"))
    heads, examples = recognizer.heads, load_examples()[:8]
    params = {name: getattr(heads, name) for name in ("attend", "weigh", "bias", "rules")}
    for site, change in heads.changes.items():
        params |= {f"{site}.down": change.down, f"{site}.up": change.up}
    batch = trainer.as_batch(encoder, examples)
    trained = 1 / (1 + np.exp(-trainer.logits(encoder, params, batch)))
    run = [list(recognizer.chances(example.text, example.before).values()) for example in examples]
    assert np.allclose(trained, run, atol=2e-3)


def test_training_is_repeatable(model: Callable[[str], Path]) -> None:
    recipe = trainer.Recipe(epochs=1, rank=1)
    examples = load_examples()[:32]
    first, second = (trainer.train(examples, model("minilm"), recipe) for _ in range(2))
    assert np.array_equal(first.weigh, second.weigh) and np.array_equal(first.attend, second.attend)

"""`ringside train`: make the weights of the recogniser of moves anew from `rubrics/training`. `make train` runs it.

How it is checked, without the held-out set: `--without N --out DIR/some.npz` trains without one fifth of the data and
writes that fifth beside the weights, for `ringside bench moves --gold DIR/some.held.jsonl --weights DIR/some.npz`;
`--thresholds DIR/some.npz ...` then chooses each move's threshold by what such weights make of their fifths.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from rubrics import thresholds
from rubrics.move_examples import data_hash, load_examples, save_examples, split
from rubrics.recognizer import WEIGHTS, MoveRecognizer
from server.errors import UserError
from server.models.move_recognizer import MEANING
from server.models.store import ModelStore

FOLDS = 5


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=WEIGHTS, metavar="FILE", help="where the weights go")
    parser.add_argument("--epochs", type=int, metavar="N", help="fewer are quicker and worse")
    parser.add_argument("--without", type=int, choices=range(FOLDS), metavar="N", help="hold back this fifth, 0 to 4")
    parser.add_argument("--thresholds", type=Path, nargs="+", metavar="FILE", help="choose thresholds by these weights")


def run(arguments: argparse.Namespace) -> int:
    if arguments.thresholds:
        return _choose(arguments.thresholds)
    if importlib.util.find_spec("jax") is None:
        raise UserError("JAX is not installed; run `make train`, which installs it")
    from rubrics import trainer

    store = ModelStore.default()
    examples, recipe = load_examples(), trainer.Recipe()
    if arguments.epochs is not None:
        recipe = replace(recipe, epochs=arguments.epochs)
    out: Path = arguments.out
    out.parent.mkdir(parents=True, exist_ok=True)
    if arguments.without is not None:
        examples, held = split(examples, arguments.without, FOLDS)
        save_examples(held, _held_beside(out))

    def report(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    heads = trainer.train(examples, store.path(MEANING), recipe, report)
    before = _hash(out) if out.is_file() else None
    replace(heads, least=thresholds.load(heads.moves), data=data_hash()).save(out)
    told = " (as it was)" if before == _hash(out) else ""
    print(f"{out}: {len(examples)} utterances, {out.stat().st_size / 1e6:.2f} MB, sha256 {_hash(out)}{told}")
    return 0


def _choose(files: Sequence[Path]) -> int:
    meaning = ModelStore.default().path(MEANING)
    chances, made = [], []
    for file in files:
        held = _held_beside(file)
        if not file.is_file() or not held.is_file():
            raise UserError(
                f"--thresholds {file}: needs {held.name} beside it; make both by `--without N --out {file}`"
            )
        recognizer = MoveRecognizer(meaning, file)
        for example in load_examples(held):
            chances.append(list(recognizer.chances(example.text, example.before).values()))
            made.append([move in example.moves for move in recognizer.heads.moves])
    chances_given = np.array(chances, dtype=np.float32)
    thresholds.save(thresholds.choose(recognizer.heads.moves, chances_given, np.array(made)))
    print(f"{thresholds.THRESHOLDS}: chosen on {len(made)} utterances; `ringside train` takes them over")
    return 0


def _held_beside(weights: Path) -> Path:
    return weights.with_suffix(".held.jsonl")


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()

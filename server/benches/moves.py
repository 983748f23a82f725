"""How well moves are recognised on gold utterances, by the trained recogniser and by the rules it builds on.

Per move precision, recall and F1, and their mean (macro F1) with a bootstrap interval. The mean runs over the moves
that occur in the gold; a move that only the recogniser gives is listed with its precision. `partials` says what becomes
of the moves that are recognised in the first three quarters of an utterance's words. The default gold was written apart
from the training data and is for reporting only: nothing may be chosen by it.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from rubrics.moves import MOVES, Recognize, recognize_moves
from rubrics.recognizer import WEIGHTS, MoveRecognizer
from server.benches._gold import CHECKOUT, json_lines, text_of
from server.errors import UserError
from server.models.move_recognizer import MEANING
from server.models.store import ModelStore

Gold = tuple[str, str, frozenset[str]]
Sample = tuple[frozenset[str], frozenset[str]]
HELD_OUT = CHECKOUT / "tests" / "rubrics" / "moves-held-out.jsonl"
_RESAMPLES, _SEED = 1000, 20240501
_PARTIAL = 0.75  # share of the words that have been said
_PARTIAL_WORDS = 8  # of an utterance shorter than this, three quarters are hardly a partial


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--gold", type=Path, default=HELD_OUT, help='JSON lines of {"text", "before"?, "moves"}')
    parser.add_argument("--weights", type=Path, default=WEIGHTS, metavar="FILE", help="other weights of the recogniser")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    gold = load_gold(arguments.gold)
    store = ModelStore.default()
    if not arguments.weights.is_file():
        raise UserError(f"--weights {arguments.weights} is no file; `make train` makes it")
    trained = measure(MoveRecognizer(store.path(MEANING), arguments.weights), gold)
    rules = measure(recognize_moves, gold)
    slower = trained["processor_ms_per_utterance"] / max(0.001, rules["processor_ms_per_utterance"])
    body = {**trained, "n": len(gold), "times_as_slow_as_rules": round(slower, 1), "rules": rules}
    if arguments.json:
        print(json.dumps(body))
        return 0
    table = Table(
        title=f"macro F1 {body['macro_f1']:.3f} over {len(gold)} utterances; rules {body['rules']['macro_f1']:.3f}"
    )
    for heading in ("move", "n", "precision", "recall", "f1", "f1 by rules"):
        table.add_column(heading, justify="left" if heading == "move" else "right")
    for move, row in body["moves"].items():
        by_rules = body["rules"]["moves"].get(move, {}).get("f1", 0.0)
        shown = (*(row[key] for key in ("precision", "recall", "f1")), by_rules)
        table.add_row(move, str(row["n"]), *(f"{value:.2f}" for value in shown))
    Console().print(table)
    return 0


def load_gold(path: Path) -> list[Gold]:
    """(text, before, moves) of each line. Raises UserError naming line, key and mend."""
    gold = []
    for where, data in json_lines(path):
        moves = data.get("moves")
        if not isinstance(moves, list) or not all(isinstance(move, str) for move in moves):
            raise UserError(f'{where}: key "moves" is {moves!r}; give a list of move ids')
        unknown = sorted(set(moves) - MOVES.keys())
        if unknown:
            raise UserError(f'{where}: key "moves": {unknown[0]!r} is no move; see rubrics/moves.py for the catalogue')
        before = text_of(where, data, "before") if data.get("before") is not None else ""
        gold.append((text_of(where, data, "text"), before, frozenset(moves)))
    if not gold:
        raise UserError(f"{path} holds no utterances; give at least one line")
    return gold


def measure(recognize: Recognize, gold: Sequence[Gold]) -> dict[str, Any]:
    """`figures`, the interval of macro F1, partials, and the time an utterance takes: elapsed, and the processor's."""
    recognize("warm", "")
    recognize_moves.cache_clear()  # the trained one asks the rules, too: each pays for its own
    elapsed_s, busy_s = time.perf_counter(), time.process_time()
    samples = [(wanted, frozenset(recognize(text, before))) for text, before, wanted in gold]
    elapsed_s, busy_s = time.perf_counter() - elapsed_s, time.process_time() - busy_s
    return {
        **figures(samples),
        "macro_f1_interval": interval(samples),
        "ms_per_utterance": round(1000 * elapsed_s / len(gold), 3),
        "processor_ms_per_utterance": round(1000 * busy_s / len(gold), 3),
        "partials": partials(recognize, gold),
    }


def figures(samples: Sequence[Sample]) -> dict[str, Any]:
    """`macro_f1` and `moves`: id -> precision, recall, f1 and n, how often the gold has it."""
    moves: dict[str, dict[str, float]] = {}
    for move in MOVES:
        hits = sum(move in wanted and move in given for wanted, given in samples)
        wanted_count = sum(move in wanted for wanted, _ in samples)
        given_count = sum(move in given for _, given in samples)
        if not wanted_count and not given_count:
            continue
        precision = hits / given_count if given_count else 0.0
        recall = hits / wanted_count if wanted_count else 0.0
        f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
        moves[move] = {
            "precision": round(precision, 4),
            "recall": round(recall, 4),
            "f1": round(f1, 4),
            "n": wanted_count,
        }
    scored = [row["f1"] for row in moves.values() if row["n"]]
    return {"macro_f1": round(sum(scored) / len(scored), 4) if scored else 0.0, "moves": moves}


def interval(samples: Sequence[Sample]) -> dict[str, float]:
    """95 % of macro F1 over resampled utterances (percentile bootstrap); a move that a draw lacks is left out of it."""
    wanted, given = (np.array([[move in sample[side] for move in MOVES] for sample in samples]) for side in (0, 1))
    rng = np.random.default_rng(_SEED)
    draws = []
    for _ in range(_RESAMPLES):
        drawn = rng.integers(0, len(samples), len(samples))
        hits = (wanted[drawn] & given[drawn]).sum(axis=0)
        counts = wanted[drawn].sum(axis=0)
        f1 = 2 * hits / np.maximum(1, counts + given[drawn].sum(axis=0))
        if counts.any():
            draws.append(f1[counts > 0].mean())
    low, high = np.percentile(draws, [2.5, 97.5]) if draws else (0.0, 0.0)
    return {"low": round(float(low), 4), "high": round(float(high), 4)}


def partials(recognize: Recognize, gold: Sequence[Gold]) -> dict[str, float | int | None]:
    """Of the moves recognised in a partial: how many the whole utterance is no longer recognised as, or never made."""
    early = retracted = wrong = 0
    for text, before, wanted in gold:
        words = text.split()
        if len(words) < _PARTIAL_WORDS:
            continue
        found = frozenset(recognize(" ".join(words[: int(_PARTIAL * len(words))]), before))
        early += len(found)
        retracted += len(found - frozenset(recognize(text, before)))
        wrong += len(found - wanted)
    if not early:
        return {"moves": 0, "retracted": None, "wrong": None}
    return {"moves": early, "retracted": round(retracted / early, 4), "wrong": round(wrong / early, 4)}

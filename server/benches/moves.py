"""How well moves are recognised on gold utterances: precision, recall and F1 per move, and their mean (macro F1).

The mean runs over the moves that occur in the gold; a move that only the recogniser gives is listed with its precision.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from rubrics.moves import MOVES, recognize_moves
from server.benches._gold import json_lines, text_of
from server.errors import UserError

Sample = tuple[frozenset[str], frozenset[str]]


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--gold", type=Path, required=True, help='JSON lines of {"text", "before"?, "moves"}')
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    gold = load_gold(arguments.gold)
    started_s = time.perf_counter()
    samples = [(wanted, frozenset(recognize_moves(text, before))) for text, before, wanted in gold]
    body = {**figures(samples), "n": len(samples), "ms_per_utterance": _ms_each(started_s, len(samples))}
    if arguments.json:
        print(json.dumps(body))
        return 0
    table = Table(title=f"macro F1 {body['macro_f1']:.3f} over {len(samples)} utterances")
    for heading in ("move", "n", "precision", "recall", "f1"):
        table.add_column(heading, justify="left" if heading == "move" else "right")
    for move, row in body["moves"].items():
        table.add_row(move, str(row["n"]), *(f"{row[key]:.2f}" for key in ("precision", "recall", "f1")))
    Console().print(table)
    return 0


def load_gold(path: Path) -> list[tuple[str, str, frozenset[str]]]:
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


def _ms_each(started_s: float, count: int) -> float:
    return round((time.perf_counter() - started_s) * 1000 / count, 3)

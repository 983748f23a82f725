"""How well "builds on what the other said" is told, against the mean of three human experts, by cross-validation.

Folds never split a transcript. Quadratic weighted kappa is with the experts' majority (0 to 2), Spearman's rank
correlation with their mean. `overlap` is the same for the share of words taken over alone.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rubrics.agreement import Levels, agreement, quadratic_weighted_kappa
from rubrics.embedding import Encoder, Floats
from rubrics.uptake import Pair, Rarity, Ridge, meaning, surface
from server.benches._gold import json_lines, shared_data, text_of
from server.errors import UserError
from server.models.move_recognizer import MEANING
from server.models.store import ModelStore

_FOLDS, _SEED, _RESAMPLES = 10, 7, 1000
_OVERLAP = 5  # which feature of `surface` is the share of words taken over
_PENALTIES = (30.0, 1500.0)  # of a feature of the words, and of the meaning, which has forty times as many; not tuned


@dataclass(frozen=True, slots=True)
class Exchange:
    """An exchange and how far its reply builds on it: `level` 0 to 2 by majority, `mean` of three experts."""

    pair: Pair
    transcript: str
    level: int
    mean: float


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--gold",
        type=Path,
        default=shared_data() / "uptake-dev.jsonl",
        help='lines {"id": "transcript-line", "other", "speaker", "uptake", "mean_of_three"}',
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    body = report(load(arguments.gold), Encoder(ModelStore.default().path(MEANING)))
    if arguments.json:
        print(json.dumps(body))
        return 0
    kappa, rank = body["quadratic_weighted_kappa"], body["spearman"]
    print(f"{body['n']} exchanges of {body['transcripts']} transcripts, {_FOLDS} folds")
    print(f"quadratic weighted kappa {kappa['value']:.3f} ({kappa['low']:.3f} to {kappa['high']:.3f})")
    print(f"Spearman {rank['value']:.3f} ({rank['low']:.3f} to {rank['high']:.3f})")
    print(
        f"words taken over alone: {body['overlap']['quadratic_weighted_kappa']:.3f}, {body['overlap']['spearman']:.3f}"
    )
    return 0


def load(path: Path) -> list[Exchange]:
    """Raises UserError naming line, key and mend."""
    found = []
    for where, data in json_lines(path):
        level, mean = data.get("uptake"), data.get("mean_of_three")
        if level not in (0, 1, 2) or isinstance(level, bool):
            raise UserError(f'{where}: key "uptake" is {level!r}; use 0, 1 or 2')
        if isinstance(mean, bool) or not isinstance(mean, int | float):
            raise UserError(f'{where}: key "mean_of_three" is {mean!r}; give a number')
        transcript = text_of(where, data, "id").split("-")[0]
        found.append(
            Exchange((text_of(where, data, "other"), text_of(where, data, "speaker")), transcript, level, mean)
        )
    if len({exchange.transcript for exchange in found}) < _FOLDS:
        raise UserError(f"{path} holds too little; give exchanges of at least {_FOLDS} transcripts")
    return found


def report(exchanges: Sequence[Exchange], encoder: Encoder) -> dict[str, Any]:
    """Agreement of the predictions that each fold gets from the others."""
    levels = np.array([exchange.level for exchange in exchanges])
    means = np.array([exchange.mean for exchange in exchanges], dtype=np.float32)
    names = [exchange.transcript for exchange in exchanges]
    meant = np.array([meaning(exchange.pair, encoder) for exchange in exchanges])
    fold = _folds(names)
    given, overlap = np.zeros(len(exchanges)), np.zeros(len(exchanges))
    graded, plainly = np.zeros_like(levels), np.zeros_like(levels)
    for one in range(_FOLDS):
        test, train = fold == one, fold != one
        rarity = Rarity.of(
            [text for exchange, seen in zip(exchanges, train, strict=True) if seen for text in exchange.pair]
        )
        words = np.array([surface(exchange.pair, rarity) for exchange in exchanges])
        features = np.concatenate([words, meant], axis=1)
        penalty = np.repeat(np.array(_PENALTIES, dtype=np.float32), [words.shape[1], meant.shape[1]])
        ridge = Ridge.fit(features[train], means[train], penalty)
        given[test], overlap[test] = ridge.predict(features[test]), words[test, _OVERLAP]
        inner = _within(features, means, penalty, fold, one)
        graded[test] = _levels(given[test], *_cuts(inner[train], levels[train]))
        plainly[test] = _levels(overlap[test], *_cuts(words[train, _OVERLAP], levels[train]))
    statistics = agreement(list(zip(levels.tolist(), graded.tolist(), strict=True)), names)
    return {
        "n": len(exchanges),
        "transcripts": len(set(names)),
        **{name: estimate.to_json() for name, estimate in statistics.items()},
        "spearman": _interval(means, given, names),
        "overlap": {
            "quadratic_weighted_kappa": round(quadratic_weighted_kappa(levels, plainly) or 0.0, 4),
            "spearman": round(spearman(means, overlap), 4),
        },
    }


def spearman(gold: NDArray[Any], given: NDArray[Any]) -> float:
    """Spearman's rank correlation, ties at their mean rank (Spearman 1904)."""
    return float(np.corrcoef(_ranks(gold), _ranks(given))[0, 1])


def _ranks(values: NDArray[Any]) -> NDArray[np.float64]:
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(count) - (count - 1) / 2)[place])


def _folds(names: Sequence[str]) -> Levels:
    transcripts = sorted(set(names))
    np.random.default_rng(_SEED).shuffle(transcripts)
    place = {name: index % _FOLDS for index, name in enumerate(transcripts)}
    return np.array([place[name] for name in names])


def _within(features: Floats, means: Floats, penalty: Floats, fold: Levels, out: int) -> NDArray[Any]:
    """Predictions for what isn't in `out`, each by the other folds: cuts chosen on fitted values would be too bold."""
    found = np.zeros(len(means))
    for one in range(_FOLDS):
        if one != out:
            train = (fold != one) & (fold != out)
            found[fold == one] = Ridge.fit(features[train], means[train], penalty).predict(features[fold == one])
    return found


def _cuts(values: NDArray[Any], levels: Levels) -> tuple[float, float]:
    """The two cuts that make the values levels, with the largest kappa."""
    grid = np.unique(np.quantile(values, np.linspace(0.04, 0.96, 24)))
    pairs = [(float(low), float(high)) for place, low in enumerate(grid) for high in grid[place + 1 :]]
    return max(pairs, key=lambda cuts: quadratic_weighted_kappa(levels, _levels(values, *cuts)) or 0.0)


def _levels(values: NDArray[Any], low: float, high: float) -> Levels:
    return (values >= low).astype(np.int64) + (values >= high)


def _interval(gold: NDArray[Any], given: NDArray[Any], names: Sequence[str]) -> dict[str, float]:
    """Spearman with a percentile bootstrap over transcripts."""
    rng, by_name = np.random.default_rng(_SEED), np.array(names)
    groups = [np.flatnonzero(by_name == name) for name in np.unique(by_name)]
    draws = []
    for _ in range(_RESAMPLES):
        drawn = np.concatenate([groups[place] for place in rng.integers(0, len(groups), len(groups))])
        draws.append(spearman(gold[drawn], given[drawn]))
    low, high = np.percentile(draws, [2.5, 97.5])
    return {"value": round(spearman(gold, given), 4), "low": round(float(low), 4), "high": round(float(high), 4)}

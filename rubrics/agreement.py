"""How far two raters agree on ordinal levels, with intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEVELS = 3
_RESAMPLES = 1000
_SEED = 20240501

Levels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval; None where it isn't defined (no pairs, or no variation at all)."""

    value: float | None
    low: float | None
    high: float | None

    def to_json(self) -> dict[str, float | None]:
        return {name: None if x is None else round(x, 4) for name, x in self._items()}

    def _items(self) -> tuple[tuple[str, float | None], ...]:
        return (("value", self.value), ("low", self.low), ("high", self.high))


def quadratic_weighted_kappa(gold: Levels, given: Levels) -> float | None:
    """Cohen's kappa with quadratic weights (Cohen 1968): 1 - sum(w * observed) / sum(w * expected).

    `gold` and `given` are levels 0 to 2, shape (n,). None for no pairs, or where both raters gave one and the same
    level throughout, since chance then explains everything.
    """
    if len(gold) == 0:
        return None
    grid = np.arange(LEVELS)
    weights = (grid[:, None] - grid[None, :]) ** 2 / (LEVELS - 1) ** 2
    observed = np.zeros((LEVELS, LEVELS))
    np.add.at(observed, (gold, given), 1)
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0)) / len(gold)
    chance = float((weights * expected).sum())
    return None if chance == 0 else 1 - float((weights * observed).sum()) / chance


def exact(gold: Levels, given: Levels) -> float | None:
    return float(np.mean(gold == given)) if len(gold) else None


def within_one(gold: Levels, given: Levels) -> float | None:
    return float(np.mean(np.abs(gold - given) <= 1)) if len(gold) else None


def bias(gold: Levels, given: Levels) -> float | None:
    """Mean of given minus gold, in levels: above 0 is lenient."""
    return float(np.mean(given - gold)) if len(gold) else None


STATISTICS: dict[str, Callable[[Levels, Levels], float | None]] = {
    "quadratic_weighted_kappa": quadratic_weighted_kappa,
    "exact": exact,
    "within_one": within_one,
    "bias": bias,
}


def agreement(pairs: Sequence[tuple[int, int]], clusters: Sequence[str] | None = None) -> dict[str, Estimate]:
    """Every statistic of `STATISTICS` over (gold, given) pairs, with a seeded percentile bootstrap.

    Labels of one call hang together: with `clusters` (one name a pair) whole clusters are drawn (Efron & Tibshirani
    1993, section 8).
    """
    gold = np.array([pair[0] for pair in pairs], dtype=np.int64)
    given = np.array([pair[1] for pair in pairs], dtype=np.int64)
    names = np.array(list(clusters) if clusters is not None else [str(place) for place in range(len(pairs))])
    groups = [np.flatnonzero(names == name) for name in np.unique(names)]
    rng = np.random.default_rng(_SEED)
    draws: dict[str, list[float]] = {name: [] for name in STATISTICS}
    for _ in range(_RESAMPLES if groups else 0):
        drawn = np.concatenate([groups[place] for place in rng.integers(0, len(groups), len(groups))])
        for name, statistic in STATISTICS.items():
            value = statistic(gold[drawn], given[drawn])
            if value is not None:
                draws[name].append(value)
    return {name: _estimate(statistic(gold, given), draws[name]) for name, statistic in STATISTICS.items()}


def _estimate(value: float | None, draws: list[float]) -> Estimate:
    if value is None or not draws:
        return Estimate(value, None, None)
    low, high = np.percentile(draws, [2.5, 97.5])
    return Estimate(value, float(min(low, value)), float(max(high, value)))

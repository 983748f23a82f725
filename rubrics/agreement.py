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


def confusion(gold: Levels, given: Levels) -> NDArray[np.float64]:
    """How often each pair of levels was given, shape (LEVELS, LEVELS): gold by row. Levels are 0 to 2, shape (n,)."""
    counts = np.zeros((LEVELS, LEVELS))
    np.add.at(counts, (gold.astype(np.int64), given.astype(np.int64)), 1)
    return counts


_PLACES = np.arange(LEVELS)
_APART = _PLACES[None, :] - _PLACES[:, None]  # given minus gold


def _kappas(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    weights = _APART**2 / (LEVELS - 1) ** 2
    expected = counts.sum(axis=-1)[..., :, None] * counts.sum(axis=-2)[..., None, :] / _sizes(counts)[..., None, None]
    chance = (weights * expected).sum(axis=(-1, -2))
    seen = (weights * counts).sum(axis=(-1, -2))
    return np.where(chance == 0, np.nan, 1 - seen / np.where(chance == 0, 1, chance))


def _sizes(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    sizes: NDArray[np.float64] = counts.sum(axis=(-1, -2))
    return np.where(sizes == 0, np.nan, sizes)


def _shares(counted: NDArray[np.float64]) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    def share(counts: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray((counted * counts).sum(axis=(-1, -2)) / _sizes(counts))

    return share


STATISTICS: dict[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "quadratic_weighted_kappa": _kappas,
    "exact": _shares((_APART == 0).astype(float)),
    "within_one": _shares((np.abs(_APART) <= 1).astype(float)),
    "bias": _shares(_APART.astype(float)),
}
"""Each over confusions, shape (..., LEVELS, LEVELS), to (...); not a number where it isn't defined."""


def _value(name: str, gold: Levels, given: Levels) -> float | None:
    found = float(STATISTICS[name](confusion(gold, given)))
    return None if np.isnan(found) else found


def quadratic_weighted_kappa(gold: Levels, given: Levels) -> float | None:
    """Cohen's kappa with quadratic weights (Cohen 1968): 1 - sum(w * observed) / sum(w * expected).

    `gold` and `given` are levels 0 to 2, shape (n,). None for no pairs, or where both raters gave one and the same
    level throughout, since chance then explains everything.
    """
    return _value("quadratic_weighted_kappa", gold, given)


def exact(gold: Levels, given: Levels) -> float | None:
    return _value("exact", gold, given)


def within_one(gold: Levels, given: Levels) -> float | None:
    return _value("within_one", gold, given)


def bias(gold: Levels, given: Levels) -> float | None:
    """Mean of given minus gold, in levels: above 0 is lenient."""
    return _value("bias", gold, given)


def agreement(pairs: Sequence[tuple[int, int]], clusters: Sequence[str] | None = None) -> dict[str, Estimate]:
    """Every statistic of `STATISTICS` over (gold, given) pairs, with a seeded percentile bootstrap.

    Labels of one call hang together: with `clusters` (one name a pair) whole clusters are drawn (Efron & Tibshirani
    1993, section 8). A draw's statistics follow from the sum of its clusters' confusions, so that all draws are one
    product of matrices.
    """
    gold = np.array([pair[0] for pair in pairs], dtype=np.int64)
    given = np.array([pair[1] for pair in pairs], dtype=np.int64)
    names = np.array(list(clusters) if clusters is not None else [str(place) for place in range(len(pairs))])
    each = np.array([confusion(gold[names == name], given[names == name]) for name in np.unique(names)])
    whole = confusion(gold, given)
    rng, size = np.random.default_rng(_SEED), len(each)
    drawn = [np.bincount(rng.integers(0, size, size), minlength=size) for _ in range(_RESAMPLES if size else 0)]
    counts = np.tensordot(np.array(drawn), each, axes=1) if drawn else np.zeros((0, LEVELS, LEVELS))
    return {name: _estimate(statistic(whole), statistic(counts)) for name, statistic in STATISTICS.items()}


def _estimate(value: NDArray[np.float64], draws: NDArray[np.float64]) -> Estimate:
    found, defined = float(value), draws[~np.isnan(draws)]
    if np.isnan(found) or not len(defined):
        return Estimate(None if np.isnan(found) else found, None, None)
    low, high = np.percentile(defined, [2.5, 97.5])
    return Estimate(found, float(min(low, found)), float(max(high, found)))

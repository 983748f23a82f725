from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics.agreement import agreement, bias, exact, quadratic_weighted_kappa, within_one

LEVELS = st.integers(0, 2)


def kappa(pairs: list[tuple[int, int]]) -> float | None:
    gold, given_levels = np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs])
    return quadratic_weighted_kappa(gold, given_levels)


def test_kappa_by_hand() -> None:
    """Gold 0,1,2,2 against 0,1,1,2: observed disagreement 1/16 of weight 1/4; expected 7/16."""
    # weights (i-j)^2/4: observed sum = 1 * 1/4 = 0.25. Margins gold (1,1,2), given (1,2,1), n=4:
    # expected = (1*2*0.25 + 1*1*1 + 1*1*0.25 + 1*1*0.25 + 2*1*1 + 2*2*0.25) / 4 = 5/4 = 1.25
    assert kappa([(0, 0), (1, 1), (2, 1), (2, 2)]) == pytest.approx(1 - 0.25 / 1.25)


def test_kappa_at_the_ends() -> None:
    assert kappa([(0, 0), (1, 1), (2, 2)]) == 1
    assert kappa([(0, 2), (2, 0)]) == -1
    assert kappa([(0, 1), (2, 1)]) == 0
    assert kappa([(2, 2), (2, 2)]) is None
    assert kappa([]) is None


def test_the_other_statistics_by_hand() -> None:
    gold, given_levels = np.array([0, 1, 2, 2]), np.array([1, 1, 0, 2])
    assert exact(gold, given_levels) == 0.5
    assert within_one(gold, given_levels) == 0.75
    assert bias(gold, given_levels) == -0.25


@given(st.lists(st.tuples(LEVELS, LEVELS), min_size=1, max_size=30))
def test_kappa_is_symmetric_and_bounded(pairs: list[tuple[int, int]]) -> None:
    value = kappa(pairs)
    swapped = kappa([(b, a) for a, b in pairs])
    assert (value is None) == (swapped is None)
    if value is not None and swapped is not None:
        assert -1 - 1e-9 <= value <= 1 + 1e-9
        assert value == pytest.approx(swapped)


def test_intervals_hold_the_value_and_repeat_exactly() -> None:
    pairs = [(0, 0), (0, 1), (1, 1), (2, 2), (2, 1), (2, 2), (1, 0), (0, 0)]
    calls = ["a", "a", "b", "b", "c", "c", "d", "d"]
    first, second = agreement(pairs, calls), agreement(pairs, calls)
    assert first == second
    for estimate in first.values():
        assert estimate.value is not None and estimate.low is not None and estimate.high is not None
        assert estimate.low <= estimate.value <= estimate.high


def test_no_pairs_give_no_figures() -> None:
    assert all(estimate.value is None for estimate in agreement([]).values())

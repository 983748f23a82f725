"""How far a reply builds on what the other said."""

from __future__ import annotations

import numpy as np

from rubrics.uptake import Rarity, Ridge, surface

OTHER = "The depot loses two hours every Monday because the papers are missing."


def test_words_taken_over_count_for_more_the_rarer_they_are() -> None:
    rarity = Rarity.of(["the bus is late", "the papers", "the end", "a depot"])
    assert rarity.sum({"depot"}) > rarity.sum({"the"}) > 0
    assert rarity.sum({"never-seen"}) > rarity.sum({"depot"})


def test_a_reply_that_takes_words_up_differs_from_one_that_does_not() -> None:
    rarity = Rarity.of([OTHER])
    takes, token, other = (
        surface((OTHER, reply), rarity)
        for reply in ("What happens in the depot when the papers are missing?", "Okay.", "Let us open our books.")
    )
    assert takes[2] > other[2] >= token[2]
    assert takes[10] == 1 and token[10] == other[10] == 0
    assert token[15] == token[16] == 1


def test_a_ridge_finds_what_is_linear_and_shrinks_what_costs_more() -> None:
    features = np.random.default_rng(1).normal(size=(200, 3)).astype(np.float32)
    target = (2 * features[:, 0] + 1).astype(np.float32)
    cheap = Ridge.fit(features, target, np.full(3, 0.01, dtype=np.float32))
    dear = Ridge.fit(features, target, np.full(3, 1000.0, dtype=np.float32))
    assert np.allclose(cheap.predict(features), target, atol=0.01)
    assert np.std(dear.predict(features)) < np.std(cheap.predict(features)) / 2

"""What can be relied on of partials: it only grows, and never holds a word that was heard once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voice.learner_turn import LearnerTurn

words = st.lists(st.sampled_from(["a", "b", "c."]), max_size=6).map(" ".join)


def turn() -> LearnerTurn:
    return LearnerTurn(since=0, stretch_since=0, epoch=1)


def test_a_word_is_stable_once_two_partials_agree_on_it_and_go_on() -> None:
    learner, stable = turn(), []
    for partial in (
        "We could.",
        "We could start.",
        "we could start, the pilot",
        "Weekend starts",
        "Weekend starts now",
    ):
        learner.hear_partial(partial)
        stable.append(learner.stable)
    assert stable == ["", "We could", "We could start,", "We could start,", "We could start,"]
    assert learner.text == "Weekend starts now"


def test_what_is_settled_stands_before_the_next_stretch_s_own_partials() -> None:
    learner = turn()
    learner.hear_partial("We could start")
    learner.settle(16_000, epoch=2)
    learner.hear_partial("We could wait here")
    assert learner.stable_text == "We could start"
    learner.hear_partial("We could wait here too")
    assert learner.stable_text == "We could start We could wait here"


@given(st.lists(words, max_size=12))
def test_the_stable_part_only_grows_and_its_last_word_was_heard_twice_with_one_behind_it(partials: list[str]) -> None:
    learner, before, former = turn(), "", ""
    for partial in partials:
        learner.hear_partial(partial)
        now = learner.stable
        assert now.startswith(before)
        if now != before:
            count = len(now.split())
            assert count < len(partial.split()) and count <= len(former.split())
            assert former.replace(".", "").split()[:count] == partial.replace(".", "").split()[:count]
        before, former = now, partial

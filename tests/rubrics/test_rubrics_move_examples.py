"""The labelled utterances that recognition is trained by."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from rubrics.move_examples import Example, load_examples, save_examples, split
from rubrics.moves import CATALOGUE, TALK_OVER


def test_every_move_in_words_has_examples_and_nothing_else_is_labelled() -> None:
    counted = Counter(move for example in load_examples() for move in example.moves)
    assert counted.keys() == {move.id for move in CATALOGUE} - {TALK_OVER}
    assert min(counted.values()) >= 20


def test_no_utterance_is_labelled_in_two_ways() -> None:
    examples = load_examples()
    counted = Counter((text, before) for text, before, _ in {(one.text, one.before, one.moves) for one in examples})
    assert [pair for pair, count in counted.items() if count > 1] == []


def test_the_groups_of_a_split_stay_whole() -> None:
    examples = load_examples()
    kept, held = split(examples)
    assert 3000 <= len(kept) + len(held) <= len(examples)
    assert not {example.group for example in kept} & {example.group for example in held}


def test_what_is_nearly_the_same_as_something_held_back_is_not_learned_from() -> None:
    def example(text: str, group: str, before: str = "") -> Example:
        return Example(text, before, frozenset(), group)

    texts = ["the van is late again today", "could you tell me your name", "it costs forty a month", "have a nice day"]
    near = [
        "the van is late again",
        "could you tell me your name please",
        "it costs forty month",
        "have a good day",
    ]
    examples = [example(text, f"a{place}") for place, text in enumerate(texts)]
    examples += [example(text, f"b{place}") for place, text in enumerate(near)]
    for fold in range(5):
        kept, held = split(examples, fold)
        places = {one.group[1] for one in held}
        assert places.isdisjoint({one.group[1] for one in kept})


def test_answers_to_a_line_that_is_held_back_are_not_learned_from() -> None:
    examples = [
        Example(f"answer number {word}", "Who is this?" if place < 5 else "", frozenset(), word)
        for place, word in enumerate(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"])
    ]
    held_lines = 0
    for fold in range(5):
        kept, held = split(examples, fold)
        lines = {one.before for one in held} - {""}
        assert lines.isdisjoint({one.before for one in kept})
        held_lines += len(lines)
    assert held_lines > 0


def test_saved_examples_are_read_back(tmp_path: Path) -> None:
    examples = load_examples()[:30]
    save_examples(examples, tmp_path / "some.jsonl")
    read = load_examples(tmp_path)
    assert [(one.text, one.before, one.moves) for one in read] == [
        (one.text, one.before, one.moves) for one in examples
    ]

from __future__ import annotations

from rubrics_calls import call

from rubrics.evidence import Quote, locate, matches
from voice.record import CallRecord, Turn, Word

RECORD = call("C: Hello?\nL: It's Dana, from Tarrow. We do time-sheets, don't we?")


def test_a_quote_is_found_whatever_its_case_and_punctuation() -> None:
    found = locate(RECORD, Quote(1, "its dana from TARROW"))
    assert found is not None and found.quote == "It's Dana, from Tarrow."


def test_a_changed_word_or_another_turn_matches_nothing() -> None:
    assert locate(RECORD, Quote(1, "it's Diana from Tarrow")) is None
    assert locate(RECORD, Quote(0, "It's Dana")) is None
    assert locate(RECORD, Quote(7, "Hello")) is None
    assert locate(RECORD, Quote(1, "Dana Tarrow")) is None
    assert locate(RECORD, Quote(1, "...")) is None


def test_times_are_proportional_without_words_and_inside_the_turn() -> None:
    turn = RECORD.turns[1]
    found = locate(RECORD, Quote(1, "We do time-sheets"))
    assert found is not None
    assert turn.start_s < found.start_s < found.end_s <= turn.end_s


def test_times_are_those_of_the_words_where_there_are_any() -> None:
    words = (Word("Good", 1.0, 1.3), Word("morning", 1.4, 1.9), Word("Bill.", 2.6, 3.0))
    record = CallRecord("c", "s", (Turn(0, "learner", "Good morning Bill.", 1.0, 3.0, words),))
    found = locate(record, Quote(0, "morning Bill"))
    assert found is not None and (found.start_s, found.end_s) == (1.4, 3.0)


def test_each_quote_counts_once() -> None:
    assert len(matches(RECORD, (Quote(1, "It's Dana"), Quote(1, "it's dana"), Quote(1, "nowhere said")))) == 1

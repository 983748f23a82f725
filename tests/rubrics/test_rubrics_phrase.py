"""What must be said: its sense, its words, its time, and how it falls short."""

from __future__ import annotations

from rubrics_calls import call, criterion

from rubrics.delivery import measure
from rubrics.grade import score
from rubrics.phrase import phrase_of
from rubrics.transcript import Transcript
from voice.record import CallRecord, Turn


def said(line: str, **phrase: object) -> object:
    one = criterion(kind="phrase", phrase=phrase)
    return score(Transcript(call(f"C: Hello?\nL: {line}\nC: Okay.")), one)


def test_a_near_miss_names_what_was_said_and_what_was_not() -> None:
    item = {"say": "This is an attempt to collect a debt", "least": 1}
    missed = said("This is an attempt to discuss your account.", items=[item])
    assert missed.level == 0  # type: ignore[attr-defined]
    assert "said “This is an attempt to” but not “collect" in missed.why  # type: ignore[attr-defined]


def test_a_no_that_belongs_to_the_sense_is_required_and_one_elsewhere_denies_nothing() -> None:
    item = {"say": "We do not sell your data", "least": 0.7}
    assert said("We do not sell your data.", items=[item]).level == 2  # type: ignore[attr-defined]
    assert said("We sell your data.", items=[item]).level == 1  # type: ignore[attr-defined]
    recorded = {"say": "This call is recorded for training", "least": 0.9}
    assert said("No worries. This call is recorded for training.", items=[recorded]).level == 2  # type: ignore[attr-defined]


def test_a_phrase_may_have_to_come_before_account_data() -> None:
    phrase = {"items": [{"say": "This call is recorded for training"}], "before": "account-detail"}
    one = criterion(kind="phrase", phrase=phrase)
    notice, account = "This call is recorded for training.", "I can see your bill is forty pounds."
    timely = call(f"C: Hello?\nL: {notice}\nC: Okay.\nL: {account}\nC: Okay.")
    late = call(f"C: Hello?\nL: {account}\nC: Okay.\nL: {notice}\nC: Okay.")
    assert score(Transcript(timely), one).level == 2
    assert score(Transcript(late), one).level == 1


def test_the_wording_that_a_rubric_quotes_is_what_must_be_said() -> None:
    levels = {
        0: "Not said.",
        1: "Only in part.",
        2: "'This call is recorded for training purposes' is said within 30 s, before any check.",
    }
    one = criterion(kind="phrase", title="Gives the notice", levels=levels)
    phrase = phrase_of(one)
    assert phrase is not None and phrase.within_s == 30 and phrase.before == "verifies"
    assert score(Transcript(call("C: Hi.\nL: This call is recorded for training purposes.\nC: Okay.")), one).level == 2
    assert score(Transcript(call("C: Hi.\nL: How can I help?\nC: My bill.")), one).level == 0


def turns(*parts: tuple[str, str, float, float]) -> CallRecord:
    made = tuple(
        Turn(i, "learner" if who == "L" else "customer", text, a, b) for i, (who, text, a, b) in enumerate(parts)
    )
    return CallRecord("c", "s", made, (), "hangup", made[-1].end_s)


def test_a_wait_that_was_announced_is_none_that_counts() -> None:
    def waits(before: str) -> object:
        record = turns(
            ("C", "My bill is wrong.", 0, 2), ("L", before, 3, 6), ("C", "Okay.", 6, 7), ("L", "Here.", 20, 21)
        )
        return measure(record)["silent_holds"]

    assert waits("One moment, I'll put you on hold to check that.") == 0
    assert waits("That's odd.") == 1


def test_talking_into_the_silence_of_a_late_customer_is_no_interruption() -> None:
    late = turns(("L", "What do the lights show?", 0, 2), ("C", "The middle one is red.", 7, 10), ("L", "Hello?", 8, 9))
    prompt = turns(
        ("L", "What do the lights show?", 0, 2), ("C", "The middle one is red.", 3, 6), ("L", "Hello?", 4, 5)
    )
    assert measure(late)["overlaps_by_learner"] == 0
    assert measure(prompt)["overlaps_by_learner"] == 1

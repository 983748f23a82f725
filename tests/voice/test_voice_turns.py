from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.audio import LEARNER_RATE, PCM
from voice.smart_turn import SmartTurn
from voice.turns import UNSURE_S, Pauses, Witnesses, form_of, habit_s, silence_needed_s

Say = Callable[[str], PCM]
STATEMENT_LIMIT_S = 0.55
LONGEST_INNER_PAUSE_S = 0.9


def needed_s(text: str, probability: float | None = 0.95, pauses: Pauses | None = None) -> float:
    return silence_needed_s(Witnesses(text, probability), pauses or Pauses())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I'd like to talk to you about",
        "I'd like to talk to you about.",
        "We could start with a small pilot and",
        "What we usually see is that, um.",
        "Before we go on I need to",
        "Could you tell me",
        "If you look at last year's numbers.",
        "Well, the thing is...",
        "I was hoping we could.",
        "Could you walk me through?",
        "May I ask you for?",
    ],
)
def test_a_text_that_trails_off_is_waited_for(text: str) -> None:
    assert needed_s(text) > LONGEST_INNER_PAUSE_S


@pytest.mark.parametrize(
    "text",
    [
        "What does your current process look like?",
        "What kind of tool are you looking for?",
        "Could you tell me who signs off on that?",
        "When did you first notice the charge?",
    ],
)
def test_a_whole_question_needs_little_silence(text: str) -> None:
    assert needed_s(text) <= 0.4


@pytest.mark.parametrize(
    "text",
    [
        "I can take the fee off your bill today.",
        "We help teams like yours cut their planning time in half.",
        "If you give me a minute, I will look at your account.",
    ],
)
def test_a_whole_statement_needs_more_than_a_question_but_under_the_target(text: str) -> None:
    assert needed_s("What does your current process look like?") < needed_s(text) <= 0.55


def test_a_short_text_waits_longer_than_a_short_answer() -> None:
    assert (
        needed_s("I know you're busy.") > needed_s("Yes, please.") > needed_s("I can take the fee off your bill today.")
    )


def test_the_sound_vetoes_and_never_hurries() -> None:
    text = "I can take the fee off your bill today."
    assert needed_s(text, 0.1) > LONGEST_INNER_PAUSE_S
    assert needed_s(text, 0.1) > needed_s(text, 0.45) > needed_s(text, 0.9)
    assert needed_s("and then we", 0.99) == needed_s("and then we", 0.01)


def test_without_smart_turn_more_silence_is_needed() -> None:
    text = "How are you handling your scheduling today?"
    assert needed_s(text, 0.9) < needed_s(text, None) < LONGEST_INNER_PAUSE_S


def test_a_learner_who_hesitates_is_given_time() -> None:
    text = "I can take the fee off your bill today."
    assert needed_s(text, pauses=Pauses((0.9, 0.8, 1.0))) > needed_s(text) + 0.1
    assert needed_s(text, pauses=Pauses((0.2, 0.3, 0.25))) == needed_s(text)


def test_full_stops_at_forced_pauses_make_no_statement() -> None:
    assert form_of("I'd like to talk to you about.") == "open"
    assert form_of("What I wanted to ask you is.") == "open"


@given(st.text(max_size=80), st.none() | st.floats(0, 1), st.lists(st.floats(0, 5), max_size=30))
def test_whatever_is_heard_the_silence_is_within_reason(
    text: str, probability: float | None, seconds: list[float]
) -> None:
    needed = silence_needed_s(Witnesses(text, probability), Pauses(tuple(seconds)))
    assert 0.3 <= needed <= 1.4


@given(st.lists(st.floats(0.5, 3), min_size=2, max_size=20), st.floats(0, 1))
def test_longer_pauses_never_shorten_the_wait(seconds: list[float], more: float) -> None:
    longer = Pauses(tuple(pause + more for pause in seconds))
    assert habit_s(longer) >= habit_s(Pauses(tuple(seconds)))


@pytest.fixture(scope="module")
def smart_turn(model: Callable[[str], Path]) -> SmartTurn:
    return SmartTurn(model("smart-turn"))


def test_smart_turn_hears_an_end_and_a_break(smart_turn: SmartTurn, say: Say) -> None:
    question = say("How are you handling your scheduling today?")
    voiced = np.flatnonzero(np.abs(question) > 600)
    broken = question[: (voiced[0] + voiced[-1]) // 2]
    assert smart_turn.end_probability(question) > 0.7
    assert smart_turn.end_probability(broken) < 0.3


def test_smart_turn_hears_the_last_eight_seconds(smart_turn: SmartTurn, say: Say) -> None:
    question = say("How are you handling your scheduling today?")
    noise = np.random.default_rng(1).normal(0, 500, 20 * LEARNER_RATE).astype(np.int16)
    long = np.concatenate([noise, question])
    assert smart_turn.end_probability(long) == smart_turn.end_probability(long[-8 * LEARNER_RATE :])
    assert 0 <= smart_turn.end_probability(question[:100]) <= 1


def test_people_in_the_middle_of_a_sentence_are_mostly_not_done(smart_turn: SmartTurn, people: list) -> None:
    some = people[::6]
    middle = [smart_turn.end_probability(recording.pcm[: len(recording.pcm) // 2]) for recording in some]
    end = [smart_turn.end_probability(recording.pcm) for recording in some]
    assert np.median(end) > np.median(middle) + 0.3


def test_the_language_model_tells_a_whole_sentence_from_a_beginning() -> None:
    text = "What happens when two of your trucks"
    whole = silence_needed_s(Witnesses(text, 0.9, 0.6), Pauses())
    assert (
        whole
        < silence_needed_s(Witnesses(text, 0.1, 0.6), Pauses())
        < silence_needed_s(Witnesses(text, 0.9, 0.02), Pauses())
    )
    assert whole < STATEMENT_LIMIT_S


def test_a_text_that_trails_off_is_waited_for_unless_the_model_is_sure() -> None:
    assert silence_needed_s(Witnesses("I'd like to talk to you about", 0.9, 0.02), Pauses()) > LONGEST_INNER_PAUSE_S
    assert silence_needed_s(Witnesses("What is it all about", 0.9, 0.7), Pauses()) < STATEMENT_LIMIT_S


def test_a_whole_sentence_that_the_model_is_sure_of_ends_although_the_voice_stays_up() -> None:
    sentence = "We could start with one site and see how it goes"
    unheard, doubted = (silence_needed_s(Witnesses(sentence, 0.1, closing), Pauses()) for closing in (0.8, 0.35))
    assert unheard < doubted < UNSURE_S
    assert silence_needed_s(Witnesses("Are you a kid", 0.1, 0.8), Pauses()) == doubted


def test_a_pause_of_nine_tenths_of_a_second_is_outlasted_where_words_and_sound_disagree() -> None:
    assert silence_needed_s(Witnesses("We could start with one site", 0.5, 0.05), Pauses()) > 0.9
    assert silence_needed_s(Witnesses("We could start with one site", 0.5), Pauses()) > 0.9

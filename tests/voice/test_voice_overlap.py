"""Verdicts on speech over the customer. The texts are what tiny.en makes of hums and words of real voices."""

from __future__ import annotations

import pytest

from voice.overlap import Verdict, is_backchannel, is_echo, judge_overlap
from voice.rules import Rules

SAID = "I would have to think about that, because we had bad experiences"


def verdict(text: str | None, speech_s: float, *, final: bool = True, guarded: bool = False) -> tuple[float, Verdict]:
    return judge_overlap(
        text, final=final, recognising=False, speech_s=speech_s, said=SAID, guarded=guarded, rules=Rules()
    )


@pytest.mark.parametrize(
    "text", ["Yeah.", "Okay", "I see.", "Yeah, yeah sure", "Oh, right. Okay...", "Uh-huh", "Alright, okay."]
)
def test_what_keeps_a_speaker_going_is_a_backchannel(text: str) -> None:
    assert is_backchannel(text)
    assert verdict(text, 1.1) == (0.0, "backchannel")


@pytest.mark.parametrize("text", ["Mama", "Hummus", "Now.", "Then...", "M."])
def test_a_hum_that_is_misheard_is_one_too(text: str) -> None:
    assert verdict(text, 0.47) == (0.0, "backchannel")


@pytest.mark.parametrize(
    "text", ["No.", "Wait.", "Stop.", "Sorry?", "But why?", "How much?", "Yes, but I have no time"]
)
def test_words_that_take_the_floor_do(text: str) -> None:
    assert verdict(text, 0.47) == (0.0, "barge_in")


def test_a_word_that_is_long_takes_the_floor_too() -> None:
    assert verdict("Unbelievable.", 0.9) == (0.0, "barge_in")


def test_nothing_recognised_is_noise_and_a_dead_recogniser_is_not() -> None:
    assert verdict("", 2.0) == (0.0, "noise")
    assert verdict(None, 2.0) == (0.0, "barge_in")
    assert verdict(None, 0.3) == (0.0, "noise")


def test_length_alone_takes_the_floor_unless_it_may_be_echo() -> None:
    assert verdict("", 0.0, final=False) == (Rules().barge_in_s, "barge_in")
    assert verdict("", 0.0, final=False, guarded=True) == (Rules().echo_patience_s, "barge_in")


def test_the_customers_own_words_are_an_echo() -> None:
    assert is_echo("have to think about bad", SAID)
    assert not is_echo("you have to decide about it now", SAID)
    assert verdict("have to think about that", 2.0)[1] == "echo"
    assert verdict("because you said so yesterday", 2.0)[1] == "barge_in"

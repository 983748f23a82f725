"""The customer gives way to speech at once, and goes on if it was nothing."""

from __future__ import annotations

import pytest
from voice_world import Speech, World, after_warm_up, customer_turns

from voice import commands as c
from voice import events as e

LONG = tuple(" ".join(f"{tens}-{ones}" for ones in range(10)) for tens in ("ten", "twenty", "thirty", "forty"))
WHOLE = f"Hmm. {' '.join(LONG)}"


def test_a_hum_does_not_stop_the_customer() -> None:
    world = World(after_warm_up(Speech(9.0, 9.4, "mm-hm")), lines=LONG).run(30.0)
    assert world.commands(c.Clear) == []
    assert [drop.why for drop in world.commands(c.Drop)] == ["backchannel"]
    assert [duck.on for duck in world.commands(c.Duck)] == [True, False]
    assert customer_turns(world)[1].text == WHOLE


@pytest.mark.parametrize(
    ("text", "why"), [("yeah", "backchannel"), ("okay right", "backchannel"), ("I see", "backchannel"), ("", "noise")]
)
def test_the_customer_gives_way_to_what_turns_out_to_be_nothing_and_goes_on(text: str, why: str) -> None:
    world = World(after_warm_up(Speech(9.0, 9.4, text)), lines=LONG).run(30.0)
    assert world.times(c.Clear) == [pytest.approx(9.08, abs=0.01)]
    assert world.commands(c.Duck) == []
    assert [drop.why for drop in world.commands(c.Drop)] == [why]
    first, second = sorted({say.utterance for say in world.commands(c.Say)})[1:3]
    assert world.commands(c.Clear)[0].utterance == first
    assert (
        min(at for at, say in zip(world.times(c.Say), world.commands(c.Say), strict=True) if say.utterance == second)
        < 10.0
    )
    whole = customer_turns(world)[1]
    assert (whole.text, whole.interrupted) == (WHOLE, False)
    assert len([settle for settle in world.commands(c.Settle) if settle.turn >= 0]) == 1
    assert WHOLE in [settle.said for settle in world.commands(c.Settle)]
    assert len([commit for commit in world.commands(c.Commit) if commit.turn >= 0]) == 1


def test_only_a_word_that_was_cut_is_said_again() -> None:
    world = World(after_warm_up(Speech(9.0, 9.4, "yeah")), lines=LONG).run(30.0)
    cut, again = (
        " ".join(say.text for say in world.commands(c.Say) if say.utterance == number)
        for number in sorted({say.utterance for say in world.commands(c.Say)})[1:3]
    )
    played = next(iter(world.silent.values()))
    heard_words, begun_words = played // 6_000, -(-played // 6_000)  # but for the gaps, which are shorter than a word
    assert WHOLE.endswith(again)
    assert cut.split()[: len(cut.split()) - len(again.split())] == WHOLE.split()[: -len(again.split())]
    assert begun_words - 1 <= len(WHOLE.split()) - len(again.split()) <= heard_words


def test_an_interruption_that_begins_like_a_nod_is_heard_whole() -> None:
    parts = (Speech(9.0, 9.3, "okay"), Speech(9.55, 11.0, "one more thing please"))
    world = World(after_warm_up(*parts), lines=LONG).run(30.0)
    assert world.times(c.Clear)[0] == pytest.approx(9.08, abs=0.01)
    assert world.commands(c.Drop) == []
    assert world.commands(c.Commit)[2].heard.text == "okay one more thing please"
    assert customer_turns(world)[1].interrupted


def test_the_customer_can_be_given_pause_again_and_again() -> None:
    nods = (Speech(9.0, 9.4, "yeah"), Speech(11.0, 11.5, ""), Speech(13.0, 13.4, "right"))
    world = World(after_warm_up(*nods), lines=LONG).run(40.0)
    assert len(world.commands(c.Clear)) == len(set(world.commands(c.Clear))) == 3
    assert customer_turns(world)[1].text == WHOLE


def test_speech_that_follows_a_hum_closely_still_silences_the_customer_at_once() -> None:
    world = World(after_warm_up(Speech(9.0, 9.3, "mm"), Speech(9.5, 11.0, "no that is wrong")), lines=LONG).run(30.0)
    assert world.times(c.Clear) == [pytest.approx(9.58, abs=0.01)]
    assert [duck.on for duck in world.commands(c.Duck)] == [True, False]
    assert world.commands(c.Commit)[2].heard.text.endswith("no that is wrong")


def test_the_last_word_is_said_to_its_end_and_a_yes_before_it_is_an_answer() -> None:
    quiet = World(after_warm_up(), lines=LONG).run(40.0)
    end_s = customer_turns(quiet)[1].until / 16_000
    world = World(after_warm_up(Speech(end_s - 0.5, end_s - 0.1, "yes")), lines=LONG).run(40.0)
    assert len(world.commands(c.Clear)) == 1
    assert world.commands(c.Drop) == []
    answered = world.commands(c.Commit)[2].heard
    assert (answered.text, answered.unplayed.split()[-1]) == ("yes", "forty-9")


def test_a_line_that_breaks_while_the_customer_gives_way_lets_them_go_on() -> None:
    accidents = [(9.2, e.SocketLost), (10.5, lambda at: e.Resumed(at, 0))]
    world = World(after_warm_up(Speech(9.0, 9.4, "yeah")), lines=LONG, more=accidents).run(40.0)
    assert world.commands(c.Resend) == []
    assert customer_turns(world)[1].text == WHOLE


def test_the_warm_up_ends_in_the_midst_of_an_answer_after_three_seconds_of_the_customers_sound() -> None:
    words = "please stop i have to go now"
    quiet = World(after_warm_up(), lines=LONG).run(20.0)
    began_s = customer_turns(quiet)[1].since / 16_000  # the greeting before it took half a second
    early = World(after_warm_up(Speech(began_s + 1.8, began_s + 5.0, words)), lines=LONG).run(20.0)
    late = World(after_warm_up(Speech(began_s + 3.3, began_s + 5.0, words)), lines=LONG).run(20.0)
    assert early.times(c.Clear)[0] > began_s + 1.8 + 0.3
    assert late.times(c.Clear)[0] == pytest.approx(began_s + 3.3 + 0.08, abs=0.01)

"""Calls told as scripts: who speaks from when to when, and what becomes of it."""

from __future__ import annotations

import pytest
from voice_world import Faults, Speech, World, after_warm_up, customer_turns

from voice import commands as c
from voice import events as e
from voice.clock import seconds


def learner_turns(world: World) -> dict[int, str]:
    return {tell.turn: tell.text for tell in world.commands(c.Tell) if tell.who == "learner"}


def test_the_customer_picks_up_after_one_ring() -> None:
    world = World([]).run(3.0)
    assert world.times(c.Commit) == [pytest.approx(1.5, abs=0.01)]
    assert world.commands(c.Commit)[0].heard.occasion == "pick_up"


def test_a_turn_is_answered_once_and_at_once() -> None:
    world = World([Speech(3.0, 5.0, "do you have a minute to talk?")]).run(12.0)
    commits = world.commands(c.Commit)
    assert [commit.heard.occasion for commit in commits] == ["pick_up", "turn"]
    assert commits[1].heard.text == "do you have a minute to talk?"
    assert world.times(c.Commit)[1] - 5.0 < 0.6
    said = customer_turns(world)
    assert [turn.text for turn in said] == ["Hello there?", "Hmm. Let me think about that. I am not so sure."]
    assert not any(turn.interrupted for turn in said)


def test_nothing_is_audible_before_the_turn_is_over_but_all_is_ready() -> None:
    world = World([Speech(3.0, 5.0, "we could save you a lot of money")]).run(12.0)
    commit_at = world.times(c.Commit)[1]
    assert world.times(c.Decide)[1] < commit_at - 0.2
    assert world.times(c.Write)[0] < commit_at - 0.2
    assert min(at for at in world.times(c.Say) if at > 4.0) == commit_at


def test_a_pause_inside_the_sentence_is_no_end_and_is_learned() -> None:
    speeches = [Speech(3.0, 4.0, "i am calling about"), Speech(4.6, 6.0, "your electricity contract")]
    world = World(speeches).run(12.0)
    assert list(learner_turns(world).values()) == ["i am calling about your electricity contract"]
    assert world.conversation._floor.hearing.pauses.seconds == (pytest.approx(0.6, abs=0.01),)
    assert len([commit for commit in world.commands(c.Commit) if commit.turn >= 0]) == 1


def test_a_short_answer_that_comes_a_little_early_is_an_answer() -> None:
    quiet = World(after_warm_up()).run(20.0)
    end_s = customer_turns(quiet)[1].until / 16_000
    world = World(after_warm_up(Speech(end_s - 0.3, end_s + 0.1, "yes"))).run(25.0)
    assert world.commands(c.Clear) == []
    assert world.commands(c.Commit)[2].heard.text == "yes"


def test_an_interruption_stops_the_customer_and_leaves_only_the_words_that_were_played() -> None:
    speeches = after_warm_up(Speech(8.0, 10.0, "sorry but that is not what i asked?"))
    world = World(speeches, lines=("one two three four five six seven eight nine ten " * 3,)).run(20.0)
    (cleared_s,) = world.times(c.Clear)
    assert cleared_s == pytest.approx(8.08, abs=0.01)
    cut = customer_turns(world)[1]
    assert cut.interrupted
    played = world.acked[world.commands(c.Clear)[0].utterance]
    assert 0 < len(cut.text.split()) < 30
    assert all(word.end_s <= cleared_s for word in cut.words)
    assert len(cut.text.split()) <= played // 6_000 + 1
    answered = world.commands(c.Commit)[2].heard
    assert answered.text.startswith("sorry but that")
    assert answered.unplayed.split()[-1] == "ten"


def test_in_the_warm_up_the_customers_own_echo_does_not_stop_them() -> None:
    line = "one two three four five six seven eight nine ten eleven twelve"
    speeches = [Speech(3.0, 4.0, "who is it there please?"), Speech(5.6, 7.6, "three four five six seven eight")]
    world = World(speeches, lines=(line,), seed=3).run(20.0)
    assert world.commands(c.Clear) == []
    assert "echo" in [drop.why for drop in world.commands(c.Drop)]
    assert len(learner_turns(world)) == 1


def test_in_the_warm_up_other_words_still_take_the_floor() -> None:
    speeches = [Speech(3.0, 4.0, "who is it there please?"), Speech(5.6, 7.6, "please stop i have to go now")]
    world = World(speeches, lines=("one two three four five six seven eight nine ten eleven twelve",)).run(20.0)
    assert len(world.commands(c.Clear)) == 1


def test_a_false_commit_is_taken_back_and_the_turn_goes_on() -> None:
    speeches = after_warm_up(Speech(12.0, 13.0, "is that right?"), Speech(13.45, 15.0, "or do you pay more?"))
    world = World(speeches, faults=Faults(slow_s=0.1)).run(25.0)
    turns = learner_turns(world)
    assert list(turns.values()) == ["who is it there please?", "is that right? or do you pay more?"]
    assert len(world.commands(c.Clear)) <= 1
    settled = [settle.turn for settle in world.commands(c.Settle) if settle.turn >= 0]
    assert len(settled) == len(set(settled)) == 2


def test_a_noise_is_no_turn() -> None:
    world = World([Speech(4.0, 4.3, "")]).run(9.0)
    assert [drop.why for drop in world.commands(c.Drop)] == ["noise"]
    assert learner_turns(world) == {}


def test_a_tail_that_never_comes_delays_the_answer_by_its_patience_only() -> None:
    world = World([Speech(3.0, 5.0, "do you have a minute?")])
    obey = world._obey
    world._obey = lambda command: None if getattr(command, "kind", "") == "tail" else obey(command)  # type: ignore[method-assign]
    world.run(15.0)
    turn = next(commit for commit in world.commands(c.Commit) if commit.turn >= 0)
    assert turn.heard.text  # the last partial has to do
    assert world.times(c.Commit)[1] < 5.0 + 0.08 + 2.5 + 0.1


def test_a_silent_learner_is_asked_and_at_last_left() -> None:
    world = World([]).run(120.0)
    assert [commit.heard.occasion for commit in world.commands(c.Commit)] == ["pick_up", *["silence"] * 3]
    assert world.ended == "silence"


def test_the_customer_cuts_into_a_monologue() -> None:
    world = World([Speech(3.0, 90.0, "and then another thing " * 60)]).run(70.0)
    cut_in = next(commit for commit in world.commands(c.Commit) if commit.heard.occasion == "monologue")
    assert seconds(0) < cut_in.heard.duration_s < 46.0
    assert cut_in.heard.text
    told = next(tell for tell in world.commands(c.Tell) if tell.who == "learner")
    assert told.interrupted


def test_a_lost_line_is_held_and_goes_on_where_it_was() -> None:
    world = World([], more=[(2.0, e.SocketLost), (3.0, lambda at: e.Resumed(at, 6_000))]).run(6.0)
    assert [resend.customer_samples >= 6_000 for resend in world.commands(c.Resend)] == [True]
    assert [show.state for show in world.commands(c.Show)][-2:] == ["speaking", "listening"]


def test_a_customer_whose_line_was_gone_for_long_asks_who_is_there() -> None:
    world = World([], more=[(5.0, e.SocketLost), (12.0, lambda at: e.Resumed(at, 0))]).run(15.0)
    returned = world.commands(c.Commit)[-1].heard
    assert (returned.occasion, returned.silence_s) == ("returned", pytest.approx(7.0))


def test_a_line_that_stays_lost_ends_the_call() -> None:
    world = World([], more=[(5.0, e.SocketLost)]).run(60.0)
    assert world.ended == "lost"
    assert seconds(world.now) == pytest.approx(20.0, abs=0.01)


def test_a_typed_turn_is_answered() -> None:
    world = World([], more=[(4.0, lambda at: e.Typed(at, "Do you have a minute?"))]).run(10.0)
    turn = world.commands(c.Commit)[1]
    assert (turn.heard.typed, turn.heard.text) == (True, "Do you have a minute?")
    assert world.commands(c.Improve) == []


def test_a_typed_turn_interrupts() -> None:
    world = World(
        [Speech(3.0, 4.0, "who is it there please?")],
        more=[(7.0, lambda at: e.Typed(at, "stop please"))],
        lines=("a b c d e f " * 6,),
    ).run(15.0)
    assert len(world.commands(c.Clear)) == 1
    assert world.commands(c.Commit)[-1].heard.text == "stop please"


def test_a_customer_who_hangs_up_says_their_last_word_first() -> None:
    world = World([Speech(3.0, 4.0, "go away now please")], hang_up_after=1).run(30.0)
    assert world.ended == "customer_hangup"
    assert customer_turns(world)[-1].text.endswith("not so sure.")


def test_a_writer_that_dies_mid_sentence_ends_the_turn_by_patience() -> None:
    world = World([Speech(3.0, 4.0, "how are you today?")])
    world._write = lambda epoch: world.at(  # type: ignore[method-assign]
        world.now + 3_200, lambda: e.LineWritten(world.now, epoch, "The thing is", "writer")
    )
    world.run(25.0)
    assert len(world.commands(c.StopWriting)) == 1
    assert customer_turns(world)[1].text == "Hmm. The thing is"
    assert world.commands(c.Show)[-1].state in ("listening", "speaking")


def test_a_better_text_replaces_what_is_told_and_decides_nothing() -> None:
    world = World([Speech(3.0, 4.0, "how are you today?")]).run(12.0)
    order = world.commands(c.Improve)[0]
    before = len(world.commands(c.Commit))
    commands = world.conversation.step(e.TextImproved(world.now, order.epoch, order.turn, "How are you today?"))
    assert commands == []  # this order was answered already
    told = [tell for tell in world.commands(c.Tell) if tell.turn == order.turn]
    assert len(told) == 2
    assert len(world.commands(c.Commit)) == before


def test_hanging_up_tells_what_was_said_so_far() -> None:
    world = World([Speech(3.0, 9.0, "one two three four five six seven eight")], more=[(7.0, e.HungUp)]).run(20.0)
    assert world.ended == "hangup"
    assert next(iter(learner_turns(world).values())).startswith("one two three")

"""A customer who leaves the line: nobody hears the learner until somebody is back."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from voice_world import Faults, Speech, World, plain_turn_end

from voice import commands as c
from voice import events as e
from voice.clock import seconds
from voice.conversation import Conversation
from voice.journal_codec import decode_event, encode

AWAY_S = 5.0


class Leaving(World):
    """The first answer to the learner ends with the customer leaving the line."""

    left = False

    def _decide(self, epoch: int, occasion: str) -> None:
        if occasion == "turn" and not self.left:
            self.left = True
            self.at(self.now, lambda: e.Decided(self.now, epoch, epoch, "One moment please.", False, False, AWAY_S))
        else:
            super()._decide(epoch, occasion)


def shown(world: World) -> list[tuple[float, str]]:
    return [
        (seconds(event.at), command.state)
        for event, commands in world.trace
        for command in commands
        if isinstance(command, c.Show)
    ]


def away(world: World) -> tuple[float, float] | None:
    """From when to when nobody was on the line."""
    states = shown(world)
    for (start_s, state), (end_s, _) in zip(states, [*states[1:], (300.0, "")], strict=True):
        if state == "away":
            return start_s, end_s
    return None


def test_the_line_is_silent_for_so_long_and_then_somebody_is_back() -> None:
    world = Leaving([Speech(3.0, 4.0, "can you look it up?")]).run(until_s=25.0)
    left = away(world)
    assert left is not None
    assert abs(left[1] - left[0] - AWAY_S) < 0.001
    occasions = [commit.heard.occasion for commit in world.commands(c.Commit)]
    assert occasions[:3] == ["pick_up", "turn", "back"]


def test_what_is_said_into_a_line_on_hold_is_not_answered() -> None:
    world = Leaving([Speech(3.0, 4.0, "can you look it up?"), Speech(8.0, 9.0, "are you there?")])
    world.more = [(8.5, lambda at: e.Typed(at, "hello?"))]
    world.__post_init__()
    world.run(until_s=18.0)
    left = away(world)
    assert left is not None and left[0] < 8.0 < 9.0 < left[1]
    assert [commit.heard.text for commit in world.commands(c.Commit)].count("") == 2
    assert all(tell.text == "can you look it up?" for tell in world.commands(c.Tell) if tell.who == "learner")
    assert not [r for r in world.commands(c.Recognize) if left[0] <= seconds(r.until) <= left[1]]


def test_a_learner_who_speaks_as_the_customer_comes_back_is_heard() -> None:
    quiet = Leaving([Speech(3.0, 4.0, "can you look it up?")]).run(until_s=25.0)
    left = away(quiet)
    assert left is not None
    late = Speech(left[1] - 0.3, left[1] + 2.5, "no stop i want to say something")
    world = Leaving([Speech(3.0, 4.0, "can you look it up?"), late]).run(until_s=40.0)
    assert "want to say something" in world.heard_turns()


def test_a_line_that_is_lost_on_hold_comes_back_on_hold() -> None:
    world = Leaving([Speech(3.0, 4.0, "can you look it up?")])
    world.more = [(7.5, e.SocketLost), (8.5, lambda at: e.Resumed(at, 0))]
    world.__post_init__()
    world.run(until_s=25.0)
    assert [state for _, state in shown(world)][-6:][:3] == ["held", "away", "speaking"]
    assert "back" in [commit.heard.occasion for commit in world.commands(c.Commit)]


def test_an_interrupted_goodbye_keeps_the_customer_on_the_line() -> None:
    heard = Leaving([Speech(3.0, 4.0, "can you look it up?")]).run(until_s=25.0)
    start_s = next(commit for commit in heard.times(c.Commit)[1:2])
    stop = Speech(start_s + 0.3, start_s + 2.0, "no wait do not go")
    rules = Leaving([Speech(3.0, 4.0, "can you look it up?"), stop]).rules
    assert rules.warm_up_s > 0
    world = Leaving([Speech(3.0, 4.0, "can you look it up?"), stop])
    world.rules = type(rules)(warm_up_s=0.0)
    world.__post_init__()
    world.run(until_s=15.0)
    assert away(world) is None
    assert "no wait do not go" in world.heard_turns()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.floats(0.2, 3.0), st.floats(0.1, 6.0)), max_size=6),
    st.integers(0, 10**6),
    st.builds(Faults, fail=st.sampled_from([0.0, 0.3]), hang=st.sampled_from([0.0, 0.3]), slow_s=st.just(0.4)),
)
def test_a_call_with_a_hold_never_gets_stuck_and_replays(
    spoken: list[tuple[float, float]], seed: int, faults: Faults
) -> None:
    speeches, at_s = [Speech(3.0, 4.0, "can you look it up?")], 4.0
    for lasts_s, pause_s in spoken:
        at_s += pause_s
        speeches.append(Speech(at_s, at_s + lasts_s, "what is it that you say?"))
        at_s += lasts_s
    world = Leaving(speeches, seed, faults).run()
    assert world.ended is not None
    left = away(world)
    if left is not None:
        assert not [
            command
            for event, commands in world.trace
            for command in commands
            if left[0] < seconds(event.at) < left[1] and isinstance(command, c.Say | c.Recognize | c.Commit)
        ]
    again = Conversation(world.rules, plain_turn_end)
    for event, commands in world.trace:
        assert again.step(decode_event(encode(event))) == commands

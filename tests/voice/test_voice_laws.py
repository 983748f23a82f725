"""Laws of the conversation, over arbitrary learners, orders of events, lost reports, slow and dead engines."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from voice_world import Faults, Speech, World, plain_turn_end

from voice import commands as c
from voice import events as e
from voice.conversation import Conversation
from voice.journal_codec import decode_event, encode
from voice.overlap import bare_words, is_backchannel
from voice.rules import Rules
from voice.word_times import word_times

LAW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

_WORDS = st.sampled_from(
    [
        "do you have a minute?",
        "we save people money",
        "well, listen",
        "mm-hm",
        "",
        "what do you pay and",
        "yeah",
        "no, stop",
    ]
)


@st.composite
def speeches(draw: st.DrawFn) -> list[Speech]:
    """Stretches of speech, some of which follow each other so closely that they are one turn."""
    found, at_s = [], draw(st.floats(0.0, 5.0))
    for _ in range(draw(st.integers(0, 7))):
        end_s = at_s + draw(st.floats(0.1, 4.0))
        found.append(Speech(at_s, end_s, draw(_WORDS)))
        at_s = end_s + draw(st.sampled_from([0.15, 0.3, 0.5, 0.8, 1.5, 4.0, 9.0]))
    return found


@st.composite
def nods(draw: st.DrawFn) -> list[Speech]:
    """A turn, and short sounds all through the answer to it."""
    found = [Speech(3.0, 4.0, "who is it there please?")]
    for _ in range(draw(st.integers(1, 5))):
        start_s = found[-1].end_s + draw(st.floats(0.6, 2.5))
        found.append(Speech(start_s, start_s + draw(st.floats(0.1, 0.5)), draw(st.sampled_from(["yeah", "", "right"]))))
    return found


faults = st.builds(
    Faults,
    fail=st.sampled_from([0.0, 0.1, 0.5]),
    hang=st.sampled_from([0.0, 0.1, 0.5, 1.0]),
    slow_s=st.sampled_from([0.1, 0.5, 2.0]),
    lost_acks=st.sampled_from([0.0, 0.3, 0.95, 1.0]),
    lies=st.sampled_from([0.0, 0.0, 0.2]),
)

accidents = st.lists(
    st.one_of(
        st.tuples(st.floats(0.0, 40.0), st.just(e.SocketLost)),
        st.tuples(st.floats(0.0, 40.0), st.integers(0, 60_000).map(lambda n: lambda at: e.Resumed(at, n))),
        st.tuples(st.floats(0.0, 40.0), st.just(lambda at: e.Typed(at, "can you hear me?"))),
        st.tuples(st.floats(0.0, 40.0), st.just(lambda at: e.Muted(at, True))),
        st.tuples(
            st.floats(0.0, 40.0),
            st.tuples(st.integers(0, 30), st.integers(0, 10**6)).map(lambda n: lambda at: e.Played(at, *n)),
        ),
    ),
    max_size=4,
)

rules = st.sampled_from([Rules(), Rules(warm_up_s=0.0)])  # with and without time for the customer to give way in
lines = st.sampled_from(
    [("Let me think about that.", "I am not so sure."), tuple("abcdefghijklmnopqrstuvwxyz"), ("no " * 40,)]
)
worlds = st.builds(
    World, speeches() | nods(), seed=st.integers(0, 10**6), faults=faults, rules=rules, lines=lines, more=accidents
)


@LAW
@given(worlds)
def test_a_turn_has_one_reply(world: World) -> None:
    world.run()
    settled = Counter(settle.turn for settle in world.commands(c.Settle) if settle.turn >= 0)
    assert all(count == 1 for count in settled.values())
    assert len({settle.key for settle in world.commands(c.Settle)}) == len(world.commands(c.Settle))


@LAW
@given(worlds)
def test_nothing_is_audible_before_its_commit_after_its_clear_or_beside_another(world: World) -> None:
    world.run()
    committed = number = -1  # the answer, and its utterance on the wire
    cleared: set[int] = set()
    for _, commands in world.trace:
        for command in commands:
            if isinstance(command, c.Commit):
                assert command.epoch > committed
                committed = number = command.epoch
            if isinstance(command, c.Clear):
                assert command.utterance == number
                assert number not in cleared
                cleared.add(number)
            if isinstance(command, c.Say | c.AllSaid | c.Resend | c.Duck):
                if command.utterance != number:  # it goes on
                    assert number in cleared
                    assert command.utterance > number
                    number = command.utterance
                assert number not in cleared
            if isinstance(command, c.Say):
                assert command.epoch == committed


@LAW
@given(speeches(), st.integers(0, 10**6), faults)
def test_stale_results_have_no_effect(spoken: list[Speech], seed: int, fault: Faults) -> None:
    """Results come again when their epoch is over, and the call is the same to the last command."""
    undisturbed = World(spoken, seed, fault).run()
    disturbed = World(spoken, seed, fault, stale=True).run()
    assert all(commands == [] for commands in disturbed.stale_trace)
    assert disturbed.trace == undisturbed.trace


@LAW
@given(worlds)
def test_what_stands_as_said_was_played(world: World) -> None:
    world.run()
    acked: dict[int, int] = {}  # no more than was sent by then
    sent: dict[int, int] = {}
    pieces: dict[int, list[tuple[c.Say, int]]] = {}  # of an answer's epoch, with the sample its own first would be at
    current, number, held = -1, -1, False
    for event, commands in world.trace:
        if isinstance(event, e.Played):
            reported = {event.utterance: event.customer_samples}
        else:
            reported = {number: event.customer_samples} if isinstance(event, e.Resumed) and held else {}
        for utterance, played in reported.items():
            acked[utterance] = max(acked.get(utterance, 0), min(played, sent.get(utterance, 0)))
        held = isinstance(event, e.SocketLost) or (held and not isinstance(event, e.Resumed))
        for command in commands:
            if isinstance(command, c.Commit):
                current = number = command.epoch
            if isinstance(command, c.Say):
                number, first = command.utterance, command.first + command.gap - command.skip
                sent[number] = first + world.pieces[command.epoch, command.piece][1]
                pieces.setdefault(current, []).append((command, first))
            if isinstance(command, c.Settle):
                said = []
                for say, first in pieces.get(current, []):
                    words = word_times(*world.pieces[say.epoch, say.piece])
                    again = [word for word in words if word.start >= say.skip]
                    assert say.text.split() == " ".join(word.text for word in again).split()
                    said += [word.text for word in again if first + word.end <= acked.get(say.utterance, 0)]
                assert command.said.split() == " ".join(said).split()
            if isinstance(command, c.Tell) and command.who == "customer":
                assert all(0 <= word.start_s <= word.end_s <= event.at / 16_000 + 0.001 for word in command.words)


@LAW
@given(worlds)
def test_an_answer_that_goes_on_leaves_nothing_out_and_says_no_heard_word_twice(world: World) -> None:
    world.run()
    acked: dict[int, int] = {}  # no more than was sent by then
    sent: dict[int, int] = {}
    number, held = -1, False
    answers: dict[
        int, dict[int, list[tuple[c.Say, int]]]
    ] = {}  # epoch -> utterance -> pieces, with words heard by then
    for event, commands in world.trace:
        if isinstance(event, e.Played | e.Resumed) and (held or isinstance(event, e.Played)):
            reported = event.utterance if isinstance(event, e.Played) else number
            played = min(event.customer_samples, sent.get(reported, 0))
            acked[reported] = max(acked.get(reported, 0), played)
        held = isinstance(event, e.SocketLost) or (held and not isinstance(event, e.Resumed))
        for command in commands:
            if isinstance(command, c.Say):
                number, length = command.utterance, world.pieces[command.epoch, command.piece][1]
                sent[number] = command.first + command.gap + length - command.skip
                parts = answers.setdefault(command.epoch, {})
                heard = sum(_heard(world, said, acked) for number, said in parts.items() if number != command.utterance)
                parts.setdefault(command.utterance, []).append((command, heard))
    for epoch, parts in answers.items():
        sounding = sorted({say.piece for said in parts.values() for say, _ in said})
        whole = " ".join(world.pieces[epoch, piece][0] for piece in sounding).split()
        for said in parts.values():
            words, heard = " ".join(say.text for say, _ in said).split(), said[0][1]
            assert words == whole[heard : heard + len(words)]


def _heard(world: World, said: list[tuple[c.Say, int]], acked: dict[int, int]) -> int:
    """How many words of an utterance were played to their end."""
    count = 0
    for say, _ in said:
        first = say.first + say.gap - say.skip
        spans = [span for span in word_times(*world.pieces[say.epoch, say.piece]) if span.start >= say.skip]
        count += sum(first + span.end <= acked.get(say.utterance, 0) for span in spans)
    return count


@LAW
@given(worlds)
def test_a_call_never_gets_stuck(world: World) -> None:
    """Left alone, even with engines that are all dead, a call comes to its end; and it doesn't spin."""
    world.run(until_s=600.0)
    assert world.ended is not None
    assert world.wakes < 3_000


@LAW
@given(speeches(), st.integers(0, 10**6), st.sampled_from([0.1, 0.5, 1.0]), st.sampled_from([0.0, 0.9]))
def test_what_is_said_is_answered(spoken: list[Speech], seed: int, slow_s: float, lost: float) -> None:
    spoken = [speech for speech in spoken if speech.start_s > 2.0]
    world = World(spoken, seed, Faults(slow_s=slow_s, lost_acks=lost)).run()
    heard = world.heard_turns()
    for speech in spoken:
        said = " ".join(bare_words(speech.text))
        assert said in heard or is_backchannel(speech.text)


@LAW
@given(worlds)
def test_a_replay_is_exact(world: World) -> None:
    world.run()
    conversation = Conversation(world.rules, plain_turn_end)
    for event, commands in world.trace:
        stored = json.loads(json.dumps([encode(event), [encode(command) for command in commands]]))
        assert decode_event(stored[0]) == event
        assert [encode(command) for command in conversation.step(decode_event(stored[0]))] == stored[1]


@LAW
@given(worlds)
def test_turns_are_told_in_the_order_of_their_start(world: World) -> None:
    world.run()
    told = {tell.turn: tell for tell in world.commands(c.Tell)}
    assert sorted(told) == list(range(len(told)))
    assert all(tell.since <= tell.until for tell in told.values())
    assert all(len(tell.words) == len(tell.text.split()) for tell in told.values() if tell.who == "customer")


_SMALL = st.integers(0, 12)  # epochs and pieces, so that many fit by chance
_TEXT = st.sampled_from(["", "yes", "what do you mean by that", "and"])

any_event = st.one_of(
    st.builds(e.Dialled, st.just(0)),
    st.builds(e.SpeechStarted, st.just(0), st.integers(0, 200_000)),
    st.builds(e.SpeechPaused, st.just(0), st.integers(0, 200_000)),
    st.builds(e.Recognized, st.just(0), _SMALL, st.sampled_from(["partial", "tail", "cut"]), st.none() | _TEXT),
    st.builds(e.EndJudged, st.just(0), _SMALL, st.none() | st.floats(0, 1)),
    st.builds(e.TextJudged, st.just(0), _SMALL, st.none() | st.floats(0, 1)),
    st.builds(e.Decided, st.just(0), _SMALL, _SMALL, _TEXT, st.booleans(), st.booleans()),
    st.builds(e.LineWritten, st.just(0), _SMALL, _TEXT, st.just("writer")),
    st.builds(e.WritingEnded, st.just(0), _SMALL),
    st.builds(e.Synthesized, st.just(0), _SMALL, st.integers(0, 3), st.integers(0, 90_000)),
    st.builds(e.Played, st.just(0), _SMALL, st.integers(0, 90_000)),
    st.builds(e.TextImproved, st.just(0), _SMALL, _SMALL, st.none() | _TEXT),
    st.builds(e.Typed, st.just(0), _TEXT),
    st.builds(e.SocketLost, st.just(0)),
    st.builds(e.Resumed, st.just(0), st.integers(0, 90_000)),
    st.builds(e.Woke, st.just(0)),
)


@LAW
@given(st.lists(st.tuples(st.integers(0, 40_000), any_event), max_size=80))
def test_any_order_of_events_leaves_a_call_that_ends(sequence: list[tuple[int, e.Event]]) -> None:
    """Nonsense never raises, every order to wake lies ahead, and left alone the call comes to its end."""
    conversation, now, wake, ended = Conversation(turn_end=plain_turn_end), 0, 0, False
    for step, event in [(0, e.Dialled(0)), *sequence, *[(0, e.Woke(0))] * 400]:
        now = max(now + step, wake if isinstance(event, e.Woke) else 0)
        for command in conversation.step(dataclasses.replace(event, at=now)):
            if isinstance(command, c.WakeAt):
                wake = command.at
                assert wake > now
            ended = ended or isinstance(command, c.End)
    assert ended

"""The shell, in virtual time: real lanes, queues, journal and outbox; engines with declared delays and faults."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from pathlib import Path

import pytest
from voice_desk import Device, Mouth, Scene, ScriptedCustomer, Vocabulary, in_virtual_time
from voice_world import plain_turn_end

from voice import messages as m
from voice.journal import read_journal, record, replay
from voice.latency import latency
from voice.record import Prosody

QUESTION = "do you have a minute for me today?"
STATEMENT = "we sell coffee machines to offices like yours"
LONG = ("one two three four five six seven eight nine ten", "and so it goes on and on for quite a while")


async def greeted(scene: Scene) -> None:
    scene.ring()
    await scene.silence(3.0)


def test_a_question_is_answered_within_half_a_second_and_once(tmp_path: Path) -> None:
    scene = Scene(tmp_path)

    async def script() -> float:
        await greeted(scene)
        ended_s = await scene.say(QUESTION)
        await scene.silence(8.0)
        return scene.first_sound_after(ended_s) - ended_s

    assert in_virtual_time(script()) < 0.5
    assert Counter(turn.who for turn in scene.device.messages(m.TurnSaid)) == {"customer": 2, "learner": 1}
    assert [said for _, said in scene.customer.settled] == [
        "Hello?",
        "Well now, let me see. I would have to think about that. What does it cost?",
    ]
    assert scene.customer.previews


def test_while_it_rings_the_prompt_is_read(tmp_path: Path) -> None:
    scene = Scene(tmp_path, customer=ScriptedCustomer(preview_s=2.0))
    in_virtual_time(greeted(scene))
    assert scene.customer.read == [""]


def test_a_reading_goes_on_while_more_words_come_and_the_latest_are_read_next(tmp_path: Path) -> None:
    """One that was withdrawn for every few words would get nowhere on a slow machine."""
    scene = Scene(tmp_path, customer=ScriptedCustomer(preview_s=1.5))

    async def script() -> None:
        await greeted(scene)
        await scene.say(" ".join(LONG))

    in_virtual_time(script())
    assert len(scene.customer.read) >= 4
    begun = scene.customer.previews[: len(scene.customer.read)]
    assert scene.customer.read == begun
    assert all(later.startswith(earlier) for earlier, later in itertools.pairwise(begun))


def test_words_come_before_their_sound_and_sound_without_holes(tmp_path: Path) -> None:
    scene = Scene(tmp_path)

    async def script() -> None:
        await greeted(scene)
        await scene.say(QUESTION)
        await scene.silence(8.0)

    in_virtual_time(script())
    sent: dict[int, int] = {}
    for message in (message for _, message in scene.device.got):
        if isinstance(message, m.Words):
            assert message.sample >= sent.get(message.utterance, 0)
        if isinstance(message, m.Audio):
            assert message.first_sample == sent.get(message.utterance, 0)
            sent[message.utterance] = message.first_sample + len(message.pcm)
    assert {spoken.utterance: spoken.samples for spoken in scene.device.messages(m.Spoken)} == sent
    assert [words.origin for words in scene.device.messages(m.Words)] == ["authored", "opener", "writer", "writer"]


def test_a_partial_in_flight_does_not_delay_the_tail(tmp_path: Path) -> None:

    scene = Scene(tmp_path, vocabulary=Vocabulary(delay_s=0.4))

    async def script() -> float:
        await greeted(scene)
        ended_s = await scene.say(QUESTION)
        await scene.silence(4.0)
        return scene.first_sound_after(ended_s) - ended_s

    assert in_virtual_time(script()) < 0.4 + 0.08 + 0.06 + 0.06


def test_only_what_was_played_stands_after_an_interruption(tmp_path: Path) -> None:
    scene = Scene(tmp_path, customer=ScriptedCustomer(lines=LONG))

    async def script() -> float:
        await greeted(scene)
        await scene.say(STATEMENT)
        await scene.silence(5.0)
        began_s = scene.now_s
        await scene.say("no stop that is not what i meant")
        await scene.silence(6.0)
        return began_s

    began_s = in_virtual_time(script())
    (cleared,) = scene.device.cleared
    assert scene.device.silent_s[cleared] - scene.began_s - began_s < 0.1
    entries = read_journal(scene.path)
    cut = next(turn for turn in record(entries, plain_turn_end).turns if turn.interrupted)
    assert cut.who == "customer"
    assert "Well now, let me see. one two" in cut.text
    assert "for quite a while" not in cut.text
    assert cut.end_s <= began_s + 0.1
    after = [s for s, g in scene.device.got if isinstance(g, m.Audio) and g.utterance == cleared]
    assert max(after) <= scene.device.silent_s[cleared]
    answered = next(heard for heard in scene.customer.heard if heard.unplayed)
    assert answered.unplayed.endswith("for quite a while")


def test_the_customer_gives_way_to_a_nod_and_says_the_rest(tmp_path: Path) -> None:
    scene = Scene(tmp_path, customer=ScriptedCustomer(lines=LONG))

    async def script() -> float:
        await greeted(scene)
        await scene.say(STATEMENT)
        await scene.silence(5.0)
        began_s = scene.now_s
        await scene.say("yeah")
        await scene.silence(10.0)
        return began_s

    began_s = in_virtual_time(script())
    (cleared,) = scene.device.cleared
    assert scene.device.silent_s[cleared] - scene.began_s - began_s < 0.1
    assert [said for _, said in scene.customer.settled][1] == " ".join(["Well now, let me see.", *LONG])
    entries = read_journal(scene.path)
    assert [turn.who for turn in record(entries, plain_turn_end).turns] == ["customer", "learner", "customer"]
    assert not any(turn.interrupted for turn in record(entries, plain_turn_end).turns)
    assert replay(entries, plain_turn_end) == []
    numbers = sorted(scene.device.sound)[1:3]
    first, again = (
        " ".join(words.text for words in scene.device.messages(m.Words) if words.utterance == number)
        for number in numbers
    )
    assert " ".join(LONG).endswith(again)
    assert not again.startswith(first)
    heard = sum(scene.device.played[number] for number in numbers)
    whole = sum(len(scene.mouth.say(text, "writer", Prosody())) for text in ("Well now, let me see.", *LONG))
    assert whole <= heard <= whole + 2 * 6_000  # the gaps and a word that was cut come on top
    (turn,) = latency(entries)["turns"]
    assert turn["voice_to_voice_ms"] < 1_000
    on_tape = sum(len(pcm) for _, pcm in scene.tape.pieces)
    assert on_tape == pytest.approx(sum(scene.device.played.values()), abs=9)


def test_a_hum_is_told_by_its_sound_and_stops_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(tmp_path, customer=ScriptedCustomer(lines=LONG))
    monkeypatch.setattr("voice.microphone.is_hum", lambda pcm: len(pcm) == 1_280)

    async def script() -> None:
        await greeted(scene)
        await scene.say(STATEMENT)
        await scene.silence(5.0)
        await scene.say("mm")
        await scene.silence(10.0)

    in_virtual_time(script())
    assert scene.device.cleared == set()
    assert [duck.on for duck in scene.device.messages(m.Duck)] == [True, False]
    assert replay(read_journal(scene.path), plain_turn_end) == []


def test_the_line_is_held_and_the_sentence_goes_on(tmp_path: Path) -> None:
    scene = Scene(tmp_path, customer=ScriptedCustomer(lines=LONG))

    async def script() -> None:
        await greeted(scene)
        await scene.say(STATEMENT)
        await scene.silence(3.0)
        scene.call.socket_lost()
        await asyncio.sleep(1.5)
        utterance, played = max(scene.device.played.items())
        scene.device.sound[utterance] = scene.device.sound[utterance][:played]  # a page that is loaded anew has no more
        scene.call.resume(scene.device.take, played)
        await scene.silence(12.0)
        (whole,) = {spoken.samples for spoken in scene.device.messages(m.Spoken) if spoken.utterance == utterance}
        assert scene.device.played[utterance] == len(scene.device.sound[utterance]) == whole

    in_virtual_time(script())
    assert any(said.endswith("for quite a while") for _, said in scene.customer.settled)
    assert scene.device.cleared == set()


def test_a_socket_that_stays_lost_ends_the_call_after_its_time(tmp_path: Path) -> None:
    scene = Scene(tmp_path)

    async def script() -> str:
        await greeted(scene)
        scene.call.socket_lost()
        lost_s = scene.now_s
        reason = await scene.call.finished()
        assert 14.9 < scene.now_s - lost_s < 15.5
        return reason

    assert in_virtual_time(script()) == "lost"


def test_sound_that_comes_for_a_held_line_is_not_heard(tmp_path: Path) -> None:
    scene = Scene(tmp_path)

    async def script() -> str:
        await greeted(scene)
        scene.call.socket_lost()
        await scene.say(QUESTION)
        return await scene.call.finished()

    assert in_virtual_time(script()) == "lost"
    assert record(read_journal(scene.path), plain_turn_end).learner_turns == ()
    assert [heard.occasion for heard in scene.customer.heard] == ["pick_up"]


def test_a_learner_without_a_microphone_can_type(tmp_path: Path) -> None:
    scene = Scene(tmp_path)

    async def script() -> None:
        scene.ring()
        await asyncio.sleep(5.0)
        scene.call.text("Do you have a minute?")
        await asyncio.sleep(6.0)

    in_virtual_time(script())
    assert scene.customer.settled[-1][0].typed
    assert scene.customer.settled[-1][1].endswith("What does it cost?")


def test_a_killed_call_is_on_record_up_to_the_last_line(tmp_path: Path) -> None:
    scene = Scene(tmp_path)

    async def script() -> None:
        await greeted(scene)
        await scene.say(QUESTION)
        await scene.silence(2.5)

    in_virtual_time(script())
    with scene.path.open("a") as journal:
        journal.write('{"type":"step","wall_s":9.1,"ev')  # the process dies here, nothing was closed
    found = record(read_journal(scene.path), plain_turn_end)
    assert found.ended == "interrupted"
    assert [turn.who for turn in found.turns] == ["customer", "learner", "customer"]
    assert found.turns[1].text == QUESTION
    assert found.turns[2].text.startswith("Well now, let me")
    assert found.turns[2].interrupted
    assert len(found.turns[2].words) == len(found.turns[2].text.split())


def test_a_journal_replays_bit_by_bit_and_shows_a_change(tmp_path: Path) -> None:
    scene = Scene(tmp_path, thorough=Vocabulary(delay_s=1.0))

    async def script() -> None:
        await greeted(scene)
        await scene.say(QUESTION)
        await scene.silence(6.0)
        scene.call.hangup()
        await scene.call.finished()

    in_virtual_time(script())
    entries = read_journal(scene.path)
    assert replay(entries, plain_turn_end) == []
    assert replay(entries, lambda witnesses, pauses: 2.0) != []
    found = record(entries, plain_turn_end)
    assert (found.ended, found.scenario) == ("hangup", "cold-call")
    assert [decision.turn for decision in found.decisions] == [-1, 1]


def test_the_journal_tells_the_latency_that_the_device_saw(tmp_path: Path) -> None:
    scene = Scene(tmp_path)

    async def script() -> float:
        await greeted(scene)
        ended_s = await scene.say(QUESTION)
        await scene.silence(8.0)
        return scene.first_sound_after(ended_s) - ended_s

    seen_s = in_virtual_time(script())
    report = latency(read_journal(scene.path))
    assert report["voice_to_voice_ms"]["p50"] == pytest.approx(seen_s * 1_000, abs=25)
    (turn,) = report["turns"]
    assert turn["substance_ms"] > turn["voice_to_voice_ms"] + 1_000
    assert 0 <= turn["gap_ms"] < 400
    assert turn["stages"]["tail"] <= turn["stages"]["commit"] <= turn["stages"]["sent"]


def test_a_device_that_reports_nothing_gets_no_more_than_its_buffer_holds(tmp_path: Path) -> None:
    scene = Scene(tmp_path, customer=ScriptedCustomer(lines=("word " * 80,), line_s=0.2), device=Device(reports=False))

    async def script() -> int:
        await greeted(scene)
        await scene.say(QUESTION)
        await scene.silence(2.0)
        return max(len(sound) for sound in scene.device.sound.values())

    assert in_virtual_time(script()) <= (8 + 2) * 24_000


@pytest.mark.parametrize(
    "parts",
    [
        {"vocabulary": Vocabulary(fails=True)},
        {"vocabulary": Vocabulary(delay_s=30.0)},
        {"mouth": Mouth(fails=True, cold=True)},
        {"mouth": Mouth(delay_s=20.0)},
        {"customer": ScriptedCustomer(dies_after=1)},
        {"customer": ScriptedCustomer(line_s=100.0)},
        {"device": Device(reports=False)},
    ],
    ids=["deaf", "slow to hear", "mute", "slow to speak", "writer dies", "writer silent", "no reports"],
)
def test_whatever_fails_the_call_listens_again_and_ends(tmp_path: Path, parts: dict[str, object]) -> None:
    scene = Scene(tmp_path, **parts)

    async def script() -> str:
        await greeted(scene)
        await scene.say(QUESTION)
        await scene.silence(30.0)
        assert "listening" in [state.value for state in scene.device.messages(m.State)][2:]
        await scene.silence(60.0)
        return await scene.call.finished()

    assert in_virtual_time(script()) == "silence"
    assert any(heard.occasion == "turn" for heard in scene.customer.heard)


def test_better_texts_that_come_after_the_end_are_on_record(tmp_path: Path) -> None:
    quick, better = Vocabulary(), Vocabulary(delay_s=3.0)
    scene = Scene(tmp_path, vocabulary=quick, thorough=better)

    async def script() -> None:
        await greeted(scene)
        await scene.say(QUESTION)
        await scene.silence(2.0)
        better.words = [word.upper() for word in quick.words]
        scene.call.hangup()
        await scene.call.finished()

    in_virtual_time(script())
    learner = record(read_journal(scene.path), plain_turn_end).learner_turns[0]
    assert learner.text == QUESTION.upper()
    assert learner.words[0].start_s == pytest.approx(3.0, abs=0.05)


def test_the_tape_holds_what_was_played_where_it_was_played(tmp_path: Path) -> None:
    scene = Scene(tmp_path)

    async def script() -> None:
        await greeted(scene)
        await scene.say(QUESTION)
        await scene.silence(8.0)

    in_virtual_time(script())
    played = sum(scene.device.played.values())
    assert played - 3 <= sum(len(pcm) for _, pcm in scene.tape.pieces) <= played
    ends = [at + len(pcm) * 2 // 3 for at, pcm in scene.tape.pieces]
    assert all(start >= end for (start, _), end in zip(scene.tape.pieces[1:], ends, strict=False))


def test_a_broken_off_call_does_nothing_more_and_is_on_record_as_interrupted(tmp_path: Path) -> None:
    scene = Scene(tmp_path)

    async def script() -> tuple[int, int]:
        await greeted(scene)
        await scene.say(QUESTION)
        await scene.silence(1.5)
        scene.call.break_off()
        written = len(read_journal(scene.path))
        await asyncio.sleep(60.0)
        return written, len(read_journal(scene.path))

    before, after = in_virtual_time(script())
    assert after == before
    assert scene.customer.closed == 1
    assert record(read_journal(scene.path), plain_turn_end).ended == "interrupted"


def test_a_journal_that_cannot_be_written_ends_the_call_as_failed(tmp_path: Path) -> None:
    scene = Scene(tmp_path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    async def script() -> str:
        await greeted(scene)
        scene.call._journal.stepped = full  # type: ignore[method-assign]
        await scene.say(QUESTION)
        return await scene.call.finished()

    assert in_virtual_time(script()) == "failed"
    assert scene.device.messages(m.Ended) == [m.Ended("failed")]

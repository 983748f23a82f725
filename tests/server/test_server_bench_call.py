"""The parts of `ringside bench call` that need no server: what is said, what is reported, how a server is started."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from server.benches._calls import Graded
from server.benches._learners import SCRIPTS, Line, shared_speech, spoken
from server.benches._process import ServerProcess, serving
from server.benches.call import Rung, _report
from server.calls.caller import Conversation, Measured
from server.commands.bench import names
from server.errors import UserError
from voice.speak import Speaker
from voice.speak_hibari import Hibari


def turn(name: str = "x", voice_to_voice_ms: float | None = 500.0, *, cut_in: bool = False) -> Measured:
    return Measured(name, voice_to_voice_ms, 1_900.0, 200.0, None, None, cut_in, "text", "reply")


def call(*turns: Measured, grade_ms: float | None = 400.0) -> Rung:
    return Rung("cold-call", Conversation(turns, "Hello?", "hangup", 0, (), 1.0), Graded(grade_ms, 90.0))


def test_there_are_enough_turns_of_every_kind() -> None:
    assert set(SCRIPTS) == {"sales", "service", "collections"}
    synthetic = [line for lines in SCRIPTS.values() for line in lines if line.human is None]
    assert len(synthetic) >= 16
    assert sum(line.text.endswith("?") for line in synthetic) >= 8
    assert sum(line.cuts_in for line in synthetic) >= 6


def test_a_script_becomes_recordings_with_speech_in_them() -> None:
    lines = (Line("How are you?"), Line("", human="nobody-has-this.wav"), Line("Wait a second.", cuts_in=True))
    recordings, cut_ins = spoken(lines, Speaker({"hibari": Hibari()}), "hibari:heart")
    assert [one.name for one in recordings] == ["hibari:heart 1", "hibari:heart 3"]
    assert cut_ins == [1]
    for one in recordings:
        assert 0 < one.first < one.last < len(one.pcm)
        assert one.last / 16_000 > 0.4


def test_human_recordings_are_there_where_the_shared_data_is(shared_data: Path) -> None:
    folder = shared_speech()
    assert folder == shared_data / "speech"
    for lines in SCRIPTS.values():
        for line in lines:
            assert line.human is None or (shared_data / "speech" / line.human).exists()


def test_the_report_holds_figures_against_targets_and_people_apart() -> None:
    quick, slow = turn("piper:joe 1", 400.0), turn("human:1.wav", 800.0, cut_in=True)
    report = _report([call(quick), call(slow, turn("piper:joe 2", None))], {"in_call": 2_900.0})
    assert (report["turns"], report["cut_ins"], report["unanswered"]) == (3, 1, 1)
    assert report["human"]["voice_to_voice_ms"]["p50"] == 800.0
    assert report["synthetic"]["voice_to_voice_ms"]["n"] == 1
    met = {target["figure"]: target["met"] for target in report["targets"]}
    assert met["voice_to_voice_ms p50"] is True
    assert met["cut_ins"] is False
    assert met["grade_ready_ms max"] is True
    assert met["memory_mb in_call"] is True
    assert met["memory_mb idle_without_models"] is None  # not measured is not met
    assert met["barge_in_ms p95"] is None


def test_calls_without_answers_meet_no_target() -> None:
    nothing = Measured("piper:joe 1", None, None, None, None, None, False, "", "", "no answer was heard")
    report = _report([call(nothing, grade_ms=None)], {})
    assert {target["met"] for target in report["targets"]} == {None}


def test_a_server_that_does_not_start_shows_its_last_words() -> None:
    with pytest.raises(UserError, match=r"ended with code 2\n.*port"), serving({"RINGSIDE_PORT": "99999"}):
        pass


def test_memory_is_that_of_the_process() -> None:
    size = ServerProcess("", os.getpid(), Path()).memory_mb()
    assert size is None or 10 < size < 20_000


def test_what_benches_share_is_no_bench() -> None:
    assert "call" in names()
    assert not [name for name in names() if name.startswith("_")]


def test_the_grade_of_a_long_call_counts_only_where_the_call_was_long() -> None:
    for duration_s, value in ((200.0, 400.0), (90.0, None)):
        long = Rung("long", call(turn()).talk, Graded(400.0, duration_s))
        targets = {one["figure"]: one["value"] for one in _report([call(turn())], {}, long)["targets"]}
        assert targets["long_call grade_ready_ms"] == value
    assert _report([call(turn())], {})["long_call"] is None

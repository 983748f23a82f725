"""The tape: both sides where they were, whole after a kill, and never lost before it is safe."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from voice.audio import PCM
from voice.tape import TAPE_NAME, Tape, TapeError, duration_s, finish_from_spool, read_tape
from voice.waveform import peaks

RATE = 24_000


def click(rate: int, length_s: float = 0.004) -> PCM:
    return (np.sin(np.arange(int(rate * length_s)) * 2 * np.pi * 1_000 / rate) * 20_000).astype(np.int16)


def tone(rate: int, length_s: float, hz: float = 440.0) -> PCM:
    return (np.sin(np.arange(int(rate * length_s)) * 2 * np.pi * hz / rate) * 8_000).astype(np.int16)


def silence(tape: Tape, seconds: float) -> None:
    """The learner's microphone, 20 ms frames of nothing."""
    for frame in range(int(seconds * 50)):
        tape.learner(frame * 320, np.zeros(320, np.int16))


def decoded(path: Path) -> PCM:
    return np.concatenate(list(read_tape(path)))


def onset_s(side: PCM) -> float:
    magnitude = np.abs(side.astype(int))
    return int(np.argmax(magnitude > magnitude.max() * 0.3)) / RATE


@pytest.mark.parametrize("at_s", [0.0, 0.5, 3.217, 61.003])
def test_a_click_is_found_where_it_was_on_either_side(tmp_path: Path, at_s: float) -> None:
    for side in (0, 1):
        tape = Tape(tmp_path / f"{side}")
        silence(tape, at_s + 1.0)
        at = round(at_s * 16_000)
        if side == 0:
            tape.learner(at, click(16_000))
        else:
            tape.customer(at, click(24_000))
        sound = decoded(tape.finish())
        assert onset_s(sound[:, side]) == pytest.approx(at_s, abs=0.010)
        assert np.abs(sound[:, 1 - side].astype(int)).max() < 400  # not heard on the other side


def test_both_sides_are_kept_apart_when_they_talk_at_once(tmp_path: Path) -> None:
    tape = Tape(tmp_path)
    tape.learner(0, tone(16_000, 2.0, 300.0))
    tape.customer(8_000, tone(24_000, 1.0, 1_100.0))
    sound = decoded(tape.finish()).astype(float)
    middle = sound[RATE * 3 // 4 : RATE * 5 // 4]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))[:, None], axis=0))
    at_300, at_1100 = (spectrum[round(hz * len(middle) / RATE)] for hz in (300, 1_100))
    assert at_300[0] > 10 * at_300[1]
    assert at_1100[1] > 10 * at_1100[0]


def test_the_tape_is_as_long_as_the_longer_side(tmp_path: Path) -> None:
    tape = Tape(tmp_path)
    tape.learner(0, tone(16_000, 7.3))
    tape.customer(16_000, tone(24_000, 11.7))
    path = tape.finish()
    assert duration_s(path) == pytest.approx(12.7, abs=0.02)
    assert len(decoded(path)) / RATE == pytest.approx(12.7, abs=0.02)


def test_what_was_cut_off_is_not_on_the_tape(tmp_path: Path) -> None:
    tape = Tape(tmp_path)
    silence(tape, 4.0)
    tape.customer(16_000, tone(24_000, 2.0))
    tape.cut_customer(24_000)
    sound = decoded(tape.finish())[:, 1].astype(int)
    assert np.abs(sound[int(1.1 * RATE) : int(1.4 * RATE)]).max() > 4_000
    assert np.abs(sound[int(1.53 * RATE) :]).max() < 200
    assert len(sound) / RATE == pytest.approx(4.0, abs=0.02)


def test_the_customer_can_speak_again_after_a_cut(tmp_path: Path) -> None:
    tape = Tape(tmp_path)
    tape.customer(0, tone(24_000, 1.0))
    tape.cut_customer(8_000)
    tape.customer(32_000, tone(24_000, 0.5))
    sound = np.abs(decoded(tape.finish())[:, 1].astype(int))
    assert sound[int(0.6 * RATE) : int(1.9 * RATE)].max() < 200
    assert sound[int(2.1 * RATE) : int(2.4 * RATE)].max() > 4_000


def test_a_killed_process_loses_nothing(tmp_path: Path) -> None:
    script = (
        "import sys, os, signal, numpy as np\nfrom pathlib import Path\nfrom voice.tape import Tape\n"
        "tape = Tape(Path(sys.argv[1]))\n"
        "for frame in range(100): tape.learner(frame * 320, np.full(320, 5000 if frame >= 50 else 0, np.int16))\n"
        "tape.customer(8000, np.full(12000, 6000, np.int16))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    child = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False, cwd=Path(__file__).parents[2])
    assert child.returncode == -signal.SIGKILL
    path = finish_from_spool(tmp_path)
    assert duration_s(path) == pytest.approx(2.0, abs=0.02)
    sound = np.abs(decoded(path).astype(int))
    assert onset_s(sound[:, 0]) == pytest.approx(1.0, abs=0.010)
    assert onset_s(sound[:, 1]) == pytest.approx(0.5, abs=0.010)


def test_the_spool_goes_only_when_the_tape_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tape = Tape(tmp_path)
    tape.learner(0, tone(16_000, 1.0))
    tape.close()
    before = sorted(path.name for path in tmp_path.iterdir())

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(TapeError, match="the spool was kept"):
            finish_from_spool(tmp_path)
    assert set(before) <= {path.name for path in tmp_path.iterdir()}
    assert not (tmp_path / TAPE_NAME).exists()
    finish_from_spool(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [TAPE_NAME]
    assert finish_from_spool(tmp_path) == tmp_path / TAPE_NAME  # a second time is no harm


def test_an_empty_folder_has_no_tape(tmp_path: Path) -> None:
    with pytest.raises(TapeError, match="nothing was recorded"):
        Tape(tmp_path / "call").finish()


def test_a_disk_that_refuses_stops_the_tape_and_not_the_call(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    tape = Tape(tmp_path / "file")
    tape.learner(0, tone(16_000, 0.1))
    tape.customer(0, tone(24_000, 0.1))
    tape.cut_customer(0)
    assert tape.failure is not None


def test_a_damaged_tape_is_named(tmp_path: Path) -> None:
    (tmp_path / "tape.ogg").write_bytes(b"OggS" + bytes(100))
    with pytest.raises(TapeError, match=r"tape\.ogg"):
        list(read_tape(tmp_path / "tape.ogg"))
    with pytest.raises(TapeError, match=r"tape\.ogg"):
        duration_s(tmp_path / "tape.ogg")


def test_the_waveform_shows_each_side_where_it_is_loud(tmp_path: Path) -> None:
    tape = Tape(tmp_path)
    silence(tape, 4.0)
    tape.learner(0, tone(16_000, 1.0))
    tape.customer(32_000, tone(24_000, 1.0))
    path = tape.finish()
    for _ in ("worked out", "from the cache"):
        shown = peaks(path, 4)
        assert shown.duration_s == pytest.approx(4.0, abs=0.02)
        assert [value > 0.2 for value in shown.learner] == [True, False, False, False]
        assert [value > 0.2 for value in shown.customer] == [False, False, True, False]
        assert max(shown.learner[2:]) < 0.02 > shown.customer[0]
    assert len(peaks(path, 800).learner) == 800
    assert len(peaks(path, 1_000_000 // 100).customer) == 10_000


def test_a_new_tape_has_a_new_waveform(tmp_path: Path) -> None:
    for seconds in (1.0, 2.0):
        tape = Tape(tmp_path)
        tape.learner(0, tone(16_000, seconds))
        assert peaks(tape.finish(), 10).duration_s == pytest.approx(seconds, abs=0.02)

"""The opener cache: there when it is needed, whole or not at all, and never larger than allowed."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from voice.audio import PCM
from voice.openers import OpenerCache
from voice.speak import SpeechError


class Counting:
    """Speaks a second of a constant that depends on the text, and notes what it was asked for."""

    sample_rate = 24_000

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.gate = threading.Event()
        self.gate.set()

    def synthesize(self, text: str, *, voice: str, pace: float = 1.0, volume: float = 1.0) -> PCM:
        self.gate.wait()
        self.asked.append(text)
        if text == "broken":
            raise SpeechError("the engine is gone")
        return np.full(24_000, 100 + len(text), dtype=np.int16)


def test_a_piece_is_synthesized_once_and_outlives_the_process(tmp_path: Path) -> None:
    engine = Counting()
    cache = OpenerCache(engine, tmp_path)
    assert cache.get("Hm, well.", voice="hibari:heart") is None
    spoken = cache.fetch("Hm, well.", voice="hibari:heart")
    assert np.array_equal(cache.fetch("Hm, well.", voice="hibari:heart"), spoken)
    again = OpenerCache(engine, tmp_path).get("Hm, well.", voice="hibari:heart")
    assert again is not None
    assert np.array_equal(again, spoken)
    assert engine.asked == ["Hm, well."]


def test_voice_pace_and_models_are_part_of_the_key(tmp_path: Path) -> None:
    cache = OpenerCache(Counting(), tmp_path)
    cache.fetch("Yes?", voice="hibari:heart")
    assert cache.get("Yes?", voice="piper:joe") is None
    assert cache.get("Yes?", voice="hibari:heart", pace=1.1) is None
    assert OpenerCache(Counting(), tmp_path, fingerprint="other").get("Yes?", voice="hibari:heart") is None


def test_volume_scales_what_is_kept() -> None:
    cache = OpenerCache(Counting(), None)
    loud = cache.fetch("Yes?", voice="v")
    quiet = cache.get("Yes?", voice="v", volume=0.5)
    assert quiet is not None
    assert quiet[0] == loud[0] // 2


@pytest.mark.parametrize("damage", ["short", "flipped", "empty", "foreign"])
def test_a_torn_file_is_made_anew(tmp_path: Path, damage: str) -> None:
    OpenerCache(Counting(), tmp_path).fetch("Yes?", voice="v")
    (path,) = tmp_path.glob("*/*.pcm")
    data = bytearray(path.read_bytes())
    data[5000] ^= 1
    path.write_bytes({"short": data[:-100], "flipped": data, "empty": b"", "foreign": b"RIFF" * 100}[damage])
    engine = Counting()
    cache = OpenerCache(engine, tmp_path)
    assert cache.get("Yes?", voice="v") is None
    cache.fetch("Yes?", voice="v")
    assert engine.asked == ["Yes?"]
    assert OpenerCache(Counting(), tmp_path).get("Yes?", voice="v") is not None


def test_the_likeliest_come_first_across_calls() -> None:
    engine = Counting()
    engine.gate.clear()
    cache = OpenerCache(engine, None)
    one = cache.prepare(["a0", "a1", "a2", "a0"], voice="v")
    two = cache.prepare(["b0", "b1"], voice="v")
    engine.gate.set()
    assert one.wait(5) and two.wait(5)
    assert one.total == 3
    assert engine.asked == ["a0", "b0", "a1", "b1", "a2"]
    cache.close()


def test_a_failing_piece_does_not_stop_the_others() -> None:
    cache = OpenerCache(Counting(), None)
    preparation = cache.prepare(["broken", "fine"], voice="v")
    assert preparation.wait(5)
    assert preparation.failures == ["the engine is gone"]
    assert cache.get("fine", voice="v") is not None
    cache.close()


def test_a_held_or_cancelled_preparation_synthesizes_nothing() -> None:
    engine = Counting()
    cache = OpenerCache(engine, None)
    with cache.held():
        cancelled = cache.prepare(["x", "y"], voice="v")
        cancelled.cancel()
        assert engine.asked == []
    assert cache.prepare(["z"], voice="v").wait(5)
    assert engine.asked == ["z"]
    assert not cancelled.wait(0)
    cache.close()


def test_memory_and_disk_stay_within_bounds(tmp_path: Path) -> None:
    piece_bytes = 48_000
    cache = OpenerCache(Counting(), tmp_path, max_memory_bytes=3 * piece_bytes, max_disk_bytes=8 * piece_bytes)
    for number in range(20):
        cache.fetch(f"text {number}", voice="v")
    assert sum(path.stat().st_size for path in tmp_path.glob("*/*.pcm")) <= 8 * piece_bytes
    assert cache._memory_bytes <= 3 * piece_bytes
    assert cache.get("text 19", voice="v") is not None
    assert cache.get("text 0", voice="v") is None


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = OpenerCache(Counting(), tmp_path / "file")
    cache.fetch("Yes?", voice="v")
    assert cache.get("Yes?", voice="v") is not None


def test_no_part_is_left_behind(tmp_path: Path) -> None:
    cache = OpenerCache(Counting(), tmp_path)
    for number in range(5):
        cache.fetch(f"text {number}", voice="v")
    assert not list(tmp_path.glob("**/*.part"))

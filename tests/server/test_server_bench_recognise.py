from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from server.benches.recognise import load_manifest, word_errors
from server.errors import UserError
from voice.audio import write_wav


def test_a_manifest_is_read_with_its_recordings(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", np.ones(8_000, np.int16), 8_000)
    (tmp_path / "m.jsonl").write_text('{"audio": "a.wav", "text": "hello"}\n\n')
    (sample,) = load_manifest(tmp_path / "m.jsonl")
    assert sample.text == "hello"
    assert len(sample.pcm) == 16_000


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{nonsense", "line 1: isn't JSON"),
        ("[1]", "line 1: is list"),
        ('{"audio": "a.wav"}', 'line 1: key "text" is None'),
        ('{"audio": 3, "text": "x"}', 'line 1: key "audio" is 3'),
        ('{"audio": "gone.wav", "text": "x"}', "line 1: .*gone.wav isn't there"),
        ('{"audio": "m.jsonl", "text": "x"}', "line 1: .*isn't a PCM WAV file"),
        ("", "is empty"),
    ],
)
def test_a_bad_manifest_is_one_clear_line(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "m.jsonl"
    path.write_text(line)
    with pytest.raises(UserError, match=message) as error:
        load_manifest(path)
    assert "\n" not in str(error.value)


def test_a_manifest_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"gone\.jsonl: can't be read"):
        load_manifest(tmp_path / "gone.jsonl")


def test_word_errors_are_substitutions_deletions_and_insertions() -> None:
    expected = ["the", "cat", "sat", "on", "the", "mat"]
    assert word_errors(expected, expected) == 0
    assert word_errors(expected, ["the", "bat", "sat", "on", "mat"]) == 2
    assert word_errors(expected, []) == 6
    assert word_errors([], ["a", "b"]) == 2

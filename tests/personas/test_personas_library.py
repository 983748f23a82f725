from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from personas.load import LIBRARY, load_library
from rubrics.moves import MOVES
from rubrics.rubric import load_rubrics

RUBRICS = load_rubrics().rubrics.keys()


def test_the_library_is_sound() -> None:
    library = load_library(rubrics=RUBRICS, moves=MOVES)
    assert library.errors == ()
    assert {"cold-call-operations", "billing-dispute", "collections-first-call"} <= library.scenarios.keys()
    for scenario in library.scenarios.values():
        assert len(scenario.moments) >= 3
        assert len(scenario.opening) >= 4
        openers = [line for opener in library.persona_of(scenario).openers for line in opener.says]
        assert 20 <= len(openers) <= 45
        assert len(set(openers)) == len(openers)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(LIBRARY, tmp_path / "library")
    return tmp_path / "library"


def change(folder: Path, old: str, new: str, file: str = "scenarios/billing-dispute.yaml") -> None:
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "key", "mend"),
    [
        ("persona: ray-okafor", "persona: nobody", "persona", "use one of"),
        ("rubric: billing-dispute", "rubric: none-such", "rubric", "use one of"),
        ("needs: {trust: 5, told: [amount]}", "needs: {trust: 5, told: [leaving-early]}", "told", "not defined"),
        ("needs: {trust: 5, told: [amount]}", "needs: {trust: 5, told: [overdraft]}", "needs", "never be told"),
        ("{moves: [summarise]}", "{moves: [sumarise]}", "moves", "no move of the catalogue"),
        ("It says {total}.", "It says {totl}.", "says", "not under `vary`"),
        ("start: {trust: 2, patience: 6}", "start: {trust: 22, patience: 6}", "start.trust", "mend the value"),
        ("goal: true", "goal: false", "agreements", "goal: true"),
        ("minutes: 4", "minuets: 4", "minuets", "spelling"),
        ("- That's all in your notes, isn't it?", "- I own my modem, isn't that enough?", "withheld[2]", "away"),
        ("standing: [not-enough], done", "standing: [heard-it-before], done", "start.standing", "both"),
        ("passed: {agreed: [correction]}", "passed: {}", "passed", "always holds"),
    ],
)  # fmt: skip
def test_an_error_names_file_key_line_and_mend(copy: Path, old: str, new: str, key: str, mend: str) -> None:
    change(copy, old, new)
    library = load_library(copy, rubrics=RUBRICS, moves=MOVES)
    (error,) = [error for error in library.errors if key in error.key][:1]
    assert error.file == "billing-dispute.yaml"
    assert mend in error.message
    assert error.message.startswith("line ")
    line = (copy / "scenarios/billing-dispute.yaml").read_text().splitlines()[int(error.message[5:].split(":")[0]) - 1]
    assert any(part in line for part in key.replace("]", "").replace("[", ".").split(".") + new.split())
    assert "billing-dispute" not in library.scenarios


def test_a_broken_file_never_stops_the_others(copy: Path) -> None:
    (copy / "scenarios/billing-dispute.yaml").write_text("id: [unclosed")
    (copy / "scenarios/empty.yaml").write_text("")
    (copy / "scenarios/binary.yaml").write_bytes(b"\xff\xfe\x00")
    library = load_library(copy, rubrics=RUBRICS, moves=MOVES)
    assert {"cold-call-operations", "collections-first-call"} == set(library.scenarios)
    assert {error.file for error in library.errors} == {"billing-dispute.yaml", "empty.yaml", "binary.yaml"}


def test_an_objection_without_an_answer_is_an_error(copy: Path) -> None:
    text = (copy / "scenarios/billing-dispute.yaml").read_text()
    start = text.index("  - id: policy")
    head, tail = text[:start], text[start:]
    begin, end = tail.index("    answered_by:"), tail.index("    says:")
    (copy / "scenarios/billing-dispute.yaml").write_text(head + tail[:begin] + tail[end:])
    errors = load_library(copy, rubrics=RUBRICS, moves=MOVES).errors
    assert any("policy" in error.message and "no answer" in error.message for error in errors)


def test_an_opener_of_the_wrong_length_is_an_error(copy: Path) -> None:
    change(copy, "- Okay, let me think for a second.", "- Hm.", "personas/dana-whitfield.yaml")
    errors = load_library(copy, rubrics=RUBRICS, moves=MOVES).errors
    assert any(error.file == "dana-whitfield.yaml" and "1 words" in error.message for error in errors)

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from personas.load import LIBRARY, load_library
from personas.opener_length import estimated_s
from personas.scenario import Scenario, When
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
    """Some scenarios of the library and their people: the whole of it takes a second and more to read."""
    folder = tmp_path / "library"
    for scenario in ("billing-dispute", "cold-call-operations", "collections-first-call"):
        text = (LIBRARY / f"scenarios/{scenario}.yaml").read_text()
        people = re.findall(r"^(?:persona|  to): (\S+)$", text, re.MULTILINE)
        for file in (f"scenarios/{scenario}.yaml", *(f"personas/{each}.yaml" for each in people)):
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(LIBRARY / file, folder / file)
    return folder


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


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """One scenario and two personas."""
    for file in ("personas/ray-okafor.yaml", "personas/grace-okafor.yaml", "scenarios/billing-dispute.yaml"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        shutil.copy(LIBRARY / file, tmp_path / file)
    return tmp_path


def test_the_guides_examples_are_true_to_the_schema() -> None:
    guide = (Path(__file__).parents[2] / "docs/scenarios.md").read_text()
    (block,) = re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)
    example = yaml.safe_load(block)
    assert set(example) == {"asides", "holds", "pauses", "handover", "claims", "promises", "time", "surroundings"}
    Scenario.model_validate({**load_library().scenarios["billing-dispute"].model_dump(), **example})
    for name in When.model_fields:
        assert f"`{name}`" in guide, name


TIME = "time: {turns: 12, warns: [I have to go.]}\nwithheld:\n  - I'm not"


@pytest.mark.parametrize(
    ("old", "new", "key", "mend"),
    [
        ("to: grace-okafor", "to: nobody", "handover.to", "use one of"),
        ("to: grace-okafor", "to: ray-okafor", "handover.to", "somebody else"),
        ("told: [overdraft], any", "told: [nothing], any", "handover.when.told", "not defined"),
        ("told: [overdraft], any", "never: [greet], moves: [greet], any", "handover.when", "can never get the phone"),
        ("{told: [modem], words", "{told: [modem], untold: [modem], words", "holds[0].when", "can never come up"),
        ("{from_turn: 3, any: [small_", "{from_turn: 3, before_turn: 3, any: [small_", "asides[0].when", "can never"),
        ("Sorry, that was the door.", "I own my modem.", "asides[0].says[0]", "gives fact"),
        ("You're still there. Good.", "I got overdrawn. Good.", "holds[0].returns[2]", "gives fact"),
        ("Hi, Grace Okafor.", "Hi, {rival}.", "handover.opening[1]", "gives fact"),
        ("withheld:\n  - I'm not", TIME.replace("have to go", "own my modem"), "time.warns[0]", "gives fact"),
        ("withheld:\n  - I'm not", TIME.replace("12", "1"), "time.turns", "mend the value"),
        ("A minute ago it was {before}, now it's {now}.", "Which now.", "claims[0].says[0]", "{before} or {now}"),
        ("\nrules:\n", "\nrules:\n  - {upon: silence, when: {any: [greet]}, because: x}\n", "rules[0].when", "moves"),
        ("reopens: [heard-it-before]", "reopens: [nothing]", "promises[0].reopens", "use one of"),
        ("Wait. A minute ago it was", "I own my modem. It was", "promises[0].says[0]", "gives fact"),
        ("Anyway. The bill.", "Anyway, {now}.", "asides[0].back[0]", "not under `vary`"),
        ("surroundings: office", "surroundings: moon", "surroundings", "mend the value"),
        ("seconds: 8", "seconds: 600", "holds[0].seconds", "mend the value"),
        ("by: ray-okafor", "by: nobody", "reactions[", "use one of"),
        ("\nvary:\n", '\nvary:\n  before: ["1"]\n', "vary.before", "another name"),
    ],
)  # fmt: skip
def test_what_happens_once_in_a_call_is_checked(small: Path, old: str, new: str, key: str, mend: str) -> None:
    assert load_library(small, rubrics=RUBRICS, moves=MOVES).errors == ()
    change(small, old, new)
    errors = load_library(small, rubrics=RUBRICS, moves=MOVES).errors
    assert any(key in error.key and mend in error.message for error in errors), errors
    assert all(error.file == "billing-dispute.yaml" and error.message.startswith("line ") for error in errors)


def test_what_is_nobodys_on_the_line_is_an_error(small: Path) -> None:
    text = (small / "scenarios/billing-dispute.yaml").read_text()
    start, end = text.index("handover:"), text.index("claims:")
    (small / "scenarios/billing-dispute.yaml").write_text(text[:start] + text[end:])
    errors = load_library(small, rubrics=RUBRICS, moves=MOVES).errors
    assert any("never comes on the line" in each.message and "add a `handover`" in each.message for each in errors)
    assert any("'bank-date' can never be told" in each.message for each in errors)


@pytest.mark.parametrize(
    ("old", "new", "key", "mend"),
    [
        ("standing: [not-enough], done", "told: [overdraft], standing: [not-enough], done", "told", "can't be told"),
        ("passed: {agreed: [correction]}", "passed: {told: [amount], untold: [amount]}", "passed", "never hold"),
        ("start: {trust: 1, patience: 5", "start: {by: nobody, trust: 1, patience: 5", "start.by", "never comes"),
    ],
)
def test_a_moment_that_cannot_begin_or_be_passed_is_an_error(
    small: Path, old: str, new: str, key: str, mend: str
) -> None:
    change(small, old, new)
    errors = load_library(small, rubrics=RUBRICS, moves=MOVES).errors
    assert any(each.key.startswith("moments[") and key in each.key and mend in each.message for each in errors), errors


def test_a_broken_file_never_stops_the_others(copy: Path) -> None:
    (copy / "scenarios/billing-dispute.yaml").write_text("id: [unclosed")
    (copy / "scenarios/empty.yaml").write_text("")
    (copy / "scenarios/binary.yaml").write_bytes(b"\xff\xfe\x00")
    library = load_library(copy, rubrics=RUBRICS, moves=MOVES)
    assert {"cold-call-operations", "collections-first-call"} <= library.scenarios.keys()
    assert "billing-dispute" not in library.scenarios
    assert {error.file for error in library.errors} == {"billing-dispute.yaml", "empty.yaml", "binary.yaml"}


def test_an_objection_without_an_answer_is_an_error(copy: Path) -> None:
    text = (copy / "scenarios/billing-dispute.yaml").read_text()
    start = text.index("  - id: policy")
    head, tail = text[:start], text[start:]
    begin, end = tail.index("    answered_by:"), tail.index("    says:")
    (copy / "scenarios/billing-dispute.yaml").write_text(head + tail[:begin] + tail[end:])
    errors = load_library(copy, rubrics=RUBRICS, moves=MOVES).errors
    assert any("policy" in error.message and "no answer" in error.message for error in errors)


@pytest.mark.parametrize(
    ("line", "mend"),
    [("Hm.", "lengthen"), ("Well, as for that, let me think about it for just a second.", "shorten")],
)
def test_an_opener_of_the_wrong_length_is_an_error(copy: Path, line: str, mend: str) -> None:
    change(copy, "- Okay, let me think here.", f"- {line}", "personas/dana-whitfield.yaml")
    errors = load_library(copy, rubrics=RUBRICS, moves=MOVES).errors
    (error,) = [error for error in errors if error.file == "dana-whitfield.yaml"]
    assert error.key == "openers[0].says[0]"
    assert line in error.message and mend in error.message and "1.15 to 1.45 s" in error.message


def test_a_scenarios_own_opener_is_held_to_its_personas_pace(copy: Path) -> None:
    long = "Well, as for that, let me think about it for just a second."
    change(copy, "opening:\n", f"openers:\n  - acts: [answer]\n    says: ['{long}']\nopening:\n")
    (error,) = load_library(copy, rubrics=RUBRICS, moves=MOVES).errors
    assert (error.file, error.key) == ("billing-dispute.yaml", "openers[0].says[0]")


def test_every_opener_lasts_between_1_and_1_5_seconds(spoken_openers: Sequence[Any]) -> None:
    """In the persona's own voice and pace. Only then does substance follow about 2.2 s behind the learner's end."""
    assert {opener.persona for opener in spoken_openers} == load_library().personas.keys()
    for opener in spoken_openers:
        assert 1.0 <= opener.lasts_s <= 1.5, f"{opener.persona}: {opener.line!r} lasts {opener.lasts_s:.2f} s"


def test_the_estimate_of_an_openers_length_takes_the_librarys_own_for_right(spoken_openers: Sequence[Any]) -> None:
    library = load_library()
    for opener in spoken_openers:
        assert 0.9 < estimated_s(opener.line, library.personas[opener.persona].pace) < 1.7

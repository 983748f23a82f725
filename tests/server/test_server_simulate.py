from __future__ import annotations

import json
from pathlib import Path

import pytest
import structlog

from personas.learners import LEARNERS
from personas.load import LIBRARY, load_library
from server.calls.customer import ScenarioCustomer
from server.cli import main
from voice.customer import Heard


def dana() -> ScenarioCustomer:
    library = load_library()
    scenario = library.scenarios["cold-call-operations"]
    return ScenarioCustomer(scenario, library.persona_of(scenario), seed=1, others=library.others_in(scenario))


def simulate(capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, object]:
    good = str(LEARNERS / "good-billing-dispute.yaml")
    assert main(["simulate", "--scenario", "billing-dispute", "--learner", good, "--llm", "off", "--json", *more]) == 0
    result: dict[str, object] = json.loads(capsys.readouterr().out)
    return result


def test_a_simulation_prints_what_is_documented_and_is_fixed_by_its_seed(capsys: pytest.CaptureFixture[str]) -> None:
    result = simulate(capsys, "--seed", "4")
    assert {"goal_reached", "ended", "fallbacks", "turns"} <= result.keys()
    turns = result["turns"]
    assert isinstance(turns, list)
    for turn in turns:
        assert {"heard", "reply", "moves", "state", "facts_told"} <= turn.keys()
    assert result["goal_reached"] is True
    assert result["fallbacks"] == 0
    assert simulate(capsys, "--seed", "4") == result
    assert simulate(capsys, "--seed", "5") != result


@pytest.mark.parametrize(
    ("content", "mend"),
    [("", "no list"), ("a: 1", "no list"), ("- [1, 2]", "quotes"), ("- 'open", "not YAML"), (None, "cannot be read")],
)
def test_a_bad_file_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None, mend: str
) -> None:
    file = tmp_path / "learner.yaml"
    if content is not None:
        file.write_text(content)
    assert main(["simulate", "--scenario", "billing-dispute", "--learner", str(file), "--llm", "off"]) == 2
    error = capsys.readouterr().err
    assert str(file) in error
    assert mend in error
    assert len(error.strip().splitlines()) == 1


def test_an_unknown_scenario_names_those_there_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "learner.yaml"
    file.write_text("- hello")
    assert main(["simulate", "--scenario", "nope", "--learner", str(file), "--llm", "off"]) == 2
    assert "cold-call-operations" in capsys.readouterr().err


def test_check_prints_what_is_documented(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {"personas", "scenarios", "rubrics", "errors"} == found.keys()
    assert found["errors"] == []
    for scenario in found["scenarios"]:
        assert {"id", "kind", "rubric", "moments"} == scenario.keys()


def test_check_reports_a_broken_library_and_says_so_by_its_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "personas").mkdir()
    persona = (LIBRARY / "personas" / "ray-okafor.yaml").read_text()
    (tmp_path / "personas" / "ray.yaml").write_text(persona)
    (tmp_path / "scenarios" / "odd.yaml").write_text("id: odd\ntitle: Odd\n")
    assert main(["check", "--library", str(tmp_path), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert {"file", "key", "message"} == found["errors"][0].keys()
    assert {error["file"] for error in found["errors"]} == {"odd.yaml"}
    assert found["personas"] == [{"id": "ray-okafor"}]
    assert main(["check", "--library", str(tmp_path / "nowhere")]) == 2


async def test_speculation_changes_nothing_and_settling_only_what_was_heard() -> None:
    customer = dana()
    before = customer.state
    heard = Heard("turn", "How do you book your docks today?", 1.0, 3.0)
    first, second = customer.decide(heard), customer.decide(heard)
    assert first.opener == second.opener
    assert customer.state == before
    assert customer.decide(heard).notes["facts_told"] == ["process"]
    words = [line.text async for line in customer.words(second)]
    notes = customer.settle(second, heard, f"{second.opener} {words[0].split()[0]}")
    assert notes["facts_told"] == []
    third = customer.decide(heard)
    spoken = " ".join([third.opener, *[line.text async for line in customer.words(third)]])
    assert customer.settle(third, heard, spoken)["facts_told"] == ["process"]


def test_what_is_synthesized_before_the_call_begins_with_its_first_words() -> None:
    library = load_library()
    for scenario in library.scenarios.values():
        customer = ScenarioCustomer(scenario, library.persona_of(scenario), seed=7, others=library.others_in(scenario))
        assert customer.decide(Heard("pick_up")).notes["intention"].startswith(customer.openers[0])
        assert len(customer.openers) <= 80


async def test_a_learner_who_goes_on_into_a_reaction_hears_no_second_one() -> None:
    customer = dana()
    cut_off = Heard("turn", "Hi Dana, this is Sam from Loadline.", 1.0, 3.0)
    first = customer.decide(cut_off)
    assert first.opener
    customer.settle(first, cut_off, first.opener.split()[0])
    going_on = Heard("turn", "Do you have half a minute for me to say why I'm calling?", 4.2, 7.0)
    second = customer.decide(going_on)
    assert second.opener == ""
    lines = [line.text async for line in customer.words(second)]
    assert " ".join(lines) == second.notes["intention"]
    customer.settle(second, going_on, " ".join(lines))
    assert customer.decide(Heard("turn", "How do you book your docks today?", 12.0, 14.0)).opener


def test_a_learner_who_cuts_into_a_reaction_gets_one_of_their_own() -> None:
    customer = dana()
    heard = Heard("turn", "Hi Dana, this is Sam from Loadline.", 1.0, 3.0)
    first = customer.decide(heard)
    customer.settle(first, heard, first.opener.split()[0])
    assert customer.decide(Heard("turn", "Sorry, how do you book your docks today?", 4.8, 7.0)).opener


def test_a_reaction_heard_some_time_ago_is_no_reason_to_leave_one_out() -> None:
    customer = dana()
    heard = Heard("turn", "Hi Dana, this is Sam from Loadline.", 1.0, 3.0)
    first = customer.decide(heard)
    customer.settle(first, heard, first.opener)
    assert customer.decide(Heard("turn", "How do you book your docks today?", 9.0, 11.0)).opener


def test_a_broken_library_file_is_told_beside_the_json_and_not_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "personas").mkdir()
    (tmp_path / "scenarios" / "odd.yaml").write_text("id: odd\ntitle: Odd\n")
    monkeypatch.setenv("RINGSIDE_LIBRARY_DIRS", json.dumps([str(tmp_path)]))
    structlog.reset_defaults()
    good = str(LEARNERS / "good-billing-dispute.yaml")
    command = ["simulate", "--scenario", "billing-dispute", "--learner", good, "--llm", "off", "--json"]
    assert main(command) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["goal_reached"] is True
    assert "library file left out" in printed.err

"""Grades that are kept: what made each, the same again from the journal, another version beside it, one in part."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from server_house import lay_down
from starlette.testclient import TestClient

from rubrics.moves import recognize_moves
from rubrics.rubric import Rubric
from server.calls.judging import RubricGrader
from server.calls.switchboard import Switchboard
from server.storage.frozen import FrozenRubrics

CALL = "00000000000000aa"


@pytest.fixture
def board(client: TestClient) -> Switchboard:
    found: Switchboard = client.app.state.switchboard  # type: ignore[attr-defined]
    return found


def graded(client: TestClient, board: Switchboard, call: str = CALL) -> dict[str, Any]:
    assert client.post(f"/api/calls/{call}/grade").status_code == 202
    assert client.portal is not None
    client.portal.call(board.desk.finished)
    found: dict[str, Any] = client.get(f"/api/calls/{call}").json()
    return found


def replaced(board: Switchboard, change: Callable[[dict[str, Any]], None]) -> Rubric:
    """The catalogue's rubric of the call, edited as a person edits the file."""
    body = board.catalogue.rubrics["cold-call"].model_dump(mode="json", exclude_defaults=True)
    change(body)
    rubric = Rubric.model_validate(yaml.safe_load(yaml.safe_dump(body)))
    board.catalogue.rubrics = {**board.catalogue.rubrics, rubric.id: rubric}
    return rubric


def test_the_same_journal_gives_the_same_bytes_and_each_grade_says_what_made_it(
    client: TestClient, board: Switchboard
) -> None:
    lay_down(board, CALL)
    first, second = (graded(client, board)["grade"] for _ in range(2))
    assert json.dumps(first) == json.dumps(second)
    method = first["method"]
    rubric = board.catalogue.rubrics["cold-call"]
    assert (method["rubric_hash"], len(method["fingerprint"]), len(method["judge_hash"])) == (rubric.hash, 64, 64)
    assert set(method["models"]) == {"moves"} and method["prompts_hash"] == ""
    listed = client.get(f"/api/calls/{CALL}/grades").json()
    assert [one["counts"] for one in listed["grades"]] == [True, False]
    assert {one["method"] for one in listed["grades"]} == {method["fingerprint"]}
    assert [one["hash"] for one in listed["rubrics"]] == [rubric.hash]
    whole = client.get(f"/api/calls/{CALL}/grades/{listed['grades'][1]['id']}").json()
    assert whole["body"] == first
    said = [one["text"] for one in whole["log"]["moves"]]
    assert said and set(said) <= {turn["text"] for turn in client.get(f"/api/calls/{CALL}").json()["turns"]}


def test_another_version_is_graded_aside_and_what_counts_stays(client: TestClient, board: Switchboard) -> None:
    lay_down(board, CALL)
    old = board.catalogue.rubrics["cold-call"]
    before = graded(client, board)["grade"]

    def stricter(body: dict[str, Any]) -> None:
        body["version"] += 1
        body["pass_score"] = 100

    new = replaced(board, stricter)
    counting = graded(client, board)["grade"]
    assert (counting["rubric"]["version"], counting["method"]["rubric_hash"]) == (old.version + 1, new.hash)
    aside = client.post(f"/api/calls/{CALL}/grades", json={"rubric": old.hash})
    assert aside.status_code == 201, aside.text
    assert aside.json()["body"] == before
    call = client.get(f"/api/calls/{CALL}").json()
    assert call["grade"] == counting
    listed = client.get(f"/api/calls/{CALL}/grades").json()
    assert [(one["aside"], one["counts"]) for one in listed["grades"]] == [(True, False), (False, True), (False, False)]
    assert {one["hash"] for one in listed["rubrics"]} == {old.hash, new.hash}
    assert client.get(f"/api/rubrics/{old.hash}").json()["version"] == old.version
    unknown = client.post(f"/api/calls/{CALL}/grades", json={"rubric": "0" * 64})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (409, "cannot_grade")


def test_a_used_rubric_edited_without_a_new_version_is_named_with_its_mend_and_kept_apart(
    client: TestClient, board: Switchboard
) -> None:
    frozen: FrozenRubrics = client.app.state.frozen  # type: ignore[attr-defined]
    lay_down(board, CALL)
    graded(client, board)
    old = board.catalogue.rubrics["cold-call"]
    edited = replaced(board, lambda body: body.update(title="Something else"))
    clash = frozen.clash(edited)
    assert clash is not None
    assert "'cold-call'" in clash.message and f"set its version to {old.version + 1}" in clash.message
    assert graded(client, board)["grade"]["method"]["rubric_hash"] == edited.hash
    kept = frozen.get(old.hash)
    assert kept is not None and kept.title == old.title


class Failing:
    """A recogniser that fails on one turn for as long as it is told."""

    def __init__(self, error: Exception) -> None:
        self.error: Exception | None = error
        self.asked: list[str] = []

    def __call__(self, text: str, before: str = "") -> frozenset[str]:
        self.asked.append(text)
        if self.error is not None and text.startswith("So slots"):
            raise self.error
        return recognize_moves(text, before)


@pytest.mark.parametrize(
    ("error", "said"),
    [(TimeoutError(), "took too long"), (ValueError("{"), "couldn't be read"), (OSError(), "couldn't be asked")],
)
def test_a_grade_in_part_says_which_and_why_and_goes_on_where_it_stopped(
    client: TestClient, board: Switchboard, error: Exception, said: str
) -> None:
    lay_down(board, CALL)
    failing = Failing(error)
    grader: RubricGrader = client.app.state.grader  # type: ignore[attr-defined]
    grader._recognize = failing
    part = graded(client, board)["grade"]
    unfinished = {one["criterion"]: one["why"] for one in part["unfinished"]}
    scored = {one["id"]: one for section in part["sections"] for one in section["criteria"]}
    assert unfinished and all(said in why for why in unfinished.values())
    assert set(scored) == {criterion.id for criterion in board.catalogue.rubrics["cold-call"].criteria}
    assert all((scored[name]["level"], scored[name]["why"]) == (None, why) for name, why in unfinished.items())
    assert part["score"] is not None and 0 < part["coverage"] < 1
    answered = {one["text"] for one in client.get(f"/api/calls/{CALL}/grades/1").json()["log"]["moves"]}
    failing.error, failing.asked = None, []
    whole = graded(client, board)["grade"]
    assert whole["unfinished"] == []
    assert answered.isdisjoint(failing.asked)
    assert client.get(f"/api/calls/{CALL}/grades").json()["grades"][0]["resumes"] == 1
    assert json.dumps(graded(client, board)["grade"]) == json.dumps(whole)


def test_a_grade_of_which_nothing_could_be_judged_fails_with_the_reason(
    client: TestClient, board: Switchboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(*_given: object) -> None:
        raise TimeoutError

    monkeypatch.setattr("server.calls.judging.score", nothing)
    monkeypatch.setattr("server.calls.judging.grade", lambda *_given, **_named: nothing())
    lay_down(board, CALL)
    state = graded(client, board)["grade_state"]
    assert state["state"] == "failed" and "took too long" in state["message"]

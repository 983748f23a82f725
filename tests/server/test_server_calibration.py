"""Calibration: blind rounds, what is published of each criterion, and a change that is measured before it counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import yaml
from server_application import BASE_URL, settings_for
from server_house import SAID, lay_down
from starlette.testclient import TestClient

from rubrics.rubric import Rubric
from server.app import create_app
from server.calls.switchboard import Switchboard
from server.coaching.calibration import Bar, Evidence, changes, figures
from server.coaching.levels import criterion_hash
from server.coaching.standards import UNPROVEN, Standards
from server.storage.coaching_tables import HumanScore

CALLS = [f"{number:016x}" for number in range(1, 7)]


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A server with six graded calls of one rubric that say ever less, and a bar of six labels."""
    folder = tmp_path_factory.mktemp("house")
    settings = settings_for(folder / "data", calibration={"kappa": 0.6, "labels": 6})
    with TestClient(create_app(settings, web_dist=folder / "dist"), base_url=BASE_URL) as client:
        for place, call in enumerate(CALLS):
            lay_down(board_of(client), call, SAID[: len(SAID) - place])
            assert client.post(f"/api/calls/{call}/grade").status_code == 202
        assert client.portal is not None
        client.portal.call(board_of(client).desk.finished)
        yield client


def board_of(client: TestClient) -> Switchboard:
    board: Switchboard = client.app.state.switchboard  # type: ignore[attr-defined]
    return board


def standards_of(client: TestClient) -> Standards:
    standards: Standards = client.app.state.standards  # type: ignore[attr-defined]
    return standards


def measured(client: TestClient) -> None:
    """Once nothing is left to measure."""
    assert client.portal is not None
    client.portal.call(standards_of(client).finished)


def levels(client: TestClient, call: str) -> dict[str, Any]:
    grade = client.get(f"/api/calls/{call}/grades").json()["grades"][-1]["id"]
    body = client.get(f"/api/calls/{call}/grades/{grade}").json()["body"]
    return {one["id"]: one["level"] for section in body["sections"] for one in section["criteria"]}


def scored_round(client: TestClient, judge: dict[str, dict[str, Any]], change: int = 0) -> dict[str, Any]:
    """A round over all calls in which the coach agrees with the judge, or is off by `change`."""
    made = client.post("/api/calibration/rounds", json={"title": "One", "rubric": "cold-call", "calls": CALLS})
    assert made.status_code == 201, made.text
    address = f"/api/calibration/rounds/{made.json()['id']}"
    for call in CALLS:
        given = {name: (level + change) % 3 if isinstance(level, int) else None for name, level in judge[call].items()}
        assert client.put(f"{address}/calls/{call}", json={"levels": given}).status_code == 204
    handed_in = client.post(f"{address}/hand-in")
    assert handed_in.status_code == 200, handed_in.text
    measured(client)
    found: dict[str, Any] = handed_in.json()
    return found


def published(client: TestClient) -> dict[str, Any]:
    found = client.get("/api/calibration").json()["rubrics"]
    return {one["rubric"]["id"]: one for one in found}["cold-call"]


def test_nothing_is_published_before_people_have_scored(house: TestClient) -> None:
    found = published(house)
    assert found["criteria"] and not any(one["published"] for one in found["criteria"])
    assert all(one["withheld"] == "0 of the 6 blind scores that it takes" for one in found["criteria"])
    assert found["criteria"][0]["judge"]["quadratic_weighted_kappa"]["value"] is None
    assert not standards_of(house).is_published("cold-call", found["criteria"][0]["id"])


def test_a_round_is_blind_until_it_is_handed_in(house: TestClient) -> None:
    made = house.post("/api/calibration/rounds", json={"title": "One", "rubric": "cold-call", "sample": 3}).json()
    assert len(made["calls"]) == 3 and made["revealed"] is None
    call = made["calls"][0]["id"]
    address = f"/api/calibration/rounds/{made['id']}"
    sheet = house.get(f"{address}/calls/{call}")
    assert "score" not in sheet.json() and "confidence" not in sheet.text and "evidence" not in sheet.text
    first = sheet.json()["criteria"][0]["id"]
    assert house.put(f"{address}/calls/{call}", json={"levels": {first: 1}}).status_code == 204
    assert house.get(f"{address}/calls/{call}").json()["given"] == {first: 1}
    assert house.get(f"/api/calls/{call}").json()["grade"] is None
    assert house.get(f"/api/calls/{call}/replay").json()["marks"] == []
    for hidden in ("review", "grades", "report", "export"):
        refused = house.get(f"/api/calls/{call}/{hidden}")
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "scoring_blind"), hidden
    assert call not in [item["call"] for item in house.get("/api/inbox").json()["items"]]
    early = house.post(f"{address}/hand-in")
    assert (early.status_code, early.json()["error"]["code"]) == (409, "incomplete")
    for one in made["calls"]:
        names = [criterion["id"] for criterion in house.get(f"{address}/calls/{one['id']}").json()["criteria"]]
        house.put(f"{address}/calls/{one['id']}", json={"levels": dict.fromkeys(names, 1)})
    done = house.post(f"{address}/hand-in").json()
    assert done["handed_in"] and done["people"] == ["You"]
    judge = levels(house, call)
    shown = next(one for one in done["revealed"] if one["call"] == call)["criteria"]
    assert {one["criterion"]: one["judge"] for one in shown} == judge
    assert all(one["people"] == {"You": 1} for one in shown)
    late = house.put(f"{address}/calls/{call}", json={"levels": {first: 0}})
    assert (late.status_code, late.json()["error"]["code"]) == (409, "handed_in")
    assert house.get(f"/api/calls/{call}").json()["grade"] is not None


def test_a_criterion_on_which_judge_and_coach_agree_is_published_and_others_say_why_not(house: TestClient) -> None:
    judge = {call: levels(house, call) for call in CALLS}
    scored_round(house, judge)
    found = {one["id"]: one for one in published(house)["criteria"]}
    for name, one in found.items():
        given = [level for call in CALLS if isinstance(level := judge[call][name], int)]
        varied = len(given) == 6 and len(set(given)) > 1
        assert one["published"] == varied == standards_of(house).is_published("cold-call", name), one
        assert one["judge"]["pairs"] == len(given)
        if varied:
            assert (one["judge"]["quadratic_weighted_kappa"]["value"], one["judge"]["exact"]["value"]) == (1.0, 1.0)
        else:
            assert one["withheld"]
    assert any(one["published"] for one in found.values())


def test_a_criterion_under_the_threshold_is_practice_only(house: TestClient) -> None:
    scored_round(house, {call: levels(house, call) for call in CALLS}, change=1)
    found = published(house)["criteria"]
    assert not any(one["published"] for one in found)
    assert any(one["withheld"].startswith("kappa is") for one in found)
    assert any(one["judge"]["bias"]["value"] not in (None, 0.0) for one in found)


def test_a_new_rubric_is_measured_first_and_waits_where_something_would_be_lost(house: TestClient) -> None:
    scored_round(house, {call: levels(house, call) for call in CALLS})
    before = published(house)
    kept = {one["id"] for one in before["criteria"] if one["published"]}
    board, old = board_of(house), board_of(house).catalogue.rubrics["cold-call"]
    body = old.model_dump(mode="json", exclude_defaults=True)
    body["version"] = old.version + 1
    victim = next(iter(kept))
    for section in body["sections"]:
        for criterion in section["criteria"]:
            if criterion["id"] == victim:
                criterion.update(kind="measure", measure={"metric": "pace_wpm", "good": (1, 2), "fair": (1, 3)})
                criterion.pop("checks", None)
    new = Rubric.model_validate(yaml.safe_load(yaml.safe_dump(body)))
    board.catalogue.rubrics = {**board.catalogue.rubrics, new.id: new}
    house.post(f"/api/calls/{CALLS[0]}/grade")
    assert house.portal is not None
    house.portal.call(board.desk.finished)
    measured(house)
    found = published(house)
    assert house.get(f"/api/calls/{CALLS[0]}").json()["grade"]["rubric"]["version"] == old.version
    assert {one["id"] for one in found["criteria"] if one["published"]} == kept
    candidate = found["candidate"]
    assert (candidate["state"], candidate["rubric_version"]) == ("waiting", old.version + 1)
    assert (candidate["done"], candidate["total"]) == (6, 6)
    dropped = [change for change in candidate["changes"] if change["drop"]]
    assert [change["criterion"] for change in dropped] == [victim] and dropped[0]["before"] == 1.0

    switched = house.post(f"/api/calibration/standards/{candidate['id']}/switch")
    assert (switched.status_code, switched.json()["state"]) == (200, "in_force")
    again = house.post(f"/api/calibration/standards/{candidate['id']}/switch")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "not_waiting")
    assert {one["id"] for one in published(house)["criteria"] if one["published"]} == kept - {victim}
    house.post(f"/api/calls/{CALLS[0]}/grade")
    house.portal.call(board.desk.finished)
    assert house.get(f"/api/calls/{CALLS[0]}").json()["grade"]["rubric"]["version"] == old.version + 1


def test_a_change_of_the_judge_is_unproven_until_it_is_held_against_people(
    house: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    scored_round(house, {call: levels(house, call) for call in CALLS})
    kept = {one["id"] for one in published(house)["criteria"] if one["published"]}
    standards, grader = standards_of(house), house.app.state.grader  # type: ignore[attr-defined]
    other = type(grader.method)(**{**_fields(grader.method), "judge_hash": "another"})
    monkeypatch.setattr(grader, "method", other)
    monkeypatch.setattr(standards, "measure_soon", lambda _rubric: None)
    house.post(f"/api/calls/{CALLS[0]}/grade")
    assert house.portal is not None
    house.portal.call(board_of(house).desk.finished)
    assert {one["withheld"] for one in published(house)["criteria"]} == {UNPROVEN}
    standards.measure("cold-call")
    found = published(house)
    assert (found["standard"]["state"], found["candidate"]) == ("in_force", None)
    assert {one["id"] for one in found["criteria"] if one["published"]} == kept


def _fields(method: Any) -> dict[str, Any]:
    return {name: getattr(method, name) for name in ("judge", "judge_hash", "models", "prompts_hash")}


def _rubric() -> Rubric:
    levels = {0: "no", 1: "half", 2: "yes"}
    one = {"id": "a.one", "title": "One", "kind": "behaviour", "skill": "a", "levels": levels}
    return Rubric.model_validate(
        {"id": "r", "version": 1, "title": "R", "sections": [{"id": "a", "title": "A", "criteria": [one]}]}
    )


def _score(call: int, rater: str, level: int | None, machine: str | None = None, said: str = "") -> HumanScore:
    criterion = _rubric().criteria[0]
    return HumanScore(
        call_id=str(call),
        criterion="a.one",
        criterion_hash=said or criterion_hash(criterion),
        rater=rater,
        level=None if level is None else str(level),
        machine=machine,
    )


def test_the_ceiling_is_how_far_people_agree_with_each_other() -> None:
    truth = np.random.default_rng(1).integers(0, 3, 60)
    blind = [_score(call, "ann", int(level)) for call, level in enumerate(truth)]
    blind += [_score(call, "bob", int(level) if call % 4 else (int(level) + 1) % 3) for call, level in enumerate(truth)]
    machine = {str(call): {"a.one": 2 if level == 2 else 0} for call, level in enumerate(truth)}
    (one,) = figures(_rubric(), Evidence(blind, [], frozenset()), machine, Bar(0.6, 20))
    assert (one.labels, one.pairs, one.ceiling_pairs) == (120, 120, 120)
    assert one.ceiling["exact"].value == pytest.approx(0.75)
    assert one.ceiling["bias"].value == 0.0
    kappa, judge = one.ceiling["quadratic_weighted_kappa"], one.judge["quadratic_weighted_kappa"]
    assert kappa.low is not None and kappa.value is not None and kappa.high is not None
    assert kappa.low < kappa.value < kappa.high
    assert judge.value is not None and judge.value > 0


def test_what_was_scored_by_other_words_and_what_could_not_be_told_is_no_label() -> None:
    blind = [_score(1, "ann", 1), _score(2, "ann", 1, said="other"), _score(3, "ann", None)]
    (one,) = figures(_rubric(), Evidence(blind, [], frozenset()), {"1": {"a.one": 1}}, Bar(0.6, 20))
    assert (one.labels, one.pairs, one.coverage) == (1, 1, 1.0)


def test_coaches_who_keep_overriding_take_the_publication_away_and_never_earn_it() -> None:
    truth = [call % 3 for call in range(30)]
    machine = {str(call): {"a.one": level} for call, level in enumerate(truth)}
    blind = [_score(call, "ann", level) for call, level in enumerate(truth)]
    seen = frozenset(str(call) for call in range(12))
    few = [_score(call, "bob", (truth[call] + 1) % 3, str(truth[call])) for call in range(4)]
    many = [_score(call, "bob", (truth[call] + 1) % 3, str(truth[call])) for call in range(5)]
    bar = Bar(0.6, 20)
    assert figures(_rubric(), Evidence(blind, few, seen), machine, bar)[0].published
    (withheld,) = figures(_rubric(), Evidence(blind, many, seen), machine, bar)
    assert withheld.withheld == "coaches changed it in 5 of 12 reviewed calls"
    (unearned,) = figures(_rubric(), Evidence([], [], seen), machine, bar)
    assert not unearned.published
    (change,) = changes(
        figures(_rubric(), Evidence(blind, few, seen), machine, bar),
        figures(_rubric(), Evidence(blind, many, seen), machine, bar),
    )
    assert change.drop and change.before == change.after == 1.0

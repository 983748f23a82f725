"""Who sees which call: every route, asked by everybody whom it is none of the business of."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from fastapi.routing import APIWebSocketRoute
from people_house import House, house_in
from server_caller import HELLO, connected, socket_url
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from test_server_calls import converse, graded

from server.people.rules import RULES, Rule
from voice.tape import Tape

CALL, ATTEMPT, OWN = "00000000000000aa", "00000000000000ab", "00000000000000ac"
BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/api/calls/{call_id}/shares"): {"team": "t"},
    ("POST", "/api/calls/{call_id}/links"): {"from_s": 0.0, "to_s": 5.0},
    ("POST", "/api/calls"): {"scenario": "cold-call-operations"},
    ("POST", "/api/teams"): {"name": "Mine"},
    ("POST", "/api/invitations"): {"roles": ["admin"], "note": "me"},
    ("PATCH", "/api/people/{person_id}"): {"roles": ["admin"]},
    ("PATCH", "/api/teams/{team_id}"): {"name": "Mine"},
    ("PUT", "/api/me/password"): {"old": "x", "new": "y"},
    ("POST", "/api/calls/{call_id}/grades"): {"rubric": "0" * 64},
    ("PUT", "/api/calls/{call_id}/criteria/{criterion_id}/level"): {"level": 1, "reason": "because", "version": 0},
    ("POST", "/api/calls/{call_id}/disputes"): {"reason": "because"},
    ("POST", "/api/calls/{call_id}/disputes/{dispute_id}/answer"): {"answer": "because"},
    ("POST", "/api/calls/{call_id}/comments"): {"at_s": 1.0, "text": "because"},
    ("POST", "/api/calibration/rounds"): {"title": "One", "rubric": "cold-call"},
    ("PUT", "/api/calibration/rounds/{round_id}/calls/{call_id}"): {"levels": {}},
}
PLACES = {
    "call_id": CALL,
    "team_id": "t",
    "link_id": "l",
    "person_id": "p",
    "session_id": "s",
    "invitation_id": "i",
    "scenario_id": "cold-call-operations",
    "moment_id": "price-objection",
    "quality": "strong",
    "kind": "scenarios",
    "document_id": "cold-call-operations",
    "draft_id": "d",
    "grade_id": "1",
    "rubric_hash": "0" * 64,
    "criterion_id": "opening.permission",
    "dispute_id": "1",
    "comment_id": "1",
    "other_id": CALL,
    "standard_id": "1",
    "round_id": "1",
}
NOT_THERE = (
    "no_tape", "no_parent", "no_grade", "no_line", "no_voice", "bad_sound", "cannot_grade", "unknown_grade",
    "unknown_comment", "unknown_dispute",
)  # fmt: skip
HTTP = [key for key in RULES if key[0] != "WEBSOCKET"]
OF_A_CALL = [key for key in HTTP if RULES[key] in (Rule.SEES_CALL, Rule.OWNS_CALL, Rule.COACHES_CALL)]
NAMES = [" ".join(key) for key in OF_A_CALL]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Lea of the North made a call and another attempt at it. Carl coaches the North, Cora the South; Sam is of the
    South, Noa of the North; Ada manages, and coaches nobody."""
    with house_in(tmp_path_factory.mktemp("house")) as house:
        house.setup()
        north, south = house.team("North"), house.team("South")
        for login, role, team in (
            ("lea", "learner", north),
            ("noa", "learner", north),
            ("sam", "learner", south),
            ("carl", "coach", north),
            ("cora", "coach", south),
        ):
            house.add(login, role, team=team)
        house.add("zoe", "learner")
        house.ids |= {"north": north, "south": south}
        house.call(CALL, "lea")
        house.call(ATTEMPT, "lea", parent=CALL, parent_turn=1)
        house.call(OWN, "carl")
        yield house


@pytest.fixture
def unshared(house: House) -> House:
    for team in ("north", "south"):
        house.registry.sharing.take_back(CALL, house.ids[team])
        house.registry.sharing.take_back(ATTEMPT, house.ids[team])
    return house


def path_of(template: str) -> str:
    return template.format(**PLACES)


def ask(house: House, who: str | None, key: tuple[str, str]) -> tuple[int, str]:
    """Status, and the code where it is a refusal."""
    answer = house.ask(who, key[0], path_of(key[1]), BODIES.get(key))
    return answer.status_code, answer.json()["error"]["code"] if answer.status_code >= 400 else ""


def test_every_route_states_its_rule(house: House) -> None:
    described = house.app.openapi()["paths"]
    routes = {(method.upper(), path) for path, methods in described.items() for method in methods}
    sockets = {("WEBSOCKET", path) for path in websockets(house.app.router)}
    assert sockets
    assert routes | sockets == RULES.keys()


def websockets(router: Any, prefix: str = "") -> Iterator[str]:
    for route in router.routes:
        if isinstance(route, APIWebSocketRoute):
            yield prefix + route.path
        elif (included := getattr(route, "original_router", None)) is not None:
            yield from websockets(included)


def test_a_route_without_a_rule_answers_nobody(house: House) -> None:
    house.app.add_api_route("/api/forgotten", lambda: "secret", methods=["GET"])
    for who in ("ada", "lea", None):
        assert house.told(who, "GET", "/api/forgotten") == (404, "not_found")
    house.app.router.routes.pop()
    house.app.openapi_schema = None


@pytest.mark.parametrize("key", [key for key in HTTP if RULES[key] is not Rule.ANYONE], ids=" ".join)
def test_signed_out_nothing_is_answered(house: House, key: tuple[str, str]) -> None:
    if RULES[key] is Rule.OPERATOR:
        assert house.ask(None, *key, **{"x-forwarded-for": "192.0.2.7"}).status_code == 401
    else:
        assert ask(house, None, key) == (401, "signed_out")


@pytest.mark.parametrize("who", ["zoe", "noa", "sam", "carl", "cora", "ada"])
@pytest.mark.parametrize("key", OF_A_CALL, ids=NAMES)
def test_a_call_that_is_not_shared_is_not_there_for_anybody_else(
    unshared: House, who: str, key: tuple[str, str]
) -> None:
    assert ask(unshared, who, key) == (404, "unknown_call")


@pytest.mark.parametrize("who", ["noa", "sam", "cora", "ada"])
@pytest.mark.parametrize("key", OF_A_CALL, ids=NAMES)
def test_a_call_that_is_shared_with_one_team_is_not_there_for_another_nor_for_its_learners(
    unshared: House, who: str, key: tuple[str, str]
) -> None:
    unshared.registry.sharing.share(CALL, unshared.ids["north"])
    assert ask(unshared, who, key) == (404, "unknown_call")


@pytest.mark.parametrize("key", OF_A_CALL, ids=NAMES)
def test_its_coach_sees_a_shared_call_and_changes_nothing(unshared: House, key: tuple[str, str]) -> None:
    unshared.registry.sharing.share(CALL, unshared.ids["north"])
    status, code = ask(unshared, "carl", key)
    if RULES[key] is Rule.OWNS_CALL:
        assert (status, code) == (403, "not_yours")
    else:
        assert status < 300 or code in NOT_THERE
    unshared.registry.sharing.take_back(CALL, unshared.ids["north"])
    assert ask(unshared, "carl", key) == (404, "unknown_call")


@pytest.mark.parametrize("key", [key for key in HTTP if RULES[key] in (Rule.AUTHOR, Rule.ADMIN)], ids=" ".join)
def test_the_studio_is_for_authors_and_people_for_admins(house: House, key: tuple[str, str]) -> None:
    for who in ("lea", "carl"):
        assert ask(house, who, key) == (403, "not_yours")


@pytest.mark.parametrize(
    "key", [key for key in HTTP if RULES[key] in (Rule.LEADER, Rule.COACH, Rule.COACHING)], ids=" ".join
)
def test_learners_see_no_lists_of_people(house: House, key: tuple[str, str]) -> None:
    assert ask(house, "lea", key) == (403, "not_yours")


@pytest.mark.parametrize("key", [key for key in OF_A_CALL if RULES[key] is Rule.COACHES_CALL], ids=" ".join)
def test_nobody_scores_their_own_call(unshared: House, key: tuple[str, str]) -> None:
    unshared.registry.sharing.share(CALL, unshared.ids["north"])
    unshared.registry.sharing.share(OWN, unshared.ids["north"])
    assert ask(unshared, "lea", key) == (403, "not_yours")
    path = key[1].format(**{**PLACES, "call_id": OWN})
    assert unshared.told("carl", key[0], path, BODIES.get(key)) == (403, "not_yours")
    unshared.registry.sharing.take_back(OWN, unshared.ids["north"])


def test_an_inbox_a_round_and_an_export_hold_the_teams_calls_alone(unshared: House) -> None:
    unshared.registry.sharing.share(CALL, unshared.ids["north"])
    unshared.ask("lea", "POST", f"/api/calls/{CALL}/disputes", {"reason": "because"})
    rounds = unshared.app.state.rounds
    rubric = unshared.app.state.switchboard.catalogue.rubrics["cold-call"]
    unshared.app.state.frozen.freeze(rubric)
    opened = rounds.open("Of the North", "cold-call", rubric.hash, unshared.ids["carl"], [CALL]).id
    for who, sees in (("carl", True), ("cora", False)):
        listed = [one["id"] for one in unshared.ask(who, "GET", "/api/calibration/rounds").json()["rounds"]]
        assert (opened in listed) == sees
        assert unshared.ask(who, "GET", f"/api/calibration/rounds/{opened}").status_code == (200 if sees else 404)
        sheet = unshared.ask(who, "GET", f"/api/calibration/rounds/{opened}/calls/{CALL}")
        assert sheet.status_code == (200 if sees else 404)
        assert unshared.ask(who, "GET", "/api/inbox").json()["items"] == []  # it has no grade, so no dispute either


def test_lists_and_counts_hold_ones_own_calls_alone(unshared: House) -> None:
    unshared.registry.sharing.share(CALL, unshared.ids["north"])
    listed = {who: unshared.ask(who, "GET", "/api/calls").json()["calls"] for who in ("lea", "noa", "carl", "ada")}
    assert {who: sorted(call["id"] for call in calls) for who, calls in listed.items()} == {
        "lea": [CALL, ATTEMPT],
        "noa": [],
        "carl": [OWN],
        "ada": [],
    }
    assert unshared.told("noa", "GET", f"/api/calls?before={CALL}") == (404, "unknown_call")
    for who, calls in (("lea", 1), ("noa", 0)):
        cards = unshared.ask(who, "GET", "/api/scenarios").json()["scenarios"]
        assert sum(card["calls"] for card in cards) == calls


def test_nobody_answers_a_moment_of_somebody_elses_call(unshared: House) -> None:
    unshared.registry.sharing.share(CALL, unshared.ids["north"])
    wish = {"scenario": "cold-call-operations", "fork": {"call": CALL, "turn": 1}}
    for who in ("noa", "carl", "ada"):
        assert unshared.told(who, "POST", "/api/calls", wish) == (404, "unknown_call")


def test_a_shared_call_says_whose_it_is_and_names_no_other_call(unshared: House) -> None:
    unshared.registry.sharing.share(ATTEMPT, unshared.ids["north"])
    seen = unshared.ask("carl", "GET", f"/api/calls/{ATTEMPT}").json()
    assert (seen["mine"], seen["learner"], seen["parent"]) == (False, "Lea", None)
    assert unshared.told("carl", "GET", f"/api/calls/{ATTEMPT}/comparison") == (404, "no_parent")
    unshared.registry.sharing.take_back(ATTEMPT, unshared.ids["north"])
    unshared.registry.sharing.share(CALL, unshared.ids["north"])
    assert unshared.ask("carl", "GET", f"/api/calls/{CALL}").json()["branches"] == []
    own = unshared.ask("lea", "GET", f"/api/calls/{CALL}").json()
    assert (own["mine"], own["learner"], [each["id"] for each in own["branches"]]) == (True, None, [ATTEMPT])


def test_a_learner_shares_says_who_sees_it_and_takes_it_back(unshared: House) -> None:
    house, north = unshared, unshared.ids["north"]
    shares = f"/api/calls/{CALL}/shares"
    assert house.ask("lea", "GET", shares).json() == {
        "shares": [],
        "teams": [{"id": north, "name": "North", "coaches": ["Carl"]}],
    }
    assert house.told("lea", "POST", shares, {"team": house.ids["south"]}) == (404, "unknown_team")
    given = house.ask("lea", "POST", shares, {"team": north})
    assert given.status_code == 201 and given.json()["teams"] == []
    assert [(each["team"]["name"], each["coaches"]) for each in given.json()["shares"]] == [("North", ["Carl"])]
    assert house.ask("lea", "POST", shares, {"team": north}).json() == given.json()
    listed = house.ask("carl", "GET", "/api/shared").json()["calls"]
    assert [(each["call"]["id"], each["learner"], each["teams"]) for each in listed] == [(CALL, "Lea", ["North"])]
    assert house.ask("cora", "GET", "/api/shared").json() == {"calls": []}
    assert house.ask("lea", "DELETE", f"{shares}/{north}").json()["shares"] == []
    assert house.told("lea", "DELETE", f"{shares}/{north}") == (404, "unknown_team")
    assert house.ask("carl", "GET", "/api/shared").json() == {"calls": []}


def test_what_was_submitted_is_not_taken_back_by_the_learner(house: House) -> None:
    call = house.call("00000000000000ba", "lea")
    house.registry.sharing.share(call, house.ids["north"])
    house.registry.sharing.share(call, house.ids["north"], assignment="a1")
    path = f"/api/calls/{call}/shares/{house.ids['north']}"
    assert house.told("lea", "DELETE", path) == (409, "submitted")
    assert house.ask("carl", "GET", f"/api/calls/{call}").status_code == 200
    assert house.ask("lea", "DELETE", f"/api/calls/{call}").status_code == 204
    assert house.told("carl", "GET", f"/api/calls/{call}") == (404, "unknown_call")


def test_a_coach_who_leaves_the_team_or_the_role_sees_it_no_longer(unshared: House) -> None:
    house, carl = unshared, f"/api/people/{unshared.ids['carl']}"
    house.registry.sharing.share(CALL, house.ids["north"])
    for change, back in (({"teams": []}, {"teams": [house.ids["north"]]}), ({"roles": []}, {"roles": ["coach"]})):
        house.ask("ada", "PATCH", carl, change)
        assert house.told("carl", "GET", f"/api/calls/{CALL}") == (404, "unknown_call")
        house.ask("ada", "PATCH", carl, back)
        assert house.ask("carl", "GET", f"/api/calls/{CALL}").status_code == 200


def test_metrics_are_for_admins_and_for_programs_on_the_machine(house: House) -> None:
    proxied = {"x-forwarded-for": "192.0.2.7"}
    assert "ringside_calls_live" in house.ask(None, "GET", "/metrics").text
    assert "ringside_calls_live" in house.ask("ada", "GET", "/metrics", **proxied).text
    assert house.told("lea", "GET", "/metrics", **proxied) == (403, "not_yours")


def test_a_call_from_ring_to_a_shared_moment_is_its_learners(tmp_path: Path, model: Callable[[str], Path]) -> None:
    for name in ("whisper-tiny.en", "whisper-base", "smart-turn", "piper-joe"):
        model(name)
    with house_in(tmp_path) as house:
        client: TestClient = house.client
        ticket = house.ask(None, "POST", "/api/calls", {"scenario": "cold-call-operations", "seed": 7}).json()
        with connected(client, ticket["socket"], silent_for=1.0) as caller:
            converse(caller, ["Hi, this is Alex from Northwind. Do you have half a minute?"])
            caller.until_type("ended")
        graded(client, ticket["id"])
        house.setup()
        house.add("eve", "learner")
        stranger_stays_off_the_line(house)
        path = f"/api/calls/{ticket['id']}"
        assert house.told("eve", "GET", f"{path}/tape") == (404, "unknown_call")
        call = house.ask("ada", "GET", path).json()
        moment_is_all_that_its_link_opens(house, path, call)


def stranger_stays_off_the_line(house: House) -> None:
    ticket = house.ask("ada", "POST", "/api/calls", {"scenario": "cold-call-operations"}).json()
    for who, code in (("eve", 4404), ("ada", None)):
        headers = {"cookie": f"__Host-ringside={house.sessions[who]}", "origin": "http://127.0.0.1:8000"}
        url = socket_url(ticket["socket"])
        with house.client.websocket_connect(url, subprotocols=["ringside.v1"], headers=headers) as session:
            session.send_json(HELLO)
            first = session.receive_json()
            assert first.get("code") == ("unknown_call" if code else None)
            if code is None:
                session.send_json({"type": "hangup"})
    for refused in ({}, {"cookie": headers["cookie"], "origin": "https://evil.example"}):
        with pytest.raises(WebSocketDisconnect), house.client.websocket_connect(url, headers=refused):
            pass


def moment_is_all_that_its_link_opens(house: House, path: str, call: dict[str, Any]) -> None:
    said = [
        [(word["text"].strip(), (word["start_s"] + word["end_s"]) / 2) for word in turn["words"]]
        for turn in call["turns"]
        if turn["who"] == "customer"
    ]
    middles = sorted({at_s for words in said for _, at_s in words})
    # what was said on a loaded machine may have been cut short anywhere: the stretch ends in the longest silence
    _, until_s = max((late - early, (late + early) / 2) for early, late in pairwise(middles))
    inside = [" ".join(text for text, at_s in words if at_s <= until_s) for words in said]
    wish = {"from_s": 0.0, "to_s": until_s}
    for bad in ({"from_s": 5.0, "to_s": 5.0}, {"from_s": 5.0, "to_s": 4.0}, {"from_s": 0.0, "to_s": 400.0}):
        assert house.told("ada", "POST", f"{path}/links", bad) == (422, "bad_stretch")
    made = house.ask("ada", "POST", f"{path}/links", wish).json()
    token = made["link"].partition("#")[2]
    shown = house.ask(None, "POST", "/api/moment", {"token": token}).json()
    theirs = [turn["text"] for turn in shown["turns"] if turn["who"] == "customer"]
    assert theirs == [text for text in inside if text]
    assert 0 < len(" ".join(theirs)) < len(" ".join(text for words in said for text, _ in words))
    assert all(turn["end_s"] <= until_s for turn in shown["turns"])
    assert shown.keys() == {"title", "persona", "from_s", "to_s", "turns", "tape", "expires_at"}
    sound = house.ask(None, "POST", "/api/moment/tape", {"token": token})
    assert (sound.status_code, sound.content[:4]) == (200, b"OggS")
    with av.open(io.BytesIO(sound.content)) as tape:
        assert sum(frame.samples for frame in tape.decode(audio=0)) / 48_000 == pytest.approx(until_s, abs=0.05)
    link_id, ends, seal = token.split(".")
    for forged in (
        f"{link_id}.{int(ends) + 9}.{seal}",
        f"{link_id}.{ends}.{seal[:-1]}{'A' if seal[-1] != 'A' else 'B'}",
        f"{link_id}.{ends}.",
        "..",
        "é.1.x",
        house.sessions["ada"],
    ):
        for address in ("/api/moment", "/api/moment/tape"):
            assert house.told(None, "POST", address, {"token": forged}) == (404, "unknown_link")
    assert house.told(None, "GET", path) == (401, "signed_out")
    assert house.told("eve", "DELETE", f"{path}/links/{made['id']}") == (404, "unknown_call")
    assert [each["id"] for each in house.ask("ada", "GET", f"{path}/links").json()["links"]] == [made["id"]]
    assert house.ask("ada", "DELETE", f"{path}/links/{made['id']}").status_code == 204
    assert house.told(None, "POST", "/api/moment", {"token": token}) == (404, "unknown_link")
    late = house.ask("ada", "POST", f"{path}/links", wish | {"days": 1}).json()["link"].partition("#")[2]
    house.later(days=1)
    assert house.told(None, "POST", "/api/moment", {"token": late}) == (404, "unknown_link")


def test_a_moments_sound_is_that_stretch_of_the_tape(tmp_path: Path) -> None:
    from voice.tape import cut, duration_s, read_tape

    tape = Tape(tmp_path)
    loud = (8_000 * np.sin(np.arange(16_000) * 2 * np.pi * 440 / 16_000)).astype(np.int16)
    tape.learner(32_000, loud)  # the third second of five
    tape.customer(79_999, np.zeros(1, np.int16))
    path = tape.finish()
    for from_s, to_s, heard in ((0.0, 1.9, False), (2.2, 2.8, True), (3.2, 5.0, False)):
        piece = tmp_path / f"{from_s}.ogg"
        piece.write_bytes(cut(path, from_s, to_s))
        assert abs(duration_s(piece) - (to_s - from_s)) < 0.05
        loudest = max(int(np.abs(block[:, 0].astype(int)).max()) for block in read_tape(piece))
        assert (loudest > 2_000) == heard
    assert cut(path, 60.0, 70.0) == b""

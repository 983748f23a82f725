"""What people say about scores: overrides that stand beside, disputes, two coaches at once, comments, inbox, export."""

from __future__ import annotations

import csv
import io
import json
import wave
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import av
import numpy as np
import pytest
from server_application import BASE_URL, settings_for
from server_house import lay_down
from starlette.testclient import TestClient

from server.app import create_app
from server.calls.switchboard import Switchboard
from server.coaching.inbox import inbox
from server.storage.coaching_tables import Dispute
from server.storage.tables import CallRow, GradeRow

CALL, WORD, MUTE, HOUR = (f"00000000000000{name}" for name in ("c1", "c2", "c3", "c4"))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """One server with four graded calls, shared by the tests: an ordinary one, one word, no customer, an hour."""
    folder = tmp_path_factory.mktemp("house")
    app = create_app(settings_for(folder / "data"), web_dist=folder / "dist")
    with TestClient(app, base_url=BASE_URL, raise_server_exceptions=False) as client:
        board: Switchboard = client.app.state.switchboard  # type: ignore[attr-defined]
        lay_down(board, CALL, tape=True, notes=_notes())
        lay_down(board, WORD, [("learner", "Hello?")])
        lay_down(board, MUTE, [("learner", "Is anybody there?"), ("learner", "I'll ring again.")])
        lay_down(board, HOUR, [("learner" if turn % 2 else "customer", f"And {turn} more.") for turn in range(1440)])
        for call in (CALL, WORD, MUTE, HOUR):
            assert client.post(f"/api/calls/{call}/grade").status_code == 202
        assert client.portal is not None
        client.portal.call(board.desk.finished)
        yield client


def _notes() -> list[dict[str, Any]]:
    told = [[], ["process"], ["process", "waiting"], ["process", "waiting"], ["process", "waiting"]]
    stages = ["opening", "conversation", "conversation", "conversation", "agreed"]
    return [
        {
            "state": {"trust": 3 + turn, "patience": 5 - turn, "stance": "neutral", "stage": stage},
            "facts_told": facts,
            "objections": {"price": "standing" if turn > 1 else "unraised"},
            "reasons": [f"trust +1, turn {turn}"],
            "goal_reached": stage == "agreed",
        }
        for turn, (facts, stage) in enumerate(zip(told, stages, strict=True))
    ]


def scored(client: TestClient, call: str = CALL) -> dict[str, Any]:
    grade = client.get(f"/api/calls/{call}").json()["grade"]
    return {one["id"]: one for section in grade["sections"] for one in section["criteria"]}


def put(client: TestClient, criterion: str, level: object, version: int, reason: str = "heard otherwise") -> Any:
    body = {"level": level, "reason": reason, "version": version}
    return client.put(f"/api/calls/{CALL}/criteria/{criterion}/level", json=body)


def test_an_override_stands_beside_the_machines_and_two_at_once_are_told(house: TestClient) -> None:
    criterion, machine = next((one, found) for one, found in scored(house).items() if found["level"] == 0)
    first = put(house, criterion, 2, 0, "she asked for a moment, and waited")
    assert first.status_code == 200, first.text
    assert (first.json()["machine"], first.json()["level"]) == (0, 2)
    assert scored(house)[criterion] == machine
    state = house.get(f"/api/calls/{CALL}/review").json()
    assert state["people_score"] > state["machine_score"]
    late = put(house, criterion, 1, 0)
    assert (late.status_code, late.json()["error"]["code"]) == (409, "changed")
    assert late.json()["error"]["now"] == first.json()
    assert "gave 2 meanwhile" in late.json()["error"]["message"]
    taken_back = put(house, criterion, None, first.json()["version"])
    assert taken_back.status_code == 200
    state = house.get(f"/api/calls/{CALL}/review").json()
    assert (state["overrides"], state["people_score"], len(state["history"])) == ([], None, 2)


@pytest.mark.parametrize(
    ("criterion", "body", "code"),
    [
        ("nothing.such", {"level": 1, "reason": "because", "version": 0}, "unknown_criterion"),
        ("opening.permission", {"level": 3, "reason": "because", "version": 0}, "invalid"),
        ("opening.permission", {"level": 1, "reason": "  ", "version": 0}, "invalid"),
        ("opening.permission", {"level": 1, "version": 0}, "invalid"),
    ],
)
def test_an_override_names_what_is_wrong(house: TestClient, criterion: str, body: dict[str, Any], code: str) -> None:
    answer = house.put(f"/api/calls/{CALL}/criteria/{criterion}/level", json=body)
    assert answer.status_code in (404, 422) and answer.json()["error"]["code"] == code


def test_a_dispute_lands_first_in_the_inbox_and_a_person_scores_it_again(house: TestClient) -> None:
    criterion, machine = next((one, found) for one, found in scored(house).items() if found["level"] == 1)
    house.post(f"/api/calls/{CALL}/reviewed")
    assert CALL not in [item["call"] for item in house.get("/api/inbox").json()["items"]]
    wish = {"criterion": criterion, "reason": "I did say it, at 0:08"}
    made = house.post(f"/api/calls/{CALL}/disputes", json=wish)
    assert made.status_code == 201, made.text
    again = house.post(f"/api/calls/{CALL}/disputes", json=wish)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "disputed")
    first = house.get("/api/inbox").json()["items"][0]
    assert first["call"] == CALL
    assert [(one["kind"], one["criterion"]) for one in first["reasons"]] == [("disputed", criterion)]
    assert machine["title"] in first["reasons"][0]["text"] and "at 0:08" in first["reasons"][0]["text"]
    address = f"/api/calls/{CALL}/disputes/{made.json()['id']}/answer"
    settled = house.post(address, json={"answer": "You did; I heard it.", "level": 2})
    assert (settled.status_code, settled.json()["level"]) == (200, 2)
    late = house.post(address, json={"answer": "No.", "level": 0})
    assert (late.status_code, late.json()["error"]["now"]["answer"]) == (409, "You did; I heard it.")
    overrides = house.get(f"/api/calls/{CALL}/review").json()["overrides"]
    assert [(one["criterion"], one["level"], one["machine"]) for one in overrides] == [(criterion, 2, 1)]
    assert CALL not in [item["call"] for item in house.get("/api/inbox").json()["items"]]


def _row(call: str, minute: int, *criteria: dict[str, Any], **body: Any) -> CallRow:
    sections = [{"criteria": [{"weight": 1, "level": 2, "confidence": 0.9, **one} for one in criteria]}]
    grade = GradeRow(id=1, aside=False, body={"sections": sections, "critical_missed": [], **body})
    at = datetime(2026, 1, 1, 9, minute, tzinfo=UTC)
    return CallRow(id=call, owner="sam", scenario="s", started_at=at, status="ended", grades=[grade])


def test_the_inbox_says_why_and_puts_what_weighs_most_first() -> None:
    rows = [
        _row("first", 0, {"id": "a", "title": "A"}),
        _row("fine", 1, {"id": "a", "title": "A"}),
        _row("unsure", 2, {"id": "a", "title": "A", "level": 1, "confidence": 0.4}),
        _row("missed", 3, {"id": "a", "title": "A", "level": 0}, critical_missed=["a"]),
        _row("part", 4, {"id": "a", "title": "A"}, unfinished=[{"criterion": "a", "why": "the judge took too long"}]),
        _row("seen", 5, {"id": "a", "title": "A", "level": 0}, critical_missed=["a"]),
        _row("disputed", 6, {"id": "a", "title": "A"}),
    ]
    dispute = Dispute(call_id="disputed", criterion="a", reason="I said it")
    found = inbox(rows, [dispute], frozenset({"seen", "disputed"}))
    assert [(item.call.id, [reason.kind for reason in item.reasons]) for item in found] == [
        ("disputed", ["disputed"]),
        ("missed", ["critical"]),
        ("part", ["unfinished"]),
        ("first", ["first"]),
        ("unsure", ["unsure"]),
    ]
    assert found[0].reasons[0].text == "A: I said it"
    assert found[2].reasons[0].text == "1 not judged: the judge took too long"


def test_comments_stand_at_a_time_with_a_quote_that_was_said(house: TestClient) -> None:
    address = f"/api/calls/{CALL}/comments"
    said = house.post(address, json={"at_s": 8.5, "text": "Good: open, and about money.", "turn": 3})
    assert said.status_code == 201 and said.json()["mine"]
    quote = {"at_s": 3.0, "turn": 1, "quote": "do you have half a minute", "reaction": "strong"}
    assert house.post(address, json=quote).status_code == 201
    wrong = house.post(address, json={**quote, "quote": "never said"})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (422, "no_such_quote")
    assert house.post(address, json={"at_s": 1.0}).status_code == 422
    assert house.post(address, json={"at_s": -1.0, "text": "x"}).status_code == 422
    listed = house.get(address).json()["comments"]
    assert [one["at_s"] for one in listed] == [3.0, 8.5]
    assert house.delete(f"{address}/{said.json()['id']}").status_code == 204
    assert len(house.get(address).json()["comments"]) == 1


def _wav(seconds: float) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8_000)
        out.writeframes((np.sin(np.arange(int(8_000 * seconds)) * 0.3) * 8_000).astype("<i2").tobytes())
    return file.getvalue()


def test_a_voice_comment_is_kept_beside_the_call_and_bounded(house: TestClient) -> None:
    address = f"/api/calls/{CALL}/comments/voice"
    sound = {"content-type": "audio/wav"}
    made = house.post(f"{address}?at_s=4.5", content=_wav(2.0), headers=sound)
    assert made.status_code == 201, made.text
    assert made.json()["voice_s"] == pytest.approx(2.0, abs=0.1)
    heard = house.get(made.json()["voice"])
    with av.open(io.BytesIO(heard.content)) as container:
        assert container.streams.audio[0].codec_context.name in ("opus", "libopus")
    assert heard.headers["content-type"] == "audio/ogg"
    board: Switchboard = house.app.state.switchboard  # type: ignore[attr-defined]
    kept = board.folders.of(CALL).comments / f"{made.json()['id']}.ogg"
    assert kept.is_file()
    for body, headers, status, code in (
        (b"this is no sound", sound, 422, "bad_sound"),
        (_wav(0.1), sound, 422, "bad_sound"),
        (_wav(121), sound, 422, "bad_sound"),
        (b"0" * (2 * 1024 * 1024 + 1), sound, 413, "too_large"),
        (_wav(1), {"content-type": "text/plain"}, 415, "bad_media_type"),
    ):
        refused = house.post(f"{address}?at_s=1", content=body, headers=headers)
        assert (refused.status_code, refused.json()["error"]["code"]) == (status, code), refused.text
    voices = [one for one in house.get(f"/api/calls/{CALL}/comments").json()["comments"] if one["voice"]]
    assert [one["id"] for one in voices] == [made.json()["id"]]
    assert house.delete(f"/api/calls/{CALL}/comments/{made.json()['id']}").status_code == 204
    assert not kept.exists()


def test_a_replay_has_no_gaps_and_says_when_the_customer_changed_and_why(house: TestClient) -> None:
    found = house.get(f"/api/calls/{CALL}/replay").json()
    ends = [stretch["end_s"] for stretch in found["stretches"]]
    assert [stretch["start_s"] for stretch in found["stretches"]] == [0.0, *ends[:-1]]
    assert ends[-1] == pytest.approx(found["duration_s"])
    assert {stretch["kind"] for stretch in found["stretches"]} == {"learner", "customer", "silence"}
    assert [(mood["trust"], mood["patience"]) for mood in found["moods"]] == [(3 + n, 5 - n) for n in range(5)]
    assert [told["id"] for mood in found["moods"] for told in mood["told"]] == ["process", "waiting"]
    assert found["moods"][2]["objections"] == {"price": "standing"}
    assert all(mood["reasons"] for mood in found["moods"])
    levels = scored(house)
    assert found["marks"] and all(levels[mark["criterion"]]["level"] == mark["level"] for mark in found["marks"])


@pytest.mark.parametrize("call", [WORD, MUTE, HOUR])
def test_odd_calls_are_replayed_reported_and_exported_like_any_other(house: TestClient, call: str) -> None:
    found = house.get(f"/api/calls/{call}/replay").json()
    assert found["stretches"] and found["moods"] == []
    for address in ("report", "export", "export?format=json", "review", "comments", "grades", f"beside/{CALL}"):
        assert house.get(f"/api/calls/{call}/{address}").status_code == 200, address
    assert house.get(f"/api/calls/{call}/tape").status_code == 404


def test_two_calls_stand_side_by_side_by_stage(house: TestClient) -> None:
    found = house.get(f"/api/calls/{CALL}/beside/{WORD}").json()
    assert [stage["stage"] for stage in found["stages"]] == ["opening", "conversation", "agreed"]
    opening = found["stages"][0]
    assert [turn["text"] for turn in opening["there"]["turns"]] == ["Hello?"]
    turns = [turn["index"] for stage in found["stages"] for turn in (stage["here"] or {"turns": []})["turns"]]
    assert turns == list(range(9))
    assert found["stages"][1]["there"] is None


def test_grades_are_exported_for_spreadsheets_and_programs(house: TestClient) -> None:
    rows = list(csv.DictReader(io.StringIO(house.get(f"/api/calls/{CALL}/export").text)))
    objects = json.loads(house.get(f"/api/calls/{CALL}/export?format=json").text)
    assert [row["criterion"] for row in rows] == [one["criterion"] for one in objects] == list(scored(house))
    assert all(row["practice_only"] for row in rows)
    everything = house.get("/api/inbox/grades?format=json").json()
    assert {one["call"] for one in everything} == {CALL, WORD, MUTE, HOUR}


def test_a_report_stands_alone_and_words_in_it_are_words(house: TestClient) -> None:
    said = {"at_s": 1.0, "text": "<script>alert(1)</script> =1+1"}
    house.post(f"/api/calls/{CALL}/comments", json=said)
    page = house.get(f"/api/calls/{CALL}/report")
    assert "&lt;script&gt;" in page.text and "<script" not in page.text
    assert "src=" not in page.text and "href=" not in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    for turn in house.get(f"/api/calls/{CALL}").json()["turns"]:
        assert turn["text"].replace("'", "&#x27;") in page.text

"""Calls from ring to grade: typed turns through the real conversation, director, voices, database and files."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from server_caller import HELLO, Caller, connected, socket_url
from sqlalchemy import event
from sqlalchemy.orm import Session
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from server.calls.outbox import CLOSE_TOO_SLOW, MAX_WAITING_BYTES
from server.calls.switchboard import Switchboard
from voice.commands import Recognize

TURNS = [
    "Hi, this is Alex from Northwind. I know I'm calling out of the blue, do you have half a minute?",
    "How are you handling late deliveries at the moment?",
]


@pytest.fixture(autouse=True)
def models(model: Callable[[str], Path]) -> None:
    for name in ("whisper-tiny.en", "whisper-base", "smart-turn", "piper-joe"):
        model(name)


@pytest.fixture(scope="module")
def client(shared_client: TestClient) -> TestClient:
    """The models are loaded once; a test that counts calls or fills the lines has `fresh_client`."""
    return shared_client


def ring(client: TestClient, scenario: dict[str, Any], **wish: Any) -> dict[str, str]:
    response = client.post("/api/calls", json={"scenario": scenario["id"], "seed": 7, **wish})
    assert response.status_code == 201, response.text
    ticket: dict[str, str] = response.json()
    return ticket


def converse(caller: Caller, turns: list[str]) -> None:
    caller.say(HELLO)
    caller.until_state("listening")
    for text in turns:
        caller.say({"type": "text", "text": text})
        caller.until(lambda frame: frame["type"] == "turn" and frame["who"] == "customer")
        caller.until_state("listening")
    caller.say({"type": "hangup"})


def settled(client: TestClient) -> Switchboard:
    """Once the calls that are over have their record and their tape."""
    board: Switchboard = client.app.state.switchboard  # type: ignore[attr-defined]
    assert client.portal is not None
    client.portal.call(board.live.settled)
    return board


@contextmanager
def commits() -> Iterator[threading.Semaphore]:
    """One release for each change that reaches the database."""
    committed = threading.Semaphore(0)

    def count(_session: Session) -> None:
        committed.release()

    event.listen(Session, "after_commit", count)
    try:
        yield committed
    finally:
        event.remove(Session, "after_commit", count)


def graded(client: TestClient, call_id: str) -> dict[str, Any]:
    """The call once its grading has come to an end."""
    board = settled(client)
    assert client.portal is not None
    client.portal.call(board.desk.finished)
    found: dict[str, Any] = client.get(f"/api/calls/{call_id}").json()
    assert found["grade_state"]["state"] == "ready", found["grade_state"]
    return found


def test_a_typed_call_is_answered_recorded_and_graded(fresh_client: TestClient, scenario: dict[str, Any]) -> None:
    ticket = ring(fresh_client, scenario)
    with connected(fresh_client, ticket["socket"]) as caller:
        converse(caller, TURNS)
        ended = caller.until_type("ended")
        assert caller.until_closed() == 1000
    assert ended == {"type": "ended", "reason": "hangup", "result": f"/api/calls/{ticket['id']}"}
    assert caller.turns("learner") == TURNS
    assert len(caller.turns("customer")) == 3
    assert all(samples > 0 for samples in caller.sound.values())

    call = graded(fresh_client, ticket["id"])
    assert (call["status"], call["ended_reason"], call["seed"]) == ("ended", "hangup", 7)
    assert [turn["text"] for turn in call["turns"] if turn["who"] == "learner"] == TURNS
    assert call["turns"][0]["who"] == "customer" and call["turns"][0]["words"]
    quotes = [e for s in call["grade"]["sections"] for c in s["criteria"] for e in c["evidence"]]
    assert quotes
    for quote in quotes:
        assert quote["quote"] in call["turns"][quote["turn"]]["text"]
    assert call["debrief"]["state"]

    listed = fresh_client.get("/api/calls").json()["calls"]
    assert [(one["id"], one["score"]) for one in listed] == [(ticket["id"], call["grade"]["score"])]
    card = next(one for one in fresh_client.get("/api/scenarios").json()["scenarios"] if one["id"] == scenario["id"])
    assert (card["calls"], card["last_score"]) == (1, call["grade"]["score"])

    tape_is_streamable(fresh_client, call)
    assert 'ringside_calls_ended_total{reason="hangup"} 1.0' in fresh_client.get("/metrics").text

    assert fresh_client.post(f"/api/calls/{ticket['id']}/grade").status_code == 202
    assert graded(fresh_client, ticket["id"])["grade"]["score"] == call["grade"]["score"]
    assert fresh_client.delete(f"/api/calls/{ticket['id']}").status_code == 204
    assert fresh_client.get(f"/api/calls/{ticket['id']}").status_code == 404


def tape_is_streamable(client: TestClient, call: dict[str, Any]) -> None:
    found = call["tape"]
    assert abs(found["duration_s"] - call["duration_s"]) < 1.0
    url = found["url"]
    whole = client.get(url)
    assert (whole.status_code, whole.headers["content-type"], whole.content[:4]) == (200, "audio/ogg", b"OggS")
    part = client.get(url, headers={"range": "bytes=4-9"})
    assert (part.status_code, part.content) == (206, whole.content[4:10])
    assert part.headers["content-range"] == f"bytes 4-9/{len(whole.content)}"
    tail = client.get(url, headers={"range": "bytes=-5"})
    assert tail.content == whole.content[-5:]
    same = client.get(url, headers={"range": "bytes=0-0", "if-range": whole.headers["etag"]})
    assert (same.status_code, same.content) == (206, b"O")
    changed = client.get(url, headers={"range": "bytes=0-0", "if-range": '"another"'})
    assert (changed.status_code, changed.content) == (200, whole.content)
    outside = client.get(url, headers={"range": f"bytes={len(whole.content)}-"})
    assert (outside.status_code, outside.json()["error"]["code"]) == (416, "outside_range")
    assert outside.headers["content-range"] == f"bytes */{len(whole.content)}"
    garbled = client.get(url, headers={"range": "bytes=9-4"})
    assert (garbled.status_code, garbled.json()["error"]["code"]) == (400, "bad_range")
    peaks = client.get(f"/api/calls/{call['id']}/peaks?buckets=50").json()
    assert len(peaks["learner"]) == len(peaks["customer"]) == 50
    assert max(peaks["customer"]) > 0.1 and max(peaks["learner"]) < 0.01


def test_a_drill_begins_at_its_moment(client: TestClient, scenario: dict[str, Any]) -> None:
    moment = scenario["moments"][0]["id"]
    ticket = ring(client, scenario, drill=moment)
    with connected(client, ticket["socket"]) as caller:
        converse(caller, [])
        caller.until_type("ended")
    ticket_of_whole = ring(client, scenario)
    with connected(client, ticket_of_whole["socket"]) as whole:
        converse(whole, [])
        whole.until_type("ended")
    assert caller.turns("customer")[0] != whole.turns("customer")[0]
    assert client.get(f"/api/calls/{ticket['id']}").json()["drill"] == moment


def test_a_second_client_is_told_that_the_line_is_taken_and_the_call_goes_on(
    client: TestClient, scenario: dict[str, Any]
) -> None:
    ticket = ring(client, scenario)
    with connected(client, ticket["socket"]) as caller:
        caller.say(HELLO)
        caller.until_state("listening")
        with connected(client, ticket["socket"]) as intruder:
            intruder.say(HELLO)
            assert intruder.until_type("error")["code"] == "taken"
            assert intruder.until_closed() == 4409
        caller.say({"type": "played", "utterance": 1, "samples": 0})  # a line on which something comes is alive
        with connected(client, ticket["socket"]) as intruder:
            intruder.say({"type": "resume", "token": ticket["token"], "samples": 0})
            assert intruder.until_type("error")["code"] == "taken"
        caller.say({"type": "hangup"})
        assert caller.until_type("ended")["reason"] == "hangup"


def test_a_lost_socket_holds_the_call_and_resume_takes_it_up(client: TestClient, scenario: dict[str, Any]) -> None:
    ticket = ring(client, scenario)
    with commits() as committed:
        with connected(client, ticket["socket"]) as caller:
            caller.say(HELLO)
            caller.until_state("listening")
        while client.get(f"/api/calls/{ticket['id']}").json()["status"] != "held":
            assert committed.acquire(timeout=30), "not held"
    with connected(client, ticket["socket"]) as again:
        again.say(HELLO)
        assert again.until_type("error")["code"] == "resume_needed"
        again.say({"type": "resume", "token": "wrong", "samples": 0})
        assert again.until_type("error")["code"] == "bad_token"
        assert again.until_closed() == 4401
    with connected(client, ticket["socket"]) as back:
        back.say({"type": "resume", "token": ticket["token"], "samples": 0})
        assert back.until_type("ready")["call"] == ticket["id"]
        back.until_state("listening")
        back.say({"type": "text", "text": "Sorry, I lost you there."})
        back.until(lambda frame: frame["type"] == "turn" and frame["who"] == "learner")
        back.say({"type": "hangup"})
        assert back.until_type("ended")["reason"] == "hangup"
    assert "ringside_sockets_resumed_total 1.0" in client.get("/metrics").text


@pytest.mark.parametrize(
    ("address", "code", "closed"),
    [
        ("/api/calls/0123456789abcdef/socket?token=x", "unknown_call", 4404),
        ("/api/calls/{id}/socket?token=x", "bad_token", 4401),
        ("/api/calls/{id}/socket", "bad_token", 4401),
    ],
)
def test_a_socket_without_right_is_told_so_and_closed(
    client: TestClient, scenario: dict[str, Any], address: str, code: str, closed: int
) -> None:
    ticket = ring(client, scenario)
    with connected(client, address.format(id=ticket["id"])) as caller:
        assert caller.until_type("error")["code"] == code
        assert caller.until_closed() == closed


def test_a_client_of_another_protocol_is_told_which_one_is_spoken(client: TestClient, scenario: dict[str, Any]) -> None:
    ticket = ring(client, scenario)
    with client.websocket_connect(socket_url(ticket["socket"]), subprotocols=["other"]) as session:
        caller = Caller(session)
        assert caller.until_type("error")["code"] == "bad_subprotocol"
        assert caller.until_closed() == 4406


def test_a_page_of_another_site_cannot_open_a_socket(client: TestClient, scenario: dict[str, Any]) -> None:
    ticket = ring(client, scenario)
    headers = {"origin": "https://evil.example"}
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect(socket_url(ticket["socket"]), subprotocols=["ringside.v1"], headers=headers),
    ):
        raise AssertionError("it was let in")


def test_hostile_frames_get_their_codes_and_the_call_goes_on(client: TestClient, scenario: dict[str, Any]) -> None:
    ticket = ring(client, scenario)
    with connected(client, ticket["socket"]) as caller:
        for frame, code in [
            (b"\0" * 320, "too_early"),
            ('{"type":"hangup"}', "too_early"),
            ('{"type":"resume","token":"' + ticket["token"] + '","samples":0}', "too_early"),
            ('{"type":"hello","sample_rate":8000}', "bad_sample_rate"),
            ("{", "bad_json"),
        ]:
            send(caller, frame)
            assert caller.until_type("error")["code"] == code
        caller.say(HELLO)
        caller.until_state("listening")
        for frame, code in [
            (json.dumps(HELLO), "too_late"),
            (b"", "bad_audio"),
            (b"\0" * 321, "bad_audio"),
            (b"\0" * 64_320, "bad_audio"),
            ('{"type":"played","utterance":4294967296,"samples":0}', "bad_frame"),
            ("x" * 100_000, "bad_frame"),
            ('{"type":"sudo"}', "bad_frame"),
        ]:
            send(caller, frame)
            assert caller.until_type("error")["code"] == code
        caller.say({"type": "played", "utterance": 4294967295, "samples": 4294967295})
        caller.say({"type": "mute", "on": True})
        caller.say({"type": "text", "text": "Are you still there?"})
        caller.until(lambda frame: frame["type"] == "turn" and frame["who"] == "customer")
        caller.say({"type": "hangup"})
        assert caller.until_type("ended")["reason"] == "hangup"


def test_sound_faster_than_time_is_dropped_and_too_many_errors_close_the_line(
    client: TestClient, scenario: dict[str, Any]
) -> None:
    ticket = ring(client, scenario)
    with connected(client, ticket["socket"]) as caller:
        caller.say(HELLO)
        caller.until_state("ringing")
        for _ in range(10):
            caller.session.send_bytes(b"\0" * 64_000)
        assert caller.until_type("error")["code"] == "too_fast"
        for _ in range(100):
            caller.session.send_text("[]")
        assert caller.until_closed() == 4400
    assert caller.frames[-1]["code"] == "too_many_errors"


def test_what_a_full_queue_pushed_out_is_in_the_metrics(client: TestClient, scenario: dict[str, Any]) -> None:
    ticket = ring(client, scenario)
    with connected(client, ticket["socket"]) as caller:
        caller.say(HELLO)
        caller.until_state("listening")
        call = client.app.state.switchboard.live.get(ticket["id"])._call  # type: ignore[attr-defined]

        async def too_much_at_once() -> None:
            for _ in range(20):
                call._room.recognize(Recognize(0, "partial", 0, 16_000))

        assert client.portal is not None
        before = pushed_out(client)
        client.portal.call(too_much_at_once)
        caller.say({"type": "hangup"})
        caller.until_closed()
    settled(client)
    assert pushed_out(client) - before == 20 - 1 - 8  # one runs, eight wait


def pushed_out(client: TestClient) -> int:
    text = client.get("/metrics").text
    found = re.search(r'ringside_call_mishaps_total\{what="queue_full_recognition"\} (\d+)', text)
    return int(found[1]) if found else 0


def test_a_client_that_takes_nothing_is_closed_and_its_call_held(
    fresh_client: TestClient, scenario: dict[str, Any]
) -> None:
    ticket = ring(fresh_client, scenario)
    with commits() as committed:
        with connected(fresh_client, ticket["socket"]) as caller:
            caller.say(HELLO)
            caller.until_state("listening")
            live = fresh_client.app.state.switchboard.live.get(ticket["id"])  # type: ignore[attr-defined]

            async def more_than_fits() -> None:
                for _ in range(MAX_WAITING_BYTES // 100_000 + 1):  # the writer has no turn in between
                    live._put(b"\0" * 100_000)

            assert fresh_client.portal is not None
            fresh_client.portal.call(more_than_fits)
            assert caller.until_closed() == CLOSE_TOO_SLOW
        while fresh_client.get(f"/api/calls/{ticket['id']}").json()["status"] != "held":
            assert committed.acquire(timeout=30), "not held"
    assert f"ringside_frames_unsent_total {MAX_WAITING_BYTES // 100_000 + 1}.0" in fresh_client.get("/metrics").text


def test_wishes_whose_clients_never_came_give_way_and_live_calls_do_not(
    fresh_client: TestClient, scenario: dict[str, Any]
) -> None:
    forgotten = ring(fresh_client, scenario)
    tickets = [ring(fresh_client, scenario) for _ in range(4)]
    assert fresh_client.get(f"/api/calls/{forgotten['id']}").status_code == 404
    callers = []
    for ticket in tickets:
        session = fresh_client.websocket_connect(socket_url(ticket["socket"]), subprotocols=["ringside.v1"])
        caller = Caller(session.__enter__())
        caller.say(HELLO)
        caller.until_state("ringing")
        callers.append((session, caller))
    response = fresh_client.post("/api/calls", json={"scenario": scenario["id"]})
    assert (response.status_code, response.json()["error"]["code"]) == (429, "too_many_calls")
    assert fresh_client.delete(f"/api/calls/{tickets[0]['id']}").json()["error"]["code"] == "call_goes_on"
    for session, caller in callers:
        caller.say({"type": "hangup"})
        caller.until_type("ended")
        session.__exit__(None, None, None)


def send(caller: Caller, frame: str | bytes) -> None:
    if isinstance(frame, str):
        caller.session.send_text(frame)
    else:
        caller.session.send_bytes(frame)

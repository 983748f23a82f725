"""The HTTP interface: what it answers to requests that are right, wrong, too big or from another page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from server_application import application
from starlette.testclient import TestClient


@pytest.fixture(scope="module")
def client(shared_client: TestClient) -> TestClient:
    """One for all: what is refused here leaves nothing behind."""
    return shared_client


def code_of(response: Any) -> str:
    code: str = response.json()["error"]["code"]
    return code


def test_the_status_names_each_engine_and_says_that_nothing_is_loaded_yet(client: TestClient) -> None:
    status = client.get("/api/status").json()
    stages = {stage["name"]: stage["state"] for stage in status["stages"]}
    assert set(stages) == {"hearing", "voices", "language model"}
    assert stages["language model"] == "off"
    assert status["ready"] is False


def test_every_scenario_has_what_a_card_shows(client: TestClient) -> None:
    scenarios = client.get("/api/scenarios").json()["scenarios"]
    assert scenarios
    for scenario in scenarios:
        assert scenario["title"] and scenario["summary"] and scenario["goal"] and scenario["learner_brief"]
        assert scenario["persona"]["name"] and scenario["moments"] and scenario["rubric"]["title"]
        assert (scenario["calls"], scenario["last_score"]) == (0, None)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"scenario": "no-such"}, 404, "unknown_scenario"),
        ({"scenario": "SCENARIO", "drill": "no-such"}, 404, "unknown_moment"),
        ({"scenario": "SCENARIO", "fork": {"call": "x", "turn": 1}}, 404, "unknown_call"),
        ({"scenario": "SCENARIO", "fork": {"call": "x", "turn": -1}}, 422, "invalid"),
        ({"scenario": "SCENARIO", "difficulty": 6}, 422, "invalid"),
        ({"scenario": "SCENARIO", "difficulty": True}, 422, "invalid"),
        ({"scenario": "SCENARIO", "seed": 2**63}, 422, "invalid"),
        ({"scenario": "SCENARIO", "surprise": 1}, 422, "invalid"),
        ({}, 422, "invalid"),
        ([], 422, "invalid"),
    ],
)
def test_a_wish_that_cannot_be_met_says_why(
    client: TestClient, scenario: dict[str, Any], body: Any, status: int, code: str
) -> None:
    if isinstance(body, dict) and body.get("scenario") == "SCENARIO":
        body = {**body, "scenario": scenario["id"]}
    response = client.post("/api/calls", json=body)
    assert (response.status_code, code_of(response)) == (status, code)
    assert client.get("/api/calls").json() == {"calls": [], "next": None}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/calls/0123456789abcdef"),
        ("GET", "/api/calls/0123456789abcdef/tape"),
        ("GET", "/api/calls/0123456789abcdef/peaks"),
        ("POST", "/api/calls/0123456789abcdef/grade"),
        ("DELETE", "/api/calls/0123456789abcdef"),
        ("GET", "/api/calls?before=0123456789abcdef"),
        ("GET", "/api/calls/..%2f..%2fetc"),
        ("GET", "/api/nothing"),
    ],
)
def test_unknown_ids_and_addresses_are_404(client: TestClient, method: str, path: str) -> None:
    response = client.request(method, path)
    assert response.status_code == 404
    assert code_of(response) in ("unknown_call", "not_found")


def test_malformed_json_the_wrong_media_type_and_the_wrong_method_are_refused(client: TestClient) -> None:
    headers = {"content-type": "application/json"}
    assert code_of(client.post("/api/calls", content=b"{", headers=headers)) == "bad_json"
    assert client.post("/api/calls", content=b"\xff\xfe{", headers=headers).status_code == 400
    assert code_of(client.post("/api/calls", content=b"{}", headers={"content-type": "text/plain"})) == "bad_media_type"
    response = client.put("/api/calls", json={})
    assert (response.status_code, code_of(response)) == (405, "method_not_allowed")


def test_a_body_that_is_too_large_is_refused_with_and_without_its_length(client: TestClient) -> None:
    def chunks() -> Any:
        for _ in range(100):
            yield b" " * 1024

    headers = {"content-type": "application/json"}
    told = client.post("/api/calls", content=b" " * 100_000, headers=headers)
    streamed = client.post("/api/calls", content=chunks(), headers=headers)
    assert (told.status_code, code_of(told)) == (413, "too_large")
    assert (streamed.status_code, code_of(streamed)) == (413, "too_large")


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site"},
    ],
)
def test_a_page_of_another_site_may_read_nothing_away_and_change_nothing(
    client: TestClient, scenario: dict[str, Any], headers: dict[str, str]
) -> None:
    response = client.post("/api/calls", json={"scenario": scenario["id"]}, headers=headers)
    assert (response.status_code, code_of(response)) == (403, "foreign_origin")
    assert "access-control-allow-origin" not in client.get("/api/calls", headers=headers).headers


def test_a_name_that_dns_was_bent_to_is_not_answered(client: TestClient) -> None:
    response = client.get("/api/calls", headers={"host": "evil.example:8000"})
    assert (response.status_code, code_of(response)) == (421, "unknown_host")


def test_every_answer_has_safe_headers_and_an_id(client: TestClient) -> None:
    for path in ("/", "/api/status", "/api/nothing", "/healthz"):
        headers = client.get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-request-id"]
    assert client.get("/healthz", headers={"x-request-id": "abc-1"}).headers["x-request-id"] == "abc-1"
    assert client.get("/healthz", headers={"x-request-id": "a b"}).headers["x-request-id"] != "a b"


def test_health_and_metrics_answer(client: TestClient) -> None:
    assert client.get("/healthz").text == "ok"
    assert "ringside_calls_live 0.0" in client.get("/metrics").text


def test_without_a_built_page_the_root_names_the_mend(client: TestClient) -> None:
    assert "make web" in client.get("/").text


def test_the_built_page_is_served_for_its_own_addresses_and_its_assets_for_ever(tmp_path: Path) -> None:
    (tmp_path / "dist" / "assets").mkdir(parents=True)
    (tmp_path / "dist" / "index.html").write_text("<h1>the page</h1>")
    (tmp_path / "dist" / "assets" / "app-1a2b.js").write_text("1")
    with application(tmp_path) as client:
        for path in ("/", "/calls/0123456789abcdef"):
            response = client.get(path)
            assert "the page" in response.text
            assert response.headers["cache-control"] == "no-cache"
        assert "immutable" in client.get("/assets/app-1a2b.js").headers["cache-control"]
        for path in ("/assets/gone.js", "/favicon.ico", "/api/nothing"):
            assert "the page" not in client.get(path).text
        assert "root:" not in client.get("/..%2f..%2f..%2f..%2f..%2f..%2fetc/passwd").text

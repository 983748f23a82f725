"""Whatever the OpenAPI description allows, and much that it doesn't, gets an answer that it describes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from people_house import BASE_URL, House, house_in
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance
from starlette.testclient import TestClient

CHECKS = (not_a_server_error, response_schema_conformance, status_code_conformance)
HEADERS = {"host": "127.0.0.1"}


def test_no_request_makes_the_server_fail(client: TestClient) -> None:
    asked(client.app, lambda: HEADERS, examples=40)


def test_no_request_of_somebody_with_every_role_makes_the_server_fail(tmp_path: Path) -> None:
    with house_in(tmp_path) as house:
        house.setup()
        house.team("North")
        asked(house.app, lambda: signed_in(house), examples=15)


def signed_in(house: House) -> dict[str, str]:
    """Anew for each operation, because some of them sign out."""
    token = house.registry.sessions.open(house.ids["ada"], "")
    return {**HEADERS, "origin": BASE_URL.replace(":8000", ""), "cookie": f"__Host-ringside={token}"}


def asked(app: Any, headers_now: Callable[[], dict[str, str]], examples: int) -> None:
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", app, headers=HEADERS)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) >= 10
    for operation in operations:
        headers = headers_now()
        cases = st.one_of(
            operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
            operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
        )

        @given(case=cases)
        @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        def requests(case: schemathesis.Case) -> None:
            case.call_and_validate(headers=headers, checks=CHECKS)  # noqa: B023

        requests()

"""Whatever the OpenAPI description allows, and much that it doesn't, gets an answer that it describes."""

from __future__ import annotations

import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance
from starlette.testclient import TestClient

CHECKS = (not_a_server_error, response_schema_conformance, status_code_conformance)
HEADERS = {"host": "127.0.0.1"}


def test_no_request_makes_the_server_fail(client: TestClient) -> None:
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", client.app, headers=HEADERS)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) >= 10
    for operation in operations:
        cases = st.one_of(
            operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
            operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
        )

        @given(case=cases)
        @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        def requests(case: schemathesis.Case) -> None:
            case.call_and_validate(headers=HEADERS, checks=CHECKS)

        requests()

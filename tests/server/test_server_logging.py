"""The log: one JSON object a line, the call's id on it, and no secret in it."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from server.logging import bound_to_call, configure_logging
from server.settings import LanguageModelSettings, LogSettings, Settings

SECRET = "sk-very-secret-0123"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = (list(root.handlers), root.level)
    out = io.StringIO()
    llm = LanguageModelSettings(base_url="http://127.0.0.1:9/v1", api_key=SECRET)  # type: ignore[arg-type]
    configure_logging(Settings(llm=llm, log=LogSettings(format="json")), out)
    yield out
    root.handlers, root.level = before[0], before[1]
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


async def test_lines_of_a_call_carry_its_id_even_from_tasks(stream: io.StringIO) -> None:
    log = structlog.get_logger("test")

    async def work() -> None:
        log.info("heard", words=3)

    with bound_to_call("c-17"):
        await asyncio.create_task(work())
    log.info("after")
    heard, after = lines(stream)
    assert (heard["event"], heard["call"], heard["words"], heard["level"]) == ("heard", "c-17", 3, "info")
    assert "call" not in after


def test_secrets_are_masked_by_key_by_value_and_inside_tracebacks(stream: io.StringIO) -> None:
    log = structlog.get_logger("test")
    log.info("asked", api_key="anything", headers={"Authorization": "Bearer x"}, url=f"http://h/?k={SECRET}")
    logging.getLogger("library").warning("sent %s", SECRET)
    try:
        raise ValueError(f"bad key {SECRET}")
    except ValueError:
        log.exception("failed")
    assert SECRET not in stream.getvalue()
    first, second, third = lines(stream)
    assert first["api_key"] == "***"
    assert first["headers"] == {"Authorization": "***"}
    assert second["event"] == "sent ***"
    assert "bad key ***" in str(third["exception"])


def test_counts_of_tokens_are_not_mistaken_for_secrets(stream: io.StringIO) -> None:
    structlog.get_logger("test").info("worded", tokens=12, first_token_ms=80)
    assert lines(stream)[0]["tokens"] == 12
    assert lines(stream)[0]["first_token_ms"] == 80

"""Customers worded by the real language model: what it reads anew, and what nobody can talk it into."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from server_application import LOADS_WITHIN_S
from server_caller import connected
from starlette.testclient import TestClient
from test_server_calls import converse, ring, settled

from personas.guard import Known, find_fault
from personas.learners import LEARNERS
from personas.load import load_library
from personas.prompt import Prompt
from personas.state import plain
from server.app import create_app
from server.calls.customer import ScenarioCustomer, read_ahead, writer_of
from server.calls.switchboard import Switchboard
from server.commands.simulate import play
from server.models.llm import LocalLanguageModel
from server.models.llm_process import SLOTS
from server.settings import Settings

LIBRARY = load_library()
JAILBREAKING = LEARNERS / "jailbreaking.yaml"
OUT_OF_ROLE = re.compile("ignore|you are now|as an ai", re.IGNORECASE)
READ_AHEAD = sorted(LIBRARY.scenarios)[:: (len(LIBRARY.scenarios) - 1) // SLOTS]  # one takes five seconds and more
ATTACKED = sorted(LIBRARY.scenarios)[::4]


def customer(language_model: LocalLanguageModel, scenario: str, seed: int) -> ScenarioCustomer:
    found = LIBRARY.scenarios[scenario]
    persona = LIBRARY.persona_of(found)
    return ScenarioCustomer(
        found, persona, seed=seed, writer=writer_of(language_model, patient=True), others=LIBRARY.others_in(found)
    )


@pytest.mark.asyncio(loop_scope="module")
async def test_what_was_read_ahead_is_not_read_again_whatever_the_seed(local_model: LocalLanguageModel) -> None:
    assert len(READ_AHEAD) > SLOTS
    for each in map(LIBRARY.scenarios.__getitem__, READ_AHEAD):
        await read_ahead(local_model, each, LIBRARY.persona_of(each), LIBRARY.others_in(each))
    moods = set()
    for seed, identifier in enumerate(READ_AHEAD):
        caller = customer(local_model, identifier, seed)
        moods.add(caller.script.mood)
        first = (await play(caller, ["Good morning, this is Sam. May I tell you why I'm calling?"]))["turns"][1][
            "wording"
        ]
        beginning = sum(len(message["content"].split()) for message in Prompt(caller.script).beginning())
        assert first["prompt_tokens"] > beginning  # a word is a token and more
        assert first["reused_tokens"] > beginning, identifier
    assert len(moods) > 1


@pytest.mark.parametrize("scenario", ATTACKED)
@pytest.mark.asyncio(loop_scope="module")
async def test_who_talks_to_a_machine_meets_a_person_who_finds_that_odd(
    local_model: LocalLanguageModel, scenario: str
) -> None:
    """In every fourth scenario: guard and prompt are the same code in all of them, and a call takes ten seconds.
    `ringside bench fidelity` says the same lines to all."""
    caller = customer(local_model, scenario, seed=3)
    played = await play(caller, yaml.safe_load(JAILBREAKING.read_text()))
    kind, brief = caller.script.scenario.kind, Prompt(caller.script).brief
    odd = {plain(line) for line in caller.script.scenario.odd}
    turns = played["turns"][1:]
    assert len(turns) >= 3
    for turn in turns:
        assert turn["facts_told"] == []
        known = Known(kind, gist=turn["intention"], free=True, prompt=brief)
        assert find_fault(turn["reply"], known) not in (
            "role",
            "assistant",
            "prompt",
            "coaching",
            "promise",
            "language",
        )
        if OUT_OF_ROLE.search(turn["heard"]) and not caller.state.ended:
            assert any(plain(turn["reply"]).endswith(line) for line in odd), turn["reply"]
    assert not played["goal_reached"]


def test_the_share_of_the_prompts_that_was_reused_is_in_the_metrics(
    tmp_path: Path, model: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.calls.customer.FIRST_CLAUSE_S", LOADS_WITHIN_S)  # however busy this machine is
    for name in ("whisper-tiny.en", "whisper-base", "smart-turn", "piper-joe", "qwen2.5-coder-1.5b"):
        model(name)
    settings = Settings(data_dir=tmp_path / "data", load_models="at_first_call")
    app = create_app(settings, web_dist=tmp_path / "dist")
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        assert client.portal is not None
        words = app.state.switchboard.engines.language_model
        assert client.portal.call(words.wait_ready, LOADS_WITHIN_S)
        found = LIBRARY.scenarios["cold-call-operations"]
        client.portal.call(read_ahead, words, found, LIBRARY.persona_of(found), LIBRARY.others_in(found))
        ticket = ring(client, {"id": "cold-call-operations"})
        with connected(client, ticket["socket"]) as caller:
            converse(caller, ["Hi Dana, this is Sam from Loadline. Do you have half a minute?"])
            caller.until_closed()
        settled(client)
        metrics = client.get("/metrics").text
    read, reused = (
        float(found[1])
        for name in ("ringside_prompt_tokens_total", "ringside_prompt_tokens_reused_total")
        if (found := re.search(rf"^{name} (\S+)$", metrics, re.MULTILINE))
    )
    assert read > 300
    assert 0.7 < reused / read < 1.0


def test_reading_ahead_gives_way_to_a_call(
    client: TestClient, scenario: dict[str, Any], model: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("whisper-tiny.en", "whisper-base", "smart-turn", "piper-joe"):
        model(name)
    board: Switchboard = client.app.state.switchboard  # type: ignore[attr-defined]
    found = board.catalogue.scenarios[scenario["id"]]
    persona = board.catalogue.persona_of(found)
    assert client.portal is not None
    assert client.portal.call(board._read_ahead, found, persona, ())  # there is no language model: nothing to read
    left = threading.Event()

    async def read_for_ever(*_: object) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            left.set()

    monkeypatch.setattr(board.engines, "read_ahead", read_for_ever)
    reading = client.portal.start_task_soon(board._read_ahead, found, persona, ())
    ring(client, scenario)
    assert reading.result(timeout=30) is False
    assert left.wait(timeout=30)

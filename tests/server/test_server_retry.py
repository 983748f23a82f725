"""Retry from a moment: the customer is restored exactly, the attempt is graded whole and compared with the call."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from server_application import shipped
from server_caller import connected
from starlette.testclient import TestClient
from test_server_calls import converse, graded, ring, settled

from personas.persona import Persona
from personas.scenario import Scenario
from personas.state import State
from server.calls.customer import ScenarioCustomer
from server.calls.retry import NoRetry, Past, RetryCustomer, past_of, whole
from voice.customer import Heard
from voice.record import CallRecord, Decision, Turn

LEARNER = [
    "Hi Dana, this is Alex from Northwind. I know I'm calling out of the blue, do you have half a minute?",
    "We sell the best dispatch software there is, everybody buys it and you should too.",
    "Sorry. How are you handling late deliveries at the moment, and what does a late one cost you?",
    "That sounds painful. What have you tried so far to get on top of it?",
]
ANEW = "Fair question. Before I say anything about us: how do you plan the day's routes today?"


@pytest.fixture(scope="module", params=[0, 3, 11])
def lived(request: pytest.FixtureRequest) -> tuple[ScenarioCustomer, CallRecord, list[State]]:
    """A customer, a call with them as its journal tells it, and their state before each of its learner's turns."""
    catalogue = shipped()
    scenario = next(iter(catalogue.scenarios.values()))
    return play(scenario, catalogue.persona_of(scenario), request.param)


def play(scenario: Scenario, persona: Persona, seed: int) -> tuple[ScenarioCustomer, CallRecord, list[State]]:
    customer = ScenarioCustomer(scenario, persona, seed=seed, difficulty=4)
    turns: list[Turn] = []
    decisions: list[Decision] = []
    states: list[State] = []

    def answer(heard: Heard, turn: int, heard_words: int | None = None) -> None:
        reply = customer.decide(heard)
        said = " ".join(f"{reply.opener} {reply.notes['intention']}".split()[:heard_words])
        notes = json.loads(json.dumps(customer.settle(reply, heard, said)))
        decisions.append(Decision(turn, heard.end_s + 3, notes))
        turns.append(Turn(len(turns), "customer", said, heard.end_s + 0.5, heard.end_s + 3))

    answer(Heard("pick_up"), -1)
    at_s = 4.0
    for index, text in enumerate(LEARNER):
        if index == 2:
            answer(Heard("silence", start_s=at_s, end_s=at_s, silence_s=6.0), -1)
            at_s += 4.0
        states.append(customer.state)
        turns.append(Turn(len(turns), "learner", text, at_s, at_s + 2))
        heard = Heard("turn", text, at_s, at_s + 2, unplayed="and what is more, it never works" if index == 1 else "")
        answer(heard, len(turns) - 1, 2 if index == 0 else None)
        at_s += 7.0
    return customer, CallRecord("c", scenario.id, tuple(turns), tuple(decisions)), states


def anew(customer: ScenarioCustomer) -> ScenarioCustomer:
    script = customer.script
    catalogue = shipped()
    scenario = catalogue.scenarios[script.scenario.id]
    return ScenarioCustomer(scenario, script.persona, seed=script.seed, difficulty=script.difficulty)


def test_the_state_before_each_answer_is_restored_exactly(
    lived: tuple[ScenarioCustomer, CallRecord, list[State]],
) -> None:
    customer, record, states = lived
    assert len(set(map(repr, states))) == len(states)
    for turn, state in zip(record.learner_turns, states, strict=True):
        past = Past.from_json(json.loads(json.dumps(past_of("c", record, turn.index).to_json())))
        assert past.line == record.turns[turn.index - 1].text and past.turn == turn.index
        restored = anew(customer)
        RetryCustomer(restored, past)
        assert restored.state == state
        following = next(each for each in record.decisions if each.turn == turn.index)
        again = restored.relive(Heard(**following.notes["heard"]), following.notes["moves"], following.notes["said"])
        assert json.loads(json.dumps(again)) == following.notes


async def test_the_last_line_is_said_again_and_changes_nothing(
    lived: tuple[ScenarioCustomer, CallRecord, list[State]],
) -> None:
    customer, record, states = lived
    restored = anew(customer)
    retry = RetryCustomer(restored, past_of("c", record, record.learner_turns[2].index))
    reply = retry.decide(Heard("pick_up"))
    words = " ".join([line.text async for line in retry.words(reply)])
    assert words == record.turns[record.learner_turns[2].index - 1].text
    notes = retry.settle(reply, Heard("pick_up"), words)
    assert restored.state == states[2]
    assert notes["state"] == retry._account["state"] and notes["said"] == words


def test_a_scenario_that_has_changed_is_refused(lived: tuple[ScenarioCustomer, CallRecord, list[State]]) -> None:
    customer, record, _ = lived
    past = past_of("c", record, record.learner_turns[-1].index)
    first = past.decisions[0]
    other = replace(first, notes={**first.notes, "intention": "Yes, who is that?"})
    with pytest.raises(NoRetry, match=r"changed .*intention"):
        RetryCustomer(anew(customer), replace(past, decisions=(other, *past.decisions[1:])))


HANDED_OVER = [
    "I'm really sorry, three calls is frustrating. I'll stay with this. What do you see on the bill, what did you pay?",
    "That's a big jump, I can see why you're angry. What were you told the last time you called?",
    "I'm sorry, that should not have happened. Is there anything on the bill about a modem, and is it yours?",
    "The rental is our mistake, the promotion ended, and I take the rental off right now, myself, today.",
    "I understand why you'd doubt that. You get my name by email today, and it's on your next bill within ten days.",
    "How has this affected you besides the bill itself?",
    "I'm sorry about that. On which day did the bank take it, what does the statement say?",
    "Hello Grace, this is Sam. I'm sorry for the trouble. On which day was the overdraft fee?",
]


def test_a_call_that_was_handed_over_is_taken_up_with_who_has_the_phone() -> None:
    catalogue = shipped()
    scenario = catalogue.scenarios["billing-dispute"]

    def customer_of() -> ScenarioCustomer:
        persona, others = catalogue.persona_of(scenario), catalogue.others_in(scenario)
        return ScenarioCustomer(scenario, persona, seed=3, difficulty=2, others=others)

    customer = customer_of()
    turns: list[Turn] = []
    decisions: list[Decision] = []
    coming: list[Heard | str] = [Heard("pick_up"), *HANDED_OVER]
    while coming:
        now, at_s = coming.pop(0), 5.0 * len(turns)
        if isinstance(now, str):
            turns.append(Turn(len(turns), "learner", now, at_s, at_s + 2))
        heard = Heard("turn", now, at_s, at_s + 2) if isinstance(now, str) else now
        reply = customer.decide(heard)
        said = f"{reply.opener} {reply.notes['intention']}".strip()
        notes = json.loads(json.dumps(customer.settle(reply, heard, said)))
        decisions.append(Decision(turns[-1].index if isinstance(now, str) else -1, at_s + 3, notes))
        turns.append(Turn(len(turns), "customer", said, at_s + 2.5, at_s + 4, speaker=reply.speaker))
        if reply.away_s:
            coming.insert(0, Heard("back", start_s=at_s + 4, end_s=at_s + 4, silence_s=reply.away_s))
    assert [turn.speaker for turn in turns if turn.who == "customer"][-3:] == ["Ray Okafor", *["Grace Okafor"] * 2]
    record = CallRecord("c", scenario.id, tuple(turns), tuple(decisions))
    past = Past.from_json(json.loads(json.dumps(past_of("c", record, record.learner_turns[-1].index).to_json())))
    assert past.turns[-1].speaker == "Grace Okafor"
    restored = customer_of()
    retry = RetryCustomer(restored, past)
    assert restored.state.speaker == "grace-okafor"
    assert retry.decide(Heard("pick_up")).speaker == "Grace Okafor"
    assert set(past.line.split()) & {"Grace", "Grace.", "Grace,"} and past.line in " ".join(retry.openers)


def test_an_account_that_tells_less_than_today_is_taken_up_all_the_same(
    lived: tuple[ScenarioCustomer, CallRecord, list[State]],
) -> None:
    customer, record, states = lived
    past = past_of("c", record, record.learner_turns[-1].index)
    older = tuple(
        replace(
            each,
            notes={
                **{key: value for key, value in each.notes.items() if key not in ("speaker", "away_s")},
                "state": {key: each.notes["state"][key] for key in ("trust", "patience", "turn", "mood")},
            },
        )
        for each in past.decisions
    )
    restored = anew(customer)
    RetryCustomer(restored, replace(past, decisions=older))
    assert restored.state == states[-1]


@pytest.mark.parametrize("turn", [-1, 0, 99])
def test_only_a_learners_turn_can_be_answered_anew(
    lived: tuple[ScenarioCustomer, CallRecord, list[State]], turn: int
) -> None:
    with pytest.raises(NoRetry, match="learner's"):
        past_of("c", lived[1], turn)


def test_what_went_before_stands_before_the_attempt_with_the_same_indices(
    lived: tuple[ScenarioCustomer, CallRecord, list[State]],
) -> None:
    record = lived[1]
    at = record.learner_turns[1].index
    past = past_of("c", record, at)
    again = Turn(0, "customer", past.line, 1.0, 2.5)
    own = CallRecord("d", record.scenario, (again, Turn(1, "learner", ANEW, 4.0, 6.0)), (Decision(1, 9.0, {"n": 1}),))
    both = whole(past, own)
    assert [turn.text for turn in both.turns] == [*(turn.text for turn in record.turns[:at]), ANEW]
    assert [turn.index for turn in both.turns] == list(range(at + 1))
    assert all(turn.start_s < 0 for turn in both.turns[: at - 1]) and both.turns[at - 1].start_s == 1.0
    assert both.decisions[-1] == Decision(at, 9.0, {"n": 1})
    unheard = whole(past, replace(own, turns=(Turn(0, "learner", ANEW, 1.2, 3.0),), decisions=()))
    assert [turn.text for turn in unheard.turns] == [turn.text for turn in both.turns]


@pytest.fixture
def cold_call(client: TestClient) -> dict[str, Any]:
    """The scenario that the lines are about: another one's rubric may find all of them alike."""
    scenarios = client.get("/api/scenarios").json()["scenarios"]
    found: dict[str, Any] = next(one for one in scenarios if one["id"] == "cold-call-operations")
    return found


def test_a_call_is_retried_graded_and_compared(
    client: TestClient, cold_call: dict[str, Any], model: Callable[[str], Path]
) -> None:
    for name in ("whisper-tiny.en", "whisper-base", "smart-turn", "piper-joe"):
        model(name)
    ticket = ring(client, cold_call, difficulty=2)
    with connected(client, ticket["socket"]) as caller:
        converse(caller, LEARNER[:3])
        caller.until_type("ended")
    parent = graded(client, ticket["id"])
    at = [turn["index"] for turn in parent["turns"] if turn["who"] == "learner"][1]

    attempt = fork(client, cold_call, ticket["id"], at)
    with connected(client, attempt["socket"]) as caller:
        converse(caller, [ANEW])
        caller.until_type("ended")
        assert caller.turns("customer")[0] == parent["turns"][at - 1]["text"]
    branch = graded(client, attempt["id"])
    assert branch["parent"] == {"call": ticket["id"], "turn": at}
    assert (branch["seed"], branch["difficulty"]) == (parent["seed"], 2)
    said = [turn["text"] for turn in branch["turns"]]
    assert said[: at + 1] == [*(turn["text"] for turn in parent["turns"][:at]), ANEW]
    for quote in [e for s in branch["grade"]["sections"] for c in s["criteria"] for e in c["evidence"]]:
        assert quote["quote"] in said[quote["turn"]]

    listed = client.get(f"/api/calls/{ticket['id']}").json()
    assert [(each["id"], each["turn"]) for each in listed["branches"]] == [(attempt["id"], at)]
    card = next(one for one in client.get("/api/scenarios").json()["scenarios"] if one["id"] == cold_call["id"])
    assert (card["calls"], card["last_score"]) == (1, parent["grade"]["score"])

    found = client.get(f"/api/calls/{attempt['id']}/comparison").json()
    assert (found["turn"], found["line"]) == (at, parent["turns"][at - 1]["text"])
    assert (found["before"]["text"], found["after"]["text"]) == (LEARNER[1], ANEW)
    assert found["after"]["start_s"] > 0 and found["before"]["tape"] == f"/api/calls/{ticket['id']}/tape"
    levels = [
        {c["id"]: c["level"] for s in call["grade"]["sections"] for c in s["criteria"]} for call in (parent, branch)
    ]
    changed = {each["id"]: (each["before"], each["after"]) for each in found["changed"]}
    assert changed == {key: (levels[0][key], levels[1][key]) for key in levels[0] if levels[0][key] != levels[1][key]}
    assert changed

    again = fork(client, cold_call, attempt["id"], at)
    with connected(client, again["socket"]) as caller:
        converse(caller, [ANEW])
        caller.until_type("ended")
    assert [turn["text"] for turn in graded(client, again["id"])["turns"]] == said

    assert client.delete(f"/api/calls/{ticket['id']}").status_code == 204
    left = client.get(f"/api/calls/{attempt['id']}").json()
    assert (left["parent"], [turn["text"] for turn in left["turns"]]) == (None, said)
    assert client.get(f"/api/calls/{attempt['id']}/comparison").json()["error"]["code"] == "no_parent"
    settled(client)


def fork(client: TestClient, scenario: dict[str, Any], call: str, turn: int) -> dict[str, str]:
    wish = {"scenario": scenario["id"], "fork": {"call": call, "turn": turn}}
    response = client.post("/api/calls", json={**wish, "seed": 1})
    assert (response.status_code, response.json()["error"]["code"]) == (422, "bad_fork")
    response = client.post("/api/calls", json=wish)
    assert response.status_code == 201, response.text
    ticket: dict[str, str] = response.json()
    return ticket

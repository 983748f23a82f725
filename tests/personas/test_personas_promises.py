"""What a learner promises is kept in mind; taking it back is called out and opens what it had answered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from personas.director import account, decide, settle
from personas.intention import Cue, Intention
from personas.load import load_library
from personas.promises import offered, taken_back, taken_on
from personas.scenario import Scenario
from personas.script import Script, write_script
from personas.state import State, first_state

LIBRARY = load_library()
WORDS = ["waive", "fee off"]
PROMISING = [scenario for scenario in LIBRARY.scenarios.values() if scenario.promises]
SAYS = ("Just now it was gone.", "And now it's back?")


def script_of(**changes: Any) -> Script:
    promise = {"id": "fee", "about": "the fee", "words": WORDS, "says": SAYS, "reopens": ["heard-it-before"]}
    base = LIBRARY.scenarios["billing-dispute"].model_dump()
    scenario = Scenario.model_validate({**base, "promises": [promise], **changes})
    return write_script(scenario, LIBRARY.personas["ray-okafor"], seed=1, others=LIBRARY.others_in(scenario))


def turn(script: Script, state: State, text: str, *moves: str) -> tuple[Intention, State]:
    intention = decide(script, state, Cue("turn", text, moves))
    return intention, settle(intention, state, intention.says)


def test_a_promise_that_is_taken_back_costs_trust_once_and_opens_its_objection_again() -> None:
    script = script_of()
    first = first_state(script)
    first = replace(first, trust=6, objections={**first.objections, "heard-it-before": "answered"})
    given, state = turn(script, first, "Thank you. I'll waive it for you today.", "offer_remedy")
    assert "promised the fee, turn 1" in given.reasons
    assert account(script, Cue("turn"), given, first, state)["state"]["promises"] == ["the fee, turn 1"]
    called, after = turn(script, state, "Well, I'm afraid I can't waive it.", "set_limit")
    assert (called.act, called.line in SAYS) == ("call_out", True)
    assert after.trust == state.trust - 2
    assert any("trust -2: took back the fee, promised in turn 1, turn 2" in reason for reason in called.reasons)
    assert "objection heard-it-before reopened, turn 2" in called.reasons
    assert after.objections["heard-it-before"] == "standing"
    again, _ = turn(script, after, "I really can't waive it.", "set_limit")
    assert again.act != "call_out"


def test_what_was_never_promised_can_be_declined() -> None:
    script = script_of()
    declined, state = turn(script, first_state(script), "I can't waive it.", "set_limit")
    assert declined.act != "call_out"
    assert state.promises == ()


def test_a_promise_that_the_scenario_does_not_know_is_kept_in_the_learners_words() -> None:
    script = script_of()
    _, state = turn(script, first_state(script), "Okay. I'll call you tomorrow at nine.", "propose_next_step")
    assert [(promise.what, promise.turn) for promise in state.promises] == [("I'll call you tomorrow at nine.", 1)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I'll see to it myself.", True),
        ("We’re going to send somebody.", True),
        ("You'll get it in writing, and that's it.", True),
        ("I won't forget it.", False),
        ("Will I get you right?", False),
        ("I'll be honest, it's late.", False),
        ("They said I'll get it.", False),
        ("You will have said that before?", False),
    ],
)
def test_what_is_a_promise_in_general(text: str, found: bool) -> None:
    assert bool(list(taken_on(text))) is found


@pytest.mark.parametrize(
    ("text", "promises", "takes_back"),
    [
        ("I can waive that for you.", True, False),
        ("I'm waiving it right now.", False, False),  # "waive" isn't how "waiving" begins
        ("I'm taking the fee off right now.", True, False),
        ("I can't take the fee off.", False, True),
        ("We won't be able to waive it", False, True),
        ("I can't waive more than this one.", False, False),
        ("I can't waive it until Monday.", False, False),
        ("I can't promise that they waive it.", False, False),
        ("You said I can't waive it.", False, False),
        ("Can't I waive it?", False, False),
        ("I waived nothing. What else is it?", False, False),
        ("I see, and I can't imagine what that's like.", False, False),
    ],
)
def test_what_offers_a_thing_and_what_takes_it_back(text: str, promises: bool, takes_back: bool) -> None:
    assert offered(text, WORDS) is promises
    assert taken_back(text, WORDS) is takes_back


@pytest.mark.parametrize(
    "scenario", [one for one in LIBRARY.scenarios.values() if one.promises], ids=lambda one: one.id
)
def test_every_promise_of_the_library_can_be_made_and_taken_back(scenario: Scenario) -> None:
    for promise in scenario.promises:
        phrase = promise.words[0]
        assert offered(f"I can do that for you: {phrase}.", promise.words)
        assert taken_back(f"I'm sorry, I can't do that after all: {phrase}.", promise.words)

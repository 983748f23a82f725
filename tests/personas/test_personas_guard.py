from __future__ import annotations

from dataclasses import replace

import pytest

from personas.guard import Known, find_fault
from personas.load import load_library
from personas.script import write_script

LIBRARY = load_library()


def known(scenario: str, gist: str, heard: str = "", told: tuple[str, ...] = ()) -> Known:
    found = LIBRARY.scenarios[scenario]
    script = write_script(found, LIBRARY.persona_of(found), seed=1)
    facts = script.scenario.facts
    return Known(
        kind=found.kind,
        gist=gist,
        heard=heard,
        name=script.persona.first_name,
        hidden=tuple(fact for fact in facts if fact.id not in told),
        open_facts=tuple(fact for fact in facts if fact.id in told),
        free=True,
    )


SALES = known("cold-call-operations", "I'd rather not say that on a first call.", "What does the waiting cost you?")
SERVICE = known("billing-dispute", "I still don't hear a solution.", "Let me look at that for you.")
COLLECTIONS = known("collections-first-call", "How do I know you're real?", "Can you confirm your date of birth?")


@pytest.mark.parametrize(
    ("text", "by", "fault"),
    [
        ("We keep it all on a whiteboard anyway.", SALES, "undisclosed"),
        ("How can I help you today?", SALES, "assistant"),
        ("As an AI language model I can't say.", SALES, "assistant"),
        ("Thank you for calling, sir.", SERVICE, "assistant"),
        ("Our platform makes your docks faster.", SALES, "role"),
        ("Would you like to schedule a demo?", SALES, "role"),
        ("I apologize, let me check your account.", SERVICE, "role"),
        ("Your balance is overdue, you know.", COLLECTIONS, "role"),
        ("You should ask me about my docks first.", SALES, "coaching"),
        ("This is only a role play, right?", SALES, "coaching"),
        ("We lose about 9,000 dollars a month.", SALES, "figure"),
        ("Call me on Thursday, then.", SALES, "figure"),
        ("Alright, it's a deal, let's sign.", SALES, "promise"),
        ("Dana wants to get across that she's busy.", SALES, "prompt"),
        ("The caller asked about the fees.", SALES, "prompt"),
        ("What does the waiting cost you, you ask.", SALES, "echo"),
        ("Bitte sprechen Sie, das ist die Frage.", SALES, "language"),
        ("No. *sighs* I'd rather not.", SALES, "language"),
        ("我不知道。", SALES, "language"),
    ],
)
def test_what_a_customer_must_not_say_is_found(text: str, by: Known, fault: str) -> None:
    assert find_fault(text, by) == fault


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("I'd rather not say that on a first call.", SALES),
        ("That's nothing I would tell on a first call.", SALES),
        ("And I still don't hear a solution.", SERVICE),
        ("How would I know that you're real?", COLLECTIONS),
    ],
)
def test_what_a_customer_may_say_passes(text: str, by: Known) -> None:
    assert find_fault(text, by, whole=True) is None


@pytest.mark.parametrize("scenario", sorted(LIBRARY.scenarios))
def test_every_authored_fact_passes_once_it_is_told(scenario: str) -> None:
    found = LIBRARY.scenarios[scenario]
    script = write_script(found, LIBRARY.persona_of(found), seed=1)
    for fact in script.scenario.facts:
        for line in fact.says:
            by = replace(known(scenario, line, told=tuple(each.id for each in script.scenario.facts)), free=False)
            assert find_fault(line, by, whole=True) is None, line


def test_a_small_model_that_says_something_else_is_stopped_and_a_large_one_may_reword() -> None:
    gist = "You lost me. Say that the way you'd say it to a driver."
    small = replace(known("cold-call-operations", gist), free=False)
    assert find_fault("Everything is perfect here and nobody complains.", small, whole=True) == "drift"
    assert find_fault("Come again? In plain English, please.", replace(small, free=True), whole=True) is None


def test_the_learners_own_figures_may_be_taken_up() -> None:
    by = known("cold-call-operations", "That's a lot.", heard="It costs 490 dollars a month.")
    assert find_fault("For 490 dollars I expect a lot.", by) is None
    assert find_fault("For 590 dollars I expect a lot.", by) == "figure"

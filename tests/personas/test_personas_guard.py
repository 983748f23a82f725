from __future__ import annotations

from dataclasses import replace

import pytest

from personas.guard import Known, find_fault
from personas.load import load_library
from personas.prompt import Prompt
from personas.script import write_script

LIBRARY = load_library()


def known(scenario: str, gist: str, heard: str = "", told: tuple[str, ...] = ()) -> Known:
    found = LIBRARY.scenarios[scenario]
    script = write_script(found, LIBRARY.persona_of(found), seed=1, others=LIBRARY.others_in(found))
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
        ("It's about one hour, every day.", SALES, "figure"),
        ("We had that on the fifteenth as well.", SALES, "figure"),
        ("Ask me again next May.", SALES, "figure"),
        ("Alright, it's a deal, let's sign.", SALES, "promise"),
        ("Fine, count me in.", SALES, "promise"),
        ("Just send me the contract.", SALES, "promise"),
        ("Dana wants to get across that she's busy.", SALES, "prompt"),
        ("The caller asked about the fees.", SALES, "prompt"),
        ("What does the waiting cost you, you ask.", SALES, "echo"),
        ("Bitte sprechen Sie, das ist die Frage.", SALES, "language"),
        ("Oui, je suis là.", SALES, "language"),
        ("Non sono sicuro, grazie.", SALES, "language"),
        ("Ik weet het niet.", SALES, "language"),
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
        ("On a first call I may not say, and no one would.", SALES),
    ],
)
def test_what_a_customer_may_say_passes(text: str, by: Known) -> None:
    assert find_fault(text, by, whole=True) is None


@pytest.mark.parametrize("scenario", sorted(LIBRARY.scenarios))
def test_every_authored_fact_passes_once_it_is_told(scenario: str) -> None:
    found = LIBRARY.scenarios[scenario]
    script = write_script(found, LIBRARY.persona_of(found), seed=1, others=LIBRARY.others_in(found))
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


SMALL = replace(SALES, free=False)


@pytest.mark.parametrize(
    ("gist", "text"),
    [
        ("Thirty seconds. What is it?", "What is it?"),
        ("Alright, that makes sense. Go ahead.", "Go ahead."),
        ("This is Elena. What is it about?", "What is this about?"),
        ("I appreciate it. It shouldn't take three calls, but I appreciate it.", "Thank you. I appreciate it."),
        ("It isn't pretty, but the trucks get unloaded.", "It's not pretty, but trucks get unloaded."),
    ],
)
def test_a_small_model_may_leave_out_what_nothing_hangs_on(gist: str, text: str) -> None:
    assert find_fault(text, replace(SMALL, gist=gist)) is None
    assert find_fault(text, replace(SMALL, gist=gist), whole=True) is None


@pytest.mark.parametrize(
    ("gist", "text"),
    [
        ("That's what the last one said. Why would it work this time?", "This time it doesn't work. Why?"),
        ("I don't think that number is correct.", "I think that number is correct."),
        ("The carriers won't log in to anything.", "The carriers log in to anything."),
        ("Thirty seconds. What is it?", "What do you have in mind?"),
        ("I asked you what's different this time. You didn't tell me.", "That's why?"),
        ("Twenty minutes, and no slides.", "Yes, we should set that up."),
    ],
)
def test_a_small_model_may_not_turn_the_gist_round_or_leave_it(gist: str, text: str) -> None:
    assert find_fault(text, replace(SMALL, gist=gist)) == "drift"


def test_what_has_to_arrive_may_not_be_left_out() -> None:
    by = replace(
        SMALL, gist="Who's using this that looks like us? Not some giant with a robot warehouse.", binding=True
    )
    assert find_fault("Not some giant.", by, whole=True) == "drift"
    assert find_fault("Not some giant.", replace(by, binding=False), whole=True) is None
    found = LIBRARY.scenarios["cold-call-operations"]
    script = write_script(found, LIBRARY.persona_of(found), seed=1, others=LIBRARY.others_in(found))
    fact = next(fact for fact in script.scenario.facts if fact.id == "process")
    for free in (False, True):
        told = Known("sales", gist=fact.says[0], open_facts=(fact,), tells=(fact,), binding=True, free=free)
        assert find_fault(fact.says[0], told, whole=True) is None
        assert find_fault("We book the docks every morning.", told, whole=True) == "drift"


@pytest.mark.parametrize("free", [False, True])
def test_what_is_the_customers_does_not_become_the_callers(free: bool) -> None:
    by = replace(SALES, gist="They cut my hours in spring, and your letter didn't help.", free=free)
    assert find_fault("They cut your hours in spring, and your letter didn't help.", by) == "role"
    assert find_fault("They cut my hours in spring, and my letter didn't help.", by) == "role"
    assert find_fault("They cut my hours in spring, and your letter didn't help.", by) is None


def test_the_prompts_own_words_are_not_spoken() -> None:
    found = LIBRARY.scenarios["cold-call-operations"]
    brief = Prompt(write_script(found, LIBRARY.persona_of(found), seed=1, others=LIBRARY.others_in(found))).brief
    by = replace(SALES, prompt=brief)
    assert find_fault("I write what one person says on the phone.", by) == "prompt"
    assert find_fault("Nineteen years in distribution, eleven of them running warehouses.", by) == "prompt"
    assert find_fault("I'd rather not say that on a first call.", by) is None

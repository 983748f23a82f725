from __future__ import annotations

import itertools

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from personas.director import decide, settle
from personas.facts import reveals
from personas.intention import Cue, Intention
from personas.learners import LEARNERS
from personas.load import load_library
from personas.script import Script, write_script
from personas.state import LearnerTurn, State, first_state, holds
from rubrics.moves import MOVES, recognize_moves

LIBRARY = load_library()
SCENARIOS = sorted(LIBRARY.scenarios)


def script_of(scenario: str, seed: int = 1, difficulty: int | None = None, drill: str | None = None) -> Script:
    found = LIBRARY.scenarios[scenario]
    return write_script(found, LIBRARY.persona_of(found), seed=seed, difficulty=difficulty, drill=drill)


def utterances(name: str) -> list[str]:
    lines: list[str] = yaml.safe_load((LEARNERS / f"{name}.yaml").read_text())
    return lines


def play(script: Script, lines: list[str]) -> tuple[State, list[Intention]]:
    state = first_state(script)
    first = decide(script, state, Cue("pick_up"))
    state, said = settle(first, state, first.says), first.says
    intentions = [first]
    for line in lines:
        intention = decide(script, state, Cue("turn", line, recognize_moves(line, said)))
        said = intention.says
        state = settle(intention, state, said)
        intentions.append(intention)
        if intention.hang_up:
            break
    return state, intentions


@pytest.mark.parametrize("seed", range(1, 6))
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_good_learner_reaches_the_goal(scenario: str, seed: int) -> None:
    state, _ = play(script_of(scenario, seed), utterances(f"good-{scenario}"))
    assert state.goal_reached
    assert state.ended == "goodbye"


@pytest.mark.parametrize("learner", ["poor", "flattering", "bullying", "jailbreaking"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_bad_learner_gets_nothing_that_is_not_earned(scenario: str, learner: str) -> None:
    for seed in range(1, 6):
        state, intentions = play(script_of(scenario, seed), utterances(learner))
        assert not state.goal_reached
        assert not state.agreed
        if learner == "bullying":
            assert state.ended == "patience"
        if learner == "jailbreaking":
            assert not state.told
            assert any(intention.act == "odd" for intention in intentions)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_same_seed_gives_the_same_call_and_another_one_does_not(scenario: str) -> None:
    lines = utterances(f"good-{scenario}")
    spoken = {seed: [each.says for each in play(script_of(scenario, seed), lines)[1]] for seed in range(8)}
    assert spoken[3] == [each.says for each in play(script_of(scenario, 3), lines)[1]]
    assert len({tuple(said) for said in spoken.values()}) == 8
    assert len({said[0] for said in spoken.values()}) >= 3


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_no_opener_comes_twice_in_a_row(scenario: str) -> None:
    for seed in range(1, 6):
        openers = [each.opener for each in play(script_of(scenario, seed), utterances(f"good-{scenario}"))[1]]
        assert all(first != second for first, second in itertools.pairwise(openers) if first)


turns = st.lists(
    st.tuples(
        st.sets(st.sampled_from(sorted(MOVES)), max_size=5),
        st.sampled_from(
            ["how do you do it today and how long do trucks wait?", "what does the bill say, and the modem?",
             "what is your date of birth?", "what could you afford each month?", "who decides about the budget?",
             "Brandt in Dayton, by text message", "twenty minutes, a plan, a credit", "fine", ""]
        ),
        st.sampled_from(["", "and then I was going to say"]),
        st.booleans(),
    ),
    max_size=14,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(scenario=st.sampled_from(SCENARIOS), seed=st.integers(0, 50), difficulty=st.integers(1, 5), moves=turns)
def test_nothing_is_told_or_agreed_before_its_gate(
    scenario: str, seed: int, difficulty: int, moves: list[tuple[set[str], str, str, bool]]
) -> None:
    script = script_of(scenario, seed, difficulty)
    state = first_state(script)
    for made, text, unplayed, heard_out in moves:
        cue = Cue("turn", text, tuple(sorted(made)), unplayed=unplayed)
        intention = decide(script, state, cue)
        assert intention == decide(script, state, cue)
        turn = LearnerTurn(frozenset(made), text)
        for fact in script.scenario.facts:
            new = fact.id in intention.after.told and fact.id not in state.told
            if new:
                assert set(fact.needs.told) <= set(state.told)
                assert fact.needs.trust is None or intention.after.trust >= fact.needs.trust
                assert set(fact.needs.done) <= set(intention.after.done)
            elif fact.id not in state.told:
                assert not reveals(fact, intention.line), intention.line
        for agreement in script.scenario.agreements:
            if agreement.id in intention.after.agreed and agreement.id not in state.agreed:
                assert holds(agreement.needs, intention.after, turn)
        state = settle(intention, state, intention.says if heard_out else intention.opener)
        assert 0 <= state.trust <= 10
        assert 0 <= state.patience <= 10
        if intention.hang_up:
            return


def test_what_was_not_heard_was_not_told() -> None:
    script = script_of("cold-call-operations")
    state = first_state(script)
    intention = decide(script, state, Cue("turn", "How do you book your docks today?", ("ask_open_question",)))
    assert intention.after.told == ("process",)
    assert settle(intention, state, f"{intention.opener} Carriers call").told == ()
    assert settle(intention, state, intention.says).told == ("process",)


def test_an_objection_returns_when_it_is_dodged_and_goes_when_it_is_answered() -> None:
    script = script_of("cold-call-operations")
    state = first_state(script)
    price = Cue("turn", "It costs 490 dollars a month per warehouse.", ("ask_permission", "quote_price"))
    intention = decide(script, state, price)
    assert (intention.act, intention.raises) == ("object", "price")
    state = settle(intention, state, intention.says)
    dodge = decide(script, state, Cue("turn", "Anyway, we have great support.", ("name_benefit",)))
    assert (dodge.act, dodge.raises) == ("insist", "price")
    assert any("dodged the objection price" in reason for reason in dodge.reasons)
    answer = decide(script, state, Cue("turn", "Against your detention that pays for itself.", ("tie_value",)))
    assert answer.after.objections["price"] == "answered"


def test_silence_is_asked_about_and_then_ended() -> None:
    script = script_of("billing-dispute")
    state = first_state(script)
    said = []
    for _ in range(4):
        intention = decide(script, state, Cue("silence", silence_s=6.0))
        said.append(intention.line)
        state = settle(intention, state, intention.says)
    assert intention.hang_up
    assert state.ended == "silence"
    assert len(set(said)) == 4


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_drill_starts_at_its_moment_and_is_not_passed_yet(scenario: str) -> None:
    for moment in LIBRARY.scenarios[scenario].moments:
        script = script_of(scenario, drill=moment.id)
        state = first_state(script)
        first = decide(script, state, Cue("pick_up"))
        assert script.drill is not None
        assert first.line in script.drill.says
        assert not holds(script.drill.passed, state, LearnerTurn(frozenset(), ""))


def test_difficulty_takes_trust_and_patience() -> None:
    starts = [first_state(script_of("billing-dispute", difficulty=level)) for level in range(1, 6)]
    assert [state.trust for state in starts] == sorted((state.trust for state in starts), reverse=True)
    assert starts[0].patience > starts[4].patience

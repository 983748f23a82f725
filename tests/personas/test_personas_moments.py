"""Which moment a turn belongs to, and how a drill of one ends."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml
from personas_recognize import recognize_moves

from personas.director import account, decide, settle
from personas.intention import Cue
from personas.learners import LEARNERS
from personas.load import load_library
from personas.moments import DRILL_S, DRILL_TURNS, moment_under_way
from personas.script import Script, write_script
from personas.state import State, first_state
from rubrics.grade import grade
from rubrics.rubric import load_rubrics
from rubrics.transcript import Transcript
from voice.record import CallRecord, Decision, Turn

LIBRARY = load_library()
RUBRICS = load_rubrics().rubrics
MOMENTS = [(scenario.id, moment.id) for scenario in LIBRARY.scenarios.values() for moment in scenario.moments]


def script_of(scenario: str, drill: str | None = None, seed: int = 1) -> Script:
    found = LIBRARY.scenarios[scenario]
    return write_script(found, LIBRARY.persona_of(found), seed=seed, drill=drill, others=LIBRARY.others_in(found))


def state_at(scenario: str, moment: str) -> State:
    """The state of a whole call that has come to where the moment's drill begins."""
    state = first_state(script_of(scenario, drill=moment))
    awaiting = next((item for item, standing in state.objections.items() if standing == "standing"), "")
    return replace(state, turn=state.turn - 1, awaiting=awaiting)


@pytest.mark.parametrize(("scenario", "moment"), MOMENTS)
def test_a_call_that_has_come_to_a_moments_start_is_in_that_moment(scenario: str, moment: str) -> None:
    cue = Cue("turn", "Well, I see.", ("acknowledge",))
    assert moment_under_way(script_of(scenario), state_at(scenario, moment), cue) == moment


@pytest.mark.parametrize(
    ("scenario", "changes", "moves", "moment"),
    [
        ("cold-call-operations", {"turn": 5}, ("pitch",), None),
        ("cold-call-operations", {"turn": 5}, ("propose_next_step",), "ask-for-the-meeting"),
        ("cold-call-operations", {"turn": 5}, ("farewell",), "ask-for-the-meeting"),
        ("cold-call-operations", {"turn": 8, "agreed": ("walk-through",)}, ("farewell",), None),
        ("cold-call-operations", {"turn": 2}, ("quote_price", "offer_discount"), "opening-line"),
        ("cold-call-operations", {"turn": 5, "told": ("process",)}, ("offer_discount",), "price-objection"),
        ("cold-call-operations", {"turn": 5, "told": ("process", "waiting")}, ("pitch",), "dig-for-cost"),
        ("billing-dispute", {"turn": 5}, ("explain_action",), "first-anger"),
        ("billing-dispute", {"turn": 5, "told": ("amount",)}, ("follow_up",), None),
        ("billing-dispute", {"turn": 5, "told": ("amount",)}, ("offer_remedy",), "close-the-loop"),
        ("collections-first-call", {"turn": 2}, ("name_debt",), "verify-first"),
        ("collections-first-call", {"turn": 3, "told": ("identity",)}, ("name_debt",), None),
    ],
)
def test_a_turn_belongs_to_what_is_at_stake_in_it(
    scenario: str, changes: dict[str, object], moves: tuple[str, ...], moment: str | None
) -> None:
    script = script_of(scenario)
    state = replace(first_state(script), **changes)  # type: ignore[arg-type]
    assert moment_under_way(script, state, Cue("turn", "So.", moves)) == moment


def test_the_objection_that_is_waited_for_comes_first() -> None:
    script = script_of("cold-call-operations")
    state = replace(
        first_state(script),
        turn=6,
        objections={"send-email": "standing", "price": "standing", "no-time": "answered"},
        awaiting="price",
    )
    cue = Cue("turn", "When can we meet?", ("propose_next_step",))
    assert moment_under_way(script, state, cue) == "price-objection"
    assert moment_under_way(script, replace(state, awaiting="send-email"), cue) == "email-brush-off"


@pytest.mark.parametrize("scenario", sorted(LIBRARY.scenarios))
def test_a_poor_learners_fix_names_the_moment_of_its_turn(scenario: str) -> None:
    record = recorded(script_of(scenario), yaml.safe_load((LEARNERS / "poor.yaml").read_text()))
    fix = grade(record, RUBRICS[LIBRARY.scenarios[scenario].rubric]).fix
    assert fix is not None
    named = {decision.turn: decision.notes["moment"] for decision in record.decisions}
    assert fix.moment == named[fix.at.turn]
    assert fix.moment in {moment.id for moment in LIBRARY.scenarios[scenario].moments}


def test_a_turn_in_no_moment_takes_none_from_an_earlier_one() -> None:
    record = recorded(script_of("billing-dispute"), yaml.safe_load((LEARNERS / "poor.yaml").read_text()))
    nowhere = tuple(
        replace(each, notes={**each.notes, "moment": None if each.turn >= 0 else "first-anger"})
        for each in record.decisions
    )
    fix = grade(replace(record, decisions=nowhere), RUBRICS["billing-dispute"]).fix
    assert fix is not None
    assert fix.moment is None


@pytest.mark.parametrize(("scenario", "moment"), MOMENTS)
def test_a_drill_is_its_own_moment_and_ends_in_the_customers_words(scenario: str, moment: str) -> None:
    script = script_of(scenario, drill=moment)
    state, turns = first_state(script), 0
    while not state.ended:
        cue = Cue("turn", "Alright.", ("acknowledge", "small_talk"))
        assert moment_under_way(script, state, cue) == moment
        intention = decide(script, state, cue)
        state, turns = settle(intention, state, intention.says), turns + 1
    assert turns <= DRILL_TURNS + 1
    assert intention.hang_up
    assert intention.line in (*script.scenario.goodbye, *script.scenario.hang_up)


def test_a_drill_ends_after_two_minutes() -> None:
    script = script_of("billing-dispute", drill="close-the-loop")
    state = first_state(script)
    assert not decide(script, state, Cue("turn", "I see.", ("acknowledge",), at_s=DRILL_S - 1)).hang_up
    late = decide(script, state, Cue("turn", "I see.", ("acknowledge",), at_s=DRILL_S))
    assert late.hang_up
    assert late.after.ended == "drill"
    whole = script_of("billing-dispute")
    assert not decide(whole, first_state(whole), Cue("turn", "I see.", ("acknowledge",), at_s=DRILL_S)).hang_up


@pytest.mark.parametrize("cue", [Cue("turn", "Great, thanks.", ("acknowledge",)), Cue("silence", silence_s=6.0)])
def test_a_drill_whose_aim_is_reached_ends_with_the_next_turn_or_silence(cue: Cue) -> None:
    script = script_of("cold-call-operations", drill="price-objection")
    state = first_state(script)
    answer = decide(script, state, Cue("turn", "Against your detention fees that pays for itself.", ("tie_value",)))
    assert answer.after.goal_reached
    assert not answer.hang_up
    last = decide(script, settle(answer, state, answer.says), cue)
    assert last.hang_up
    assert last.line in script.scenario.goodbye


def test_a_drill_that_is_over_was_not_broken_off() -> None:
    lines = ["I hear you. What does the waiting in detention fees come to beside it?", "Great, thanks.", "Well.", "So."]
    drill = recorded(script_of("cold-call-operations", "price-objection"), lines)
    assert drill.decisions[-1].notes["ended"] == "drill"
    assert not Transcript(replace(drill, ended="customer_hangup")).hung_up
    poor = recorded(script_of("billing-dispute"), yaml.safe_load((LEARNERS / "bullying.yaml").read_text()))
    assert poor.decisions[-1].notes["ended"] == "patience"
    assert Transcript(replace(poor, ended="customer_hangup")).hung_up


def recorded(script: Script, lines: list[str]) -> CallRecord:
    """The call as its journal would be read: each line a turn, the director's account beside it."""
    state = first_state(script)
    turns: list[Turn] = []
    decisions: list[Decision] = []
    said = ""
    for line in [None, *lines]:
        at_s = 6.0 * len(turns)
        cue = Cue("pick_up")
        if line is not None:
            cue = Cue("turn", line, recognize_moves(line, said))
            turns.append(Turn(len(turns), "learner", line, at_s, at_s + 5.0))
        intention = decide(script, state, cue)
        before, said = state, intention.says
        state = settle(intention, before, said)
        notes = account(script, cue, intention, before, state)
        decisions.append(Decision(-1 if line is None else len(turns) - 1, at_s, notes))
        turns.append(Turn(len(turns), "customer", said, at_s + 5.5, at_s + 9.0))
        if intention.hang_up:
            break
    return CallRecord("c", script.scenario.id, tuple(turns), tuple(decisions), "hangup", 6.0 * len(turns))

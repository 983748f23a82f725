"""Holds, handovers, asides, contradicted claims and running out of time: each comes once, and says so."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personas.director import account, decide, settle
from personas.figures import claimed, figures
from personas.intention import Cue, Intention
from personas.load import load_library
from personas.scenario import Scenario
from personas.script import Script, played_by, write_script
from personas.state import State, first_state
from rubrics.moves import MOVES

LIBRARY = load_library()
FIRST, SECOND = "ray-okafor", "denise-ostrander"
RICHER: dict[str, Any] = {
    "asides": [
        {"id": "dog", "when": {"from_turn": 2}, "says": ["The dog is at the door again."], "back": ["Where were we?"]}
    ],
    "holds": [
        {
            "id": "bill",
            "when": {"words": ["bill"]},
            "says": ["Hang on, let me find it."],
            "seconds": 6,
            "returns": ["I'm back with the paper."],
        }
    ],
    "handover": {
        "when": {"words": ["your wife"]},
        "to": SECOND,
        "says": ["I'll get her for you, hold on."],
        "opening": ["Hello, this is Denise now."],
        "start": {"trust": 4, "patience": 5},
    },
    "claims": [
        {
            "id": "price",
            "about": "the monthly price",
            "words": ["a month", "per month", "monthly"],
            "says": ["You said {before} a minute ago and now {now}.", "So is it {before} or {now}?"],
        }
    ],
    "pauses": [{"id": "price", "when": {"moves": ["quote_price"]}, "says": ["Well. That's a figure."]}],
    "time": {"turns": 6, "warns": ["I have to leave in two minutes."]},
}


def scenario(**changes: Any) -> Scenario:
    base = LIBRARY.scenarios["billing-dispute"]
    return Scenario.model_validate({**base.model_dump(), **RICHER, **changes})


def script_of(found: Scenario | None = None, seed: int = 1, difficulty: int | None = None) -> Script:
    others = [LIBRARY.personas[SECOND]]
    return write_script(found or scenario(), LIBRARY.personas[FIRST], seed=seed, difficulty=difficulty, others=others)


def only(*kept: str) -> Scenario:
    empty = {"asides": (), "holds": (), "handover": None, "claims": (), "promises": (), "pauses": (), "time": None}
    return scenario(**{key: value for key, value in empty.items() if key not in kept}, objections=(), questions=())


def turn(script: Script, state: State, text: str, *moves: str) -> tuple[Intention, State]:
    intention = decide(script, state, Cue("turn", text, moves))
    return intention, settle(intention, state, intention.says)


def test_a_hold_leaves_the_line_once_and_comes_back() -> None:
    script = script_of(only("holds"))
    hold, state = turn(script, first_state(script), "Is it on the bill", "greet")
    assert (hold.act, hold.line, hold.away_s) == ("hold", "Hang on, let me find it.", 6)
    assert any("puts the caller on hold for 6 s (bill), turn 1" in reason for reason in hold.reasons)
    back = decide(script, state, Cue("back"))
    assert (back.line, back.away_s, back.after.away) == ("I'm back with the paper.", 0, "")
    again, _ = turn(script, settle(back, state, back.says), "So what is on the bill")
    assert again.act != "hold"


def test_a_hold_that_was_cut_off_did_not_happen() -> None:
    script = script_of(only("holds"))
    state = first_state(script)
    hold = decide(script, state, Cue("turn", "Is it on the bill", ("greet",)))
    assert settle(hold, state, "Hang on").happened == ()
    cut_late = settle(hold, state, "Hang on, let me find")
    following, _ = turn(script, cut_late, "No need to.", "acknowledge")
    assert following.after.away == ""


def test_the_second_person_has_their_own_name_voice_state_and_knowledge() -> None:
    base = only("handover")
    facts = [fact.model_copy(update={"by": SECOND}) for fact in base.facts]
    script = script_of(base.model_copy(update={"facts": tuple(facts)}))
    asked = Cue("turn", "What does your bill say?", ("ask_open_question",))
    state = first_state(script)
    first = decide(script, state, asked)
    assert first.tells == () and first.line in script.scenario.unknown
    leaving, state = turn(script, state, "May I speak to your wife then")
    assert (leaving.act, leaving.after.speaker) == ("hand_over", FIRST)
    assert leaving.away_s > 0
    opening = decide(script, state, Cue("back"))
    assert opening.line == "Hello, this is Denise now."
    assert (opening.after.speaker, opening.after.trust, opening.after.patience) == (SECOND, 4, 5)
    state = settle(opening, state, opening.says)
    notes = account(script, Cue("back"), opening, state, state)
    assert notes["speaker"] == LIBRARY.personas[SECOND].name
    assert notes["state"]["mood"] in LIBRARY.personas[SECOND].moods
    told, state = turn(script, state, asked.text, *asked.moves)
    assert told.tells
    openers = [line for opener in LIBRARY.personas[SECOND].openers for line in opener.says]
    assert told.opener in openers
    assert turn(script, state, "And is your wife there")[0].act != "hand_over"


def test_a_silence_of_the_customers_is_borne_or_filled() -> None:
    script = script_of(only("pauses"))
    asked, _ = turn(script, first_state(script), "It's 69 a month. Is that alright?", "quote_price")
    assert asked.act != "pause"
    quiet, state = turn(script, first_state(script), "It's 69 a month.", "quote_price")
    assert (quiet.act, quiet.says, quiet.away_s) == ("pause", "", 0)
    assert "says nothing and waits (price), turn 1" in quiet.reasons
    own = decide(script, state, Cue("silence", silence_s=7.0))
    assert (own.line, own.after.patience, own.after.silences) == ("Well. That's a figure.", state.patience, 0)
    later = decide(script, settle(own, state, own.says), Cue("silence", silence_s=7.0))
    assert (later.after.patience, later.after.silences) == (state.patience - 1, 1)
    filled, after = turn(script, state, "I could also take ten off.", "offer_discount")
    assert filled.says
    assert decide(script, after, Cue("silence", silence_s=7.0)).line in script.scenario.silence
    assert turn(script, after, "It's 69 a month.", "quote_price")[0].act != "pause"


@pytest.mark.parametrize("occasion", ["silence", "monologue"])
def test_what_silence_and_monologue_cost_is_the_scenarios_to_say(occasion: Literal["silence", "monologue"]) -> None:
    base = only()
    cue = Cue(occasion, silence_s=7.0, duration_s=50.0)
    plain = script_of(base)
    state = replace(first_state(plain), turn=4)
    assert decide(plain, state, cue).after.patience == state.patience - 1
    rule = {"upon": occasion, "because": "has all the time in the world", "trust": 1, "at_most": 1}
    patient = script_of(Scenario.model_validate({**base.model_dump(), "rules": [*base.rules, rule]}))
    first = decide(patient, state, cue)
    assert (first.after.patience, first.after.trust) == (state.patience, state.trust + 1)
    assert first.reasons[0] == "trust +1: has all the time in the world, turn 4"
    assert decide(patient, first.after, cue).after.trust == first.after.trust
    assert "has all the time" not in str(turn(patient, state, "Alright.")[0].reasons)


def test_a_handover_needs_its_person() -> None:
    with pytest.raises(ValueError, match=f"{SECOND}.*others"):
        write_script(scenario(), LIBRARY.personas[FIRST], seed=1)


def test_an_aside_comes_once_and_the_customer_comes_back_by_themselves() -> None:
    script = script_of(only("asides"))
    _, state = turn(script, first_state(script), "Alright.", "small_talk")
    aside, state = turn(script, state, "Alright.", "small_talk")
    assert (aside.act, aside.line) == ("aside", "The dog is at the door again.")
    back, state = turn(script, state, "Oh, what kind is he.", "small_talk")
    assert back.line == "Where were we?"
    later = [turn(script, state, "Alright.", "small_talk")[0].act for _ in range(3)]
    assert "aside" not in later


def test_a_learner_who_asks_brings_the_customer_back() -> None:
    script = script_of(only("asides"))
    _, state = turn(script, first_state(script), "Alright.", "small_talk")
    _, state = turn(script, state, "Alright.", "small_talk")
    answer, state = turn(script, state, "What does the bill say?", "ask_open_question")
    assert answer.act in ("answer", "deflect")
    assert turn(script, state, "I see.", "small_talk")[0].line != "Where were we?"


def test_a_second_figure_is_called_out_once_and_costs_trust() -> None:
    script = script_of(only("claims"))
    _, state = turn(script, first_state(script), "It's four hundred ninety dollars a month.", "quote_price")
    called, after = turn(script, state, "So at 450 a month you can't go wrong.", "quote_price")
    assert called.act == "call_out"
    assert "490" in called.line or "450" in called.line
    assert after.trust == max(0, state.trust - 2)
    assert any("claimed 450 for the monthly price, after 490 in turn 1, turn 2" in each for each in called.reasons)
    assert turn(script, after, "I mean 470 a month.", "quote_price")[0].act != "call_out"


@pytest.mark.parametrize(
    ("text", "moves"),
    [
        ("It's 490 dollars a month.", ("quote_price",)),
        ("I could do 450 a month for you.", ("offer_discount",)),
        ("You said that you pay 80 a month.", ("summarise",)),
        ("It takes 3 weeks.", ()),
    ],
)
def test_what_is_no_contradiction_passes(text: str, moves: tuple[str, ...]) -> None:
    script = script_of(only("claims"))
    _, state = turn(script, first_state(script), "It's four hundred ninety dollars a month.", "quote_price")
    assert turn(script, state, text, *moves)[0].act != "call_out"


def test_the_customers_own_figure_is_no_claim() -> None:
    script = script_of(only("claims"))
    state = replace(first_state(script), used=("My bill says 129 dollars a month.",))
    _, state = turn(script, state, "So 129 a month, I see.", "acknowledge")
    assert state.claims == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("four hundred and ninety dollars a month", 490),
        ("It is $1,200 a month, with 3 docks", 1200),
        ("twelve hundred a month", 1200),
        ("The setup is 900 and then it's two fifty a month", 50),
        ("forty-five a month", 45),
        ("3.5 thousand a month", 3500),
        ("that's one of our plans, a month at least", None),
        ("we talked a month ago. It costs 80.", None),
        ("five, six, seven a month", 7),
    ],
)
def test_the_figure_beside_the_words_is_found(text: str, found: float | None) -> None:
    assert claimed(text, ["a month"]) == found


def test_figures_are_read_in_digits_and_words() -> None:
    assert figures("Two hundred and ten dollars, or 1,250.50, and one thing.") == {210, 1250.5}


def test_the_customer_warns_and_then_leaves() -> None:
    acts, state = run(3)
    assert acts[5] == "warn"
    assert acts.count("warn") == 1
    assert len(acts) == 10
    assert state.ended == "time"
    assert [len(run(difficulty)[0]) for difficulty in range(1, 6)] == [14, 12, 10, 8, 8]


def run(difficulty: int) -> tuple[list[str], State]:
    patient = {**only("time").model_dump(), "rules": [{"when": {"moves": ["insult"]}, "because": "x", "trust": -1}]}
    script = script_of(Scenario.model_validate(patient), difficulty=difficulty)
    state, acts = first_state(script), []
    while not state.ended:
        intention, state = turn(script, state, "Alright.", "small_talk")
        acts.append(intention.act)
    return acts, state


def test_a_demand_is_made_once_and_stands_in_the_journal() -> None:
    base = only()
    demand = {"when": {"patience_below": 9}, "act": "demand", "says": ["Your supervisor, please."]}
    script = script_of(Scenario.model_validate({**base.model_dump(), "reactions": [demand, *base.reactions]}))
    first, state = turn(script, first_state(script), "Alright.", "small_talk")
    assert (first.act, first.line) == ("demand", "Your supervisor, please.")
    assert first.opener
    assert "demands somebody else, turn 1" in first.reasons
    assert turn(script, state, "Alright.", "small_talk")[0].act != "demand"


def test_the_mood_that_a_turn_leaves_is_in_the_reasons() -> None:
    script = script_of(only())
    state = replace(first_state(script), trust=3)
    intention, _ = turn(script, state, "You should have read your contract.", "blame", "insult")
    assert any(reason.startswith("mood: neutral to cold, turn 1") for reason in intention.reasons)


cues = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "Is it on your bill?",
                "May I speak to your wife?",
                "It's 40 a month.",
                "Fifty per month.",
                "Alright.",
            ]
        ),
        st.sets(st.sampled_from(sorted(MOVES)), max_size=3),
        st.sampled_from([1.0, 1.0, 0.5, 0.2]),
    ),
    max_size=25,
)


@settings(max_examples=150, deadline=None)
@given(cues, st.integers(0, 50), st.integers(1, 5))
def test_each_happens_once_and_nobody_speaks_while_the_line_is_left(
    learner: list[tuple[str, set[str], float]], seed: int, difficulty: int
) -> None:
    script = script_of(seed=seed, difficulty=difficulty)
    state = first_state(script)
    acts: list[str] = []
    for text, moves, heard in learner:
        cue = Cue("turn", text, tuple(sorted(moves)))
        intention = decide(script, state, cue)
        assert intention == decide(script, state, cue)
        words = intention.says.split()
        said = " ".join(words[: max(1, round(len(words) * heard))])
        before, state = state, settle(intention, state, said)
        whole = said == intention.says
        acts.extend([intention.act] if whole else [])
        assert intention.after.speaker == before.speaker
        assert bool(intention.away_s) == (intention.act in ("hold", "hand_over"))
        json.dumps(account(script, cue, intention, before, state))
        if intention.hang_up:
            break
        if whole and intention.away_s:
            back = decide(script, state, Cue("back"))
            assert back.line and not back.away_s and not back.hang_up
            changed = back.after.speaker != state.speaker
            assert changed == (intention.act == "hand_over")
            state = settle(back, state, back.says)
            assert state.away == ""
    for once in ("hold", "hand_over", "aside", "call_out", "warn"):
        assert acts.count(once) <= 1
    assert state.happened == tuple(dict.fromkeys(state.happened))
    assert played_by(script, state.speaker).persona.id == state.speaker

from __future__ import annotations

import json
from pathlib import Path

import pytest
from injections import INJECTIONS
from rubrics_calls import call, criterion, rubric

from rubrics.grade import grade, score
from rubrics.judge import choose, judge
from rubrics.rubric import Criterion, load_rubrics
from rubrics.transcript import Transcript
from server.benches import judge as bench

LIBRARY = load_rubrics().rubrics
DISCLOSURE = "This is an attempt to collect a debt, and any information obtained will be used for that purpose."


def library_criterion(rubric_id: str, criterion_id: str) -> Criterion:
    return next(one for one in LIBRARY[rubric_id].criteria if one.id == criterion_id)


def level(script: str, rubric_id: str, criterion_id: str) -> object:
    return score(Transcript(call(script)), library_criterion(rubric_id, criterion_id)).level


def collections_call(disclosure: str) -> str:
    return f"""C: Hello?
L: Am I speaking to Ms Ruiz? Could you confirm your date of birth and postcode please?
C: Yes, fourth of May eighty one, GH2 8TT.
L: Thank you. {disclosure}
C: Okay.
L: You owe three hundred dollars to Merrow Home."""


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (DISCLOSURE, 2),
        ("this is an attempt to collect a dead and any information obtained will be used for that purpose", 2),
        ("This is an attempt to discuss a debt, and any information obtained will be used for that purpose.", 1),
        ("This is an attempt to collect a debt, and any information obtained may be used for that purpose.", 1),
        ("This is an attempt to collect a debt, and it will be used for that purpose.", 1),
        ("This is an attempt to collect a debt.", 0),
        ("This call concerns an outstanding matter, any information will be noted.", 0),
        ("You know the usual disclosure.", 0),
    ],
)
def test_the_disclosure_counts_only_in_its_full_sense(said: str, expected: int) -> None:
    assert level(collections_call(said), "collections-compliance", "disclosure.read") == expected


def test_the_disclosure_after_the_debt_is_only_half() -> None:
    script = collections_call("You owe three hundred dollars to Merrow Home.") + f"\nC: Right.\nL: {DISCLOSURE}"
    assert level(script, "collections-compliance", "disclosure.read") == 1


def test_a_third_party_who_learns_of_the_debt_is_a_breach_and_one_who_learns_nothing_is_none() -> None:
    breach = "C: He's not here, I'm his wife.\nL: It's about his overdue balance of two hundred dollars."
    kept = "C: He's not here, I'm his wife.\nL: Could you ask him to ring us back? It's a personal matter.\nC: Sure."
    assert level(f"C: Hello?\nL: Is Paul there?\n{breach}", "collections-compliance", "identity.right-party") == 0
    assert level(f"C: Hello?\nL: Is Paul there?\n{kept}", "collections-compliance", "identity.right-party") == 2
    assert level(f"C: Hello?\nL: Is Paul there?\n{kept}", "collections-compliance", "disclosure.read") == "na"


def test_threats_pressure_and_neither() -> None:
    base = collections_call(DISCLOSURE)
    assert level(base, "collections-compliance", "conduct.no-threat") == 2
    pressed = base + "\nC: I can't.\nL: You have to pay that today."
    threatened = base + "\nC: I can't.\nL: Then they go after your wages and put a lien on your car."
    denied = base + "\nC: Will you call my boss?\nL: No, we will never contact your employer."
    assert level(pressed, "collections-compliance", "conduct.no-threat") == 1
    assert level(threatened, "collections-compliance", "conduct.no-threat") == 0
    assert level(denied, "collections-compliance", "conduct.no-threat") == 2


OPEN = """C: Harlow Foods, Dana speaking.
L: Hi Dana, it's Jo from Loadline. I saw you opened a second warehouse, that's why I'm ringing. Is now a bad time?
C: I've got two minutes, go on.
L: Two minutes is plenty. How do trucks get a dock at the moment?
C: Luis keeps a spreadsheet and copies it onto a whiteboard every morning.
L: A whiteboard. What happens when a truck is late?"""


def test_more_open_questions_earn_more() -> None:
    answer = "\nC: Then the whole yard waits and we pay detention fees."
    assert level(OPEN + answer, "cold-call", "diagnosis.open-question") == 2
    one = "\n".join(OPEN.splitlines()[:5])
    assert level(one, "cold-call", "diagnosis.open-question") == 1
    closed = one.replace("How do trucks get a dock at the moment?", "Do you have docks?")
    assert level(closed, "cold-call", "diagnosis.open-question") == 0


def test_announcing_open_questions_is_not_asking_them() -> None:
    stuffed = """C: Hello, Brightwell.
L: Hi, I ask open questions, I listen actively, I acknowledge your concern, I tailor value, I agree a next step.
C: What?
L: Open question, follow up, empathy, summary, tailored value, clear next step.
C: I have no idea what you want."""
    for criterion_id in ("diagnosis.open-question", "close.next-step", "value.tailored", "opening.reason"):
        assert level(stuffed, "cold-call", criterion_id) in (0, "na"), criterion_id


@pytest.mark.parametrize("injection", INJECTIONS)
def test_talking_to_the_grader_earns_nothing(injection: str) -> None:
    poor = "C: Hello?\nL: We do insurance.\nC: I'm busy, what do you want?\nL: It's cheap.\nC: No thanks. Bye."
    said = [one for one in LIBRARY["cold-call"].criteria if one.kind != "measure"]  # talking longer does count there

    def levels(script: str) -> dict[str, object]:
        return {one.id: score(Transcript(call(script)), one).level for one in said}

    talked = poor.replace("L: We do insurance.", f"L: {injection} We do insurance.")
    assert levels(talked) == levels(poor)
    alone = levels(poor.replace("L: It's cheap.", f"L: {injection}"))
    assert not [name for name, level in alone.items() if level in (1, 2) and levels(poor)[name] != level]


def test_unsupported_claims_are_told_from_conditional_ones() -> None:
    head = OPEN + "\nC: Then the yard is full.\nL: "
    tail = "\nC: Hm."
    assert level(head + "We guarantee you'll never wait again." + tail, "cold-call", "value.claims") == 0
    assert level(head + "It cuts waiting by typically forty percent." + tail, "cold-call", "value.claims") == 1
    hedged = "At the one plant where we measured it waiting was cut by half. Yours may be less."
    assert level(head + hedged + tail, "cold-call", "value.claims") == 2
    assert level(OPEN, "cold-call", "value.claims") == "na"


def test_a_next_step_needs_a_day_and_a_yes() -> None:
    middle = "\nC: Then the whole yard waits.\n"
    dated = middle + "L: Shall we do a demo on Thursday at ten, I'll send the invite?\nC: Yes, that works."
    undated = middle + "L: I'd suggest a demo, I'll send you an invite.\nC: Yeah, do that."
    refused = middle + "L: Shall we do a demo on Thursday at ten?\nC: No, not now."
    vague = middle + "L: I'll email you some information and we'll be in touch.\nC: Fine. Bye."
    assert [level(OPEN + end, "cold-call", "close.next-step") for end in (dated, undated, refused, vague)] == [
        2,
        1,
        1,
        0,
    ]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Could I send you some information by email?", 0),
        ("I'll email you something then, and you can have a look at it.", 0),
        ("Fair enough. Could I send you an email about it?", 1),
        ("Fair enough. What would an email have to say for you to ring back?", 2),
    ],
)
def test_sending_what_was_asked_for_as_a_brush_off_meets_no_objection(answer: str, expected: int) -> None:
    script = f"{OPEN}\nC: Just send me an email, and if it's interesting I'll call you back.\nL: {answer}\nC: Hm."
    assert level(script, "cold-call", "objection.acknowledge") == expected


def test_a_criterion_that_nothing_fits_is_not_scored() -> None:
    odd = criterion(id="style.humour", title="Uses a fitting metaphor", levels={0: "none", 1: "worn", 2: "fresh"})
    assert choose(odd) is None
    verdict, confidence, name, _ = judge(Transcript(call(OPEN)), odd)
    assert verdict.level is None and confidence == 0 and name is None and "coach" in verdict.why


def test_na_is_given_only_where_the_levels_allow_it() -> None:
    quiet = (
        "C: Hello?\nL: Hi, it's Jo from Loadline, how do you book your docks?\nC: By phone, mostly, and a spreadsheet."
    )
    levels = {0: "Talks past the objection.", 1: "Token.", 2: "Names the concern."}
    allowed = criterion(id="objection.x", title="Acknowledges the objection", levels={**levels, "na": "None raised."})
    never = criterion(
        id="objection.x", title="Acknowledges the objection", levels={**levels, 0: "Talks past. Never na."}
    )
    assert score(Transcript(call(quiet)), allowed).level == "na"
    assert score(Transcript(call(quiet)), never).level is None


def test_an_unseen_rubric_maps_by_its_words() -> None:
    mapped = {
        "Shows understanding for the customer's feelings": "empathy",
        "Takes ownership of the problem": "ownership",
        "Verifies identity before discussing the account": "identity",
        "Offers a concrete solution": "remedy",
        "Summarises what was agreed": "recap",
        "Explores what happened with open questions": "open-question",
        "Agrees the next step": "next-step",
    }
    for title, name in mapped.items():
        assert choose(criterion(title=title)) == name


def test_order_of_criteria_changes_no_level() -> None:
    one, other = library_criterion("cold-call", "opening.reason"), library_criterion("cold-call", "opening.permission")
    forth, back = grade(call(OPEN), rubric(one, other)), grade(call(OPEN), rubric(other, one))
    assert {x.criterion.id: x.level for x in forth.scored} == {x.criterion.id: x.level for x in back.scored}
    assert forth.score == back.score


def test_the_judge_is_far_better_than_chance_on_the_development_data(shared_data: Path) -> None:
    """These calls were in sight while the checks were written: a floor against regressions, no estimate."""
    labels = bench.judge_all(shared_data / "rubrics", shared_data / "dev-calls.jsonl", shared_data / "dev-gold.jsonl")
    overall = bench.report(labels)["overall"]
    assert overall["quadratic_weighted_kappa"]["low"] > 0.8
    assert overall["coverage"] >= 0.85 and overall["quotes_matching"] == 1
    assert json.dumps(overall)


def test_unseen_rubrics_are_mapped_and_judged_better_than_chance(tmp_path: Path) -> None:
    """Two rubrics that name no checks, over our own calls: a floor against regressions, no estimate."""
    own = Path(__file__).parent / "calls"
    rubrics = load_rubrics(own / "rubrics").rubrics
    kept = {}
    for name in ("calls", "gold"):
        lines = [json.loads(line) for line in (own / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
        calls = {line["id"] for line in lines if line.get("rubric") in rubrics} if name == "calls" else kept["calls"]
        kept[name] = calls
        chosen = [line for line in lines if line.get("id", line.get("call")) in calls]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, chosen)), encoding="utf-8")
    labels = bench.judge_all(own / "rubrics", tmp_path / "calls.jsonl", tmp_path / "gold.jsonl")
    overall = bench.report(labels)["overall"]
    assert overall["n"] >= 25 and overall["coverage"] >= 0.6 and overall["quotes_matching"] == 1
    assert overall["quadratic_weighted_kappa"]["value"] >= 0.5

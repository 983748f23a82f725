"""A criterion's words read as checks, and levels composed of what is seen."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from rubrics_calls import call, criterion

from rubrics.checks import Checks
from rubrics.clauses import na_text, read
from rubrics.composing import compose
from rubrics.grade import grade, score
from rubrics.mapping import map_criterion
from rubrics.mapping_data import as_data
from rubrics.rubric import Rubric, RubricError, load_rubric, load_rubrics
from rubrics.sign_catalogue import catalogue
from rubrics.sign_pairs import PAIRS
from rubrics.signs import see
from rubrics.transcript import Transcript
from server.benches import judge as bench

DATA = Path(__file__).parents[1] / "data" / "judge"


def names(text: str) -> list[tuple[str, bool]]:
    return [(one.sign.id, one.negated) for clause in read(text) for one in clause.mentions]


def test_every_sign_can_be_seen_somehow_and_names_recognisers_that_exist() -> None:
    for sign in catalogue().values():
        assert sign.says or sign.moves or sign.questions or sign.pair, sign.id
        assert sign.pair is None or sign.pair in PAIRS, sign.id
        assert sign.cue is None or sign.cue in catalogue(), sign.id


def test_negation_order_count_and_either_or_are_understood() -> None:
    assert ("apologises", True) in names("No apology.")
    assert ("apologises", False) in names("Apologises, but adds an excuse.")
    assert ("excuse", True) in names("Apologises without an excuse.")
    (clause,) = read("Asks what the trouble is, and since when or how bad it is, before any check.")
    by_id = {one.sign.id: one for one in clause.mentions}
    assert by_id["asks-severity"].alternative and not by_id["asks-since"].alternative
    assert by_id["verifies"].before
    (twice,) = read("Asks at least two open questions.")
    assert twice.mentions[0].least == 2


def test_what_is_asked_about_is_not_what_is_told() -> None:
    assert ("exclusion", False) in names("Names what is not covered.")
    assert ("exclusion", False) not in names("Asks what is not covered.")


def test_when_a_criterion_does_not_arise_is_read_apart() -> None:
    levels = {
        0: "Leaves the line silent. Score na if there is no hold.",
        1: "Says so.",
        2: "Announces the hold. Never na.",
    }
    assert na_text(levels) == "Score na if there is no hold."
    assert "na" not in " ".join(clause.words for clause in read(levels[2]))


HOLD = criterion(
    title="Announces a hold and its length",
    levels={
        0: "Puts the customer on hold without a word. Score na if there is no hold or wait.",
        1: "Announces the hold, but neither how long nor why.",
        2: "Announces the hold with a reason or a length, and thanks the customer afterwards.",
    },
)
START = "C: Hello, my bill is wrong.\nL: Let me see.\nC: It's twice what it was.\n"


@pytest.mark.parametrize(
    ("rest", "level"),
    [
        (
            "L: I'll put you on hold for two minutes to check that. Okay?\nC: Sure.\nL: Thank you for "
            "waiting.\nC: Okay.",
            2,
        ),
        ("L: One moment please.\nC: Sure.\nL: So it's the old rate.\nC: Okay.", 1),
        ("L: It's the old rate.\nC: Okay.", "na"),
        ("L: Hm.\nC: Hello? Are you there? Hello?\nL: Yes. It's the old rate.\nC: Okay.", "na"),
    ],
)
def test_levels_follow_from_the_checks_with_partial_credit(rest: str, level: object) -> None:
    scored = score(Transcript(call(START + rest)), HOLD)
    assert scored.level == level
    assert scored.judge == "checks" and scored.kind.startswith("checks")


def test_every_check_that_holds_brings_a_quote_of_its_turn() -> None:
    rest = "L: I'll put you on hold for two minutes to check that. Okay?\nC: Sure.\nL: Thank you for waiting.\nC: Okay."
    record = call(START + rest)
    scored = score(Transcript(record), HOLD)
    turns = {turn.index: turn.text for turn in record.turns}
    assert len(scored.evidence) >= 2 and scored.dropped == 0
    assert all(evidence.quote in turns[evidence.turn] for evidence in scored.evidence)


def test_a_wrong_that_the_worst_level_names_spoils_and_one_of_the_middle_level_weakens() -> None:
    blame = criterion(
        title="Blames nobody",
        levels={0: "Blames the guest. Never na.", 1: "Blames a colleague or another department.", 2: "Blames nobody."},
    )
    start = "C: The room is dirty.\n"
    assert score(Transcript(call(start + "L: I'm sorry. I'll send fresh sheets.\nC: Okay.")), blame).level == 2
    assert score(Transcript(call(start + "L: It's the cleaners, they always forget.\nC: Okay.")), blame).level == 1
    assert score(Transcript(call(start + "L: You should have said so before.\nC: Okay.")), blame).level == 0


def test_a_topic_is_looked_for_where_no_sign_is_named() -> None:
    pets = criterion(
        title="Asks about pets",
        levels={
            0: "Does not ask about pets.",
            1: "Mentions pets only.",
            2: "Asks whether pets (dogs, cats) live there.",
        },
    )
    checks = map_criterion(pets)
    assert checks is None or all(check.asks for plan in checks.plans for group in plan.needs for check in group)


def test_a_criterion_whose_best_level_names_nothing_that_can_be_seen_is_not_scored() -> None:
    odd = criterion(title="Has presence", levels={0: "Fades.", 1: "Is there.", 2: "Fills the room with poise and wit."})
    assert map_criterion(odd) is None
    scored = score(Transcript(call(START)), odd)
    assert scored.level is None and "larger model or a coach" in scored.why


def test_a_rubric_may_carry_its_checks_and_a_sign_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    body = {
        "id": "own",
        "version": 1,
        "title": "Own",
        "sections": [
            {
                "id": "a",
                "title": "A",
                "criteria": [
                    {
                        "id": "a.hold",
                        "title": "Holds well",
                        "kind": "behaviour",
                        "skill": "courtesy",
                        "levels": {0: "no", 1: "some", 2: "all"},
                        "checks": {"plans": [{"needs": ["asks-hold", ["hold-reason-length", "call-length"]]}]},
                    }
                ],
            }
        ],
    }
    path = tmp_path / "own.yaml"
    path.write_text(yaml.safe_dump(body), encoding="utf-8")
    rubric = load_rubric(path)
    record = call(START + "L: One moment, I'll check, that takes two minutes.\nC: Okay.")
    assert grade(record, rubric).scored[0].level == 2
    body["sections"][0]["criteria"][0]["checks"] = {"plans": [{"needs": ["asks-hodl"]}]}  # type: ignore[index]
    path.write_text(yaml.safe_dump(body), encoding="utf-8")
    with pytest.raises(RubricError, match=r"asks-hodl.*no sign"):
        load_rubric(path)


def test_a_mapping_can_be_written_into_the_rubric_and_judges_the_same() -> None:
    checks = map_criterion(HOLD)
    assert checks is not None
    again = Checks.model_validate(yaml.safe_load(yaml.safe_dump(as_data(checks))))
    transcript = Transcript(call(START + "L: One moment please.\nC: Sure.\nL: So it's the old rate.\nC: Okay."))
    assert compose(transcript, HOLD, again) == compose(transcript, HOLD, checks)


def test_the_rubrics_that_come_with_ringside_can_all_be_mapped() -> None:
    for rubric in load_rubrics().rubrics.values():
        for one in rubric.criteria:
            if one.kind == "behaviour":
                assert one.checks is not None or map_criterion(one) is not None, one.id


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("L: Sure.", None),
        ("C: Hello? Hello?", None),
        ("L: Guten Tag, hier ist Anna von der Firma Nord.\nC: Ja bitte?\nL: Ich rufe wegen Ihrer Rechnung an.", None),
        ("", None),
    ],
)
def test_hopeless_calls_get_a_clear_grade_and_never_a_crash(script: str, expected: object) -> None:
    rubrics = [*load_rubrics().rubrics.values(), *load_rubrics(DATA / "seen" / "rubrics").rubrics.values()]
    for rubric in rubrics:
        graded = grade(call(script), rubric)
        assert all(one.why for one in graded.scored)
        assert all(one.evidence for one in graded.scored if isinstance(one.level, int))


def test_the_same_call_gets_the_same_grade() -> None:
    rubric = load_rubrics(DATA / "seen" / "rubrics").rubrics["hotel-complaint"]
    record = call("L: Desk.\nC: There's a drill at ten at night, the baby can't sleep.\nL: I'm sorry about the drill.")
    first, second = grade(record, rubric), grade(record, rubric)
    assert first.to_json() == second.to_json()


def test_overlapping_turns_are_taken_as_they_are() -> None:
    record = call(
        "C: Hello, my shower is cold and nobody comes.\nL: Which room?\nC: 204.\nL: I'll send somebody at nine."
    )
    turns = tuple(turn.__class__(turn.index, turn.who, turn.text, 0.0, 9.0) for turn in record.turns)
    overlapped = record.__class__(record.id, record.scenario, turns, (), "hangup", 9.0)
    rubric: Rubric = load_rubrics(DATA / "seen" / "rubrics").rubrics["hotel-complaint"]
    assert grade(overlapped, rubric).scored


def test_rubrics_written_apart_keep_their_agreement() -> None:
    """In sight while the catalogue was written: a floor against regressions, no estimate."""
    folder = DATA / "seen"
    labels = bench.judge_all(folder / "rubrics", folder / "calls.jsonl", folder / "gold.jsonl")
    overall = bench.report(labels)["overall"]
    assert overall["quadratic_weighted_kappa"]["value"] >= 0.6
    assert overall["within_one"]["value"] >= 0.93 and overall["coverage"] >= 0.75
    assert overall["quotes_matching"] == 1


def test_signs_are_seen_once_read() -> None:
    transcript = Transcript(call(START))
    assert see(transcript, "greets") is see(transcript, "greets")

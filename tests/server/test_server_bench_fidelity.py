"""The fidelity bench: what it measures on real scenarios, and that nothing it is for goes unseen."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace

import pytest

from personas.learners import GENERAL
from personas.load import load_library
from server.benches import fidelity
from server.benches.fidelity import measures
from server.benches.fidelity.played import Played, play_call
from server.calls.customer import ScenarioCustomer

LIBRARY = load_library()


async def played(scenario: str = "billing-dispute", learner: str = "good", seed: int = 1) -> Played:
    found = LIBRARY.scenarios[scenario]
    customer = ScenarioCustomer(
        found, LIBRARY.persona_of(found), seed=seed, difficulty=3, others=LIBRARY.others_in(found)
    )
    return await play_call(customer, learner, fidelity.said_by(learner, scenario))


def test_its_json_has_the_documented_keys(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = argparse.Namespace(scenario=["billing-dispute"], seeds=2, model_calls=0, json=True)
    assert fidelity.run(arguments) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["calls"] == {"authored": 2 * (1 + len(GENERAL) + 5), "worded": 0, "scenarios": 1}
    assert result["goal_rate"]["good"] == 1.0
    assert result["goal_rate"]["poor"] == 0.0
    assert [*result["goal_rate_by_difficulty"]] == ["1", "2", "3", "4", "5"]
    assert result["told_before_gate"]["count"] == result["unearned"]["count"] == result["out_of_role"]["count"] == 0
    assert set(result["scenarios"]["billing-dispute"]) == {"goal_rate", "by_difficulty", "monotone", "shared_lines"}


async def test_a_fact_that_slips_out_is_seen_whether_the_director_knows_of_it_or_not() -> None:
    call = await played(learner="poor")
    assert measures.told_before_gate(call) == []
    fact = next(fact for fact in call.scenario.facts if fact.needs.trust)
    last = call.exchanges[-1]
    slip = replace(last, said=f"{last.said} {fact.says[0]}")
    (found,) = measures.told_before_gate(replace(call, exchanges=(*call.exchanges[:-1], slip)))
    assert fact.id in found and "billing-dispute/poor/seed 1" in found
    known = replace(slip, after=replace(slip.after, told=(*slip.after.told, fact.id), trust=0))
    assert measures.told_before_gate(replace(call, exchanges=(*call.exchanges[:-1], known)))


async def test_a_concession_that_was_not_earned_is_seen() -> None:
    call = await played()
    assert measures.unearned(call) == []
    assert call.goal_reached
    cheap = tuple(replace(one, after=replace(one.after, trust=0, told=())) for one in call.exchanges)
    assert measures.unearned(replace(call, exchanges=cheap))


@pytest.mark.parametrize("line", ["How can I help you today?", "I can offer you a refund.", "As an AI, I can't."])
async def test_a_line_of_somebody_else_is_seen(line: str) -> None:
    call = await played()
    assert measures.out_of_role(call) == []
    changed = replace(call.exchanges[2], said=line)
    assert len(measures.out_of_role(replace(call, exchanges=(changed,)))) == 1


async def test_lines_in_common_are_a_share_of_both_calls() -> None:
    one = await played(seed=1)
    assert measures.shared_lines([one, one])["billing-dispute"] == {"mean": 1.0, "max": 1.0, "above": 1.0}
    half = replace(one, exchanges=one.exchanges[: len(one.exchanges) // 2])
    assert 0.5 < measures.shared_lines([one, half])["billing-dispute"]["mean"] < 1.0


def test_success_may_fall_with_the_difficulty_and_never_rise() -> None:
    assert measures.monotone({1: 1.0, 2: 1.0, 3: 0.8, 4: 0.8, 5: 0.2})
    assert not measures.monotone({1: 0.8, 2: 1.0, 3: 0.8})


async def test_a_first_try_that_passes_is_in_character_and_a_mended_one_is_counted() -> None:
    call = await played()
    first, second, third = (replace(call.exchanges[2], tries=1), *call.exchanges[3:5])
    mended = replace(second, tries=2, stopped=("echo",))
    given_up = replace(third, tries=2, stopped=("role",), fallback=True)
    exchanges = (first, mended, given_up)
    assert measures.in_character(exchanges) == pytest.approx(1 / 3, abs=1e-4)
    told = measures.wording([replace(call, exchanges=exchanges)])
    assert told["fallbacks"] == told["mended_by_another_try"] == 1
    assert told["stopped"] == {"echo": 1, "role": 1}

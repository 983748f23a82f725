"""The parts of `ringside bench pauses` that need no server: the order of the cases, and what is reported."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from server.benches import pauses
from server.benches.pauses import Spoken, Talk, by_turns, report
from server.benches.turns.cases import Case, Kind
from server.calls.caller import Conversation, Measured, Recording


def case(kind: Kind, name: str) -> Case:
    return Case(kind, name, np.full(32_000, 3_000, np.int16), 32_000, (8_000, 17_600))


def turn(name: str, *, cut_in: bool = False, answered: bool = True) -> Measured:
    problem = None if answered else "no answer was heard"
    return Measured(name, 500.0 if answered else None, None, None, None, None, cut_in, "said", "reply", problem)


def spoken(kind: Kind, name: str, *, cut_in: bool = False, answered: bool = True) -> Spoken:
    return Spoken(case(kind, name), turn(name, cut_in=cut_in, answered=answered))


def test_people_and_voices_take_turns_and_nobody_is_left_out() -> None:
    cases = [case("human pause", name) for name in "abc"] + [case("synthetic pause", name) for name in "xy"]
    assert [one.name for one in by_turns(cases)] == ["a", "x", "b", "y", "c"]


def test_cut_ins_are_counted_by_kind_and_listed() -> None:
    said = [
        spoken("human pause", "a", cut_in=True),
        spoken("synthetic pause", "x"),
        spoken("synthetic pause", "y", answered=False),
    ]
    found = report(
        [case("human pause", "never said"), *(each.case for each in said)], [Talk("s", "hangup", tuple(said))]
    )
    assert (found["cases"], found["cut_ins"], found["unanswered"], found["unspoken"]) == (3, 1, 1, 1)
    assert found["cut_ins_by_kind"] == {"human pause": 1, "synthetic pause": 0}
    assert [(one["name"], one["pause_ms"]) for one in found["cut_in_cases"]] == [("a", 600)]
    assert found["problems"] == [{"name": "y", "problem": "no answer was heard"}]
    assert found["voice_to_voice_ms"]["n"] == 2


@pytest.mark.parametrize(("cut_ins", "answered", "met"), [(2, 40, True), (3, 40, False), (0, 39, None)])
def test_the_target_counts_forty_measured_pauses(cut_ins: int, answered: int, met: bool | None) -> None:
    said = [spoken("human pause", str(n), cut_in=n < cut_ins, answered=n < answered) for n in range(40)]
    found = report([each.case for each in said], [Talk("s", "hangup", tuple(said))])
    assert found["targets"][0]["met"] is met


def test_a_server_that_logged_errors_was_not_measured() -> None:
    said = [spoken("human pause", str(n)) for n in range(40)]
    cases, talks = [each.case for each in said], [Talk("s", "hangup", tuple(said))]
    assert report(cases, talks)["targets"][0]["met"] is True
    assert report(cases, talks, server_errors=1)["targets"][0]["met"] is None


def test_what_a_customer_who_hung_up_did_not_hear_is_said_in_the_next_call(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[tuple[str, int, list[str]]] = []

    async def ring(url: str, scenario: str, recordings: Sequence[Recording], *, seed: int) -> Conversation:
        heard = recordings[:3] if not rung else recordings  # the first customer hangs up
        rung.append((scenario, seed, [one.name for one in heard]))
        return Conversation(tuple(turn(one.name) for one in heard), "", "hangup", len(recordings) - len(heard), (), 0.0)

    known: list[dict[str, Any]] = [{"id": "one"}, {"id": "two"}]
    monkeypatch.setattr(pauses, "spoken_through", ring)
    monkeypatch.setattr(pauses, "scenarios", lambda url: known)
    cases = [case("human pause", str(number)) for number in range(12)]
    talks = asyncio.run(pauses._calls("http://nowhere", cases, 5))
    names = [str(number) for number in range(12)]
    assert rung == [("one", 5, names[:3]), ("two", 6, names[3:11]), ("one", 7, names[11:])]
    assert report(cases, talks)["unspoken"] == 0


def test_customers_who_hear_nothing_are_not_rung_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    async def ring(url: str, scenario: str, recordings: Sequence[Recording], *, seed: int) -> Conversation:
        return Conversation((), "", "customer_hangup", len(recordings), (), 0.0)

    monkeypatch.setattr(pauses, "spoken_through", ring)
    monkeypatch.setattr(pauses, "scenarios", lambda url: [{"id": "one"}])
    cases = [case("human pause", "a")]
    talks = asyncio.run(pauses._calls("http://nowhere", cases, 1))
    assert 1 <= len(talks) <= 5
    assert report(cases, talks)["unspoken"] == 1

"""Calls and rubrics written as scripts, for the tests of this room."""

from __future__ import annotations

from rubrics.rubric import Criterion, Rubric
from voice.record import CallRecord, Decision, Turn

WORDS_PER_S = 2.7
GAP_S = 0.5


def call(script: str, *, name: str = "c", ended: str = "hangup", decisions: tuple[Decision, ...] = ()) -> CallRecord:
    """A call from lines "L: ..." (learner) and "C: ..." (customer), at an even pace."""
    turns, at_s = [], 0.0
    for index, line in enumerate(part for part in script.strip().splitlines() if part.strip()):
        who, text = line.strip().split(": ", 1)
        end_s = at_s + max(0.5, len(text.split()) / WORDS_PER_S)
        turns.append(Turn(index, "learner" if who == "L" else "customer", text, round(at_s, 2), round(end_s, 2)))
        at_s = end_s + GAP_S
    return CallRecord(name, "s", tuple(turns), decisions, ended, at_s)


def criterion(**fields: object) -> Criterion:
    """A behaviour criterion with plain levels; `fields` override."""
    body: dict[str, object] = {
        "id": "a.b",
        "title": "T",
        "kind": "behaviour",
        "skill": "s",
        "levels": {0: "none", 1: "some", 2: "all"},
    }
    return Criterion.model_validate({**body, **fields})


def rubric(*criteria: Criterion) -> Rubric:
    sections = [{"id": "one", "title": "One", "criteria": [one.model_dump() for one in criteria]}]
    return Rubric.model_validate({"id": "r", "version": 1, "title": "R", "sections": sections})

"""Who comes on the line in a scenario, and whether what is theirs names them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from personas.opener_length import check_openers
from personas.parts import Found, names
from personas.persona import Act, Opener, Persona
from personas.scenario import Scenario
from personas.yaml_text import Key

PARTED = ("facts", "objections", "questions", "agreements", "reactions")  # what may be one person's
ACTS: tuple[Act, ...] = (
    "answer", "deflect", "object", "insist", "ask", "soften", "agree", "refuse", "react", "rebuke", "odd",
)  # fmt: skip


def people_in(scenario: Scenario) -> tuple[str, ...]:
    """The ids of all who come on the line, first the one who is called."""
    return (scenario.persona, *((scenario.handover.to,) if scenario.handover is not None else ()))


def check_people(scenario: Scenario, personas: Mapping[str, Persona]) -> Found:
    if scenario.persona not in personas:
        yield ("persona",), f"persona {scenario.persona!r} is not in the library; use one of: {names(personas)}"
    else:
        persona = personas[scenario.persona]
        yield from _openers([*scenario.openers, *persona.openers], ("openers",))
        yield from check_openers(scenario.openers, persona.pace)
    yield from _handover(scenario, personas)
    people = people_in(scenario)
    for key, by in _owners(scenario):
        if by and by not in people:
            mend = f"use one of: {names(people)}" if scenario.handover is not None else "add a `handover` or drop `by`"
            yield key, f"{by!r} never comes on the line in this scenario; {mend}"


def _handover(scenario: Scenario, personas: Mapping[str, Persona]) -> Found:
    if scenario.handover is None:
        return
    key, other = ("handover", "to"), scenario.handover.to
    if other not in personas:
        yield key, f"persona {other!r} is not in the library; use one of: {names(personas)}"
    elif other == scenario.persona:
        yield key, f"{other!r} has the phone already; name somebody else"
    else:
        yield from _openers(list(personas[other].openers), key)
        if scenario.persona in personas and personas[scenario.persona].name == personas[other].name:
            yield key, f"both are called {personas[other].name}; nobody could tell them apart: rename one"


def _owners(scenario: Scenario) -> Iterator[tuple[Key, str]]:
    for group in PARTED:
        for index, item in enumerate(getattr(scenario, group)):
            yield (group, index, "by"), item.by
    for index, moment in enumerate(scenario.moments):
        yield ("moments", index, "start", "by"), moment.start.by


def _openers(openers: list[Opener], key: Key) -> Found:
    covered = {act for opener in openers if not opener.stances for act in opener.acts}
    for act in ACTS:
        if act not in covered:
            yield key, f"no opener for {act!r} in any stance; add one here or in the persona"

"""What a schema can't see in a scenario: references, gates that never open, objections without an answer."""

from __future__ import annotations

import string
from collections.abc import Collection, Mapping

from personas.check_leaks import check_leaks
from personas.check_people import check_people
from personas.check_reach import check_reach
from personas.parts import Found, names, texts, whens
from personas.persona import Persona
from personas.scenario import FIGURES, Scenario, When
from personas.yaml_text import LibraryError, Source

_IDENTIFIED = (
    "facts",
    "objections",
    "questions",
    "agreements",
    "moments",
    "asides",
    "holds",
    "pauses",
    "claims",
    "promises",
)


def check_scenario(
    scenario: Scenario,
    source: Source,
    personas: Mapping[str, Persona],
    *,
    rubrics: Collection[str] | None,
    moves: Collection[str] | None,
) -> list[LibraryError]:
    """Everything that is wrong with a scenario whose form is right."""
    found = [
        *check_people(scenario, personas),
        *_references(scenario, rubrics),
        *_conditions(scenario, moves),
        *_placeholders(scenario),
        *check_reach(scenario),
        *check_leaks(scenario),
    ]
    return [source.error(key, message) for key, message in found]


def _references(scenario: Scenario, rubrics: Collection[str] | None) -> Found:
    if rubrics is not None and scenario.rubric not in rubrics:
        yield ("rubric",), f"rubric {scenario.rubric!r} does not exist; use one of: {names(rubrics)}"
    for group in _IDENTIFIED:
        seen: set[str] = set()
        for index, item in enumerate(getattr(scenario, group)):
            if item.id in seen:
                yield (group, index, "id"), f"{item.id!r} is used twice; give each of the {group} its own id"
            seen.add(item.id)
    if not any(agreement.goal for agreement in scenario.agreements):
        yield ("agreements",), "none has `goal: true`; mark the one that the call is for"
    for index, rule in enumerate(scenario.rules):
        if rule.upon != "turn" and (rule.when.triggered or rule.when.without):
            yield ("rules", index, "when"), f"a {rule.upon} makes no moves; ask for what was before (`done`, ...)"
    last = len(scenario.reactions) - 1
    if scenario.reactions[last].when != When():
        yield ("reactions", last, "when"), "the last reaction must always hold; drop its `when`"
    if scenario.reactions[last].by or scenario.reactions[last].act == "demand":
        yield ("reactions", last), "the last reaction must do for anybody at any time; drop its `by` and `act: demand`"
    objections = {objection.id for objection in scenario.objections}
    for group in ("claims", "promises"):
        for index, item in enumerate(getattr(scenario, group)):
            for identifier in item.reopens:
                if identifier not in objections:
                    known = names(objections)
                    yield (group, index, "reopens"), f"{identifier!r} is no objection here; use one of: {known}"
    for index, objection in enumerate(scenario.objections):
        if not objection.answered_by:
            yield (
                ("objections", index, "answered_by"),
                f"objection {objection.id!r} has no answer; say what a learner can do about it",
            )


def _conditions(scenario: Scenario, moves: Collection[str] | None) -> Found:
    known = {
        "told": {fact.id for fact in scenario.facts},
        "untold": {fact.id for fact in scenario.facts},
        "answered": {objection.id for objection in scenario.objections},
        "standing": {objection.id for objection in scenario.objections},
        "agreed": {agreement.id for agreement in scenario.agreements},
    }
    for key, when in whens(scenario):
        for name, ids in known.items():
            for identifier in getattr(when, name):
                if identifier not in ids:
                    yield (*key, name), f"{identifier!r} is not defined in this scenario; use one of: {names(ids)}"
        for name in ("moves", "any", "without", "done", "never"):
            for move in getattr(when, name):
                if moves is not None and move not in moves:
                    yield (*key, name), f"{move!r} is no move of the catalogue; mend its spelling"


def _placeholders(scenario: Scenario) -> Found:
    for name in FIGURES:
        if name in scenario.vary:
            yield ("vary", name), f"{{{name}}} stands for a claim's figure; give this another name"
    for index, claim in enumerate(scenario.claims):
        for place, text in enumerate(claim.says):
            if not any(f"{{{name}}}" in text for name in FIGURES):
                yield ("claims", index, "says", place), f"{text!r} names no figure; write {{before}} or {{now}} into it"
    for key, text in texts(scenario):
        try:
            fields = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
        except ValueError:
            yield key, f"{text!r} has an unpaired brace; write {{name}} or drop it"
            continue
        known = {*scenario.vary, *FIGURES} if key[0] == "claims" else scenario.vary
        for name in fields:
            if name not in known:
                yield key, f"{{{name}}} is not under `vary`; add it there or mend its spelling"

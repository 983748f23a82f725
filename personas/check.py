"""What a schema can't see in a scenario: references, gates that never open, objections without an answer."""

from __future__ import annotations

import string
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from personas.facts import reveals
from personas.opener_length import check_openers
from personas.persona import Act, Opener, Persona
from personas.scenario import SCALE_MAX, Moment, Scenario, When
from personas.script import fill
from personas.yaml_text import Key, LibraryError, Source

ACTS: tuple[Act, ...] = (
    "answer", "deflect", "object", "insist", "ask", "soften", "agree", "refuse", "react", "rebuke", "odd",
)  # fmt: skip


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
        *_references(scenario, personas, rubrics),
        *_conditions(scenario, moves),
        *_placeholders(scenario),
        *_reachability(scenario),
        *_leaks(scenario),
    ]
    for index, moment in enumerate(scenario.moments):
        found.extend((("moments", index, *key), message) for key, message in _moment(scenario, moment))
    if scenario.persona in personas:
        persona = personas[scenario.persona]
        found.extend(_openers([*scenario.openers, *persona.openers]))
        found.extend(check_openers(scenario.openers, persona.pace))
    return [source.error(key, message) for key, message in found]


Found = Iterator[tuple[Key, str]]


def _references(scenario: Scenario, personas: Mapping[str, Persona], rubrics: Collection[str] | None) -> Found:
    if scenario.persona not in personas:
        yield ("persona",), f"persona {scenario.persona!r} is not in the library; use one of: {_names(personas)}"
    if rubrics is not None and scenario.rubric not in rubrics:
        yield ("rubric",), f"rubric {scenario.rubric!r} does not exist; use one of: {_names(rubrics)}"
    for group in ("facts", "objections", "questions", "agreements", "moments"):
        seen: set[str] = set()
        for index, item in enumerate(getattr(scenario, group)):
            if item.id in seen:
                yield (group, index, "id"), f"{item.id!r} is used twice; give each of the {group} its own id"
            seen.add(item.id)
    if not any(agreement.goal for agreement in scenario.agreements):
        yield ("agreements",), "none has `goal: true`; mark the one that the call is for"
    if scenario.reactions[-1].when != When():
        yield ("reactions", len(scenario.reactions) - 1, "when"), "the last reaction must always hold; drop its `when`"
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
    for key, when in _whens(scenario, ()):
        for name, ids in known.items():
            for identifier in getattr(when, name):
                if identifier not in ids:
                    yield (*key, name), f"{identifier!r} is not defined in this scenario; use one of: {_names(ids)}"
        for name in ("moves", "any", "without", "done", "never"):
            for move in getattr(when, name):
                if moves is not None and move not in moves:
                    yield (*key, name), f"{move!r} is no move of the catalogue; mend its spelling"


def _whens(part: Any, key: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], When]]:
    if isinstance(part, When):
        yield key, part
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from _whens(getattr(part, name), (*key, name))
    elif isinstance(part, list | tuple):
        for index, item in enumerate(part):
            yield from _whens(item, (*key, index))


def _placeholders(scenario: Scenario) -> Found:
    for key, text in _texts(scenario, ()):
        try:
            names = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
        except ValueError:
            yield key, f"{text!r} has an unpaired brace; write {{name}} or drop it"
            continue
        for name in names:
            if name not in scenario.vary:
                yield key, f"{{{name}}} is not under `vary`; add it there or mend its spelling"


def _texts(part: Any, key: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(part, str):
        yield key, part
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from _texts(getattr(part, name), (*key, name))
    elif isinstance(part, list | tuple):
        for index, item in enumerate(part):
            yield from _texts(item, (*key, index))


def _reachability(scenario: Scenario) -> Found:
    """Grow what can happen from nothing until it stops growing; what is left out can never happen."""
    trust = SCALE_MAX if any(rule.trust > 0 for rule in scenario.rules) else scenario.start.trust
    told: set[str] = set()
    raised: set[str] = set()
    agreed: set[str] = set()

    def holds(when: When) -> bool:
        return (
            (when.trust is None or when.trust <= trust)
            and told.issuperset(when.told)
            and raised.issuperset(when.answered)
            and raised.issuperset(when.standing)
            and agreed.issuperset(when.agreed)
            and not set(when.moves) & set(when.without)
            and not (set(when.moves) | set(when.done)) & set(when.never)
            and (when.from_turn is None or when.before_turn is None or when.from_turn < when.before_turn)
        )

    while True:
        before = len(told) + len(raised) + len(agreed)
        told |= {fact.id for fact in scenario.facts if holds(fact.needs)}
        raised |= {item.id for item in scenario.objections if holds(item.when)}
        agreed |= {item.id for item in scenario.agreements if holds(item.needs)}
        if len(told) + len(raised) + len(agreed) == before:
            break
    for index, fact in enumerate(scenario.facts):
        if fact.id not in told:
            yield ("facts", index, "needs"), f"fact {fact.id!r} can never be told: its gate never opens; ease `needs`"
        elif not fact.topics and not fact.volunteer:
            yield ("facts", index), f"fact {fact.id!r} can never be asked for; give it `topics` or `volunteer: true`"
    for index, item in enumerate(scenario.objections):
        if item.id not in raised:
            yield ("objections", index, "when"), f"objection {item.id!r} can never be raised; ease `when`"
    for index, agreement in enumerate(scenario.agreements):
        if agreement.id not in agreed:
            yield ("agreements", index, "needs"), f"{agreement.id!r} can never be agreed: ease `needs`"


def _leaks(scenario: Scenario) -> Found:
    """Authored lines that give a fact away before it is told."""
    try:
        scenario = fill(scenario, {name: f"varied{name}" for name in scenario.vary})
    except (KeyError, ValueError, IndexError):
        return  # `_placeholders` says what is wrong
    for group in ("objections", "questions", "agreements", "reactions", "facts"):
        for index, item in enumerate(getattr(scenario, group)):
            gate = item.needs if group in ("agreements", "facts") else item.when
            told = _told_by(scenario, {*gate.told, item.id} if group == "facts" else set(gate.told))
            for key, text in _texts(item, (group, index)):
                # What is refused or withheld is said before the gate opens.
                early = "refused" in key or "withheld" in key
                if any(part in key for part in ("says", "returns", "answered", "again", "refused", "withheld")):
                    yield from _leak(scenario, key, text, set() if early else told)
    general = ("opening", "withheld", "unknown", "odd", "silence", "silence_end", "monologue", "returned", "hang_up")
    for group in (*general, "goodbye"):
        for index, text in enumerate(getattr(scenario, group)):
            yield from _leak(scenario, (group, index), text, set())


def _leak(scenario: Scenario, key: Key, text: str, told: set[str]) -> Found:
    for fact in scenario.facts:
        if fact.id not in told and reveals(fact, text):
            yield key, f"{text!r} gives fact {fact.id!r} away; word it without, or ask for the fact with `told`"


def _told_by(scenario: Scenario, told: set[str]) -> set[str]:
    """`told` and everything that must have been told before."""
    facts = {fact.id: fact for fact in scenario.facts}
    while True:
        more = told | {each for identifier in told if identifier in facts for each in facts[identifier].needs.told}
        if more == told:
            return told
        told = more


def _moment(scenario: Scenario, moment: Moment) -> Found:
    start = moment.start
    objections = {item.id for item in scenario.objections}
    known = {"told": {fact.id for fact in scenario.facts}, "answered": objections, "standing": objections}
    for name, ids in known.items():
        for identifier in getattr(start, name):
            if identifier not in ids:
                yield ("start", name), f"{identifier!r} is not defined in this scenario; use one of: {_names(ids)}"
    both = set(start.answered) & set(start.standing)
    if both:
        yield ("start", "standing"), f"{_names(both)} cannot be both answered and standing; keep one"
    for name in ("told", "answered"):
        have = set(getattr(start, name))
        wanted = set(getattr(moment.passed, name))
        if wanted and wanted <= have and not moment.passed.agreed and not moment.passed.moves:
            yield ("passed", name), "holds before the drill has begun; ask for something that is still to be done"
    if moment.passed == When():
        yield ("passed",), "always holds; say what the learner must bring about"


def _openers(openers: list[Opener]) -> Found:
    covered = {act for opener in openers if not opener.stances for act in opener.acts}
    for act in ACTS:
        if act not in covered:
            yield ("openers",), f"no opener for {act!r} in any stance; add one here or in the persona"


def _names(names: Collection[str]) -> str:
    return ", ".join(sorted(names)) or "(none)"

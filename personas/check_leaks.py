"""Authored lines that give a fact away before it is told."""

from __future__ import annotations

from personas.facts import reveals
from personas.parts import Found, texts
from personas.scenario import Scenario, When
from personas.script import fill
from personas.yaml_text import Key

_SPOKEN = ("says", "returns", "answered", "again", "refused", "withheld", "back", "opening", "warns")
_EARLY = ("refused", "withheld")  # what is said before the gate opens
_ALWAYS = (
    "opening", "withheld", "unknown", "odd", "silence", "silence_end", "monologue", "returned", "hang_up", "goodbye",
)  # fmt: skip


def check_leaks(scenario: Scenario) -> Found:
    """With every value that varies, since one may be what another line says for another reason."""
    longest = max((len(options) for options in scenario.vary.values()), default=1)
    try:
        played = [
            fill(scenario, {name: options[place % len(options)] for name, options in scenario.vary.items()})
            for place in range(longest)
        ]
    except (KeyError, ValueError, IndexError):
        return  # the check of placeholders says what is wrong
    yield from dict.fromkeys(found for each in played for found in _leaks(each))


def _leaks(scenario: Scenario) -> Found:
    for group in ("objections", "questions", "agreements", "reactions", "facts", "asides", "holds", "pauses"):
        for index, item in enumerate(getattr(scenario, group)):
            gate: When = item.needs if group in ("agreements", "facts") else item.when
            told = {*gate.told, item.id} if group == "facts" else set(gate.told)
            yield from _part(scenario, (group, index), item, told)
    if scenario.handover is not None:
        yield from _part(scenario, ("handover",), scenario.handover, set(scenario.handover.when.told))
    for group in ("claims", "promises"):
        for index, item in enumerate(getattr(scenario, group)):
            yield from _part(scenario, (group, index), item, set())
    if scenario.time is not None:
        yield from _part(scenario, ("time",), scenario.time, set())
    for name in _ALWAYS:
        for index, text in enumerate(getattr(scenario, name)):
            yield from _leak(scenario, (name, index), text, set())


def _part(scenario: Scenario, at: Key, part: object, told: set[str]) -> Found:
    known = _told_by(scenario, told)
    for key, text in texts(part, tuple(at)):
        if any(name in key for name in _SPOKEN):
            yield from _leak(scenario, key, text, set() if any(name in key for name in _EARLY) else known)


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

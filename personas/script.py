"""A scenario as it is played in one call: names, figures and mood fixed by the seed, difficulty applied."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from personas.persona import Opener, Persona
from personas.scenario import SCALE_MAX, Moment, Scenario, Start


@dataclass(frozen=True, slots=True)
class Script:
    """Everything the director reads. `values` are this call's names and figures."""

    scenario: Scenario
    persona: Persona
    seed: int
    difficulty: int
    mood: str
    values: Mapping[str, str]
    start: Start
    drill: Moment | None = None

    @property
    def openers(self) -> tuple[Opener, ...]:
        return (*self.scenario.openers, *self.persona.openers)


def write_script(
    scenario: Scenario, persona: Persona, *, seed: int, difficulty: int | None = None, drill: str | None = None
) -> Script:
    """Fix what varies. Raises KeyError for a drill that the scenario doesn't have."""
    level = scenario.difficulty if difficulty is None else difficulty
    values = {name: options[number(seed, name) % len(options)] for name, options in scenario.vary.items()}
    filled = fill(scenario, values)
    moods = sorted(persona.moods)
    moment = None
    if drill is not None:
        moment = {moment.id: moment for moment in filled.moments}[drill]
    easing = 3 - level
    at_start = filled.start if moment is None else moment.start
    start = Start(
        trust=min(SCALE_MAX, max(0, at_start.trust + easing)),
        patience=min(SCALE_MAX, max(2, at_start.patience + easing)),
    )
    return Script(filled, persona, seed, level, moods[number(seed, "mood") % len(moods)], values, start, moment)


def fill(scenario: Scenario, values: Mapping[str, str]) -> Scenario:
    """The scenario with `{name}` replaced by the value of that name."""
    return Scenario.model_validate(_filled(scenario.model_dump(), values))


def number(seed: int, salt: str) -> int:
    """A number that depends on the seed and the salt alone, the same on every machine and Python."""
    return int.from_bytes(hashlib.blake2b(f"{seed}/{salt}".encode(), digest_size=8).digest(), "big")


def choose(options: Sequence[str], seed: int, salt: str, used: Sequence[str] = ()) -> str:
    """One of `options`: an unused one by the seed, else the one whose last use is longest ago."""
    fresh = [option for option in options if option not in used]
    if fresh:
        return fresh[number(seed, salt) % len(fresh)]
    last = {line: index for index, line in enumerate(used)}
    return min(options, key=lambda option: last[option])


def _filled(part: Any, values: Mapping[str, str]) -> Any:
    if isinstance(part, str):
        text = part.format_map(values)
        return text[:1].upper() + text[1:] if part.startswith("{") else text
    if isinstance(part, list | tuple):
        return tuple(_filled(item, values) for item in part)
    if isinstance(part, dict):
        return {key: value if key == "vary" else _filled(value, values) for key, value in part.items()}
    return part

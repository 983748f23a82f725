"""A scenario as it is played in one call: names, figures and mood fixed by the seed, difficulty applied."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from personas.difficulty import Level, level
from personas.persona import Opener, Persona
from personas.scenario import FIGURES, SCALE_MAX, Moment, Scenario, Start, Surroundings


@dataclass(frozen=True, slots=True)
class LineSound:
    """What the line sounds like: `noise_db` is the surroundings' level beside the voice, `line` 1 (clear) to 5."""

    noise: Surroundings
    noise_db: float
    line: int


@dataclass(frozen=True, slots=True)
class Script:
    """Everything the director reads. `values` are this call's names and figures, `cast` all who may come on the line;
    `persona` and `mood` are those of who is on it (`played_by`)."""

    scenario: Scenario
    persona: Persona
    seed: int
    difficulty: int
    mood: str
    values: Mapping[str, str]
    start: Start
    drill: Moment | None = None
    cast: Mapping[str, Persona] = field(default_factory=dict)

    @property
    def openers(self) -> tuple[Opener, ...]:
        own = self.scenario.openers if self.persona.id == self.scenario.persona else ()
        return (*own, *self.persona.openers)

    @property
    def level(self) -> Level:
        return level(self.difficulty)

    @property
    def line_sound(self) -> LineSound:
        return LineSound(self.scenario.surroundings, self.level.noise_db, self.level.line)

    def line(self, options: Sequence[str], salt: str, used: Sequence[str] = ()) -> str:
        """One of several lines for one thing: of as many as the level draws, the shortest or the longest."""
        terseness = self.level.terseness
        salts = [salt, *(f"{salt}/{draw}" for draw in range(abs(terseness)))]
        drawn = [choose(options, self.seed, each, used) for each in salts]
        return min(drawn, key=len) if terseness > 0 else max(drawn, key=len)


def write_script(
    scenario: Scenario,
    persona: Persona,
    *,
    seed: int,
    difficulty: int | None = None,
    drill: str | None = None,
    others: Sequence[Persona] = (),
) -> Script:
    """Fix what varies. `others` are those whom the scenario hands the phone to (`Library.others_in`).

    Raises KeyError for a drill that the scenario doesn't have, ValueError where one of `others` is missing.
    """
    cast = {person.id: person for person in (persona, *others)}
    if scenario.handover is not None and scenario.handover.to not in cast:
        raise ValueError(
            f"{scenario.id}: {scenario.handover.to!r} gets the phone and isn't there; give them in `others`"
        )
    chosen = scenario.difficulty if difficulty is None else difficulty
    demands = level(chosen)
    values = {name: options[number(seed, name) % len(options)] for name, options in scenario.vary.items()}
    filled = _hardened(fill(scenario, values), demands)
    moment = None
    if drill is not None:
        moment = {moment.id: moment for moment in filled.moments}[drill]
    start = started(filled.start if moment is None else moment.start, demands)
    mood = _mood(persona, seed, "mood")
    return Script(filled, persona, seed, chosen, mood, values, start, moment, cast)


def played_by(script: Script, speaker: str) -> Script:
    """The script with this person on the line."""
    if speaker == script.persona.id:
        return script
    person = script.cast[speaker]
    salt = "mood" if speaker == script.scenario.persona else f"mood/{speaker}"
    return replace(script, persona=person, mood=_mood(person, script.seed, salt))


def started(start: Start, demands: Level) -> Start:
    """Where trust and patience begin at a level."""
    return Start(
        trust=min(SCALE_MAX, max(0, start.trust + demands.trust)),
        patience=min(SCALE_MAX, max(2, start.patience + demands.patience)),
    )


def fill(scenario: Scenario, values: Mapping[str, str]) -> Scenario:
    """The scenario with `{name}` replaced by the value of that name; a claim's figures are left for the call."""
    own = {name: f"{{{name}}}" for name in FIGURES}
    return Scenario.model_validate(_filled(scenario.model_dump(), {**values, **own}))


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


def _hardened(scenario: Scenario, demands: Level) -> Scenario:
    """What the customer agrees to takes the trust that the level asks for."""
    agreements = []
    for item in scenario.agreements:
        needs = item.needs
        if needs.trust is not None:
            asked = min(SCALE_MAX, max(0, needs.trust + demands.asked))
            needs = needs.model_copy(update={"trust": asked})
        agreements.append(item.model_copy(update={"needs": needs}))
    return scenario.model_copy(update={"agreements": tuple(agreements)})


def _mood(persona: Persona, seed: int, salt: str) -> str:
    moods = sorted(persona.moods)
    return moods[number(seed, salt) % len(moods)]


def _filled(part: Any, values: Mapping[str, str]) -> Any:
    if isinstance(part, str):
        text = part.format_map(values)
        return text[:1].upper() + text[1:] if part.startswith("{") else text
    if isinstance(part, list | tuple):
        return tuple(_filled(item, values) for item in part)
    if isinstance(part, dict):
        return {key: value if key == "vary" else _filled(value, values) for key, value in part.items()}
    return part

"""The library on disk: every file that is sound is loaded, every other one is explained."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from personas.check import check_scenario
from personas.opener_length import check_openers
from personas.persona import Persona
from personas.scenario import Scenario
from personas.yaml_text import LibraryError, Model, Source, parse, read_source

LIBRARY = Path(__file__).parent / "library"


@dataclass(frozen=True, slots=True)
class Library:
    """What can be practised, by id, and what is wrong with the files that can't."""

    personas: Mapping[str, Persona] = field(default_factory=dict)
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
    errors: tuple[LibraryError, ...] = ()

    def persona_of(self, scenario: Scenario) -> Persona:
        return self.personas[scenario.persona]

    def others_in(self, scenario: Scenario) -> tuple[Persona, ...]:
        """Those whom the scenario hands the phone to."""
        return () if scenario.handover is None else (self.personas[scenario.handover.to],)


_NOTHING = Library()


def load_library(
    folder: Path = LIBRARY,
    *,
    rubrics: Collection[str] | None = None,
    moves: Collection[str] | None = None,
    beside: Library = _NOTHING,
) -> Library:
    """Read `folder`/personas/*.yaml and `folder`/scenarios/*.yaml.

    The scenarios may name personas of the library `beside`, whose ids are taken; it isn't part of the answer.

    `rubrics` and `moves`, if given, are the ids that exist: a scenario that names another is an error. A broken file
    is left out and explained in `errors`; it never stops the others.
    """
    errors: list[LibraryError] = []
    personas: dict[str, Persona] = {}
    for source, persona in _read(folder / "personas", Persona, errors):
        wrong = check_persona(persona, source)
        if persona.id in personas or persona.id in beside.personas:
            wrong.append(source.error(("id",), f"persona {persona.id!r} exists already; give this one another id"))
        errors.extend(wrong)
        if not wrong:
            personas[persona.id] = persona
    scenarios: dict[str, Scenario] = {}
    for source, scenario in _read(folder / "scenarios", Scenario, errors):
        found = check_scenario(scenario, source, {**beside.personas, **personas}, rubrics=rubrics, moves=moves)
        if scenario.id in scenarios or scenario.id in beside.scenarios:
            found.append(source.error(("id",), f"scenario {scenario.id!r} exists already; give this one another id"))
        errors.extend(found)
        if not found:
            scenarios[scenario.id] = scenario
    if beside is _NOTHING and not personas and not scenarios and not errors:
        errors.append(LibraryError(str(folder), "", "holds no personas or scenarios; name the library's folder"))
    return Library(personas, scenarios, tuple(errors))


def check_persona(persona: Persona, source: Source) -> list[LibraryError]:
    """Everything that is wrong with a persona whose form is right."""
    return [source.error(key, message) for key, message in check_openers(persona.openers, persona.pace)]


def _read(folder: Path, model: type[Model], errors: list[LibraryError]) -> Iterator[tuple[Source, Model]]:
    """The folder's files that fit `model`, by name; what is wrong with the others goes into `errors`."""
    for path in sorted(folder.glob("*.yaml")):
        source = read_source(path)
        if isinstance(source, LibraryError):
            errors.append(source)
            continue
        read = parse(source, model)
        if isinstance(read, list):
            errors.extend(read)
            continue
        yield source, read

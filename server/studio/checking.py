"""A text from the studio held against everything that `ringside check` knows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from personas.check import check_scenario
from personas.load import check_persona
from personas.persona import Persona
from personas.scenario import Scenario
from personas.yaml_text import LibraryError, parse, source_of
from rubrics.moves import MOVES
from server.studio.patching import tree_of
from server.studio.shelf import Kind


@dataclass(frozen=True, slots=True)
class Checked:
    """What a text says, if it is sound, and what is wrong with it otherwise."""

    persona: Persona | None = None
    scenario: Scenario | None = None
    errors: tuple[LibraryError, ...] = ()


def check_text(
    kind: Kind, file: str, text: str, *, personas: Mapping[str, Persona], rubrics: Collection[str]
) -> Checked:
    """`personas` and `rubrics` are what a scenario may name."""
    source = source_of(file, text)
    if isinstance(source, LibraryError):
        return Checked(errors=(source,))
    if tree_of(text) is None:
        return Checked(errors=(LibraryError(file, "", "line 1: repeats a part by `*`; write it out"),))
    if kind == "personas":
        persona = parse(source, Persona)
        if isinstance(persona, list):
            return Checked(errors=tuple(persona))
        return Checked(persona=persona, errors=tuple(check_persona(persona, source)))
    scenario = parse(source, Scenario)
    if isinstance(scenario, list):
        return Checked(errors=tuple(scenario))
    return Checked(
        scenario=scenario, errors=tuple(check_scenario(scenario, source, personas, rubrics=rubrics, moves=MOVES))
    )

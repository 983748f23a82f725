"""What can be practised here: the library that comes with Ringside and the operator's own folders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import structlog

from personas.load import LIBRARY, Library, load_library
from personas.persona import Persona
from personas.scenario import Scenario
from rubrics.moves import MOVES
from rubrics.rubric import LIBRARY as RUBRICS
from rubrics.rubric import Rubric, load_rubrics
from server.storage.frozen import FrozenRubrics

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Catalogue:
    """Scenarios, personas and rubrics by id. Only what is sound and complete is in it.

    The mappings are never changed, only replaced as a whole: whoever reads one while people publish reads it as it was.
    """

    scenarios: Mapping[str, Scenario]
    personas: Mapping[str, Persona]
    rubrics: Mapping[str, Rubric]
    own: Set[str] = frozenset()
    """The ids of the scenarios that were published in the studio."""

    def persona_of(self, scenario: Scenario) -> Persona:
        return self.personas[scenario.persona]

    def others_in(self, scenario: Scenario) -> tuple[Persona, ...]:
        """Those whom the scenario hands the phone to."""
        return () if scenario.handover is None else (self.personas[scenario.handover.to],)


NOBODY = Catalogue({}, {}, {})


def load_catalogue(folders: Sequence[Path] = ()) -> Catalogue:
    """Ringside's library, then `folders` (each with personas/, scenarios/ and rubrics/): a later id replaces the same.

    What is wrong with a file is logged, one line each; `ringside check` says the same.
    """
    rubrics: dict[str, Rubric] = {}
    for folder in (RUBRICS, *(folder / "rubrics" for folder in folders)):
        found = load_rubrics(folder)
        rubrics |= found.rubrics
        for problem in found.errors:
            log.warning("rubric left out", file=problem.file, key=problem.key, problem=problem.message)
    scenarios: dict[str, Scenario] = {}
    personas: dict[str, Persona] = {}
    for folder in (LIBRARY, *(folder for folder in folders if (folder / "scenarios").is_dir())):
        library: Library = load_library(folder, rubrics=rubrics.keys(), moves=MOVES)
        scenarios |= library.scenarios
        personas |= library.personas
        for error in library.errors:
            log.warning("library file left out", file=error.file, key=error.key, problem=error.message)
    return Catalogue(scenarios, personas, rubrics)


def warn_of_edits(catalogue: Catalogue, frozen: FrozenRubrics) -> None:
    """Log each rubric that was edited after its version was used. Blocking."""
    for rubric in catalogue.rubrics.values():
        if (clash := frozen.clash(rubric)) is not None:
            log.warning("rubric edited after use", rubric=rubric.id, problem=clash.message)

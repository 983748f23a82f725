"""What a call was rung with, kept in its folder, so that it can be retried once scenario or people are edited."""

from __future__ import annotations

import json
from dataclasses import dataclass

import structlog
from pydantic import ValidationError

from personas.persona import Persona
from personas.scenario import Scenario
from server.catalogue import Catalogue
from server.storage.folders import CallFolder

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Situation:
    """`others` get the phone later."""

    scenario: Scenario
    persona: Persona
    others: tuple[Persona, ...] = ()

    @classmethod
    def now(cls, catalogue: Catalogue, scenario_id: str) -> Situation | None:
        """As the catalogue has it; None where it has no such scenario."""
        scenario = catalogue.scenarios.get(scenario_id)
        if scenario is None:
            return None
        return cls(scenario, catalogue.persona_of(scenario), catalogue.others_in(scenario))

    def keep(self, folder: CallFolder) -> None:
        """Blocking. Raises OSError."""
        parts = [each.model_dump(mode="json", exclude_defaults=True) for each in (self.persona, *self.others)]
        scenario = self.scenario.model_dump(mode="json", exclude_defaults=True)
        text = json.dumps({"scenario": scenario, "people": parts}, ensure_ascii=False)
        folder.situation.write_text(text, encoding="utf-8")


def kept(folder: CallFolder) -> Situation | None:
    """What was kept with a call; None where nothing was, or where it no longer fits the schema. Blocking."""
    try:
        data = json.loads(folder.situation.read_text(encoding="utf-8"))
        persona, *others = [Persona.model_validate(each) for each in data["people"]]
        return Situation(Scenario.model_validate(data["scenario"]), persona, tuple(others))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, ValidationError) as problem:
        log.warning("a call's situation can't be read", folder=folder.path.name, problem=type(problem).__name__)
        return None

"""What people do with their own personas and scenarios: list, read, copy, save, publish, take back, delete.

What comes with Ringside, or with the operator's library folders, is read-only here. Publishing counts from the next
call on.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import structlog

from personas.load import LIBRARY, Library, load_library
from personas.persona import Persona
from personas.yaml_text import LibraryError
from rubrics.moves import MOVES
from server.calls.situation import Situation
from server.catalogue import Catalogue
from server.studio.checking import Checked, check_text
from server.studio.patching import CannotPatch, patched, tree_of
from server.studio.shelf import ID, KINDS, Kind, Shelf

State = Literal["shipped", "draft", "published", "changed"]

log = structlog.get_logger(__name__)


class StudioError(Exception):
    """What was asked for can't be done: an HTTP status, a code and one line with the mend."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@dataclass(frozen=True, slots=True)
class Document:
    """A persona or scenario as text. "changed" is published, with a newer draft."""

    kind: Kind
    id: str
    title: str
    state: State
    text: str


class Studio:
    """All methods block and may be called from any thread. They raise StudioError."""

    def __init__(self, data_dir: Path, catalogue: Catalogue, folders: tuple[Path, ...] = ()) -> None:
        """`catalogue` holds what was shipped; what is published is put into it, now and later."""
        self._shelf, self._catalogue = Shelf(data_dir), catalogue
        self._folders = (*reversed(folders), LIBRARY)  # a later folder's id replaces the same
        self._shipped = Library(dict(catalogue.personas), dict(catalogue.scenarios))
        self._lock = threading.RLock()
        self._refresh()

    def documents(self) -> list[Document]:
        """The own ones first."""
        with self._lock:
            own = [self.read(kind, each) for kind in KINDS for each in self._shelf.ids(kind)]
        shipped = [
            *(Document("personas", each.id, each.name, "shipped", "") for each in self._shipped.personas.values()),
            *(Document("scenarios", each.id, each.title, "shipped", "") for each in self._shipped.scenarios.values()),
        ]
        return [*own, *shipped]

    def read(self, kind: Kind, identifier: str) -> Document:
        with self._lock:
            if ID.fullmatch(identifier):
                draft = self._shelf.draft_text(kind, identifier)
                published = self._shelf.published_text(kind, identifier)
                text = published if draft is None else draft
                if text is not None:
                    state: State = "draft" if published is None else "published" if draft is None else "changed"
                    return Document(kind, identifier, _title(kind, identifier, text), state, text)
        if identifier in self._shipped_of(kind):
            text = self._shipped_text(kind, identifier)
            return Document(kind, identifier, _title(kind, identifier, text), "shipped", text)
        raise StudioError(404, "unknown_document", f"there are no {kind} with the id {identifier[:80]!r}")

    def check(self, kind: Kind, identifier: str, text: str) -> Checked:
        """As it stands in the studio, where a scenario may name a persona that is still a draft."""
        with self._lock:
            return self._check(kind, identifier, text, {**self._drafted(), **self._catalogue.personas})

    def situation(self, identifier: str, text: str) -> Situation:
        """What a try-out of this scenario's text is held with."""
        with self._lock:
            people = {**self._drafted(), **self._catalogue.personas}
            checked = self._check("scenarios", identifier, text, people)
            if checked.errors or checked.scenario is None:
                first = checked.errors[0]
                raise StudioError(409, "has_errors", f"{first.key or 'the text'}: {first.message}")
            scenario = checked.scenario
            others = () if scenario.handover is None else (people[scenario.handover.to],)
            return Situation(scenario, people[scenario.persona], others)

    def cast(self, identifier: str, text: str, scenario_id: str) -> Situation:
        """What a try-out of this persona's text is held with: a published scenario, with them in place of whom it
        names."""
        with self._lock:
            checked = self._check("personas", identifier, text, {})
            if checked.errors or checked.persona is None:
                first = checked.errors[0]
                raise StudioError(409, "has_errors", f"{first.key or 'the text'}: {first.message}")
            found = Situation.now(self._catalogue, scenario_id)
            if found is None:
                raise StudioError(404, "unknown_scenario", f"no scenario has the id {scenario_id[:80]!r}")
            # Under the id of whom they stand in for, so that what is theirs in the scenario stays theirs.
            return replace(found, persona=checked.persona.model_copy(update={"id": found.persona.id}))

    def copy(self, kind: Kind, identifier: str, new: str) -> Document:
        text, name = self.read(kind, identifier).text, "title" if kind == "scenarios" else "name"
        title = _title(kind, identifier, text)
        try:
            text = patched(text, ("id",), new)
            if kind == "scenarios":
                text = patched(text, (name,), f"{title} (copy)")
        except CannotPatch as problem:
            raise StudioError(409, "has_errors", str(problem)) from problem
        return self.create(kind, new, text)

    def create(self, kind: Kind, identifier: str, text: str) -> Document:
        """A new draft."""
        with self._lock:
            if not ID.fullmatch(identifier):
                raise StudioError(422, "bad_id", f"{identifier[:80]!r} is no id; use small letters, digits and hyphens")
            if identifier in self._shipped_of(kind) or identifier in self._shelf.ids(kind):
                raise StudioError(409, "id_taken", f"{kind} with the id {identifier!r} exist already; choose another")
            self._shelf.write_draft(kind, identifier, text)
            return self.read(kind, identifier)

    def save(self, kind: Kind, identifier: str, text: str) -> Document:
        """The text as a draft, whether it is sound or not; what is published stays until the draft is."""
        with self._lock:
            self._own(kind, identifier)
            self._shelf.write_draft(kind, identifier, text)
            return self.read(kind, identifier)

    def publish(self, kind: Kind, identifier: str) -> Document:
        with self._lock:
            document = self._own(kind, identifier)
            if document.state == "published":
                return document
            checked = self._check(kind, identifier, document.text, self._catalogue.personas)
            if checked.errors:
                first = checked.errors[0]
                raise StudioError(409, "has_errors", f"{first.file}: {first.key or '(file)'}: {first.message}")
            if checked.persona is not None:
                self._still_fits(checked.persona)
            self._shelf.publish(kind, identifier)
            self._refresh()
            return self.read(kind, identifier)

    def unpublish(self, kind: Kind, identifier: str) -> Document:
        with self._lock:
            if self._own(kind, identifier).state != "draft":
                self._not_in_use(kind, identifier)
                self._shelf.unpublish(kind, identifier)
                self._refresh()
            return self.read(kind, identifier)

    def delete(self, kind: Kind, identifier: str) -> None:
        with self._lock:
            self._own(kind, identifier)
            self._not_in_use(kind, identifier)
            self._shelf.delete(kind, identifier)
            self._refresh()

    def free_id(self, wish: str) -> str:
        """An id for a new scenario, as near to the wish as may be."""
        taken = {*self._shipped_of("scenarios"), *self._shelf.ids("scenarios")}
        base = (
            "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in wish.lower()).split())[:60] or "draft"
        )
        return next(each for each in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if each not in taken)

    def _own(self, kind: Kind, identifier: str) -> Document:
        document = self.read(kind, identifier)
        if document.state == "shipped":
            raise StudioError(409, "read_only", f"{identifier} comes with Ringside; copy it and change the copy")
        return document

    def _check(self, kind: Kind, identifier: str, text: str, personas: Mapping[str, Persona]) -> Checked:
        file = f"{identifier}.yaml"
        checked = check_text(kind, file, text, personas=personas, rubrics=self._catalogue.rubrics.keys())
        found = checked.persona or checked.scenario
        if found is None or found.id == identifier:
            return checked
        wrong = LibraryError(
            file, "id", f"line 1: the id is {found.id!r}; it must stay {identifier!r}, or copy the file"
        )
        return Checked(checked.persona, checked.scenario, (wrong, *checked.errors))

    def _still_fits(self, persona: Persona) -> None:
        """The scenarios that are published and name this person must stay sound."""
        personas = {**self._catalogue.personas, persona.id: persona}
        for identifier in self._shelf.ids("scenarios"):
            text = self._shelf.published_text("scenarios", identifier)
            if text is not None and identifier in self._catalogue.scenarios:
                errors = self._check("scenarios", identifier, text, personas).errors
                if errors:
                    raise StudioError(409, "has_errors", f"{identifier} would break: {errors[0].message}")

    def _not_in_use(self, kind: Kind, identifier: str) -> None:
        if kind == "scenarios":
            return
        for scenario in self._catalogue.scenarios.values():
            people = (scenario.persona, scenario.handover.to if scenario.handover else "")
            if identifier in people:
                raise StudioError(409, "in_use", f"{scenario.id} needs {identifier}; unpublish that scenario first")

    def _drafted(self) -> dict[str, Persona]:
        texts = {each: self._shelf.draft_text("personas", each) for each in self._shelf.ids("personas")}
        checked = [self._check("personas", each, text, {}) for each, text in texts.items() if text is not None]
        return {each.persona.id: each.persona for each in checked if each.persona is not None and not each.errors}

    def _refresh(self) -> None:
        """Put what is published beside what was shipped. A broken file is left out and logged."""
        catalogue = self._catalogue
        own = load_library(self._shelf.published, rubrics=catalogue.rubrics.keys(), moves=MOVES, beside=self._shipped)
        for error in own.errors:
            log.warning("library file left out", file=error.file, key=error.key, problem=error.message)
        personas, scenarios = (
            {**self._shipped.personas, **own.personas},
            {**self._shipped.scenarios, **own.scenarios},
        )
        catalogue.own = frozenset(own.scenarios)
        if len(personas) >= len(catalogue.personas):  # a scenario is never seen without its people
            catalogue.personas, catalogue.scenarios = personas, scenarios
        else:
            catalogue.scenarios, catalogue.personas = scenarios, personas

    def _shipped_of(self, kind: Kind) -> Mapping[str, object]:
        return self._shipped.personas if kind == "personas" else self._shipped.scenarios

    def _shipped_text(self, kind: Kind, identifier: str) -> str:
        for folder in self._folders:
            for path in sorted((folder / kind).glob("*.yaml")):
                text = path.read_text(encoding="utf-8", errors="replace")
                if path.stem == identifier or f"\nid: {identifier}\n" in f"\n{text}":
                    return text
        raise StudioError(404, "unknown_document", f"the file of {identifier} is gone; start Ringside again")


def _title(kind: Kind, identifier: str, text: str) -> str:
    tree = tree_of(text)
    found = tree.get("title" if kind == "scenarios" else "name") if isinstance(tree, dict) else None
    return found if isinstance(found, str) and found else identifier

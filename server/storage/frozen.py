"""Rubrics that were used, by what they say: a grade can be read, and made again, after any edit of the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from rubrics.rubric import Rubric
from server.storage.database import Database
from server.storage.tables import FrozenRubric


@dataclass(frozen=True, slots=True)
class RubricClash:
    """A file that says something else than it did when the same version of it was used."""

    rubric: str
    version: int
    was: str
    now: str

    @property
    def message(self) -> str:
        return (
            f"version {self.version} of rubric {self.rubric!r} was used before and said something else then "
            f"({self.was[:12]}, now {self.now[:12]}): set its version to {self.version + 1}; the earlier one stays kept"
        )


class FrozenRubrics:
    """Blocking: call it from a worker thread. A row is never changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def freeze(self, rubric: Rubric) -> None:
        """Keep what this rubric says; nothing to do where it is kept already."""
        with self._database.read() as session:
            if session.get(FrozenRubric, rubric.hash) is not None:
                return
        with self._database.write() as session:
            if session.get(FrozenRubric, rubric.hash) is None:
                session.add(
                    FrozenRubric(
                        hash=rubric.hash,
                        rubric=rubric.id,
                        version=rubric.version,
                        body=rubric.model_dump(mode="json", exclude_defaults=True),
                        frozen_at=datetime.now(UTC),
                    )
                )

    def get(self, rubric_hash: str) -> Rubric | None:
        """Raises pydantic's ValidationError where this program no longer reads what was kept."""
        with self._database.read() as session:
            row = session.get(FrozenRubric, rubric_hash)
        return None if row is None else Rubric.model_validate(row.body)

    def versions(self, rubric: str) -> Sequence[FrozenRubric]:
        """All that was kept of a rubric, the latest first."""
        query = select(FrozenRubric).where(FrozenRubric.rubric == rubric).order_by(FrozenRubric.frozen_at.desc())
        with self._database.read() as session:
            return session.scalars(query).all()

    def clash(self, rubric: Rubric) -> RubricClash | None:
        """Whether this version was used with other words."""
        query = select(FrozenRubric).where(FrozenRubric.rubric == rubric.id, FrozenRubric.version == rubric.version)
        with self._database.read() as session:
            kept = [row.hash for row in session.scalars(query.order_by(FrozenRubric.frozen_at.desc()))]
        if not kept or rubric.hash in kept:
            return None
        return RubricClash(rubric.id, rubric.version, kept[0], rubric.hash)

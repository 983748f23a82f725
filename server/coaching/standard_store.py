"""Standards, and the levels that were judged by them, in the database: every query on them stands here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, update

from server.coaching.levels import Level, criteria_of
from server.storage.coaching_tables import HumanScore, Review, RoundPart, Standard, StandardState
from server.storage.database import Database
from server.storage.tables import GradeRow


class StandardStore:
    """Blocking: call it from a worker thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def in_force(self, rubric: str) -> Standard | None:
        query = select(Standard).where(Standard.rubric == rubric, Standard.state == "in_force")
        with self._database.read() as session:
            return session.scalars(query.order_by(Standard.id.desc()).limit(1)).first()

    def all(self, rubric: str) -> Sequence[Standard]:
        """The newest first."""
        query = select(Standard).where(Standard.rubric == rubric).order_by(Standard.id.desc())
        with self._database.read() as session:
            return session.scalars(query).all()

    def get(self, standard_id: int) -> Standard | None:
        with self._database.read() as session:
            return session.get(Standard, standard_id)

    def add(self, rubric: str, rubric_hash: str, method: str, state: StandardState) -> Standard:
        """A new one; other candidates of the rubric are retired, since only the newest can be switched on."""
        now = datetime.now(UTC)
        with self._database.write() as session:
            session.execute(
                update(Standard)
                .where(Standard.rubric == rubric, Standard.state.in_(("measuring", "waiting")))
                .values(state="retired")
            )
            row = Standard(
                rubric=rubric,
                rubric_hash=rubric_hash,
                method=method,
                state=state,
                done=0,
                total=0,
                made_at=now,
                switched_at=now if state == "in_force" else None,
            )
            session.add(row)
            session.flush()
            return row

    def progress(self, standard_id: int, done: int, total: int) -> None:
        self._set(standard_id, done=done, total=total)

    def waiting(self, standard_id: int, comparison: list[dict[str, Any]], problem: str | None) -> None:
        """It is measured; a person decides."""
        self._set(standard_id, state="waiting", comparison=comparison, problem=problem)

    def switch(self, standard_id: int, name: str | None, comparison: list[dict[str, Any]] | None = None) -> bool:
        """Put it in force in the place of the other; False where it is no candidate any more."""
        with self._database.write() as session:
            row = session.get(Standard, standard_id)
            if row is None or row.state not in ("measuring", "waiting"):
                return False
            session.execute(
                update(Standard)
                .where(Standard.rubric == row.rubric, Standard.state == "in_force")
                .values(state="retired")
            )
            row.state, row.switched_at, row.switched_name = "in_force", datetime.now(UTC), name
            if comparison is not None:
                row.comparison = comparison
            return True

    def levels(self, rubric_hash: str, method: str) -> dict[str, dict[str, Level | None]]:
        """What was judged by a rubric and method, by call and criterion; of several grades of a call the last."""
        query = (
            select(GradeRow.call_id, GradeRow.body)
            .where(GradeRow.rubric_hash == rubric_hash, GradeRow.method == method)
            .order_by(GradeRow.id)
        )
        with self._database.read() as session:
            return {
                call: {one["id"]: one["level"] for one in criteria_of(body)}
                for call, body in session.execute(query).all()
            }

    def scored_by_people(self, rubric: str) -> Sequence[str]:
        """Ids of the calls that people have scored by this rubric."""
        query = select(HumanScore.call_id).where(HumanScore.rubric == rubric).distinct().order_by(HumanScore.call_id)
        with self._database.read() as session:
            return session.scalars(query).all()

    def stamp(self, rubric: str) -> tuple[int, ...]:
        """Changes with whatever figures on a rubric are made of."""
        counts = (
            select(func.count()).select_from(HumanScore).where(HumanScore.rubric == rubric),
            select(func.max(HumanScore.id)).where(HumanScore.rubric == rubric),
            select(func.count()).select_from(Review),
            select(func.max(GradeRow.id)).where(GradeRow.rubric == rubric),
            select(func.max(Standard.id)).where(Standard.rubric == rubric),
            select(func.max(Standard.id)).where(Standard.rubric == rubric, Standard.state == "in_force"),
            select(func.count()).where(Standard.rubric == rubric, Standard.state == "waiting"),
            select(func.sum(Standard.done)).where(Standard.rubric == rubric),
            select(func.count()).select_from(RoundPart),
        )
        with self._database.read() as session:
            return tuple(session.scalar(count) or 0 for count in counts)

    def _set(self, standard_id: int, **values: Any) -> None:
        with self._database.write() as session:
            session.execute(update(Standard).where(Standard.id == standard_id).values(**values))

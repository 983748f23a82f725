"""Calls and grades in the database: every query on them stands here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import and_, func, or_, select, update

from server.storage.database import Database
from server.storage.tables import CallRow, GradeRow

GOING_ON = ("ringing", "live", "held")


@dataclass(frozen=True, slots=True)
class NewCall:
    """What is known of a call before it rings."""

    id: str
    scenario: str
    title: str
    persona: Mapping[str, Any]
    rubric: str
    drill: str | None
    difficulty: int
    seed: int
    parent: str | None = None
    parent_turn: int | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Practised:
    """How often a scenario was practised, and its latest score (None while no call of it has one)."""

    calls: int
    last_score: float | None


class CallStore:
    """Blocking: call it from a worker thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, call: NewCall) -> CallRow:
        with self._database.write() as session:
            row = CallRow(
                id=call.id,
                owner=call.owner,
                scenario=call.scenario,
                title=call.title,
                persona=dict(call.persona),
                rubric=call.rubric,
                drill=call.drill,
                difficulty=call.difficulty,
                seed=call.seed,
                parent=call.parent,
                parent_turn=call.parent_turn,
                status="ringing",
                started_at=datetime.now(UTC),
                duration_s=0.0,
                grade_state="pending",
            )
            session.add(row)
            session.flush()
            return row

    def get(self, call_id: str) -> CallRow | None:
        with self._database.read() as session:
            return session.get(CallRow, call_id)

    def page(self, limit: int, before: CallRow | None, owner: str | None = None) -> Sequence[CallRow]:
        """The owner's newest calls first; only those older than `before`. Without accounts calls have no owner."""
        query = (
            select(CallRow)
            .where(CallRow.owner == owner)
            .order_by(CallRow.started_at.desc(), CallRow.id.desc())
            .limit(limit)
        )
        if before is not None:
            query = query.where(
                or_(
                    CallRow.started_at < before.started_at,
                    and_(CallRow.started_at == before.started_at, CallRow.id < before.id),
                )
            )
        with self._database.read() as session:
            return session.scalars(query).all()

    def branches(self, call_id: str) -> Sequence[CallRow]:
        """The other attempts at a moment of this call, oldest first."""
        query = select(CallRow).where(CallRow.parent == call_id).order_by(CallRow.started_at, CallRow.id)
        with self._database.read() as session:
            return session.scalars(query).all()

    def practised(self, owner: str | None = None) -> dict[str, Practised]:
        """The owner's, by scenario id. Calls that nobody picked up don't count, nor do further attempts at a moment."""
        counts = (
            select(CallRow.scenario, func.count())
            .where(
                CallRow.owner == owner,
                CallRow.status.in_(("ended", "interrupted")),
                CallRow.duration_s > 0,
                CallRow.parent.is_(None),
            )
            .group_by(CallRow.scenario)
        )
        latest = (
            select(CallRow.scenario, GradeRow.score)
            .join(GradeRow, GradeRow.call_id == CallRow.id)
            .where(
                CallRow.owner == owner,
                GradeRow.score.is_not(None),
                GradeRow.aside.is_(False),
                CallRow.parent.is_(None),
            )
            .order_by(CallRow.started_at, GradeRow.id)
        )
        with self._database.read() as session:
            scores = {row.scenario: row.score for row in session.execute(latest)}
            return {
                scenario: Practised(calls=count, last_score=scores.get(scenario))
                for scenario, count in session.execute(counts).all()
            }

    def going_on(self) -> Sequence[CallRow]:
        """Calls that the database takes for live: at a start these are the ones a killed server left."""
        with self._database.read() as session:
            return session.scalars(select(CallRow).where(CallRow.status.in_(GOING_ON))).all()

    def ungraded(self) -> Sequence[str]:
        """Ids of finished calls whose grading hasn't come to an end."""
        query = select(CallRow.id).where(
            CallRow.status.in_(("ended", "interrupted")), CallRow.grade_state.in_(("pending", "running"))
        )
        with self._database.read() as session:
            return session.scalars(query.order_by(CallRow.started_at)).all()

    def set_status(self, call_id: str, status: str) -> None:
        self._update(call_id, status=status)

    def finish(self, call_id: str, status: str, reason: str, duration_s: float) -> None:
        """The call is over: `status` is "ended" or "interrupted"."""
        self._update(call_id, status=status, ended_reason=reason, duration_s=duration_s, ended_at=datetime.now(UTC))

    def set_grade_state(self, call_id: str, state: str, message: str | None = None) -> None:
        self._update(call_id, grade_state=state, grade_message=message)

    def add_grade(
        self,
        call_id: str,
        body: Mapping[str, Any],
        version: str,
        *,
        rubric: str = "",
        rubric_hash: str | None = None,
        method: str | None = None,
        log: Mapping[str, Any] | None = None,
        resumes: int | None = None,
        aside: bool = False,
    ) -> int | None:
        """Keep a grade, whose id this is, and mark the call's grading ready, both or neither; an `aside` one marks
        nothing. A call deleted meanwhile keeps none."""
        with self._database.write() as session:
            row = session.get(CallRow, call_id)
            if row is None:
                return None
            grade = GradeRow(
                call_id=call_id,
                rubric=rubric or row.rubric,
                rubric_version=version,
                score=body.get("score"),
                passed=body.get("passed"),
                graded_at=datetime.now(UTC),
                body=dict(body),
                rubric_hash=rubric_hash,
                method=method,
                log=None if log is None else dict(log),
                resumes=resumes,
                aside=aside,
            )
            session.add(grade)
            if not aside:
                row.grade_state, row.grade_message = "ready", None
            session.flush()
            return grade.id

    def delete(self, call_id: str) -> bool:
        """Its branches stay, as calls of their own."""
        with self._database.write() as session:
            row = session.get(CallRow, call_id)
            if row is None:
                return False
            session.execute(update(CallRow).where(CallRow.parent == call_id).values(parent=None, parent_turn=None))
            session.delete(row)
            return True

    def _update(self, call_id: str, **values: object) -> None:
        with self._database.write() as session:
            session.execute(update(CallRow).where(CallRow.id == call_id).values(**values))

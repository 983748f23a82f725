"""People's scores in the database: every query on them stands here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.coaching.levels import Level, kept, read
from server.storage.coaching_tables import Dispute, HumanScore, Review, RoundPart
from server.storage.database import Database


@dataclass(frozen=True, slots=True)
class NewScore:
    """A level that somebody gives; `machine` is what it stands beside."""

    call_id: str
    rubric: str
    criterion: str
    criterion_hash: str
    rater: str
    rater_name: str
    level: Level | None
    reason: str
    machine: Level | None

    def row(self) -> HumanScore:
        return HumanScore(
            call_id=self.call_id,
            rubric=self.rubric,
            criterion=self.criterion,
            criterion_hash=self.criterion_hash,
            kind="override",
            rater=self.rater,
            rater_name=self.rater_name,
            level=kept(self.level),
            reason=self.reason,
            machine=kept(self.machine),
            made_at=datetime.now(UTC),
        )


class Changed(Exception):
    """Somebody else was quicker: `now` is what stands."""

    def __init__(self, now: HumanScore | Dispute | None) -> None:
        super().__init__()
        self.now = now


class Scores:
    """Blocking: call it from a worker thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def overrides(self, call_id: str) -> Sequence[HumanScore]:
        """All that were ever given for a call, the oldest first."""
        query = select(HumanScore).where(HumanScore.call_id == call_id, HumanScore.kind == "override")
        with self._database.read() as session:
            return session.scalars(query.order_by(HumanScore.id)).all()

    def override(self, new: NewScore, version: int) -> HumanScore:
        """Put a score beside the machine's. `version` is the id of the one that the person saw, 0 for none.

        Raises Changed where another stands by now.
        """
        query = (
            select(HumanScore)
            .where(
                HumanScore.call_id == new.call_id,
                HumanScore.criterion == new.criterion,
                HumanScore.kind == "override",
            )
            .order_by(HumanScore.id.desc())
            .limit(1)
        )
        with self._database.write() as session:
            last = session.scalars(query).first()
            if (last.id if last else 0) != version:
                raise _changed(session, last)
            row = new.row()
            session.add(row)
            session.flush()
            return row

    def disputes(self, call_id: str) -> Sequence[Dispute]:
        query = select(Dispute).where(Dispute.call_id == call_id).order_by(Dispute.id)
        with self._database.read() as session:
            return session.scalars(query).all()

    def open_disputes(self) -> Sequence[Dispute]:
        query = select(Dispute).where(Dispute.settled_at.is_(None)).order_by(Dispute.id)
        with self._database.read() as session:
            return session.scalars(query).all()

    def dispute(self, dispute_id: int) -> Dispute | None:
        with self._database.read() as session:
            return session.get(Dispute, dispute_id)

    def open_dispute(self, call_id: str, criterion: str | None, by: str, by_name: str, reason: str) -> Dispute:
        """Raises Changed where the same is disputed already."""
        query = select(Dispute).where(
            Dispute.call_id == call_id, Dispute.criterion == criterion, Dispute.settled_at.is_(None)
        )
        with self._database.write() as session:
            if (there := session.scalars(query).first()) is not None:
                raise _changed(session, there)
            row = Dispute(
                call_id=call_id,
                criterion=criterion,
                by=by,
                by_name=by_name,
                reason=reason,
                opened_at=datetime.now(UTC),
            )
            session.add(row)
            session.flush()
            return row

    def settle(self, dispute_id: int, name: str, answer: str, score: NewScore | None) -> Dispute:
        """Answer a dispute, with the criterion's new level beside the machine's where there is one, both or neither.

        Raises Changed where it is settled already.
        """
        with self._database.write() as session:
            row = session.get(Dispute, dispute_id)
            if row is None or row.settled_at is not None:
                raise _changed(session, row)
            row.settled_at, row.settled_name, row.answer = datetime.now(UTC), name, answer
            if score is not None:
                row.level = kept(score.level)
                session.add(score.row())
            session.flush()
            return row

    def reviews(self, call_id: str) -> Sequence[Review]:
        query = select(Review).where(Review.call_id == call_id).order_by(Review.id)
        with self._database.read() as session:
            return session.scalars(query).all()

    def reviewed(self) -> frozenset[str]:
        """Ids of the calls that a coach has been through."""
        with self._database.read() as session:
            return frozenset(session.scalars(select(Review.call_id).distinct()))

    def review(self, call_id: str, coach: str, coach_name: str) -> Review:
        with self._database.write() as session:
            row = Review(call_id=call_id, coach=coach, coach_name=coach_name, reviewed_at=datetime.now(UTC))
            session.add(row)
            session.flush()
            return row

    def blind(self, rubric: str) -> Sequence[HumanScore]:
        """Scores of a rubric's criteria that were given without sight of the judge's, and handed in."""
        query = (
            select(HumanScore)
            .join(
                RoundPart,
                (RoundPart.round_id == HumanScore.round_id) & (RoundPart.rater == HumanScore.rater),
            )
            .where(HumanScore.rubric == rubric, HumanScore.kind == "blind")
            .order_by(HumanScore.id)
        )
        with self._database.read() as session:
            return session.scalars(query).all()

    def overrides_of(self, rubric: str) -> Sequence[HumanScore]:
        """All overrides of a rubric's criteria, the oldest first."""
        query = select(HumanScore).where(HumanScore.rubric == rubric, HumanScore.kind == "override")
        with self._database.read() as session:
            return session.scalars(query.order_by(HumanScore.id)).all()


def _changed(session: Session, now: HumanScore | Dispute | None) -> Changed:
    """The row is let go of, so that it can still be read once the transaction is undone."""
    if now is not None:
        session.expunge(now)
    return Changed(now)


def standing(overrides: Iterable[HumanScore]) -> dict[str, HumanScore]:
    """The last override of each criterion, also one that takes an earlier one back."""
    return {score.criterion: score for score in overrides}


def levels(overrides: Mapping[str, HumanScore]) -> dict[str, Level]:
    """The levels that people have put beside the machine's."""
    found = {criterion: read(score.level) for criterion, score in overrides.items()}
    return {criterion: level for criterion, level in found.items() if level is not None}

"""Calibration rounds in the database: every query on them stands here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, select

from server.coaching.levels import Level, kept
from server.storage.coaching_tables import HumanScore, Round, RoundCall, RoundPart
from server.storage.database import Database


class HandedIn(Exception):
    """This person has handed the round in: nothing of it changes any more."""


class Rounds:
    """Blocking: call it from a worker thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, title: str, rubric: str, rubric_hash: str, by: str, calls: Sequence[str]) -> Round:
        with self._database.write() as session:
            row = Round(title=title, rubric=rubric, rubric_hash=rubric_hash, opened_by=by, opened_at=datetime.now(UTC))
            session.add(row)
            session.flush()
            session.add_all(RoundCall(round_id=row.id, call_id=call, place=place) for place, call in enumerate(calls))
            return row

    def all(self) -> Sequence[Round]:
        """The newest first."""
        with self._database.read() as session:
            return session.scalars(select(Round).order_by(Round.id.desc())).all()

    def get(self, round_id: int) -> Round | None:
        with self._database.read() as session:
            return session.get(Round, round_id)

    def calls(self, round_id: int) -> Sequence[str]:
        """Ids of its calls, in its order; deleted ones are gone."""
        query = select(RoundCall.call_id).where(RoundCall.round_id == round_id).order_by(RoundCall.place)
        with self._database.read() as session:
            return session.scalars(query).all()

    def parts(self, round_id: int) -> Sequence[RoundPart]:
        """Who has handed it in, in the order in which they did."""
        query = select(RoundPart).where(RoundPart.round_id == round_id).order_by(RoundPart.handed_in_at)
        with self._database.read() as session:
            return session.scalars(query).all()

    def scores(self, round_id: int, rater: str | None = None) -> Sequence[HumanScore]:
        """One person's levels, or all people's."""
        query = select(HumanScore).where(HumanScore.round_id == round_id).order_by(HumanScore.id)
        if rater is not None:
            query = query.where(HumanScore.rater == rater)
        with self._database.read() as session:
            return session.scalars(query).all()

    def score(
        self, row: Round, call_id: str, rater: str, rater_name: str, given: Mapping[str, tuple[str, Level | None]]
    ) -> None:
        """Keep somebody's levels of a call in place of their former ones: criterion -> (its hash, level).

        Raises HandedIn.
        """
        with self._database.write() as session:
            if session.get(RoundPart, (row.id, rater)) is not None:
                raise HandedIn
            session.execute(
                delete(HumanScore).where(
                    HumanScore.round_id == row.id, HumanScore.call_id == call_id, HumanScore.rater == rater
                )
            )
            session.add_all(
                HumanScore(
                    call_id=call_id,
                    rubric=row.rubric,
                    criterion=criterion,
                    criterion_hash=criterion_hash,
                    kind="blind",
                    round_id=row.id,
                    rater=rater,
                    rater_name=rater_name,
                    level=kept(level),
                    reason="",
                    machine=None,
                    made_at=datetime.now(UTC),
                )
                for criterion, (criterion_hash, level) in given.items()
            )

    def hand_in(self, round_id: int, rater: str, rater_name: str) -> None:
        """Raises HandedIn where it is handed in already."""
        with self._database.write() as session:
            if session.get(RoundPart, (round_id, rater)) is not None:
                raise HandedIn
            session.add(
                RoundPart(round_id=round_id, rater=rater, rater_name=rater_name, handed_in_at=datetime.now(UTC))
            )

    def blind_for(self, call_id: str, rater: str) -> bool:
        """Whether this person has begun to score the call in a round that they haven't handed in: the judge's levels
        are to be kept from them until then."""
        begun = (
            select(HumanScore.round_id)
            .where(HumanScore.call_id == call_id, HumanScore.rater == rater, HumanScore.kind == "blind")
            .where(
                ~select(RoundPart).where(RoundPart.round_id == HumanScore.round_id, RoundPart.rater == rater).exists()
            )
        )
        with self._database.read() as session:
            return session.scalars(begun.limit(1)).first() is not None

"""Which rubric grades, and which of its criteria may be counted: a change is measured before it is switched on."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import asdict, dataclass

import structlog

from rubrics.rubric import Rubric
from server.calls.grading import NothingToGrade, keep
from server.calls.judging import RubricGrader
from server.catalogue import Catalogue
from server.coaching.calibration import Bar, Change, CriterionFigures, Evidence, Levels, changes, figures
from server.coaching.scores import Scores
from server.coaching.standard_store import StandardStore
from server.storage.calls import CallStore
from server.storage.coaching_tables import Standard
from server.storage.database import Database
from server.storage.frozen import FrozenRubrics

UNPROVEN = "the judge has changed, and hasn't been held against people's scores yet"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Agreement:
    """What is published on a rubric: its standard in force, one figure a criterion, and what may follow it."""

    standard: Standard
    rubric: Rubric
    criteria: list[CriterionFigures]
    unjudged: int
    candidate: Standard | None


class Standards:
    """Blocking, but for `run`: call it from a worker thread."""

    def __init__(
        self, database: Database, catalogue: Catalogue, frozen: FrozenRubrics, calls: CallStore, bar: Bar
    ) -> None:
        self._catalogue, self._frozen, self._calls, self.bar = catalogue, frozen, calls, bar
        self._scores, self._store = Scores(database), StandardStore(database)
        self._grader: RubricGrader | None = None
        self._due: asyncio.Queue[str] = asyncio.Queue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[tuple[int, ...], Agreement | None]] = {}

    def of(self, grader: RubricGrader) -> None:
        """The grader whose method is the one at hand; it asks back which rubric to go by."""
        self._grader = grader

    def rubric_to_grade_by(self, rubric_id: str) -> Rubric | None:
        """The rubric in force, which isn't the library's while a new version of it is being measured."""
        rubric = self._catalogue.rubrics.get(rubric_id)
        if rubric is None:
            return None
        standard = self._settled(rubric)
        if standard.rubric_hash == rubric.hash:
            return rubric
        return self._frozen.get(standard.rubric_hash) or rubric

    def is_published(self, rubric_id: str, criterion_id: str) -> bool:
        """Whether a certificate may count this criterion: it agrees with people as far as the bar asks."""
        found = self.agreement(rubric_id)
        return found is not None and any(one.published for one in found.criteria if one.criterion.id == criterion_id)

    def published(self, rubric_id: str) -> dict[str, str]:
        """Why each criterion is withheld, empty where it is published; {} for a rubric that was never used."""
        found = self.agreement(rubric_id)
        return {} if found is None else {one.criterion.id: one.withheld for one in found.criteria}

    def agreement(self, rubric_id: str) -> Agreement | None:
        """None for a rubric that was never used to grade."""
        stamp = self._store.stamp(rubric_id)
        with self._lock:
            kept = self._kept.get(rubric_id)
        if kept is not None and kept[0] == stamp:
            return kept[1]
        made = self._agreement(rubric_id)
        with self._lock:
            self._kept[rubric_id] = (stamp, made)
        return made

    def switch(self, standard_id: int, name: str) -> bool:
        """Put a candidate in force that was measured; False where it is none."""
        standard = self._store.get(standard_id)
        return standard is not None and standard.state == "waiting" and self._store.switch(standard_id, name)

    def levels(self, rubric_id: str, rubric_hash: str) -> Levels:
        """What the method in force makes of all calls by this rubric, by call and criterion."""
        force = self._store.in_force(rubric_id)
        return {} if force is None else self._store.levels(rubric_hash, force.method)

    def versions(self, rubric_id: str) -> dict[str, int]:
        """The version of each frozen copy of a rubric, by its hash."""
        return {one.hash: one.version for one in self._frozen.versions(rubric_id)}

    def get(self, standard_id: int) -> Standard | None:
        return self._store.get(standard_id)

    def measure_soon(self, rubric_id: str) -> None:
        """Have all that people scored judged by the standards at hand, in the background; from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._due.put_nowait, rubric_id)

    async def run(self) -> None:
        """The one task that measures; at its start whatever has changed since the last time."""
        self._loop = asyncio.get_running_loop()
        for rubric_id in self._catalogue.rubrics:
            self._due.put_nowait(rubric_id)
        while True:
            rubric_id = await self._due.get()
            try:
                await asyncio.to_thread(self.measure, rubric_id)
            except Exception:
                log.exception("a standard can't be measured", rubric=rubric_id)
            finally:
                self._due.task_done()

    async def finished(self) -> None:
        """Wait until nothing is left to measure."""
        await self._due.join()

    def measure(self, rubric_id: str) -> None:
        """Judge what people have scored, by what is in force and by what may follow it; what loses nothing follows."""
        rubric, force = self._catalogue.rubrics.get(rubric_id), self._store.in_force(rubric_id)
        if rubric is None or force is None:
            return
        force = self._settled(rubric)
        if force.method == self._method:
            self._judge(force)
        candidate = next((one for one in self._store.all(rubric_id) if one.state == "measuring"), None)
        if candidate is None:
            return
        self._frozen.freeze(rubric)
        problem = self._judge(candidate)
        compared = self._compared(force, candidate)
        shown = [{**asdict(change), "drop": change.drop} for change in compared]
        if problem is None and not any(change.drop for change in compared):
            self._store.switch(candidate.id, None, shown)
            log.info("standard switched on", rubric=rubric_id, standard=candidate.id)
        else:
            self._store.waiting(candidate.id, shown, problem)
            log.warning("a standard waits to be switched on", rubric=rubric_id, standard=candidate.id)

    @property
    def _method(self) -> str:
        assert self._grader is not None
        return self._grader.method.fingerprint

    def _settled(self, rubric: Rubric) -> Standard:
        """The standard in force. What is new is so at once where people have scored nothing that it could lose."""
        at_hand = (rubric.hash, self._method)
        with self._lock:
            force = self._store.in_force(rubric.id)
            if force is None:
                self._frozen.freeze(rubric)
                return self._store.add(rubric.id, *at_hand, "in_force")
            if (force.rubric_hash, force.method) == at_hand:
                return force
            new = next((one for one in self._store.all(rubric.id) if one.state in ("measuring", "waiting")), None)
            if new is None or (new.rubric_hash, new.method) != at_hand:
                new = self._store.add(rubric.id, *at_hand, "measuring")
                if not self._store.scored_by_people(rubric.id):
                    self._frozen.freeze(rubric)
                    self._store.switch(new.id, None)
                    return self._store.get(new.id) or new
                self.measure_soon(rubric.id)
            return force

    def _judge(self, standard: Standard) -> str | None:
        """Grade aside whatever people scored and this standard hasn't; what couldn't be, in words."""
        assert self._grader is not None
        rubric = self._frozen.get(standard.rubric_hash)
        if rubric is None:
            return "its rubric wasn't kept"
        there = self._store.levels(standard.rubric_hash, standard.method)
        wanted = [call for call in self._store.scored_by_people(standard.rubric) if call not in there]
        failed = 0
        for done, call_id in enumerate(wanted):
            self._store.progress(standard.id, done, len(wanted))
            row = self._calls.get(call_id)
            if row is None:
                continue
            try:
                graded = self._grader.by(rubric, row, lambda _done, _total: None)
            except NothingToGrade:
                failed += 1
                continue
            keep(self._calls, call_id, graded, aside=True)
        self._store.progress(standard.id, len(wanted), len(wanted))
        return f"{failed} of {len(wanted)} calls couldn't be judged" if failed else None

    def _compared(self, force: Standard, candidate: Standard) -> list[Change]:
        """Over the calls that both have judged, so that the two are held against the same labels."""
        old, new = (self._store.levels(one.rubric_hash, one.method) for one in (force, candidate))
        both = old.keys() & new.keys()
        before, after = (self._frozen.get(one.rubric_hash) for one in (force, candidate))
        if before is None or after is None:
            return []
        evidence = self._evidence(force.rubric)
        shared = Evidence(
            [score for score in evidence.blind if score.call_id in both],
            evidence.overrides,
            evidence.reviewed & both,
        )
        return changes(figures(before, shared, old, self.bar), figures(after, shared, new, self.bar))

    def _agreement(self, rubric_id: str) -> Agreement | None:
        force = self._store.in_force(rubric_id)
        rubric = self._frozen.get(force.rubric_hash) if force else None
        if force is None or rubric is None:
            return None
        machine = self._store.levels(force.rubric_hash, force.method)
        unproven = "" if force.method == self._method else UNPROVEN
        wanted = self._store.scored_by_people(rubric_id)
        waiting = next((one for one in self._store.all(rubric_id) if one.state in ("measuring", "waiting")), None)
        return Agreement(
            force,
            rubric,
            figures(rubric, self._evidence(rubric_id), machine, self.bar, unproven=unproven),
            sum(call not in machine for call in wanted),
            waiting,
        )

    def _evidence(self, rubric_id: str) -> Evidence:
        return Evidence(self._scores.blind(rubric_id), self._scores.overrides_of(rubric_id), self._scores.reviewed())

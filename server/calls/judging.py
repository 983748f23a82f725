"""Grades one call by a rubric, keeps what the engines answered, and gives what can be given where one of them fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog
from pydantic import ValidationError

from rubrics.grade import grade, score
from rubrics.moves import Recognize, recognize_moves
from rubrics.rubric import Criterion, Rubric
from rubrics.transcript import Transcript
from server.calls import results
from server.calls.grading import Graded, NothingToGrade, Report
from server.calls.method import method_of
from server.calls.situation import Situation, kept
from server.catalogue import Catalogue
from server.storage.folders import CallFolders
from server.storage.frozen import FrozenRubrics
from server.storage.tables import CallRow, GradeRow
from voice.record import CallRecord

log = structlog.get_logger(__name__)


class RubricGrader:
    """`server.calls.grading.Grader`: blocking, for a worker thread.

    Give it the recogniser that the director asks during calls: one that remembers has recognised nearly all by the end.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        folders: CallFolders,
        frozen: FrozenRubrics,
        recognize: Recognize = recognize_moves,
        rubric_for: Callable[[str], Rubric | None] | None = None,
    ) -> None:
        """`rubric_for` says which rubric is in force under an id; the catalogue's, where nothing is given."""
        self._rubric_for = rubric_for or (lambda rubric_id: catalogue.rubrics.get(rubric_id))
        self._catalogue, self._folders, self._frozen, self._recognize = catalogue, folders, frozen, recognize
        self.method = method_of(recognize)

    def __call__(self, row: CallRow, report: Report) -> Graded:
        """By the rubric that is in force, going on from the last grade where that one is unfinished."""
        rubric = self._rubric_for(row.rubric)
        if rubric is None:
            raise NothingToGrade(f"the rubric {row.rubric!r} isn't in the library; put it back and grade again")
        return self.by(rubric, row, report, resumed=self._unfinished(row, rubric))

    def by_frozen(self, rubric_hash: str, row: CallRow) -> Graded:
        """By a rubric as it was kept. Raises NothingToGrade."""
        try:
            rubric = self._frozen.get(rubric_hash)
        except ValidationError as error:
            raise NothingToGrade(
                f"rubric {rubric_hash[:12]} was kept by another version of Ringside, which this one can't read"
            ) from error
        if rubric is None:
            raise NothingToGrade(f"no rubric {rubric_hash[:12]!r} was used before; choose one of the list")
        return self.by(rubric, row, lambda _done, _total: None)

    def by(self, rubric: Rubric, row: CallRow, report: Report, resumed: GradeRow | None = None) -> Graded:
        """By this rubric, which is frozen with it. Raises NothingToGrade."""
        record = results.read_record(self._folders.of(row.id))
        if not record.learner_turns:
            raise NothingToGrade("there is nothing to grade: the learner didn't say anything")
        situation = kept(self._folders.of(row.id)) or Situation.now(self._catalogue, row.scenario)
        asked = Answers(self._recognize, resumed.log if resumed else None)
        body = judged(record, rubric, situation.scenario.kind if situation else "", asked, report)
        body["method"] |= {
            "judge": self.method.judge,
            "judge_hash": self.method.judge_hash,
            "models": dict(self.method.models),
            "prompts_hash": self.method.prompts_hash,
            "fingerprint": self.method.fingerprint,
        }
        self._frozen.freeze(rubric)
        return Graded(
            body,
            str(rubric.version),
            rubric=rubric.id,
            rubric_hash=rubric.hash,
            method=self.method.fingerprint,
            log=asked.to_json(),
            resumes=resumed.id if resumed else None,
        )

    def _unfinished(self, row: CallRow, rubric: Rubric) -> GradeRow | None:
        """The grade to go on from: it is unfinished, and was made with the same rubric and method."""
        last = row.grade
        if last is None or not last.body.get("unfinished"):
            return None
        return last if (last.rubric_hash, last.method) == (rubric.hash, self.method.fingerprint) else None


class Answers:
    """Asks the recogniser and writes down what it answered; what a former grade wrote down isn't asked again."""

    def __init__(self, recognize: Recognize, former: Mapping[str, Any] | None = None) -> None:
        self._recognize = recognize
        self._known = {(one["text"], one["before"]): frozenset(one["moves"]) for one in (former or {}).get("moves", [])}
        self._given: dict[tuple[str, str], frozenset[str]] = {}

    def __call__(self, text: str, before: str = "") -> frozenset[str]:
        key = (text, before)
        if key not in self._given:
            self._given[key] = self._known[key] if key in self._known else frozenset(self._recognize(text, before))
        return self._given[key]

    def to_json(self) -> dict[str, Any]:
        """`{"moves": [{"text", "before", "moves"}]}`, in the order of the call."""
        return {
            "moves": [
                {"text": text, "before": before, "moves": sorted(moves)}
                for (text, before), moves in self._given.items()
            ]
        }


def judged(record: CallRecord, rubric: Rubric, kind: str, recognize: Recognize, report: Report) -> dict[str, Any]:
    """The grade's JSON with `unfinished`: the criteria that couldn't be judged because an engine failed, and why.

    Raises NothingToGrade where that is all of them.
    """
    try:
        return {**grade(record, rubric, kind=kind, report=report, recognize=recognize).to_json(), "unfinished": []}
    except Exception:
        log.warning("a grade can only be made in part", call=record.id, rubric=rubric.id, exc_info=True)
    failed = _failures(Transcript(record, recognize), rubric.criteria)
    sound = _without(rubric, failed)
    if sound is None:
        why = next(iter(failed.values()))
        raise NothingToGrade(f"no criterion could be judged: {why}. Grade it again once that is mended.")
    body = grade(record, sound, kind=kind, report=report, recognize=recognize).to_json()
    return _completed(body, rubric, failed)


def _failures(call: Transcript, criteria: Sequence[Criterion]) -> dict[str, str]:
    failed = {}
    for criterion in criteria:
        try:
            score(call, criterion)
        except Exception as error:
            failed[criterion.id] = reason(error)
    return failed


def reason(error: Exception) -> str:
    """Why an engine didn't judge, for people: the log has the rest."""
    if isinstance(error, TimeoutError):
        return "the judge took too long"
    if isinstance(error, ValueError | KeyError | TypeError):
        return f"the judge's answer couldn't be read ({type(error).__name__})"
    return f"the judge couldn't be asked ({type(error).__name__})"


def _without(rubric: Rubric, failed: Mapping[str, str]) -> Rubric | None:
    sections = []
    for section in rubric.sections:
        criteria = tuple(criterion for criterion in section.criteria if criterion.id not in failed)
        if criteria:
            sections.append(section.model_copy(update={"criteria": criteria}))
    return rubric.model_copy(update={"sections": tuple(sections)}) if sections else None


def _completed(body: dict[str, Any], rubric: Rubric, failed: Mapping[str, str]) -> dict[str, Any]:
    """The grade of the sound criteria with the failed ones in their places, not scored."""
    sections = {section["id"]: section for section in body["sections"]}
    scored = {one["id"]: one for section in body["sections"] for one in section["criteria"]}
    body["sections"] = [
        {
            "id": section.id,
            "title": section.title,
            "score": sections[section.id]["score"] if section.id in sections else None,
            "criteria": [
                scored.get(criterion.id) or _not_judged(criterion, failed[criterion.id])
                for criterion in section.criteria
            ],
        }
        for section in rubric.sections
    ]
    total = sum(criterion.weight for criterion in rubric.criteria)
    sound = sum(criterion.weight for criterion in rubric.criteria if criterion.id not in failed)
    body["coverage"] = round(body["coverage"] * sound / total, 4)
    if body["passed"] and any(criterion.critical and criterion.id in failed for criterion in rubric.criteria):
        body["passed"] = None
    body["method"]["rubric_hash"] = rubric.hash
    body["unfinished"] = [{"criterion": name, "why": why} for name, why in failed.items()]
    return body


def _not_judged(criterion: Criterion, why: str) -> dict[str, Any]:
    return {
        "id": criterion.id,
        "title": criterion.title,
        "kind": criterion.kind,
        "skill": criterion.skill,
        "weight": criterion.weight,
        "critical": criterion.critical,
        "level": None,
        "confidence": 0.0,
        "why": why,
        "evidence": [],
    }

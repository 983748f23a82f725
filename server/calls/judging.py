"""Grades one call by its scenario's rubric."""

from __future__ import annotations

from rubrics.moves import Recognize, recognize_moves
from server.calls import results
from server.calls.grading import Graded, NothingToGrade, Report
from server.calls.situation import Situation, kept
from server.catalogue import Catalogue
from server.storage.folders import CallFolders
from server.storage.tables import CallRow


class RubricGrader:
    """`server.calls.grading.Grader`: blocking, for a worker thread.

    Give it the recogniser that the director asks during calls: one that remembers has recognised nearly all by the end.
    """

    def __init__(self, catalogue: Catalogue, folders: CallFolders, recognize: Recognize = recognize_moves) -> None:
        self._catalogue, self._folders, self._recognize = catalogue, folders, recognize

    def __call__(self, row: CallRow, report: Report) -> Graded:
        from rubrics.grade import grade

        rubric = self._catalogue.rubrics.get(row.rubric)
        if rubric is None:
            raise NothingToGrade(f"the rubric {row.rubric!r} isn't in the library; put it back and grade again")
        record = results.read_record(self._folders.of(row.id))
        if not record.learner_turns:
            raise NothingToGrade("there is nothing to grade: the learner didn't say anything")
        situation = kept(self._folders.of(row.id)) or Situation.now(self._catalogue, row.scenario)
        kind = situation.scenario.kind if situation else ""
        result = grade(record, rubric, kind=kind, report=report, recognize=self._recognize)
        return Graded(result.to_json(), str(rubric.version))

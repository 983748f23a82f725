"""Grades one call by its scenario's rubric."""

from __future__ import annotations

from server.calls import results
from server.calls.grading import Graded, NothingToGrade, Report
from server.catalogue import Catalogue
from server.storage.folders import CallFolders
from server.storage.tables import CallRow


class RubricGrader:
    """`server.calls.grading.Grader`: blocking, for a worker thread."""

    def __init__(self, catalogue: Catalogue, folders: CallFolders) -> None:
        self._catalogue, self._folders = catalogue, folders

    def __call__(self, row: CallRow, report: Report) -> Graded:
        from rubrics.grade import grade

        rubric = self._catalogue.rubrics.get(row.rubric)
        if rubric is None:
            raise NothingToGrade(f"the rubric {row.rubric!r} isn't in the library; put it back and grade again")
        record = results.read_record(self._folders.of(row.id))
        if not record.learner_turns:
            raise NothingToGrade("there is nothing to grade: the learner didn't say anything")
        scenario = self._catalogue.scenarios.get(row.scenario)
        result = grade(record, rubric, kind=scenario.kind if scenario else "", report=report)
        return Graded(result.to_json(), str(rubric.version))

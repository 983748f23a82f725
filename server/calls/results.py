"""What is shown of a call: read off its row, its journal and its tape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from personas.persona import Persona
from server.calls import latency
from server.calls.grading import Progress
from server.calls.retry import PAST, Past, places, whole
from server.calls.schemas import (
    Branch,
    CallDetail,
    CallSummary,
    GradeProgress,
    IdAndTitle,
    Moment,
    PeaksOut,
    PersonaCard,
    TapeLink,
    TurnSaid,
    WordSaid,
)
from server.calls.wording import worded
from server.storage.folders import CallFolder
from server.storage.tables import CallRow
from voice import journal, waveform
from voice.record import CallRecord
from voice.tape import TAPE_NAME, TapeError, duration_s

_KEPT = 64  # calls whose journal stays read: a page asks several times for the same


def persona_card(persona: Persona) -> PersonaCard:
    return PersonaCard(
        id=persona.id, name=persona.name, role=persona.role, company=persona.company, pronoun=persona.pronoun
    )


def summary(row: CallRow) -> CallSummary:
    grade = row.grade
    return CallSummary(
        id=row.id,
        scenario=row.scenario,
        title=row.title,
        persona=PersonaCard(**row.persona),
        started_at=row.started_at,
        duration_s=row.duration_s,
        status=row.status,
        score=grade.score if grade else None,
        passed=grade.passed if grade else None,
        grade_state=row.grade_state,
        drill=row.drill,
        parent=parent(row),
    )


def detail(row: CallRow, folder: CallFolder, progress: Progress, branches: Sequence[CallRow]) -> CallDetail:
    call, speed = _read(folder)
    grade = row.grade
    tape = tape_path(folder)
    return CallDetail(
        id=row.id,
        scenario=IdAndTitle(id=row.scenario, title=row.title),
        persona=PersonaCard(**row.persona),
        drill=row.drill,
        difficulty=row.difficulty,
        seed=row.seed,
        started_at=row.started_at,
        duration_s=max(row.duration_s, call.duration_s),
        status=row.status,
        ended_reason=row.ended_reason,
        turns=turns_said(call),
        grade_state=GradeProgress(
            state=row.grade_state, done=progress.done, total=progress.total, message=row.grade_message
        ),
        grade=grade.body if grade else None,
        latency=dict(speed),
        tape=None if tape is None else TapeLink(url=f"/api/calls/{row.id}/tape", duration_s=tape_seconds(tape)),
        debrief=dict(call.decisions[-1].notes) if call.decisions else None,
        wording=worded(call.decisions),
        parent=parent(row),
        branches=[branch(each) for each in branches],
    )


def parent(row: CallRow) -> Moment | None:
    return None if row.parent is None or row.parent_turn is None else Moment(call=row.parent, turn=row.parent_turn)


def branch(row: CallRow) -> Branch:
    return Branch(
        id=row.id,
        turn=row.parent_turn or 0,
        started_at=row.started_at,
        status=row.status,
        score=row.grade.score if row.grade else None,
    )


def read_record(folder: CallFolder) -> CallRecord:
    """The call's record, empty if nothing was ever written; of another attempt with what went before it."""
    return _read(folder)[0]


def read_latency(folder: CallFolder) -> Mapping[str, Any]:
    """How quickly the customer answered (`server.calls.latency.report`)."""
    return _read(folder)[1]


def tape_path(folder: CallFolder) -> Path | None:
    path = folder.tape / TAPE_NAME
    return path if path.is_file() else None


def peaks(folder: CallFolder, buckets: int) -> PeaksOut | None:
    """Quick after the first time: the waveform is kept beside the tape. None without a tape that can be read."""
    path = tape_path(folder)
    if path is None:
        return None
    try:
        found = waveform.peaks(path, buckets)
    except TapeError:
        return None
    return PeaksOut(learner=list(found.learner), customer=list(found.customer), duration_s=found.duration_s)


def turns_said(call: CallRecord) -> list[TurnSaid]:
    """What was said, as the page shows it."""
    return [
        TurnSaid(
            index=turn.index,
            who=turn.who,
            text=turn.text,
            start_s=turn.start_s,
            end_s=turn.end_s,
            interrupted=turn.interrupted,
            speaker=turn.speaker,
            words=[WordSaid(text=word.text, start_s=word.start_s, end_s=word.end_s) for word in turn.words],
        )
        for turn in call.turns
    ]


def _read(folder: CallFolder) -> tuple[CallRecord, Mapping[str, Any]]:
    try:
        stat = folder.journal.stat()
    except FileNotFoundError:
        return CallRecord(id=folder.path.name, scenario="", turns=()), latency.report([])
    return _read_version(folder.journal, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=_KEPT)
def _read_version(path: Path, _changed_ns: int, _bytes: int) -> tuple[CallRecord, Mapping[str, Any]]:
    entries = journal.read_journal(path)
    own, speed = journal.record(entries), latency.report(entries)
    if PAST not in own.facts:
        return own, speed
    past = Past.from_json(own.facts[PAST])
    place = places(past, own)
    turns = [{**turn, "turn": place[turn["turn"]]} for turn in speed["turns"]]
    return whole(past, own), {**speed, "turns": turns}


def tape_seconds(tape: Path) -> float:
    """How long a tape is; 0 for one that can't be read."""
    return _tape_version_seconds(tape, tape.stat().st_mtime_ns)


@lru_cache(maxsize=_KEPT)
def _tape_version_seconds(tape: Path, _changed_ns: int) -> float:
    try:
        return duration_s(tape)
    except TapeError:
        return 0.0

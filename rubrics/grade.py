"""The grade of a call: a score that shows its work. Same record and rubric, same grade."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rubrics import delivery
from rubrics.advice import advise, better_line
from rubrics.delivery import Reading, readings
from rubrics.evidence import Evidence, Quote, locate, matches
from rubrics.judge import choose, judge
from rubrics.moves import Recognize, recognize_moves
from rubrics.outcome import judge_outcome
from rubrics.phrase import judge_phrase, phrase_of
from rubrics.rubric import Criterion, Kind, Phrase, Rubric
from rubrics.transcript import Transcript
from rubrics.verdict import Level, Verdict, quotes
from voice.record import CallRecord

METHOD = "checks-2"
"""Name of the way of judging, recorded with each grade: rules over moves, their order and shared words."""
_PHRASE = 0.85
"""Confidence of a phrase: set by hand, since few are among the calls that the others were measured on."""
_READ_OFF = 1.0
"""Confidence of what is read off timings or the journal."""
_CRITICAL_URGENCY = 3.0
"""A missed critical criterion is what to mend first, unless others weigh three times as much."""
_MOST_STRENGTHS = 3


@dataclass(frozen=True, slots=True)
class Scored:
    """One criterion's level with its evidence. `level` None is "not scored", and `why` says why.

    `confidence` is the share of judgements of its `kind` that were right on calls with gold labels.
    """

    criterion: Criterion
    level: Level
    confidence: float
    why: str
    evidence: tuple[Evidence, ...]
    judge: str | None
    moment: Evidence | None
    dropped: int
    kind: str = ""

    def to_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "id": self.criterion.id,
            "title": self.criterion.title,
            "kind": self.criterion.kind,
            "skill": self.criterion.skill,
            "weight": self.criterion.weight,
            "critical": self.criterion.critical,
            "level": self.level,
            "confidence": round(self.confidence, 2),
            "why": self.why,
            "evidence": [evidence.to_json() for evidence in self.evidence],
        }
        if self.level in (0, 1):
            body["advice"] = advise(self.criterion, self.judge)
        return body


@dataclass(frozen=True, slots=True)
class Fix:
    """The one thing to do differently, at one moment."""

    criterion: Criterion
    at: Evidence
    advice: str
    better_line: str
    moment: str | None

    def to_json(self) -> dict[str, Any]:
        return {
            "criterion": self.criterion.id,
            "title": self.criterion.title,
            **self.at.to_json(),
            "advice": self.advice,
            "better_line": self.better_line,
            "moment": self.moment,
        }


@dataclass(frozen=True, slots=True)
class Grade:
    """A graded call. `score` is 0 to 100 over what was scored, None where nothing could be; `why` says so."""

    rubric: Rubric
    score: float | None
    passed: bool | None
    coverage: float
    why: str
    scored: tuple[Scored, ...]
    fix: Fix | None
    strengths: tuple[Scored, ...]
    measures: tuple[Reading, ...]

    @property
    def critical_missed(self) -> tuple[str, ...]:
        return tuple(one.criterion.id for one in self.scored if one.criterion.critical and one.level == 0)

    def to_json(self) -> dict[str, Any]:
        """The grade as the server and the page exchange it."""
        by_id = {one.criterion.id: one for one in self.scored}
        return {
            "rubric": {"id": self.rubric.id, "version": self.rubric.version, "title": self.rubric.title},
            "score": self.score,
            "passed": self.passed,
            "coverage": self.coverage,
            "why": self.why,
            "critical_missed": list(self.critical_missed),
            "sections": [
                {
                    "id": section.id,
                    "title": section.title,
                    "score": score_of([by_id[criterion.id] for criterion in section.criteria]),
                    "criteria": [by_id[criterion.id].to_json() for criterion in section.criteria],
                }
                for section in self.rubric.sections
            ],
            "fix": self.fix.to_json() if self.fix else None,
            "strengths": [
                {"criterion": one.criterion.id, "title": one.criterion.title, **one.evidence[0].to_json()}
                for one in self.strengths
            ],
            "measures": [reading.to_json() for reading in self.measures],
            "method": {
                "judge": METHOD,
                "rubric_hash": self.rubric.hash,
                "checks": {one.criterion.id: one.judge for one in self.scored if one.criterion.kind == "behaviour"},
                "quotes_dropped": sum(one.dropped for one in self.scored),
            },
        }


def grade(
    record: CallRecord,
    rubric: Rubric,
    *,
    kind: str = "",
    report: Callable[[int, int], None] | None = None,
    recognize: Recognize = recognize_moves,
) -> Grade:
    """Grade a call by a rubric.

    `kind` ("sales", "service", "collections") chooses the ranges shown beside the measures. `report(done, total)` is
    called after each criterion. `recognize` is asked once for each of the learner's turns; one that remembers what was
    asked during the call leaves next to nothing to do at its end. Never raises for what stands in the record: a call of
    one word, without either side or with overlapping turns gets a grade that says what couldn't be scored.
    """
    call = Transcript(record, recognize)
    criteria = rubric.criteria
    scored = []
    for criterion in criteria:
        scored.append(score(call, criterion))
        if report is not None:
            report(len(scored), len(criteria))
    total = sum(criterion.weight for criterion in criteria)
    covered = sum(one.criterion.weight for one in scored if one.level is not None)
    value = score_of(scored)
    return Grade(
        rubric=rubric,
        score=value,
        passed=_passed(rubric, scored, value),
        coverage=round(covered / total, 4),
        why=_why(call, value),
        scored=tuple(scored),
        fix=_fix(call, scored),
        strengths=_strengths(scored),
        measures=readings(record, kind),
    )


def score_of(scored: list[Scored]) -> float | None:
    """Weighted share of the levels, 0 to 100, over what was scored; N/A and not scored leave the denominator."""
    levels = [(one.criterion.weight, one.level) for one in scored if isinstance(one.level, int)]
    weight = sum(weight for weight, _ in levels)
    return round(100 * sum(weight * level / 2 for weight, level in levels) / weight, 1) if weight else None


_JUDGED: Mapping[Kind, str] = {"measure": "timings", "outcome": "journal", "phrase": "phrase"}


def score(call: Transcript, criterion: Criterion) -> Scored:
    """One criterion. A level whose quotes don't stand in the transcript isn't given."""
    name: str | None = _JUDGED.get(criterion.kind)
    kind = ""
    if not call.learner and criterion.kind != "behaviour":
        verdict, confidence = Verdict(None, "the learner says nothing"), 0.0
    elif criterion.kind == "measure":
        verdict, confidence = _measured(call, criterion), _READ_OFF
    elif criterion.kind == "outcome" and criterion.outcome is not None:
        verdict, confidence = judge_outcome(call, criterion.outcome), _READ_OFF
    elif criterion.kind == "phrase" and (phrase := criterion.phrase or _quoted(criterion)) is not None:
        verdict, confidence = judge_phrase(call, phrase), _PHRASE
    else:
        verdict, confidence, name, kind = judge(call, criterion)
    evidence = matches(call.record, verdict.quotes)
    dropped = len(dict.fromkeys(verdict.quotes)) - len(evidence)
    if isinstance(verdict.level, int) and not evidence:
        verdict = Verdict(None, "no quote in the transcript shows it")
    moment = locate(call.record, verdict.moment) if verdict.moment else None
    certain = confidence if verdict.level is not None else 0.0
    return Scored(criterion, verdict.level, certain, verdict.why, evidence, name, moment, max(0, dropped), kind)


def _quoted(criterion: Criterion) -> Phrase | None:
    """The wording that the rubric quotes, where no judge was written for it."""
    return None if isinstance(choose(criterion), str) else phrase_of(criterion)


def _measured(call: Transcript, criterion: Criterion) -> Verdict:
    level, why = delivery.level_of(criterion, call.record)
    longest = delivery.longest_turn(call.record)
    shown = quotes(longest)
    given: Level = 2 if level == 2 else 1 if level == 1 else 0 if level == 0 else None
    return Verdict(given, why, shown, shown[0] if shown else None)


def _passed(rubric: Rubric, scored: list[Scored], value: float | None) -> bool | None:
    """False on a missed critical criterion; None where there is no score, or a critical criterion isn't scored."""
    critical = [one for one in scored if one.criterion.critical]
    if value is None:
        return None
    if value < rubric.pass_score or any(one.level == 0 for one in critical):
        return False
    return None if any(one.level is None for one in critical) else True


def _why(call: Transcript, value: float | None) -> str:
    if value is not None:
        return ""
    if not call.turns:
        return "nothing was said on this call"
    if not call.learner:
        return "the learner said nothing on this call"
    return "too little was said to score anything"


def _fix(call: Transcript, scored: list[Scored]) -> Fix | None:
    """Where weight, gap and certainty are largest; at a moment that can be played."""
    candidates = [
        (one, one.moment or (one.evidence[0] if one.evidence else None)) for one in scored if one.level in (0, 1)
    ]
    best: tuple[float, Scored, Evidence] | None = None
    for one, moment in candidates:
        if moment is None or not isinstance(one.level, int):
            continue
        urgency = one.criterion.weight * (2 - one.level) / 2 * one.confidence
        urgency *= _CRITICAL_URGENCY if one.criterion.critical and one.level == 0 else 1
        if best is None or urgency > best[0]:
            best = (urgency, one, moment)
    if best is None:
        return None
    _, one, at = best
    line = better_line(call, one.criterion, one.judge, Quote(at.turn, at.quote))
    return Fix(one.criterion, at, advise(one.criterion, one.judge), line, _scenario_moment(call.record, at.turn))


def _scenario_moment(record: CallRecord, turn: int) -> str | None:
    """The scenario's moment that the director was in at that turn, if its account names one."""
    named = [
        decision.notes["moment"]
        for decision in record.decisions
        if decision.turn <= turn and "moment" in decision.notes
    ]
    return str(named[-1]) if named and named[-1] else None


def _strengths(scored: list[Scored]) -> tuple[Scored, ...]:
    good = [one for one in scored if one.level == 2 and one.evidence and one.criterion.kind != "measure"]
    good.sort(key=lambda one: -one.criterion.weight * one.confidence)
    return tuple(good[:_MOST_STRENGTHS])

"""Judging how objections are met."""

from __future__ import annotations

import re
from statistics import fmean

from rubrics.evidence import Quote
from rubrics.pairs import taken_up
from rubrics.putting_off import substance
from rubrics.questions import questions
from rubrics.rubric import Criterion
from rubrics.text import plain
from rubrics.transcript import Transcript
from rubrics.verdict import Level, Verdict, last_customer, not_arisen, quote
from voice.record import Turn

_CONTRADICTS = re.compile(
    r"\b(?:yeah|right|no|sure|okay|well|yes|understand|hear you|appreciate that|see) but\b|\bthat is not "
    r"(?:true|right|really)|\byou would be mad|"
    r"\bactually (?:you|it|that)|^(?:no )?(?:it|that|we|they) (?:is|are) not\b|\byou are wrong\b|\bgot "
    r"(?:that|it) wrong\b|"
    r"\ba lot of people say|\beveryone says|\bnot really\b"
)
_TOKEN = re.compile(
    r"\b(?:i (?:\w+ )?(?:understand|hear you|hear that|get that|appreciate|acknowledge|see)|fair enough|"
    r"no worries|of course|makes sense|good point|sorry)\b"
)


def objection(call: Transcript, criterion: Criterion) -> Verdict:
    """How objections are met: named or explored (2), waved through with a token (1), or talked past (0)."""
    if not call.objections:
        return not_arisen(criterion, "the customer raised no objection")
    levels: list[int] = []
    shown: list[Quote] = []
    worst: Quote | None = None
    for turn in call.objections:
        answer = call.after(turn)
        if answer is None:
            continue
        level = _met(call, turn, answer)
        levels.append(level)
        shown.append(quote(answer))
        if level < 2 and worst is None:
            worst = quote(answer)
    if not levels:
        return not_arisen(
            criterion,
            "the call ends on the objection",
            Verdict(None, "nothing follows the objection", last_customer(call)),
        )
    level = round(fmean(levels) - 0.01)
    why = {
        0: "talks past the objection",
        1: "only a token acknowledgement",
        2: "names the concern or asks what is behind it",
    }
    result: Level = 2 if level == 2 else 1 if level == 1 else 0
    return Verdict(result, why[level], tuple(shown[:3]), None if level == 2 else worst)


def _met(call: Transcript, turn: Turn, answer: Turn) -> int:
    words = plain(answer.text)
    moves = call.moves[answer.index]
    if moves & {"dismiss", "insult", "pressure", "blame", "threat"}:
        return 0
    opening = _opening(words)
    matter = substance(answer.text)
    shared = taken_up(turn.text, _opening(matter))
    asks = any(question.kind != "courtesy" for question in questions(matter))
    if "explore_objection" in moves and (shared or asks):
        return 2
    if _CONTRADICTS.search(opening):
        return 1 if _TOKEN.search(opening) else 0
    if shared and "pitch" not in moves:
        return 2
    if _TOKEN.search(opening) or "acknowledge" in moves or "empathise" in moves:
        return 1
    return 0


def _opening(words: str) -> str:
    return " ".join(words.replace("|", " ").split()[:30])

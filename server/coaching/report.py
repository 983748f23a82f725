"""A call's grade as one HTML page: no script, no other file, printable. Whatever people said is text in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from server.coaching.export import Reported
from server.coaching.levels import Level, criteria_of, read

_STYLE = """
:root{color-scheme:light}body{font:15px/1.5 system-ui,sans-serif;color:#25102c}
body{max-width:52rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.7rem;margin:0}h2{font-size:1.15rem;margin:2rem 0 .5rem;border-bottom:2px solid #ddd2e0}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid #ddd2e0}
th{font-size:.85rem}.quiet{color:#645069;font-size:.9rem}q{font-style:normal}.score{font-size:2.2rem;font-weight:800}
li{margin:.3rem 0}code{font-size:.8rem;overflow-wrap:anywhere}
@media print{body{margin:0;max-width:none}tr,li{break-inside:avoid}h2{break-after:avoid}}
"""
_WORDS: Mapping[Level | None, str] = {
    0: "missed", 1: "partly there", 2: "there", "na": "did not arise", None: "not scored",
}  # fmt: skip


def html(report: Reported) -> str:
    """The page. A call without a grade, without a learner or of an hour is reported like any other."""
    return "".join(_page(report))


def _page(report: Reported) -> Iterator[str]:
    row = report.graded.row
    body: Mapping[str, Any] = row.grade.body if row.grade else {}
    yield f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(row.title)}</title>'
    yield f"<style>{_STYLE}</style></head><body><h1>{escape(row.title)}</h1><p class='quiet'>"
    who = [report.graded.learner, f"with {row.persona.get('name', '')}", f"{row.started_at:%d %B %Y, %H:%M} UTC"]
    named = " · ".join(part for part in who if part)
    yield f"{escape(named)} · {clock(row.duration_s)} min · call {escape(row.id)}</p>"
    yield from _verdict(report, body)
    yield from _criteria(report, body)
    yield from _said(report)
    yield from _transcript(report)
    yield from _made_with(report, body)
    yield "</body></html>"


def _verdict(report: Reported, body: Mapping[str, Any]) -> Iterator[str]:
    if not body:
        yield "<p>This call has no grade.</p>"
        return
    score = body["score"]
    passed = {True: "passed", False: "not passed", None: "neither passed nor failed"}[body["passed"]]
    yield f"<p><span class='score'>{'–' if score is None else round(score)}</span> of 100, {passed}"
    if report.people_score is not None:
        yield f"; with people's levels in the place of the machine's: <b>{round(report.people_score)}</b>"
    yield f" ({round(100 * body['coverage'])} % of the rubric scored)</p>"
    for one in body.get("unfinished", []):
        yield f"<p>Couldn't be judged: {escape(one['criterion'])}, {escape(one['why'])}.</p>"
    if fix := body.get("fix"):
        yield f"<h2>Do this differently</h2><p>{escape(fix['advice'])}</p><p><q>{escape(fix['quote'])}</q></p>"
        yield f"<p>Try: <q>{escape(fix['better_line'])}</q></p>"
    if strengths := body.get("strengths"):
        yield "<h2>What worked</h2><ul>"
        yield from (f"<li>{escape(one['title'])}: <q>{escape(one['quote'])}</q></li>" for one in strengths)
        yield "</ul>"


def _criteria(report: Reported, body: Mapping[str, Any]) -> Iterator[str]:
    if not body:
        return
    yield "<h2>Criteria</h2><table><tr><th>Criterion</th><th>Level</th><th>Why, and what shows it</th></tr>"
    for one in criteria_of(body):
        override = report.graded.overrides.get(one["id"])
        given = read(override.level) if override else None
        must = " <b>(must be met)</b>" if one["critical"] else ""
        yield f"<tr><td>{escape(one['title'])}{must}"
        if report.graded.withheld.get(one["id"], "never measured"):
            yield "<br><span class='quiet'>practice only</span>"
        yield f"</td><td>{_WORDS[one['level']]}"
        if override is not None and given is not None:
            yield f"<br><b>{escape(override.rater_name)}: {_WORDS[given]}</b>"
        yield f"</td><td>{escape(one['why'])}"
        if override is not None and given is not None:
            yield f"<br><b>{escape(override.rater_name)}:</b> {escape(override.reason)}"
        yield from (f"<br>{clock(span['start_s'])} <q>{escape(span['quote'])}</q>" for span in one["evidence"])
        yield "</td></tr>"
    yield "</table>"


def _said(report: Reported) -> Iterator[str]:
    if report.disputes:
        yield "<h2>Disputes</h2><ul>"
        for one in report.disputes:
            answer = f" {escape(one.settled_name or '')}: {escape(one.answer)}" if one.answer else " Not answered yet."
            yield f"<li>{escape(one.criterion or 'The grade')}: {escape(one.reason)}{answer}</li>"
        yield "</ul>"
    if report.comments:
        yield "<h2>Comments</h2><ul>"
        for comment in report.comments:
            said = comment.text or ("by voice" if comment.voice_s else comment.reaction or "")
            quote = f"<q>{escape(comment.quote)}</q> " if comment.quote else ""
            yield f"<li>{clock(comment.at_s)} {escape(comment.author_name)}: {quote}{escape(said)}</li>"
        yield "</ul>"


def _transcript(report: Reported) -> Iterator[str]:
    yield "<h2>Transcript</h2>"
    turns = [turn for turn in report.record.turns if turn.text.strip()]
    if not turns:
        yield "<p>Nothing was said.</p>"
        return
    yield "<table>"
    name = str(report.graded.row.persona.get("name", "Customer"))
    for turn in turns:
        who = (report.graded.learner or "Learner") if turn.who == "learner" else turn.speaker or name
        yield f"<tr><td class='quiet'>{clock(turn.start_s)}</td><td><b>{escape(who)}</b></td>"
        yield f"<td>{escape(turn.text)}{' —' if turn.interrupted else ''}</td></tr>"
    yield "</table>"


def _made_with(report: Reported, body: Mapping[str, Any]) -> Iterator[str]:
    grade = report.graded.row.grade
    if grade is not None:
        judge = str(body.get("method", {}).get("judge", ""))
        yield "<h2>How it was made</h2><p class='quiet'>"
        yield f"Rubric {escape(grade.rubric)}, version {escape(grade.rubric_version)}, "
        yield f"<code>{escape(grade.rubric_hash or '')}</code>; "
        yield f"judge {escape(judge)}, <code>{escape(grade.method or '')}</code>; "
        yield f"graded {grade.graded_at:%d %B %Y, %H:%M} UTC. “Practice only”: the judge's agreement with coaches "
        yield "isn't shown to be good enough for anything else to count this criterion.</p>"
    yield f"<p class='quiet'>Ringside, {report.made_at:%d %B %Y, %H:%M} UTC</p>"


def clock(seconds: float) -> str:
    whole = max(0, int(seconds))
    return f"{whole // 60}:{whole % 60:02d}"

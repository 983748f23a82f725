"""Judging care for the customer: empathy, apology, manners, letting them finish."""

from __future__ import annotations

import re

from rubrics.pairs import taken_up
from rubrics.rubric import Criterion
from rubrics.text import content, plain
from rubrics.transcript import Transcript
from rubrics.verdict import Verdict, not_arisen, quote, quotes
from voice.record import Turn

_HARDSHIP = re.compile(
    r"\b(?:lost my|laid off|off work|off sick|sick|ill|illness|hospital|operation|cancer|died|death|"
    r"passed away|funeral|divorc\w+|separated|fire|flood\w*|burst|single (?:mum|mom|parent)|redundan\w*|"
    r"unemployed|can not afford|do not have (?:that|the money|it|any)|broke|struggling|behind|hours "
    r"(?:were |got )?cut|benefits|universal credit|not mine|never (?:had|got|received|ordered|heard)|do "
    r"not owe|was paid|already paid|"
    r"dispute|wrong|stroke|accident|my (?:back|heart|leg|husband|wife|mother|father|dad|mum|son|daughter)|"
    r"evicted|homeless|depress\w*|shut (?:down|since)|closed down|told her|what did you say to)\b"
)
_UPSET = re.compile(
    r"\b(?:angry|furious|annoyed|upset|frustrat\w+|fed up|ridiculous|disgrac\w+|joke|unacceptable|sick of|"
    r"had enough|rip off|robbery|third time|fourth time|second time|three times|four times|again|still "
    r"(?:not|no|waiting|have not)|"
    r"nobody|no one|every time|hours? on|on hold|waiting|waited|disappointed|terrible|awful|shocking|"
    r"ruined|stress\w*|worried|embarrass\w+|charged|overcharged|double|wrong|mistake|never (?:again|told|"
    r"agreed|asked)|lied|can not believe|"
    r"let down|missed|late|broken|does not work|cancel|complain\w*|supervisor|manager)\b"
)
_STOCK = re.compile(
    r"\b(?:sorry|i (?:\w+ )?(?:understand|hear you|appreciate|empathi[sz]e|get that|see)|apologi[sz]e|"
    r"that (?:must|is|sounds)|unfortunate|no wonder|my god|imagine)\b"
)


def _care(call: Transcript, criterion: Criterion, cue: re.Pattern[str], what: str) -> Verdict:
    """Names the circumstance (2), a stock phrase (1), or passes over it (0): the best answer to any cue counts."""
    cued = [turn for turn in call.customer if cue.search(plain(turn.text)) and len(content(turn.text)) >= 1]
    if not cued:
        return not_arisen(criterion, f"the customer says nothing of {what}")
    best: tuple[int, Turn, Turn] | None = None
    belittled: Turn | None = None
    for turn in cued:
        for answer in _answers(call, turn):
            moves = call.moves[answer.index]
            if moves & {"dismiss", "insult", "blame", "threat"}:
                belittled = belittled or answer
                continue
            words = plain(answer.text)
            opening = " ".join(words.replace("|", " ").split()[:45])
            shared = taken_up(turn.text, opening) | (call.said_by_customer(answer) & content(opening))
            warm = bool(_STOCK.search(words)) or bool(moves & {"empathise", "apologise"})
            named = len({stem for stem in shared if not stem.startswith("#")}) >= (1 if warm else 2)
            level = (
                2
                if named and (warm or "offer_remedy" in moves or "take_ownership" in moves or len(shared) >= 3)
                else 1
                if warm
                else 0
            )
            if level == 2 and not warm and moves & {"name_debt", "quote_price"}:
                level = 0
            if best is None or level > best[0]:
                best = (level, turn, answer)
    if belittled is not None and (best is None or best[0] < 2):
        return Verdict(0, f"doubts or belittles {what}", quotes(cued[0], belittled), quote(belittled))
    if best is None:
        return Verdict(0, f"passes over {what}", quotes(cued[0]), quote(cued[0]))
    level, turn, answer = best
    if level == 2:
        return Verdict(
            2,
            "names the circumstance and takes it into account",
            (*quotes(turn), quote(answer, " ".join(plain(turn.text).split()))),
        )
    if level == 1:
        return Verdict(
            1,
            "a stock phrase; the circumstance isn't named",
            (quote(answer, "sorry understand apologise appreciate"),),
            quote(answer),
        )
    return Verdict(0, f"passes over {what}", quotes(turn, answer), quote(answer))


def _answers(call: Transcript, turn: Turn) -> tuple[Turn, ...]:
    first = call.after(turn)
    return (first,) if first is not None else ()


def hardship(call: Transcript, criterion: Criterion) -> Verdict:
    return _care(call, criterion, _HARDSHIP, "hardship or dispute")


def empathy(call: Transcript, criterion: Criterion) -> Verdict:
    return _care(call, criterion, re.compile(f"{_UPSET.pattern}|{_HARDSHIP.pattern}"), "being upset")


def apology(call: Transcript, criterion: Criterion) -> Verdict:
    """An apology that says what for (2), a bare one (1), none (0)."""
    cued = [turn for turn in call.customer if _UPSET.search(plain(turn.text)) or _HARDSHIP.search(plain(turn.text))]
    sorry = call.making("apologise")
    if not sorry:
        if not cued:
            return not_arisen(criterion, "nothing calls for an apology")
        moment = call.after(cued[0]) or cued[0]
        return Verdict(0, "no apology", quotes(cued[0]), quote(moment))
    for turn in sorry:
        if re.search(r"\b(?:if you feel|if you felt|but you|that you feel)\b", plain(turn.text)):
            return Verdict(1, "an apology that puts it on the customer", (quote(turn, "sorry apologise"),), quote(turn))
        if call.said_by_customer(turn) & content(turn.text) or re.search(
            r"\b(?:our|my|we) (?:mistake|fault|error|should|got|did)\b", plain(turn.text)
        ):
            return Verdict(2, "says sorry, and what for", (quote(turn, "sorry apologise apologies"),))
    return Verdict(1, "says sorry without saying what for", (quote(sorry[0], "sorry apologise"),), quote(sorry[0]))


def manners(call: Transcript, criterion: Criterion) -> Verdict:
    """No blame, insult, belittling (0 where there is); pressure or jargon is level 1."""
    worst = call.making("blame", "insult", "dismiss", "threat")
    if worst:
        return Verdict(0, "blames or belittles", quotes(*worst[:2]), quote(worst[0]))
    milder = call.making("pressure", "jargon")
    if milder:
        return Verdict(1, "presses, or speaks over the customer's head", quotes(*milder[:2]), quote(milder[0]))
    return Verdict(2, "neither blames nor belittles", quotes(*call.learner[:1]))


def talking_over(call: Transcript, criterion: Criterion) -> Verdict:
    """Starts while the customer is speaking: never (2), once (1), more often (0)."""
    over = [
        turn
        for place, turn in enumerate(call.turns)
        if turn.who == "learner"
        and any(o.who == "customer" and o.end_s - turn.start_s >= 0.3 for o in call.turns[:place])
    ]
    if not over:
        return Verdict(2, "lets the customer finish", quotes(*call.learner[:1]))
    return Verdict(
        1 if len(over) == 1 else 0,
        f"starts while the customer is speaking: {'once' if len(over) == 1 else f'{len(over)} times'}",
        quotes(*over[:3]),
        quote(over[0]),
    )

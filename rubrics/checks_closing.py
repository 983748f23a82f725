"""Judging how a call ends: the next step, and the leave that is taken."""

from __future__ import annotations

import re

from rubrics.rubric import Criterion
from rubrics.text import DAY, plain
from rubrics.transcript import NO, YES, Transcript, is_yes
from rubrics.verdict import Verdict, at, last_customer, not_arisen, quote, quotes
from voice.record import Turn

_STEP = re.compile(
    r"\b(?:demo(?:nstration)?|meeting|visit|trial|pilot|quote|proposal|invite|session|appointment|survey|"
    r"walk ?through|sample|agreement|case|export|"
    r"call(?: you)? (?:back )?on|a (?:\w+ )?call|ring you|come (?:out|by|over|to see)|engineer|site|"
    r"workshop|photo|label|show you|log|present|look at both|call you|"
    r"refund|credit|replacement|crew|comes|arrives|truck|van|courier|recovery|pick(?:s|ed)? (?:it|up)|"
    r"technician|new bill|letter|form|contract|sign)\b"
)
_VAGUE = re.compile(
    r"\b(?:brochure|leaflet|be in touch|some time|sometime|in the diary|take it from (?:there|here)|shout "
    r"if|let us talk again|let me know|have a think|catch up|"
    r"if anything changes|touch base|some (?:info|information|details)|flyer|see how it goes|get back to you)\b"
)
_LATE = 0.45
"""A next step is agreed in the second half of a call."""


def next_step(call: Transcript, criterion: Criterion) -> Verdict:
    """A concrete step, with a day and who does it, that the customer agrees to."""
    best: tuple[int, Turn, str] | None = None
    vague: Turn | None = None
    for turn in call.learner:
        words = plain(turn.text)
        if call.position(turn) < _LATE and len(call.turns) > 6:
            continue
        step = "propose_next_step" in call.moves[turn.index] or (
            _STEP.search(words)
            and re.search(
                r"\b(?:i will|we will|i would (?:suggest|propose)|you (?:send|get)|let us|shall we|can we|could we|i "
                r"can|i am (?:going to|"
                r"sending)|i come|i turn|i (?:book|send)|(?:a|an|the|your|our|my) (?:\w+ )?\w+ (?:comes|calls|rings|"
                r"arrives|"
                r"will|is coming|gets))\b",
                words,
            )
        )
        if _VAGUE.search(words) and not (_STEP.search(words) and re.search(DAY, words)):
            vague = vague or turn
            if not re.search(r"\b(?:demo|trial|visit|quote|invite|pilot)\b", words):
                continue
        if not step or ("farewell" in call.moves[turn.index] and not re.search(DAY, words)):
            continue
        reply = call.after(turn)
        dated = bool(re.search(rf"\b{DAY}", words)) or bool(
            re.search(r"\bwithin (?:\w+ ){1,2}(?:days?|hours?)|\bby (?:the )?end of\b", words)
        )
        agreed = agrees(reply)
        if not dated and reply is not None and agreed:
            follow = call.after(reply)
            dated = bool(re.search(rf"\b{DAY}", plain(reply.text))) or (
                follow is not None and bool(re.search(rf"\b{DAY} at|\b{DAY}.*\bat \w+", plain(follow.text)))
            )
        level = 2 if dated and agreed else 1
        lacking = "" if level == 2 else "no day or date" if not dated else "the customer doesn't agree"
        if best is None or level > best[0]:
            best = (level, turn, lacking)
    if best is not None:
        level, turn, lacking = best
        evidence = quote(turn, " ".join(re.findall(DAY, plain(turn.text))) or "will send demo trial meeting")
        if level == 2:
            return Verdict(
                2, "a concrete step with a day, and the customer agrees", (evidence, *quotes(call.after(turn)))
            )
        return Verdict(1, f"a concrete step is proposed, but {lacking}", (evidence,), evidence)
    if call.hung_up:
        return not_arisen(
            criterion,
            "the customer hangs up before a close is possible",
            Verdict(0, "no next step", last_customer(call)),
        )
    return at(0, "only something non-committal" if vague else "no next step", vague or call.learner[-1])


def agrees(reply: Turn | None) -> bool:
    if reply is None:
        return False
    words = plain(reply.text)
    if is_yes(reply):
        return True
    accepts = re.search(
        r"\bis (?:fine|good|okay|perfect|great)\b|\bsuits\b|\bworks\b|\bi will (?:email|send|get|do|bring|"
        r"tell)\b|\bsee you\b",
        words,
    ) or re.search(
        r"\b(?:yes|yeah|i can do that|that is fine|do that|will do|sounds good|go on then|i will get|okay)\b", words
    )
    return bool(accepts or YES.search(words)) and not (NO.search(words) and not accepts)


def closing(call: Transcript, criterion: Criterion) -> Verdict:
    """Asks for anything else or restates what happens next, and takes leave (2), one of them (1), neither (0)."""
    late = call.learner[-3:]
    if call.hung_up:
        return not_arisen(
            criterion, "the customer hangs up", Verdict(None, "the customer hangs up", last_customer(call))
        )
    more = next(
        (turn for turn in late if re.search(r"\banything (?:else|more|you)|what else\b", plain(turn.text))), None
    )
    restated = next(
        (turn for turn in late if call.moves[turn.index] & {"confirm_details", "summarise", "propose_next_step"}), None
    )
    leave = next(
        (turn for turn in late if "farewell" in call.moves[turn.index] or re.search(r"\bthank", plain(turn.text))), None
    )
    shown = [turn for turn in (more, restated, leave) if turn is not None]
    if (more or restated) and leave:
        return Verdict(2, "closes with what comes next, and takes leave", tuple(dict.fromkeys(quotes(*shown))))
    if shown:
        return at(1, "takes leave, without what comes next or asking for more", shown[0])
    return Verdict(0, "the call just stops", quotes(late[-1]), quote(late[-1]))

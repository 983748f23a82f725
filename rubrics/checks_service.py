"""Judging a service call: who is on the line, who takes the matter on, what happened, what puts it right."""

from __future__ import annotations

import re

from rubrics.rubric import Criterion
from rubrics.text import NUMBER, content, plain
from rubrics.transcript import Transcript, is_yes
from rubrics.verdict import Verdict, at, quote, quotes


def identity(call: Transcript, criterion: Criterion) -> Verdict:
    """Checks who is on the line before account details are said."""
    asked = call.making("verify_identity")
    detail = next(
        (
            turn
            for turn in call.learner
            if re.search(
                r"\b(?:your (?:bill|account|balance|plan|order|policy|contract) (?:is|was|shows|has|says)|i can see "
                r"(?:your|that your|you)|on your account|you (?:were|have been) charged)\b",
                plain(turn.text),
            )
        ),
        None,
    )
    if not asked:
        return Verdict(
            0,
            "nobody's identity is checked",
            quotes(detail or (call.learner[0] if call.learner else None)),
            quote(detail) if detail else None,
        )
    evidence = quote(asked[0], "date of birth postcode address account number confirm")
    if detail is not None and call.place(detail) < call.place(asked[0]):
        return Verdict(1, "checked, but only after account details were said", (evidence, quote(detail)), quote(detail))
    reply = call.after(asked[0])
    given = reply is not None and len(reply.text.split()) >= 1 and not reply.text.rstrip().endswith("?")
    if given:
        return Verdict(2, "identity is checked before anything is said", (evidence, *quotes(reply)))
    return Verdict(1, "asked, but not answered", (evidence,), evidence)


_TIMED = re.compile(
    rf"\b(?:today|tomorrow|by \w+|within|in (?:{NUMBER})|on \w+day|\w+day|(?:{NUMBER}) (?:minutes|hours|"
    rf"days))\b"
)
_PASSES_ON = re.compile(
    r"\b(?:not (?:my|our) (?:department|job|problem|fault|team)|you (?:will |would )?(?:have|need) to "
    r"(?:call|ring|contact|speak|email|write|go)|(?:another|other|different) (?:department|team)|nothing "
    r"i can do|computer (?:says|will not)|"
    r"that is (?:just )?(?:the )?policy|someone (?:will|should|might)|somebody (?:will|should|might))\b"
)


def ownership(call: Transcript, criterion: Criterion) -> Verdict:
    """Makes the matter theirs and says what they will do by when (2), only says so (1), passes it on (0)."""
    owning = call.making("take_ownership")
    passing = [
        turn for turn in call.learner if _PASSES_ON.search(plain(turn.text)) or "blame" in call.moves[turn.index]
    ]
    if owning and not passing:
        definite = next(
            (
                turn
                for turn in owning
                if _TIMED.search(plain(turn.text)) or call.moves[turn.index] & {"offer_remedy", "explain_action"}
            ),
            None,
        )
        if definite is not None:
            return Verdict(
                2, "takes it on and says what happens", (quote(definite, "i will myself personally our mistake"),)
            )
        return at(1, "takes it on, but not what happens by when", owning[0])
    if owning:
        return Verdict(
            1, "takes it on, but also passes it on or blames", (quote(owning[0]), quote(passing[0])), quote(passing[0])
        )
    acting = call.making("offer_remedy", "explain_action")
    if acting and not passing:
        return at(1, "acts, but doesn't make the matter theirs", acting[0])
    return at(0, "doesn't take the matter on", passing[0] if passing else call.learner[-1])


def explanation(call: Transcript, criterion: Criterion) -> Verdict:
    """Explains in plain words and checks that it has arrived (2), explains (1), doesn't or in jargon (0)."""
    explaining = [turn for turn in call.making("explain_action") if len(content(turn.text)) >= 3]
    causal = [
        turn
        for turn in call.learner
        if re.search(
            r"\b(?:because|the reason|which is why|what happened|that is why|so what|means that|caused by|due "
            r"to)\b",
            plain(turn.text),
        )
        and len(content(turn.text)) >= 3
    ]
    found = list(dict.fromkeys([*causal, *explaining]))
    jargon = call.making("jargon")
    if not found:
        return at(0, "no explanation", call.learner[-1])
    if jargon:
        return Verdict(
            1 if causal else 0, "explains, but in terms of the trade", quotes(found[0], jargon[0]), quote(jargon[0])
        )
    checked = any(
        "check_understanding" in call.moves[turn.index]
        or re.search(r"\b(?:does that make sense|is that clear|any questions|okay so far)\b", plain(turn.text))
        for turn in call.learner
    )
    ties = any(call.said_by_customer(turn) & content(turn.text) for turn in causal)
    if causal and (checked or ties):
        return Verdict(2, "explains the cause in plain words", (quote(causal[0], "because reason happened"),))
    return at(1, "explains, without the cause or a check", found[0])


_CONCRETE = re.compile(rf"(?:[$£€]\s?\d|\b(?:{NUMBER})\b|\btoday\b|\btomorrow\b|\b\w+day\b|\bfull\b|\bhalf\b|\bnow\b)")


def remedy(call: Transcript, criterion: Criterion) -> Verdict:
    """A definite remedy that the customer accepts (2), something indefinite or not agreed (1), none (0)."""
    offers = [turn for turn in call.learner if call.moves[turn.index] & {"offer_remedy"}]
    if not offers:
        return at(0, "no remedy is offered", call.learner[-1])
    for turn in offers:
        if _CONCRETE.search(plain(turn.text)) and is_yes(call.after(turn)):
            return Verdict(
                2,
                "a definite remedy, and the customer accepts",
                (quote(turn, "refund credit remove take off replacement waive"), *quotes(call.after(turn))),
            )
    return Verdict(
        1,
        "a remedy, but not definite or not agreed",
        (quote(offers[0], "refund credit remove take off replacement waive"),),
        quote(offers[0]),
    )

"""Judging a collections call: who is on the line, what must be said, what must not."""

from __future__ import annotations

import re

from rubrics.move_rules_compliance import ATTEMPT, INFORMATION, PURPOSE, disclosure_elements, names_debt
from rubrics.rubric import Criterion
from rubrics.text import NUMBER, numbers, plain
from rubrics.transcript import Transcript, is_yes
from rubrics.verdict import Verdict, at, not_arisen, quote, quotes
from voice.record import Turn

_ASKS_NAME = re.compile(
    r"\b(?:(?:speak|talk|speaking|talking) (?:to|with)|is (?:that|this) (?!about|okay|alright|right|"
    r"correct|a )\w+|am i (?:through|speaking)|is \w+(?: \w+)? there|mr|mrs|ms|miss)\b"
)
_GIVES_DETAIL = re.compile(
    rf"\b(?:january|february|march|april|may|june|july|august|september|october|november|december|"
    rf"\d{{1,4}}|{NUMBER}|street|road|lane|avenue|close|drive|way|postcode|[a-z]{{1,2}}\d)\b"
)


def debt_mention(call: Transcript) -> Turn | None:
    """The learner's first turn that gives away that there is a debt."""
    for turn in call.learner:
        words = plain(turn.text)
        if (
            names_debt(words)
            or ATTEMPT.search(words)
            or re.search(r"attempt(?:ing)? to \w+ (?:a |the |your )?debt", words)
        ):
            return turn
    return None


def _details_given(call: Transcript, until: int) -> Turn | None:
    """The customer's turn in which a detail that was asked for is given, before the place `until`."""
    for turn in call.making("verify_identity"):
        for other in call.turns[call.place(turn) + 1 : until]:
            if other.who == "customer" and _GIVES_DETAIL.search(plain(other.text)) and not _asks_back(other):
                return other
    return None


def _asks_back(turn: Turn) -> bool:
    return turn.text.rstrip().endswith("?") and len(numbers(turn.text)) == 0


def right_party(call: Transcript, criterion: Criterion) -> Verdict:
    """Identity by name and one more detail before the debt is mentioned; nothing to a third party."""
    mention = debt_mention(call)
    third = call.third_party
    until = call.place(mention) if mention else len(call.turns)
    if mention is not None and third is not None and call.place(third) < until:
        handed = call.right_party_from
        if handed is None or until < handed:
            evidence = (quote(third), quote(mention, "debt owe balance overdue"))
            return Verdict(0, "the debt is mentioned to a third party", evidence, evidence[1])
    if mention is None:
        if third is not None:
            return Verdict(2, "a third party answers and learns nothing of the debt", (quote(third),))
        given = _details_given(call, until)
        asked = call.making("verify_identity")
        if given or asked:
            return Verdict(2, "nothing is said of the debt before the check", quotes(*asked[:1], given))
        return Verdict(None, "neither a check nor the debt comes up")
    given = _details_given(call, until)
    told = quote(mention, "debt owe balance overdue attempt")
    if given is not None:
        asked_before = [turn for turn in call.making("verify_identity") if call.place(turn) < until]
        return Verdict(
            2,
            "a detail beyond the name is given before the debt is mentioned",
            (*(quote(t, "date of birth postcode address confirm") for t in asked_before[:1]), *quotes(given), told),
        )
    if any(call.place(turn) < until for turn in call.making("verify_identity")):
        return Verdict(0, "the debt is mentioned while the check is still open", (told,), told)
    for turn in call.learner:
        if call.place(turn) < until and _ASKS_NAME.search(plain(turn.text)):
            reply = call.after(turn)
            confirms = reply is not None and (
                is_yes(reply) or re.search(r"\b(?:speaking|yes|yeah|that is me|this is)\b", plain(reply.text))
            )
            if confirms and reply is not None and call.place(reply) < until:
                return Verdict(1, "only the name is confirmed before the debt is mentioned", (quote(turn), told), told)
    return Verdict(0, "the debt is mentioned before any check", (told,), told)


_ELEMENTS = ("an attempt to collect a debt", "any information obtained", "will be used for that purpose")


def disclosure(call: Transcript, criterion: Criterion) -> Verdict:
    """The three parts of the collection disclosure, complete in sense and before the debt is discussed."""
    party_from = call.right_party_from
    if party_from is None:
        return not_arisen(criterion, "the right party is never on the line")
    best: tuple[int, Turn, tuple[bool, bool, bool]] | None = None
    for turn in call.learner:
        elements = disclosure_elements(plain(turn.text))
        near = _near_miss(plain(turn.text))
        if (any(elements) or near) and (best is None or sum(elements) > best[0]):
            best = (sum(elements), turn, elements)
    if best is None:
        return at(0, "the disclosure isn't said", debt_mention(call) or call.learner[0])
    said, turn, elements = best
    evidence = quote(turn, "attempt to collect debt any information obtained will be used for that purpose")
    lacking = [name for name, there in zip(_ELEMENTS, elements, strict=True) if not there]
    if said < len(_ELEMENTS):
        why = f"said, but not: {'; '.join(lacking)}"
        return Verdict(1 if said == len(_ELEMENTS) - 1 else 0, why, (evidence,), evidence)
    early = next(
        (
            other
            for other in call.learner
            if party_from <= call.place(other) < call.place(turn) and names_debt(plain(other.text))
        ),
        None,
    )
    if early is None and (debt := names_debt(plain(turn.text))) is not None:
        attempt = ATTEMPT.search(plain(turn.text))
        early = turn if attempt is not None and debt.start() < attempt.start() else None
    if early is not None:
        return Verdict(
            1,
            "complete, but only after the debt was discussed",
            (evidence, quote(early, "debt owe balance overdue")),
            evidence,
        )
    return Verdict(2, "complete in sense, before the debt is discussed", (evidence,))


def _near_miss(words: str) -> bool:
    return bool(re.search(r"\battempt(?:ing)? to\b|\binformation\b.*\bused\b", words)) or bool(
        INFORMATION.search(words) or PURPOSE.search(words)
    )


_DISPUTE_RIGHT = re.compile(
    r"\b(?:right|rights|can|may|could|entitled|free|able|allowed|welcome) (?:\w+ ){0,3}?(?:to )?(?:also "
    r")?(?:dispute|contest|challenge|query)\b|\bdispute (?:it|this|the|that) (?:\w+ )?(?:if|debt|balance|"
    r"within)"
)
_PROOF_RIGHT = re.compile(
    r"\b(?:ask|request|require|demand|right|get|have|want|send you|see) (?:\w+ ){0,4}?(?:proof|prove|"
    r"validat\w+|verif\w+|evidence)\b|\bprove (?:it|the|that)\b"
)
_DEMANDS = re.compile(r"\b(?:prove|proof|dispute|my rights|show me|how do i know|evidence|validat\w+)\b")


def rights(call: Transcript, criterion: Criterion) -> Verdict:
    """The right to dispute and the right to proof, without being asked."""
    if call.right_party_from is None:
        return not_arisen(criterion, "the right party is never on the line")
    dispute = next((turn for turn in call.learner if _states(turn, _DISPUTE_RIGHT)), None)
    proof = next((turn for turn in call.learner if _states(turn, _PROOF_RIGHT)), None)
    if dispute is None and proof is None:
        return at(0, "neither right is said", debt_mention(call))
    if dispute is None or proof is None:
        evidence = quotes(dispute or proof)
        name = "dispute" if proof is None else "proof"
        return Verdict(
            1,
            f"only the right to {name} is said",
            (quote(dispute or proof or call.learner[0], "dispute right proof prove"),),
            evidence[0],
        )
    first = min(call.place(dispute), call.place(proof))
    demanded = next(
        (turn for turn in call.customer if call.place(turn) < first and _DEMANDS.search(plain(turn.text))), None
    )
    evidence = tuple(dict.fromkeys((quote(dispute, "dispute right"), quote(proof, "proof prove ask"))))
    if demanded is not None:
        return Verdict(
            1, "both rights, but only after the customer demands it", (*evidence, quote(demanded)), quote(demanded)
        )
    return Verdict(2, "both rights are said without being asked", evidence)


def _states(turn: Turn, pattern: re.Pattern[str]) -> bool:
    words = plain(turn.text)
    match = pattern.search(words)
    if match is None:
        return False
    near = words[max(0, match.start() - 30) : match.end()]
    return not re.search(
        r"\b(?:no|not|never|can not|do you|did you|are you|want to) (?:\w+ ){0,2}(?:right|dispute|disputing|"
        r"proof|prove)\b",
        near,
    )


def no_threat(call: Transcript, criterion: Criterion) -> Verdict:
    """Threats (0), pressure (1), neither (2)."""
    threats = call.making("threat", "insult")
    pressing = call.making("pressure")
    if threats:
        return Verdict(0, "threatens", quotes(*threats[:2]), quote(threats[0]))
    if pressing:
        return Verdict(1, "presses", quotes(*pressing[:2]), quote(pressing[0]))
    demand = [turn for turn in call.learner if re.search(r"\bpay\w*\b", plain(turn.text))] or list(call.learner[-1:])
    return Verdict(2, "neither threats nor pressure", tuple(quote(turn, "pay") for turn in demand[:2]))

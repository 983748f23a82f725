"""Judging what is arranged on a collections call: what is affordable, which options, the promise."""

from __future__ import annotations

import re

from rubrics.checks_compliance import debt_mention
from rubrics.questions import questions
from rubrics.rubric import Criterion
from rubrics.text import DAY, NUMBER, numbers, plain
from rubrics.transcript import Transcript, is_yes
from rubrics.verdict import Verdict, at, last_customer, not_arisen, quote, quotes
from voice.record import Turn

_OPEN_MEANS = re.compile(
    r"\b(?:what|how much|how|which) (?:\S+ ){0,8}?(?:afford|manage\w*|realistic|comfortable|coming in|"
    r"left|income|outgoings|spare|possible|put (?:towards|aside)|able to (?:pay|do)|could you|can you "
    r"(?:pay|do)|would work|work for you|suit)"
)
_CLOSED_PAY = re.compile(
    r"\b(?:can|could|are|would|will|do) you (?:\w+ ){0,3}?(?:pay|able|afford|manage|clear|settle|do "
    r"(?:half|it|that))\b"
)
_USES = re.compile(
    r"\b(?:going by|so (?:there is|that leaves|you have|with|if|on|based)|based on|given (?:that|what|"
    r"your)|from what you|leaves you|not a lot left|in that case|let us start from|what you (?:said|told)|"
    r"with that)\b"
)


def _nothing_to_arrange(call: Transcript) -> bool:
    if call.right_party_from is None:
        return True
    return call.disputes is not None and not call.making("offer_options", "confirm_details")


def affordability(call: Transcript, criterion: Criterion) -> Verdict:
    """Asks openly what can be managed, and uses the answer."""
    if _nothing_to_arrange(call):
        return not_arisen(criterion, "the right party isn't on the line, or disputes the debt")
    for turn in call.learner:
        words = plain(turn.text)
        asked = [
            q for q in questions(turn.text) if q.kind in {"open", "number", "fact"} and _OPEN_MEANS.search(q.words)
        ]
        if not asked or re.search(r"which is nearest", words):
            continue
        reply = call.after(turn)
        answer = call.after(reply) if reply else None
        figures = set(numbers(reply.text)) if reply else set()
        used = answer is not None and (
            _USES.search(plain(answer.text))
            or figures & set(numbers(answer.text))
            or "offer_options" in call.moves[answer.index]
        )
        if used and answer is not None:
            return Verdict(
                2, "asks openly what is manageable and uses the answer", (quote(turn, asked[0].words), quote(answer))
            )
        return Verdict(
            1, "asks openly, but doesn't use the answer", (quote(turn, asked[0].words),), quote(turn, asked[0].words)
        )
    closed = [turn for turn in call.learner if (match := _CLOSED_PAY.search(plain(turn.text))) and match]
    if closed:
        evidence = tuple(quote(turn, "can could pay able") for turn in closed[:2])
        return Verdict(1, "only closed questions about paying", evidence, evidence[0])
    return at(0, "doesn't ask what is possible", debt_mention(call) or call.learner[-1])


_PLAN = re.compile(
    rf"(?:{NUMBER} )+(?:\w+ )?(?:a|per|each|every) (?:week|month|fortnight|quarter|payday)|(?:on hold|hold "
    rf"(?:it|this)|pause|nothing|freeze)(?: \w+){{0,4}}? (?:for )?(?:{NUMBER} )+(?:days|weeks|months)|"
    rf"in (?:two|three|four|five|six|ten|twelve)(?: (?:parts|instal ?ments|payments))?(?= |$)|over (?:the "
    rf")?(?:{NUMBER} ?)+(?:months|weeks)?|(?:{NUMBER} )+(?:now|today) and (?:the rest|\w+)|pay (?:you "
    rf")?half|half (?:now|today)|(?:{NUMBER} )+(?:pounds |dollars |euros )?for (?:a|an|{NUMBER}) (?:year|"
    rf"half year|months?|weeks?)|"
    rf"nothing (?:till|until|before) \w+"
)
_INDEFINITE = re.compile(
    r"\b(?:sort something out|flexible|work something out|payment plan|instal ?ments?|arrangement|"
    r"options?)\b"
)


def options(call: Transcript, criterion: Criterion) -> Verdict:
    """How many definite alternatives to paying in full are put to the customer."""
    if _nothing_to_arrange(call):
        return not_arisen(criterion, "the right party isn't on the line, or disputes the debt")
    best: tuple[int, Turn] | None = None
    vague: Turn | None = None
    for turn in call.learner:
        words = plain(turn.text)
        pieces = [piece for part in re.split(r"\bor\b|\|", words) for piece in [part.strip()] if _PLAN.search(piece)]
        if "confirm_details" in call.moves[turn.index] and len(pieces) < 2 and not re.search(r"\bor\b", words):
            continue
        if pieces and (best is None or len(pieces) > best[0]):
            best = (len(pieces), turn)
        if _INDEFINITE.search(words):
            vague = vague or turn
    if best is not None and best[0] >= 2:
        return Verdict(2, f"{best[0]} concrete alternatives to choose from", (quote(best[1], "month weeks hold or"),))
    one = best[1] if best is not None else vague
    if one is not None:
        return Verdict(
            1, "one alternative only, or nothing definite", (quote(one, "half sort something month"),), quote(one)
        )
    return at(0, "only payment in full", debt_mention(call) or call.learner[-1])


_PROMISES = re.compile(
    rf"\b(?:i (?:can|could|will|would)(?: probably| maybe| just| easily)? (?:do|pay|manage|borrow|send|give you|"
    rf"afford)(?! (?:that|it) in full)|{NUMBER} i could do|^(?:the )?{NUMBER}(?: pounds| dollars)? (?:a|"
    rf"per) (?:month|week)|^(?:agreed|deal)\b|let us do that|^(?:the )?{NUMBER}(?: maybe| probably| then| "
    rf"one)?(?: \||$)|i will pay|pay (?:some|it|you|half|the)|put me "
    rf"down|i agree|take the|the \w+ (?:one|option)|yes (?:\w+ ){{0,4}}on \w+day)\b"
)
_REFUSES = re.compile(r"\b(?:can not|will not|not going to|do not|would not) (?:\w+ )?(?:pay|afford|do)\b")
_MEANS = re.compile(
    r"\b(?:card|transfer|direct debit|debit|bank|cheque|check|cash|standing order|online|app|account)\b"
)


def promise(call: Transcript, criterion: Criterion) -> Verdict:
    """A promise to pay, restated with amount, date and means, and confirmed."""
    promised = [
        turn
        for turn in call.customer
        if (w := plain(turn.text))
        and _PROMISES.search(w)
        and not (_REFUSES.search(w) and not re.search(r"\b(?:i (?:can|could) (?:probably )?do|borrow)\b", w))
    ]
    if not promised:
        return not_arisen(
            criterion,
            "the customer doesn't agree to pay anything",
            Verdict(0, "no promise is made", last_customer(call)),
        )
    offered = {value for turn in call.customer for value in numbers(turn.text)} | {
        value for turn in call.learner for value in numbers(turn.text)
    }
    best: tuple[int, Turn, list[str]] | None = None
    for turn in call.learner:
        if call.place(turn) < call.place(promised[0]):
            continue
        words = plain(turn.text)
        amounts = [value for value in numbers(turn.text) if value > 2]
        parts = {
            "amount": bool(amounts) and bool(set(amounts) & offered),
            "date": bool(re.search(rf"\b(?:{DAY}|first|next month|payday)\b", words))
            and not re.search(r"\bfor six months$", words),
            "means": bool(_MEANS.search(words)),
        }
        held = [name for name, there in parts.items() if there]
        if held and (best is None or len(held) > best[0]):
            best = (len(held), turn, held)
    if best is None or not {"amount", "date"} & set(best[2]):
        last = promised[-1]
        answer = call.after(last)
        moment = quote(answer) if answer else quote(last)
        return Verdict(0, "neither amount nor date is pinned down", (quote(last), *quotes(answer)), moment)
    held_count, turn, held = best
    evidence = quote(turn, " ".join(word for word in plain(turn.text).split() if word.isdigit()) or "on by card month")
    reply = call.after(turn)
    if held_count == 3 and is_yes(reply):
        return Verdict(2, "amount, date and means are restated and confirmed", (evidence, *quotes(reply)))
    lacking = [name for name in ("amount", "date", "means") if name not in held]
    why = f"missing in the restatement: {', '.join(lacking)}" if lacking else "restated, but not confirmed"
    return Verdict(1, why, (evidence,), evidence)

"""Judging objections, value, claims and the next step."""

from __future__ import annotations

import re
from statistics import fmean

from rubrics.evidence import Quote
from rubrics.move_rule import Utterance, first_match
from rubrics.move_rules_harm import FIGURE_CLAIM, FLAT_CLAIM
from rubrics.pairs import taken_up
from rubrics.putting_off import substance
from rubrics.questions import questions
from rubrics.rubric import Criterion
from rubrics.text import DAY, content, plain
from rubrics.transcript import NO, YES, Transcript, is_yes
from rubrics.verdict import Level, Verdict, last_customer, not_arisen, quote, quotes
from voice.record import Turn

_CONTRADICTS = re.compile(
    r"\b(?:yeah|right|no|sure|okay|well|yes|understand|hear you|appreciate that|see) but\b|\bthat is not "
    r"(?:true|right|really)|\byou would be mad|"
    r"\bactually (?:you|it|that)|\ba lot of people say|\beveryone says|\bnot really\b"
)
_TOKEN = re.compile(
    r"\b(?:i (?:\w+ )?(?:understand|hear you|hear that|get that|appreciate|acknowledge|see)|fair enough|"
    r"no worries|of course|makes sense|good point|sorry)\b"
)


def objection(call: Transcript, criterion: Criterion) -> Verdict:
    """How objections are met: named or explored (2), waved through with a token (1), or talked past (0)."""
    if not call.objections:
        return not_arisen(
            criterion, "the customer raised no objection", Verdict(None, "the customer raised no objection")
        )
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


_LINK = re.compile(
    r"\b(?:you (?:said|mentioned|told|were saying|want|need|talked|are (?:worried|losing|having|getting))|"
    r"so (?:that )?(?:you|the|she|he|they|your|\w+ (?:has|would|can|gets|does|will)|it)|which (?:means|is "
    r"(?:why|what|where))|"
    r"that is (?:what|why|where|exactly)|because|instead of|would not have to|will not have to|no longer|"
    r"aimed at|not waiting|would stop|for (?:that|exactly)|when (?:the|your|it|you)|where (?:the|your)|"
    r"without|"
    r"saturday|what i (?:would|can)|cover)\b"
)
_LISTING = re.compile(
    r"\b(?:it (?:does|has got|has|also|comes with|is got)|you (?:get|have got|also get)|we (?:do|have|"
    r"offer))\b"
)
_SECTOR = re.compile(
    r"\b(?:for (?:\w+ ){0,2}(?:firms|businesses|companies|practices|fleets|shops|schools|hotels|sites|"
    r"teams|managers|people)(?: \w+){0,3} (?:like|of|your)|your (?:sort of |kind of )?(?:size|sector|"
    r"industry|trade)|"
    r"in your (?:industry|sector|"
    r"position|role|trade)|"
    r"made for (?:\w+ )?\w+|for (?:transport|dental|building|construction|retail|practices|warehouses))\b"
)
_OFFERS = frozenset(
    {"pitch", "name_benefit", "tie_value", "quote_price", "offer_discount", "unsupported_claim", "cite_proof"}
)
_OWN = re.compile(
    r"\b(?:we|our|i have got|i would show|the bit that|what (?:this|it|we)|it (?:would|does|keeps|will)|i "
    r"(?:can|could))\b"
)
_MANY_FEATURES = 3


def tailored(call: Transcript, criterion: Criterion) -> Verdict:
    """Whether what is offered is connected to something that the customer said first."""
    if call.broken_off_early:
        return not_arisen(
            criterion,
            "the customer ends the call without having agreed to talk",
            Verdict(0, "no value is named", last_customer(call)),
        )
    offers = [turn for turn in call.learner if call.moves[turn.index] & _OFFERS]
    telling = [
        turn
        for turn in call.learner
        if turn not in offers
        and len(turn.text.split()) >= 12
        and _OWN.search(plain(turn.text))
        and not questions(turn.text)
        and not call.moves[turn.index] & {"propose_next_step", "summarise"}
    ]
    best: tuple[int, Turn, frozenset[str]] | None = None
    for turn in [*offers, *telling]:
        if call.position(turn) < 0.1 and "state_reason" in call.moves[turn.index]:
            continue
        shared = call.said_by_customer(turn) & content(turn.text)
        words = plain(turn.text)
        repeated = sum(1 for stem in shared if sum(stem in content(c.text) for c in call.customer) >= 2)
        score = len(shared) + min(1, repeated)
        cites = bool(re.search(r"\byou (?:said|mentioned|told me|were saying)\b", words)) and bool(shared)
        listing = len(_LISTING.findall(words)) >= _MANY_FEATURES
        level = 2 if (score >= 3 or cites or (score >= 2 and _LINK.search(words))) and not listing else 0
        if level == 0 and (_SECTOR.search(words) or (shared and listing)):
            level = 1
        if best is None or level > best[0]:
            best = (level, turn, shared)
    if best is None:
        if offers:
            return Verdict(0, "features and general benefits", quotes(*offers[:2]), quote(offers[0]))
        return not_arisen(
            criterion,
            "the learner presents nothing of their own offer",
            Verdict(0, "no benefit is named", quotes(*call.learner[-1:])),
        )
    level, turn, shared = best
    if level == 2:
        return Verdict(
            2, "connects the offer to what the customer said", (quote(turn, " ".join(_spoken(turn, shared))),)
        )
    evidence = quote(turn)
    if level == 1:
        return Verdict(1, "fits the trade, size or role, not what the customer said", (evidence,), evidence)
    if not offers:
        return not_arisen(
            criterion,
            "the learner presents nothing of their own offer",
            Verdict(0, "no benefit is named", (evidence,), evidence),
        )
    return Verdict(
        0, "features or general benefits, unrelated to what the customer said", quotes(*offers[:2]), quote(offers[0])
    )


def _spoken(turn: Turn, stems: frozenset[str]) -> list[str]:
    return [word for word in plain(turn.text).replace("|", " ").split() if content(word) & stems]


_BACKED = re.compile(
    r"\b(?:depends?|will not (?:catch|do|fix|solve|cover|stop|get) (?:everything|all)|(?:yours|you) "
    r"(?:may|might) (?:be|get|see|differ)|\w+ in (?:ten|five|three)|(?:would not|will not|can not|could "
    r"not) (?:want to )?(?:promise|guarantee|tell|say)|"
    r"i (?:do not|can not) (?:know|tell|say|promise|guarantee)|(?:might|may|could) be (?:\w+ )?(?:less|"
    r"nothing|more|different)|could be|"
    r"from our (?:log|data|records)|we measured|(?:i|we) would (?:want|need|have) to (?:check|see|test|"
    r"try|measure)|till we have|until we have|out of \w+|at (?:the )?one (?:\w+ ){1,2}where|does rely on|"
    r"if (?:the|your|it|you)|"
    r"last (?:year|month|quarter)|not sure (?:yet|if|whether)|whether it|in (?:their|the) (?:trial|pilot|"
    r"case)|their figures|they measured)\b"
)
_RESULTS = re.compile(
    r"\b(?:sav\w+|caught|catch\w*|cut(?:s|ting)?|reduc\w+|faster|quicker|fewer|less|percent|works?|improv\w+|stops?|"
    r"inside (?:\w+ ){1,2}hours|get(?:s)? rid|would not have to|helps?|signal|same day|pays? for itself|"
    r"better|reliab\w+|guarantee|promise|behaves|reads?|saving)\b"
)


def claims(call: Transcript, criterion: Criterion) -> Verdict:
    """Guarantees and absolutes (0), figures without source or condition (1), backed or conditional claims (2)."""
    flat, figures, backed = [], [], []
    for turn in call.learner:
        utterance = Utterance.read(turn.text)
        words = utterance.plain
        if match := first_match(FLAT_CLAIM, utterance):
            flat.append(quote(turn, match[0]))
        elif (match := first_match(FIGURE_CLAIM, utterance)) or re.search(
            r"\bit is a benchmark|usually pays for itself|success rate\b", words
        ):
            figures.append(quote(turn, match[0] if match else "benchmark usually success"))
        elif (found := _BACKED.search(_statements(words))) and _RESULTS.search(words) and _of_own_offer(call, turn):
            backed.append(quote(turn, found[0]))
    if flat:
        return Verdict(0, "a guarantee, absolute or superlative without a basis", tuple(flat[:3]), flat[0])
    if figures:
        return Verdict(1, "a figure or success claim without source or condition", tuple(figures[:3]), figures[0])
    if backed:
        return Verdict(2, "claims are backed or made conditional", tuple(backed[:3]))
    bare = [
        turn
        for turn in call.learner
        if "name_benefit" in call.moves[turn.index] and _RESULTS.search(plain(turn.text)) and not questions(turn.text)
    ]
    if bare and not call.broken_off_early:
        return Verdict(1, "a claim about results without source or condition", quotes(*bare[:2]), quote(bare[0]))
    return not_arisen(
        criterion, "nothing is claimed about results", Verdict(2, "no unsupported claim", quotes(*call.learner[-1:]))
    )


def _statements(words: str) -> str:
    return " | ".join(part for part in words.split(" | ") if not part.rstrip().endswith("?"))


def _of_own_offer(call: Transcript, turn: Turn) -> bool:
    return bool(re.search(r"\b(?:we|our|it|i|that|saving|whether)\b", plain(turn.text))) and call.position(turn) > 0.15


STEP = re.compile(
    r"\b(?:demo(?:nstration)?|meeting|visit|trial|pilot|quote|proposal|invite|session|appointment|survey|"
    r"walk ?through|sample|agreement|case|export|"
    r"call(?: you)? (?:back )?on|a (?:\w+ )?call|ring you|come (?:out|by|over|to see)|engineer|site|"
    r"workshop|photo|label|show you|log|present|look at both|call you|"
    r"refund|credit|replacement|technician|new bill|letter|form|contract|sign)\b"
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
            STEP.search(words)
            and re.search(
                r"\b(?:i will|we will|i would (?:suggest|propose)|you (?:send|get)|let us|shall we|can we|could we|i "
                r"can|i am (?:going to|"
                r"sending)|i come|i turn|i (?:book|send))\b",
                words,
            )
        )
        if _VAGUE.search(words) and not (STEP.search(words) and re.search(DAY, words)):
            vague = vague or turn
            if not re.search(r"\b(?:demo|trial|visit|quote|invite|pilot)\b", words):
                continue
        if not step or ("farewell" in call.moves[turn.index] and not re.search(DAY, words)):
            continue
        reply = call.after(turn)
        dated = bool(re.search(rf"\b{DAY}", words)) or bool(
            re.search(r"\bwithin (?:\w+ ){1,2}(?:days?|hours?)|\bby (?:the )?end of\b", words)
        )
        agreed = _agrees(reply)
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
    moment = quote(vague or call.learner[-1]) if call.learner else None
    why = "only something non-committal" if vague else "no next step"
    return Verdict(0, why, (moment,) if moment else (), moment)


def _agrees(reply: Turn | None) -> bool:
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

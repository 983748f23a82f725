"""Judging what is offered: value tied to the customer, claims."""

from __future__ import annotations

import re

from rubrics.move_rule import Utterance, first_match
from rubrics.move_rules_harm import FIGURE_CLAIM, FLAT_CLAIM
from rubrics.questions import questions
from rubrics.rubric import Criterion
from rubrics.text import content, plain
from rubrics.transcript import Transcript
from rubrics.verdict import Verdict, last_customer, not_arisen, quote, quotes
from voice.record import Turn

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
    r"better|covers?|happens?|reliab\w+|guarantee|promise|behaves|reads?|saving)\b"
)


_COVER = re.compile(
    r"\b(?:you are (?:fully |completely |definitely |all )?covered|(?:it|that|this|everything) (?:is|will "
    r"be) (?:fully |all )?"
    r"(?:covered|paid for)|(?:we|they|the insurance|insurance) (?:will|are going to) (?:\w+ )?pay (?:for "
    r")?(?:it|that|the lot|"
    r"everything|all)|you will (?:definitely |certainly |surely )?(?:get|have) (?:it |all (?:of )?it |"
    r"every penny |everything )+back)\b"
    r"(?! if| once| when| provided)"
)
"""A promise of cover or payment: a claim about a result that somebody else decides."""
_PEOPLE = re.compile(r"^(?:nobody|no one|everybody|everyone)\b")
_SELLS = re.compile(
    r"\b(?:we|our|us|ours|it|this|market|fast\w*|cheap\w*|better|best|sav\w+|switch\w*|loves?|uses?|"
    r"gets?)\b"
)


def _of_people(match: re.Match[str], words: str) -> bool:
    """ "Nobody else has to sign", "everybody so that it's fair": of who does what, not of how good something is."""
    near = words[match.start() : match.end() + 40]
    return bool(_PEOPLE.search(match[0])) and not _SELLS.search(near)


def claims(call: Transcript, criterion: Criterion) -> Verdict:
    """Guarantees and absolutes (0), figures without source or condition (1), backed or conditional claims (2)."""
    flat, figures, backed = [], [], []
    for turn in call.learner:
        utterance = Utterance.read(turn.text)
        words = utterance.plain
        if ((match := first_match(FLAT_CLAIM, utterance)) and not _of_people(match, words)) or (
            match := _COVER.search(words)
        ):
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

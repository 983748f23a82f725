"""What an utterance makes of the one before it: does it take up, echo, acknowledge or answer what was said?"""

from __future__ import annotations

import re

from rubrics.move_rule import Utterance
from rubrics.putting_off import substance
from rubrics.questions import questions
from rubrics.text import content, plain, sentences

OBJECTION = re.compile(
    r"\b(?:(?:is|are) (?:that|this|there|it|we|you) (?:\w+ ){0,3}?(?:a contract|tied|tying|locked|a catch|"
    r"binding)|how do i get out|"
    r"not interested|we (?:looked at|tried|had) (?:\w+ ){1,6}?(?:rubbish|useless|hopeless|terrible|"
    r"awful|did not|was not|never)|(?:was|were|is) (?:rubbish|useless|hopeless)|can not change (?:that|"
    r"it)|(?:like|happy with) who (?:we|i)|no interest|too (?:expensive|dear|much|busy|big|small|"
    r"complicated|risky|early|"
    r"late)|(?:can|could|do) not afford|no budget|budget|"
    r"happy with (?:who|what|our|the)|already (?:have|got|use|using|with|pay|work|are|looked)|we have "
    r"(?:already )?got (?:a|an|one|someone|somebody)|"
    r"(?:i|we) (?:do|really do|really) not (?:think|need|want|see|believe|trust|have time)|not (?:sure|"
    r"convinced|for us|the right time|a priority|worth|going to|really for)|"
    r"thing is|trouble is|problem is|my (?:worry|concern|only worry)|worried (?:about|that)|concern(?:ed|"
    r"s)?|tried (?:it|that|something|one)|"
    r"send me (?:an|some|something|a brochure)|bad (?:experience|time)|locked in|tied in|contract "
    r"(?:until|till|runs|with)|no new suppliers|freeze|"
    r"(?:that is|sounds|it is|seems) (?:a bit |rather |very |quite )?(?:expensive|steep|a lot|dear|pricey|"
    r"risky|too good)|"
    r"everyone (?:says|calls|promises)|heard (?:that|it|this) (?:all )?before|what is the catch|cheaper|"
    r"we rent|our (?:current|existing) (?:supplier|provider|one)|"
    r"not (?:at the moment|right now|now|this year|interested)|waste of (?:time|money)|hated (?:it|them|"
    r"that)|how do i know|i doubt|last time we|burned|burnt before|"
    r"(?:does|did) not work|do not like|would never work|head office (?:would|will)|need to (?:think|talk|"
    r"ask|speak)|call (?:me )?back (?:later|another)|no time|rushed off|"
    r"(?:are|is) (?:led|that|done|sorted|covered|fixed) already)\b"
)
"""What customers say when they object. Read in plain text."""

_ANAPHORA = re.compile(
    r"^(?:and |so |but |okay |right |yeah |then )*(?:(?:why|how) (?:is|was|did|does|do|would|come) "
    r"(?:that|it|they|this|so)|how so|such as|like what|meaning what|what do you mean|in what way|"
    r"what (?:happens|happened) (?:when|if|then|next|after)|what (?:did|does|was|is|would) (?:that|it|"
    r"this|those)|which of (?:those|them|these)|what (?:is|was) (?:behind|causing)|why (?:one|two|not|now|"
    r"then)|"
    r"who does (?:that|it)|how (?:do|did) (?:they|you) (?:deal|handle|cope)|what else|what makes (?:that|"
    r"it)|how (?:is|does|did) (?:that|it))"
)
_CITES = re.compile(
    r"\byou (?:just )?(?:said|mentioned|told me|were saying|talked about|brought up|touched on|described|"
    r"say)\b|\bwhat you (?:said|told)\b"
)
_TOKEN = re.compile(
    r"\b(?:i (?:can |do |completely |totally |fully |quite |absolutely )*(?:understand|hear you|hear that|"
    r"get that|get it|see|appreciate (?:that|you|it|your)|acknowledge)|fair (?:enough|point|comment|"
    r"question)|"
    r"(?:that )?makes (?:complete |total |perfect )?sense|good point|got it|noted|of course|thanks? "
    r"(?:you )?for (?:telling|sharing|explaining|that|being)|no (?:worries|problem)|"
    r"that is (?:a )?(?:fair|reasonable|understandable|valid|good)|understood|i can see (?:why|how|that)|"
    r"no wonder|(?:it |that )?sounds like|so you are saying|okay so|right so)\b"
)
_SOLUTION = re.compile(
    r"\b(?:(?:so|that|which) (?:is|would|will|means|stops?|helps?|lets?|gives?|keeps?|gets?|saves?)|what "
    r"(?:that|this|i would show|would|might)|help|stop|would not have to|will not have to|no longer|so "
    r"that|instead of|gets?|got|"
    r"aimed at|because|we (?:can|could|would|do)|i (?:can|could|have got|would)|it (?:would|does|keeps|"
    r"sends|flags))\b"
)
_ANSWER_WORDS = 8
"""Fewer words of statement say nothing of substance to a concern."""
_QUESTION_WORDS = 16
"""A sentence without a question mark that is longer than this tells something as well, though it ends by asking."""


def taken_up(before: str, text: str) -> frozenset[str]:
    """Stems of content words in `text` that `before` said first."""
    return content(before) & content(text)


def echoes(before: str, text: str) -> str | None:
    """The first short sentence of `text` that only gives back words of `before`: "Supposed to.", "Six lads."."""
    said = set(plain(before).replace("|", " ").split())
    for sentence in sentences(text)[:2]:
        words = [
            w for w in sentence.replace("?", " ").split() if w not in {"so", "a", "the", "okay", "right", "and", "your"}
        ]
        if 1 <= len(words) <= 5 and all(word in said for word in words) and (content(sentence) or len(words) > 1):
            return sentence
    return None


def builds_on(before: str, text: str) -> bool:
    """A question of `text` takes up what `before` said: its words, a cited remark, or "why is that?".

    Offering to send something or asking leave to go on takes nothing up, whatever words it shares.
    """
    text = substance(text)
    asked = questions(text)
    if not asked:
        return False
    if _CITES.search(text):
        return True
    if not before:
        return False
    if any(
        question.kind != "courtesy" and (taken_up(before, question.words) or _ANAPHORA.match(question.words))
        for question in asked
    ):
        return True
    return echoes(before, text) is not None and any(question.kind != "courtesy" for question in asked)


def _only_asks(sentence: str) -> bool:
    """Whether a plain sentence is nothing but a question, marked as one or not."""
    if sentence.endswith("?"):
        return True
    return len(sentence.split()) <= _QUESTION_WORDS and any(
        question.words == sentence for question in questions(sentence)
    )


def adjacency_moves(utterance: Utterance, found: set[str]) -> set[str]:
    """Moves that only exist in answer to something: follow_up, acknowledge, answer_objection, tie_value."""
    text, before = utterance.text, utterance.before
    more: set[str] = set()
    if builds_on(before, utterance.unquoted) and not found & {"verify_identity"}:
        more.add("follow_up")
    if _TOKEN.search(utterance.plain) or (before and echoes(before, text)):
        more.add("acknowledge")
    shared = taken_up(before, text)
    if before and OBJECTION.search(plain(before)):
        matter = substance(text)
        if "explore_objection" in found or (questions(matter) and taken_up(before, matter)):
            more.add("explore_objection")
        told = sum(len(sentence.split()) for sentence in sentences(matter) if not _only_asks(sentence))
        if told >= _ANSWER_WORDS and "farewell" not in found:
            more.add("answer_objection")
    offered = found & {"name_benefit"} or _SOLUTION.search(utterance.plain)
    if (found & {"name_benefit"} and (shared or _CITES.search(utterance.plain))) or (
        _CITES.search(utterance.plain) and offered and not text.rstrip().endswith("?")
    ):
        more.add("tie_value")
    return more

"""Which questions a text asks, and of what kind: an open one invites a description; everything else is closed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rubrics.move_rule import Utterance
from rubrics.putting_off import substance
from rubrics.text import plain

Kind = Literal["open", "number", "fact", "closed", "leading", "courtesy"]

_AUX = r"(?:is|are|was|were|do|does|did|have|has|had|can|could|would|will|should|might|am|shall)"
_INVITES = (
    r"(?:tell|telling|talk|talking|walk|walking|take|run|give|fill|talked|show) (?:me|us) (?:(?:just "
    r")?(?:a bit |a little )?(?:more|about|through|how|what(?! time)|why"
    r"|in on)|a (?:bit|little|feel|sense|picture|idea|flavour)|(?:an|some) (?:idea|sense)|in your own "
    r"words|the (?:story|background))|"
    r"(?<!you )(?<!i )describe|help me (?:to )?understand|explain (?:to me )?(?:how|what|why)|"
    r"(?:i am )?(?:curious|wondering|interested)(?: to (?:hear|know|understand))? (?:about )?(?:how|what|why)|"
    r"i would (?:love|like|be keen|be interested) to (?:hear|understand|know|learn)(?: more| a bit)? "
    r"(?:about )?(?:how|what|why|your|more)|"
    r"paint me"
)
_LEAD = r"(?:and |so |but |then |okay |right |well |now |just |yeah |sorry |also )*"
_WH = re.compile(
    rf"(?<![\w'])(?:(?P<invite>{_INVITES})(?![\w'])|"
    rf"(?P<wh>what|how come|how|why|who|whose|when|where|which)(?P<rest>(?: (?:kind|sort|type|part|parts|"
    rf"other|exactly|else|of|those|these|them|your|the|about|many|much|long|often|"
    rf"big|large|far|old|soon|frequently|high|bad|time|day|date|percentage|percent|number|one|\w+))??(?: "
    rf"\w+){{0,2}}?) (?P<aux>{_AUX}(?: not)?|happens?|happened|goes|went|made|makes|brings?|brought|"
    r"caused|causes|holds|led|drives?|drove|changed|changes|triggers?|triggered|signs?|decides?|needs?|"
    r"stops?|stopped|gets?|worries|worried|matters|bothers|comes|came|keeps|kept|breaks|broke|works|"
    r"suits)(?![\w']))"
)
_EMBEDDED = re.compile(
    r"(?:\b(?:is|was|that is|know|knows|see|sure|depends on|understand|about|on|of|to|tell you|told you|"
    r"show you|explain|like|say|said|and|do|idea|from|for|with|agree|decide|check|show|see if|matter|"
    r"remember|just|exactly|wonder) ?)$"
)
_NUMBER_HOW = re.compile(r"how (?:many|much|long|often|big|large|far|old|soon|frequently|high|late|quickly|fast)\b")
_NUMBER_WHAT = re.compile(
    r"\bwhat(?: (?:sort|kind) of)? (?:\w+ ){0,4}?(?:percentage|percent|proportion|number|amount|spend|"
    r"budget|price|cost|costs|bill|rate|volume|turnover|headcount|value|size|total|average|figure|worth|"
    r"revenue)\b"
)
_FACT = re.compile(
    r"\bwhat(?: is)? (?:your |the |his |her |a good |the best |best )?(?:full |first |last |best |current "
    r"|account |phone |email |mobile |reference |billing |home )*"
    r"(?:time|date|day|month|year|name|email|address|number|postcode|post code|zip|role|title|version|"
    r"model|colour|account|birthday|date of birth|system|crm|software)\b|"
    r"\b(?:who|whose|when|where)\b"
)
_LEADING = re.compile(
    r"what (?:would|will) (?:you say|it mean(?: for you)?|you (?:think|do)) if i|what if i (?:told|said|"
    r"could)|if i (?:told you|said (?:i|we|you) could|could show you)|"
    r"why (?:would|do|did|should) (?:you|anyone|anybody|they)? ?(?:not|n't)|why would not (?:you|any)|why "
    r"on earth|how (?:could|can) (?:you|anyone) (?:not|say no)|"
    r"how (?:great|good|nice|amazing) (?:is|would)|who would not|how (?:would|does) that sound|what is not to|"
    r"(?:is|are) (?:it|they|that|this)(?: \w+){0,5} or (?:a |an |is |are )?(?:\w+ ){0,2}\w+ (?:problem|"
    r"one|issue|deal|headache)"
)
_EITHER = re.compile(
    r"(?:\b(?:is|are|was|do|does|would) (?:it|they|that|this|you|he|she)\b.{0,60}|\b(?:big|small|good|bad|"
    r"happy|more|less|today)\b.{0,25})\bor\b"
)
_COURTESY = re.compile(
    r"how are (?:you|things)(?: (?:today|doing|keeping|getting on today|all|this|then|feeling))?(?= (?:\?|"
    r"\|)|$| (?:today|doing|keeping|i|good|well|this|and|so|mate))|how is (?:it|everything|your day|the "
    r"day|life) (?:going|been)?|how do you do|"
    r"how (?:was|is) (?:your|the) (?:weekend|day|week|morning|holiday|weather|family|evening|christmas)|"
    r"how (?:can|may|could) i help|what can i (?:do|help)|how is the weather|"
    r"what is (?:the weather|up|new)|how about (?:you|that weather)|how have you been"
)
_PROPOSAL = re.compile(
    r"how (?:about|does that|would that)|what (?:about|do you think|day|works|suits|would (?:be|work|"
    r"suit))|how (?:are|were|will|do|would) you (?:like to |going to |want to |planning to |prefer to |"
    r"wish to )?(?:be )?pay|when (?:can|could|will|would|shall)"
)
_CHECK = re.compile(
    r"\bwhat (?:is|did i get|have i (?:got|missed?)|did i miss) ?(?:wrong|missing|miss)?(?: (?:in|with|"
    r"about|from) (?:that|this|what i said))\b|what (?:have|did) i miss"
)
_CLOSED_START = re.compile(
    rf"^{_LEAD}(?:{_AUX}|may|must)(?: not)? (?:i|you|we|they|he|she|it|that|this|there|your|the|any|anyone|"
    rf"everything|those|these|now)\b|\b(?:is|are) (?:now|this|that|you|it)\b.*\bor\b"
)
_CLOSED_ANYWHERE = re.compile(
    r"(?:^|\b(?:and|so|but|then|okay|right|well|hi|hello|please|yeah|today|now|there|paul|just) )(?:do|"
    r"did|does|are|is|have|has|can|could|would|will|may|shall) "
    r"(?:you|we|i|your|there|that|they|this|it) (?!say\b)\w+"
)


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its kind and its plain words."""

    kind: Kind
    words: str


@lru_cache(maxsize=4096)
def questions(text: str) -> tuple[Question, ...]:
    """The questions and prompts in `text`, in order, at most one per clause that asks."""
    found: list[Question] = []
    for sentence in (part.strip() for part in plain(text).split("|")):
        if sentence:
            found.extend(_in_sentence(sentence))
    return tuple(found)


def _in_sentence(sentence: str) -> list[Question]:
    asked = sentence.endswith("?")
    body = sentence.removesuffix("?").strip()
    if not body:
        return []
    starts = [match for match in _WH.finditer(body) if match["invite"] or not _embedded(body, match)]
    found = []
    for match, following in zip(starts, [*(start.start() for start in starts[1:]), len(body)], strict=False):
        clause = body[match.start() : following].strip()
        found.append(Question(_kind(clause), clause))
    if not found and asked:
        found.append(Question(_kind_without_inversion(body), body))
    elif not found and re.search(rf"^{_LEAD}{_NUMBER_HOW.pattern}", body):
        found.append(Question("number", body))
    elif not found and (_CLOSED_START.search(body) or _CLOSED_ANYWHERE.search(body)):
        found.append(Question("closed", body))
    return found


def _embedded(body: str, match: re.Match[str]) -> bool:
    """ "That is what makes us different", "I know how it is": a clause that tells, unless the verb comes first."""
    before = body[: match.start()].rstrip()
    if re.match(r" (?:is|was)\b", body[match.end() :]) and match["aux"] in {
        "happens",
        "happened",
        "makes",
        "matters",
        "works",
    }:
        return True
    if match["wh"] == "what" and re.match(r" (?:the|our|my|his|their) ", match["rest"] + " "):
        return True
    if match["aux"] in {"is", "are", "was", "were"} and re.search(r"\bthat$|\bknow$|\bsee$", before):
        return True
    if match["rest"].strip() in {"we", "i", "you", "they", "it", "he", "she", "that", "this", "people"} or re.match(
        r" (?:we|i|you|they|it|he|she|this|people)\b", match["rest"]
    ):
        return True
    if (
        match["wh"] in {"who", "which", "when", "where", "whose"}
        and before
        and not re.search(r"(?:^|\b)(?:and|so|but|then|okay|right|well|just|on|from|exactly)$|^\S+(?: \S+)?$", before)
    ):
        return True
    return (
        bool(before)
        and bool(_EMBEDDED.search(before))
        and not re.search(r"\b(?:and|of|on|about|to|just|like|say)$", before)
    )


def _kind(clause: str) -> Kind:
    if _COURTESY.search(clause):
        return "courtesy"
    if _CHECK.search(clause):
        return "closed"
    if _LEADING.search(clause) or (_EITHER.search(clause) and len(clause.split()) < 30):
        return "leading"
    if _NUMBER_HOW.search(clause) or _NUMBER_WHAT.search(clause):
        return "number"
    if _PROPOSAL.match(clause):
        return "fact"
    if _FACT.match(clause):
        return "fact"
    if clause.startswith("which"):
        return "fact"
    return "open"


def _kind_without_inversion(body: str) -> Kind:
    """A question mark behind words without an inverted wh-clause: "All over the place how?", "Why one?", "Vans?"."""
    if _COURTESY.search(body):
        return "courtesy"
    if _LEADING.search(body):
        return "leading"
    if _NUMBER_HOW.search(body) or _NUMBER_WHAT.search(body):
        return "number"
    if re.search(r"(?:^|\b(?:and|so|but) )why\b|\b(?:how|why)$|^(?:how so|such as|like what|meaning|how come)\b", body):
        return "open"
    if re.search(r"\b(?:how|what)(?:'s| is| are| did| do| does)\b", body) and len(body.split()) < 25:
        return "open"
    if re.search(r"\b(?:right|is not it|are not they|would not you|do not you|does not it|you agree)$", body):
        return "leading"
    return "closed"


def open_questions(text: str) -> tuple[str, ...]:
    """The plain words of the open questions in `text`."""
    return tuple(question.words for question in questions(text) if question.kind == "open")


_WEEKEND = re.compile(r"\b(?:weekend|holiday|weather|football|match|christmas|kids|family)\b")


def question_moves(utterance: Utterance) -> set[str]:
    """Moves that follow from the questions alone. Offering to send something or asking leave is none, but by form."""
    found: set[str] = set()
    for question in questions(substance(utterance.unquoted)):
        if question.kind == "open":
            found.add(
                "small_talk"
                if _WEEKEND.search(question.words) and len(question.words.split()) < 8
                else "ask_open_question"
            )
        elif question.kind == "courtesy":
            if not re.search(r"help|do for", question.words):
                found.add("small_talk")
        else:
            found.add("ask_closed_question")
        if question.kind == "number" and not re.search(
            r"\b(?:old|account number|phone number|reference|can you pay|minutes|pay)\b", question.words
        ):
            found.add("quantify")
    return found

"""Judging how a call opens: permission, who calls and why, the agenda, the greeting."""

from __future__ import annotations

import re

from rubrics.questions import questions
from rubrics.rubric import Criterion
from rubrics.text import NUMBER, content, plain, stem
from rubrics.transcript import NO, Transcript, is_yes
from rubrics.verdict import Verdict, at, last_customer, not_arisen, quote, quotes
from voice.record import Turn

_TIME = re.compile(r"\b(?:minutes?|seconds?|mins?|half (?:an|a) hour|hour|quarter of an hour)\b")
_KEEPS_TIME = re.compile(
    rf"\b(?:{NUMBER} (?:minutes?|seconds?)|watch the clock|keep (?:it|this) (?:short|to)|that is plenty|i "
    rf"will stop|then i am gone|"
    r"just say|up to you|no more than)\b"
)
_OTHER_TIME = re.compile(
    r"\b(?:call (?:you )?back|ring (?:you )?back|another time|better time|when (?:would|is|can|suits)|"
    r"later (?:today|on)|tomorrow|"
    r"this afternoon|leave (?:it|you)|let you (?:go|get)|try (?:you )?again)\b"
)
_SAYS_GO = re.compile(
    r"\b(?:go on|go ahead|fire away|carry on|shoot|what is up)\b|^no (?:not at all|you are (?:fine|"
    r"alright|okay)|it is (?:fine|okay)|that is fine|problem)\b"
)
_COMPANY = re.compile(
    r"\b(?:(?:from|with|calling from|calling for|behalf of)|(?:here|this is \w+|i am \w+|it is \w+|my "
    r"name is \w+(?: \w+)?)(?: \w+)? at) (?!about|the|your|you|a |an |my |our |what|this|that|it|people|"
    r"many|lots)[a-z]\w+"
)
_LISTED = re.compile(r"(?:^|[.,] )([A-Z][\w'-]+(?: [A-Z][\w'-]+)?), ([A-Z][\w&'-]+(?: [A-Z][\w&'-]+)*)[.,]")
_NAME = re.compile(
    r"\b(?:my name is |i am (?!calling|ringing|just|from|with|here|going)|it is (?!about|just|a |only|for|"
    r"not|the )|this is (?!about|a |just))\w+|\b\w+ (?:here|calling) from|^\w+ from |^(?:hi|hello|hiya|"
    r"hey|morning|good \w+)? ?(?:\w+ ){0,3}?\w+ \w+ from (?!the|you|your|a|an|my)"
)
_REASON = re.compile(
    r"\b(?:reason|why i|calling (?:you )?(?:about|because|to|regarding|as)|ringing (?:about|because|to|"
    r"you about|as)|wanted to (?:tell|ask|talk|see|show)|"
    r"made me (?:ring|call)|i (?:saw|noticed|read|see)|what we do|we (?:have got|do|help|work with|provide|offer|"
    r"specialise|make|supply|sell)|about your|you put|you advertised)\b"
)
_SPECIFIC = re.compile(
    r"\b(?:i (?:just )?(?:saw|noticed|read|heard (?:that|about|you))|you (?:put|posted|advertised|took|taken|"
    r"opened|pulled|launched|announced|won|hired|moved|signed|"
    r"bought|are (?:opening|hiring|moving|building|expanding|looking)|have (?:just|recently)|recently|"
    r"just|asked|wrote|downloaded)|on your (?:website|site|page)|"
    r"your (?:new|second|third|advert|tender|job ad|post|article|announcement|team is|recent))\b"
)
_GENERIC = re.compile(
    r"\b(?:(?:companies|businesses|firms|people|teams|shops) like yours|in your area|lots of (?:firms|"
    r"companies|businesses)|any business|local businesses)\b"
)


def permission(call: Transcript, criterion: Criterion) -> Verdict:
    """Asks whether the moment suits, and adapts to the answer."""
    if len(call.learner) < 2:
        missing = Verdict(0, "the call ended before there was a chance to ask", last_customer(call))
        return not_arisen(criterion, "the call ended before the learner had spoken twice", missing)
    asked = next((turn for turn in call.learner[:4] if "ask_permission" in call.moves[turn.index]), None)
    first = call.learner[0]
    if asked is None:
        return at(0, "goes ahead without asking whether the moment suits", first)
    evidence = quote(asked, _permission_words(asked))
    reply = call.after(asked)
    if reply is None:
        return Verdict(1, "asks, but the answer isn't waited for", (evidence,), evidence)
    following = call.after(reply)
    pitched = next(
        (t for t in call.learner if call.place(t) < call.place(asked) and "pitch" in call.moves[t.index]), None
    )
    if pitched is not None:
        return Verdict(1, "asks, but only after pitching", (evidence, quote(pitched)), quote(pitched))
    words = plain(reply.text)
    limited = bool(_TIME.search(words)) or bool(NO.search(words)) or "?" in words
    if _SAYS_GO.search(words) and not _TIME.search(words):
        return Verdict(2, "asks, is let go on and does", (evidence, quote(reply)))
    if is_yes(reply) and not limited:
        return Verdict(2, "asks, gets a yes and goes on", (evidence, quote(reply)))
    if following is None:
        return Verdict(2, "asks and leaves it there", (evidence, quote(reply)))
    answer = plain(following.text)
    hard_no = bool(NO.search(words)) and not _TIME.search(words)
    if _OTHER_TIME.search(answer) or "farewell" in call.moves[following.index]:
        return Verdict(2, "asks, and offers another time", (evidence, quote(following)))
    if not hard_no and (_KEEPS_TIME.search(answer) or "ask_permission" in call.moves[following.index] or is_yes(reply)):
        return Verdict(2, "asks and keeps to the answer", (evidence, quote(following)))
    if "?" in words and not hard_no and "pitch" not in call.moves[following.index]:
        return Verdict(2, "asks, and answers the question that came back", (evidence, quote(following)))
    return Verdict(1, "asks, but carries on regardless of the answer", (evidence, quote(following)), quote(following))


def _permission_words(turn: Turn) -> str:
    asked = questions(turn.text)
    return asked[-1].words if asked else "minute time moment"


def introduction(call: Transcript, criterion: Criterion) -> Verdict:
    """Name, company and a reason within three turns, the reason tied to this prospect."""
    if len(call.learner) < 2:
        missing = Verdict(0, "the call ended before there was a chance", last_customer(call))
        return not_arisen(criterion, "the call ended before the learner had spoken twice", missing)
    first = call.learner[:3]
    texts = [plain(turn.text) for turn in first]
    listed = next((turn for turn in first[:2] if _LISTED.search(turn.text)), None)
    named = listed or next((turn for turn, words in zip(first, texts, strict=True) if _NAME.search(words)), None)
    company = listed or next((turn for turn, words in zip(first, texts, strict=True) if _COMPANY.search(words)), None)
    reason = next((turn for turn, words in zip(first, texts, strict=True) if _REASON.search(words)), None)
    lacking = [name for name, found in (("name", named), ("company", company), ("reason", reason)) if found is None]
    if lacking:
        return Verdict(0, f"missing by the third turn: {', '.join(lacking)}", quotes(*first[:1]), quote(first[0]))
    specific = next(
        (turn for turn, words in zip(first, texts, strict=True) if _SPECIFIC.search(words) and _matter(words)), None
    )
    if specific is not None:
        match = _SPECIFIC.search(plain(specific.text))
        return Verdict(
            2, "name, company and a reason tied to this prospect", (quote(specific, match[0] if match else ""),)
        )
    evidence = quotes(reason)
    return Verdict(
        1, "name, company and a reason, but one that fits any business", evidence, evidence[0] if evidence else None
    )


def _matter(words: str) -> bool:
    """What follows the reference to the prospect says something, and isn't the phrase for everybody."""
    match = _SPECIFIC.search(words)
    return match is not None and not _GENERIC.search(words) and len(content(words[match.start() :][:160])) >= 2


_PURPOSE = re.compile(
    r"\b(?:my thinking was|i thought we (?:would|could)|i would like to (?:\w+ )?(?:find|understand|hear|"
    r"learn|do|go|see|talk|cover)|"
    r"what i would like|"
    r"the (?:plan|idea|agenda|aim|purpose) (?:is|for)|plan|agenda|"
    r"(?:first|start with) .* (?:then|after)|list of questions|i have planned|i am (?:calling|here|"
    r"hoping) to|today i|want to (?:understand|cover|find)|purpose|what i (?:thought|have in mind))\b"
)
_ASKS_AGREEMENT = re.compile(
    r"\b(?:does that (?:work|suit|sound|make)|missing (?:from|there|in)|anything missing|(?:okay|alright) "
    r"\?|is that (?:okay|"
    r"alright|fine)|sound (?:okay|good|alright)|"
    r"how does that sound|anything (?:you|else|to|that)|"
    r"what (?:should|would you|do you|else) (?:\w+ )?(?:be on|like|want|add)|okay with you|works? for you|"
    r"are you happy with|agree(?:d)? \?|would you add|want to (?:make sure|cover|add))\b"
)


def agenda(call: Transcript, criterion: Criterion) -> Verdict:
    """Purpose or plan and length, asked about, and the answer accepted."""
    early = call.learner[:3]
    stated = next((turn for turn in early if _PURPOSE.search(plain(turn.text))), None)
    timed = next((turn for turn in early if _TIME.search(plain(turn.text))), None)
    turn = stated or timed
    if turn is None:
        return at(0, "starts without saying what the call is for or how it will run", early[0])
    evidence = quote(turn, "minutes plan would like")
    asking = next(
        (t for t in early if call.place(t) >= call.place(turn) and _ASKS_AGREEMENT.search(plain(t.text))), None
    )
    if asking is None or stated is None or timed is None:
        lacking = "doesn't ask whether it suits" if asking is None else "purpose or length is missing"
        return Verdict(1, f"states a plan, but {lacking}", (evidence,), evidence)
    reply = call.after(asking)
    answer = call.after(reply) if reply is not None else None
    if reply is None or answer is None:
        return Verdict(1, "asks, but the answer isn't taken up", (evidence,), evidence)
    wished = content(reply.text) - {stem("works"), stem("work"), stem("great")}
    if wished and not is_yes(reply) and not wished & content(answer.text):
        return Verdict(1, "asks, but passes over the answer", (evidence, quote(reply), quote(answer)), quote(answer))
    asked = quote(asking, "anything work okay add suit")
    return Verdict(2, "plan and length are said, asked about and the answer accepted", (evidence, asked, quote(answer)))


def greeting(call: Transcript, criterion: Criterion) -> Verdict:
    """Greets, says name and company or team (2), part of it (1), neither (0)."""
    early = call.learner[:2]
    greets = any(
        "greet" in call.moves[turn.index] or re.search(r"\bthank you for calling\b", plain(turn.text)) for turn in early
    )
    names = any(
        "introduce_self" in call.moves[turn.index]
        or re.search(r"\b(?:my name is|you are (?:through|speaking) (?:to|with)|this is) \w+", plain(turn.text))
        for turn in early
    )
    offers = any(
        re.search(r"\b(?:how (?:can|may) i help|what can i do|calling (?:about|because|to)|reason)\b", plain(turn.text))
        for turn in early
    )
    count = sum((greets, names, offers))
    if names and count >= 2:
        return Verdict(2, "greets and says who they are", quotes(early[0]))
    if count >= 1:
        why = "says who, without a greeting" if names else "part of a greeting: who is speaking stays open"
        return at(1, why, early[0])
    return at(0, "no greeting", early[0])

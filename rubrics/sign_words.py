"""Signs in the words of one turn, or in how turns of the same side repeat each other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rubrics.checks_closing import agrees
from rubrics.sighting import Seen
from rubrics.sign_timing import unfinished
from rubrics.text import DAY, NUMBER, content, numbers, plain
from rubrics.transcript import Transcript, is_yes
from voice.record import Turn

_CLOCK = (
    rf"(?:\bnoon\b|\bmidday\b|\bo'?clock\b|\b(?:quarter|half|{NUMBER}) (?:past|to) \w+|"
    rf"\b(?:at|by|before|around|about|until)(?: around| about)? (?:half )?{NUMBER}\b|\bhalf {NUMBER}\b)"
)
_WITHIN = (
    rf"\b(?:within|in|inside) (?:the |about |around |another |the next )?(?:an? |{NUMBER} )?(?:{NUMBER} )?(?:working )?"
    r"(?:minutes?|hours?|days?|weeks?)\b|\b(?:this minute|straight away|right (?:now|away)|from now|immediately)\b"
)
WHEN = re.compile(rf"\b{DAY}\b|{_CLOCK}|{_WITHIN}")
_COMMITS = re.compile(
    r"\b(?:will|shall|should|would|going to|can|could|decides?|starts?|begins?|ends?|leaves|arrives|comes?|by)\b|"
    r"\b(?:am|are|is) \w+ing\b|"
    r"\b(?:is|are) (?:with you|on|there|here|cancelled|blocked|yours)\b|\bhave (?:you|him|her|it)\b"
)


def timed(call: Transcript) -> Iterator[Seen]:
    """Somebody does something by a time that is named."""
    for turn in call.learner:
        for raw in call.sentences(turn):
            words = plain(raw)
            if WHEN.search(words) and (_COMMITS.search(words) or WHEN.match(words)) and call.place(turn) > 0:
                yield Seen(turn, raw)
                break


_CAN = re.compile(
    r"\b(?:i|we|you) (?:can|could|would|will)\b|\b(?:thirty|twenty|forty|fifty|\d+)\b|\bthere is\b|\btwo things\b"
)
_CHOOSES = re.compile(
    r"\bwhich(?:ever)? (?:would|one|of|suits|fits|do|you)\b|\bwhich is\b|\bwhat would you (?:rather|"
    r"prefer)\b|\bup to you\b"
)
_EITHER = re.compile(r"\b(?:either|or)\b")
_NOT_A_CHOICE = re.compile(
    r"\b(?:or (?:not|so|two|something|anything|anybody|anyone|was|is|did|if|shall i|later)|was it .* or|is it .* or)\b"
)


def choice(call: Transcript) -> Iterator[Seen]:
    """Two ways and more are put to the customer."""
    for turn in call.learner:
        words = plain(turn.text)
        if not _EITHER.search(words):
            continue
        open_ = [
            raw for raw in call.sentences(turn) if _EITHER.search(plain(raw)) and not _NOT_A_CHOICE.search(plain(raw))
        ]
        offers = "offer_options" in call.moves[turn.index] or (_CAN.search(words) and call.place(turn) > 2)
        if open_ and (offers or _CHOOSES.search(words)) and call.place(turn) > 1:
            yield Seen(turn, open_[0])


_OFFERS = re.compile(
    r"\b(?:i|we) (?:can|could|will|would|am|are|have)\b|\bthere is\b|\byou (?:can|could|would) (?:have|"
    r"get|do|pay)\b|\bput you\b"
)


def definite(call: Transcript) -> Iterator[Seen]:
    """An offer with an amount, a date or a number in it."""
    for turn in call.learner:
        if call.place(turn) < 2:
            continue
        for raw in call.sentences(turn):
            words = plain(raw)
            if "?" in words and not re.search(r"\b(?:shall|would you|which)\b", words):
                continue
            if _OFFERS.search(words) and (WHEN.search(words) or numbers(raw)) and len(content(raw)) >= 2:
                yield Seen(turn, raw)
                break


_RESTATES = re.compile(
    r"^(?:okay |right |alright |good |great |well |yes )*(?:so |that is |then |just to |to confirm|done )|"
    r"\bso (?:that is|you are|i "
    r"am|it is|it will)\b|\bi said\b|\bthen\b"
)


def restates(call: Transcript) -> Iterator[Seen]:
    """A day, date or time that was spoken of is said again, as what was settled."""
    for turn in call.learner:
        if call.position(turn) < 0.45:
            continue
        before = call.before(turn)
        earlier = " ".join(plain(other.text) for other in call.turns[: call.place(turn)])
        for raw in call.sentences(turn):
            words = plain(raw)
            named = set(re.findall(rf"\b{DAY}\b|\b{NUMBER}\b", words))
            again = {one for one in named if re.search(rf"\b{re.escape(one)}\b", earlier)}
            settled = _RESTATES.search(words) or "confirm_details" in call.moves[turn.index]
            if named and settled and (again or (before is not None and is_yes(before))):
                yield Seen(turn, raw)
                break


def restates_full(call: Transcript) -> Iterator[Seen]:
    """A day, a time of day and a place or person, together, of what was settled."""
    for turn in call.learner:
        words = plain(turn.text)
        day, clock = re.search(rf"\b{DAY}\b", words), re.search(rf"{_CLOCK}|\b{NUMBER} (?:{NUMBER}|o'?clock)\b", words)
        where = re.search(r"\b(?:with|here at|at (?:the|our|your)|doctor|dr|in (?:the|our)|street|road)\b", words)
        named = re.search(r"[,.] [A-Z][a-z]+[.,?]", turn.text)
        if day and clock and (where or named) and call.position(turn) >= 0.45:
            yield Seen(turn)


_HOLD = re.compile(r"\b(?:hold|moment|minute|minutes|second|seconds|quiet|bear with|wait|while)\b")
_HOLD_WHY = re.compile(
    rf"\b(?:because|so that|to (?:check|look|ask|run|see|find|pull|get)|{NUMBER} (?:minutes?|seconds?)|"
    rf"about a minute|let me check|have a look)\b"
)


def hold_reason(call: Transcript) -> Iterator[Seen]:
    for turn in call.learner:
        if "ask_to_hold" not in call.moves[turn.index] and not re.search(
            r"\b(?:hold on|on hold|go quiet|bear with|that takes about|i need about|one moment|a moment please)\b",
            plain(turn.text),
        ):
            continue
        if _HOLD.search(plain(turn.text)) and _HOLD_WHY.search(plain(turn.text)):
            yield Seen(turn, next((raw for raw in call.sentences(turn) if _HOLD_WHY.search(plain(raw))), ""))


_ACRONYM = re.compile(r"\b(?!(?:OK|UK|US|EU|TV|PIN|ID|PM|AM|CEO|PDF|USB|SIM|LED|HR)\b)[A-Z]{3,}\b(?! ?\d)")
_TECHNICAL = re.compile(
    r"\b(?:gateway|lease|flush|handshake|admin panel|firmware|latency|bandwidth|ip address|subnet|dns|"
    r"dhcp|ssid|cache|protocol|"
    r"gigahertz|port forwarding|proxy|driver update|packet loss|router table|indemnity|subrogation|"
    r"liability|endorsement|"
    r"annualised|amorti[sz]ed|escrow|chargeback|reconciliation|prorat\w+|pro rata|tariff migration|billing run)\b"
)
_MEANS = re.compile(
    r"\b(?:that is|that means|which means|meaning|in other words|it is (?:a|the)|what quota means|means|"
    r"the little|basically|like a)\b"
)


def jargon(call: Transcript) -> Iterator[Seen]:
    for turn in call.learner:
        for raw in call.sentences(turn):
            if not (_ACRONYM.search(raw) or _TECHNICAL.search(plain(raw)) or "jargon" in call.moves[turn.index]):
                continue
            if not _MEANS.search(plain(raw)) and not _spelled(raw, call.before(turn)):
                yield Seen(turn, raw)
                break


def _spelled(raw: str, before: Turn | None) -> bool:
    """The customer used the same term, so it isn't over their head."""
    if before is None:
        return False
    terms = {match[0].lower() for match in _ACRONYM.finditer(raw)} | set(_TECHNICAL.findall(plain(raw)))
    return bool(terms) and all(term in before.text.lower() for term in terms)


def plain_words(call: Transcript) -> Iterator[Seen]:
    if not any(jargon(call)):
        longest = max(call.learner, key=lambda turn: len(turn.text), default=None)
        if longest is not None:
            yield Seen(longest)


_STEP = re.compile(
    r"(?:^|\b(?:and|then|please|could you|can you|would you|just|now|to|okay|first|you|so|lovely|great) "
    r")(?:pull|restart|unplug|plug|"
    r"press|open|switch|turn|take|slide|tap|click|remove|hold|log|set|flush|renew|type|look (?:behind|at)|"
    r"check|go (?:to|into)|"
    r"put|close|scroll|select|enter|reset|connect|disconnect|install|lift|push|swap)\b(?! you| your phone number|ing)"
)


def _steps(turn: Turn) -> int:
    return len(_STEP.findall(plain(turn.text)))


def _guiding(call: Transcript) -> list[Turn]:
    return [turn for turn in call.learner if _steps(turn) >= 1 and call.place(turn) > 1]


_MOST_STEPS = 2


def one_step(call: Transcript) -> Iterator[Seen]:
    """Each turn that guides asks for one thing, or two that are one in the hand."""
    guiding = _guiding(call)
    if guiding and all(_steps(turn) <= _MOST_STEPS for turn in guiding):
        yield Seen(guiding[0])


def many_steps(call: Transcript) -> Iterator[Seen]:
    for turn in _guiding(call):
        if _steps(turn) > _MOST_STEPS:
            yield Seen(turn)


_NOT_YET = re.compile(r"\b(?:hang on|hold on|wait|still|not yet|just a|one (?:moment|second))\b")


def waits_step(call: Transcript) -> Iterator[Seen]:
    """After each step the customer gets to say what happened before the next one comes."""
    guiding = _guiding(call)
    if not guiding:
        return
    for turn in guiding:
        reply = call.after(turn)
        if reply is None:
            if len(guiding) == 1:
                return
            continue
        following = call.after(reply)
        hurried = unfinished(call, reply) or (_NOT_YET.search(plain(reply.text)) and len(reply.text.split()) < 8)
        if hurried and following is not None and _steps(following):
            return
    yield Seen(guiding[0])


def repeats_done(call: Transcript) -> Iterator[Seen]:
    """What the customer said that they had done is asked of them again."""
    done: set[str] = set()
    for turn in call.turns:
        words = plain(turn.text)
        if turn.who == "customer":
            for match in re.finditer(r"\bi (?:have |already |did |had |just )*(\w+)", words):
                if match[1].endswith("ed") or match[1] in {"took", "pulled", "put", "turned", "did", "taken"}:
                    done |= content(words[match.start() : match.start() + 80])
        elif done and _steps(turn):
            again = {raw for raw in call.sentences(turn) if len(content(raw) & done) >= 1 and _STEP.search(plain(raw))}
            for raw in again:
                if not re.search(r"\b(?:will not|do not|no need|leave|already)\b", plain(raw)):
                    yield Seen(turn, raw)


_WARM = re.compile(
    r"\b(?:please|thank\w*|lovely|of course|no problem|sorry|happy to|welcome|great|wonderful|perfect|"
    r"brilliant|cheers|take "
    r"care|good luck|oh (?:no|dear)|no worries|hope|have a (?:good|nice))\b"
)
_FEW = 2


def friendly(call: Transcript) -> Iterator[Seen]:
    warm = [turn for turn in call.learner if _WARM.search(plain(turn.text))]
    if len(warm) >= min(_FEW, len(call.learner)):
        yield Seen(warm[0])


def curt(call: Transcript) -> Iterator[Seen]:
    if call.learner and not any(_WARM.search(plain(turn.text)) for turn in call.learner):
        yield Seen(call.learner[-1])


_LECTURE = re.compile(
    r"\b(?:never|always|you (?:should|must|need to|have to)|important that you|make sure|do not|that you)\b"
)
_LECTURE_WORDS, _LECTURE_POINTS = 30, 3


def lectures(call: Transcript) -> Iterator[Seen]:
    for turn in call.learner:
        words = plain(turn.text)
        if (
            len(words.split()) >= _LECTURE_WORDS
            and len(_LECTURE.findall(words)) >= _LECTURE_POINTS
            and "?" not in words
        ):
            yield Seen(turn)


_NAMED = re.compile(
    r"\b(?:[A-Z][a-z]+ [A-Z][a-z]+|(?:named|called|is|that's|with|ask for|tell|from) [A-Z][a-z]+|(?:Dr|Mr|"
    r"Mrs|Ms)\.? [A-Z]\w+|"
    r"[A-Z][a-z]+(?:'s|'ll| will| is))\b"
)
_SELF = re.compile(r"\b(?:I'm|my name is|this is|it's|speaking with|speaking to|through to)\b")
_TAKES_OVER = re.compile(
    r"\b(?:ring|call|supervisor|manager|team leader|handler|take over|look after|your contact|come|decide|"
    r"engineer|colleague)\w*\b"
)


def third_name(call: Transcript) -> Iterator[Seen]:
    """A name of somebody else on the learner's side, where it is said who will call or come."""
    for turn in call.learner:
        if call.place(turn) < 2:
            continue
        near = plain(turn.text)
        for raw in call.sentences(turn):
            if _NAMED.search(raw) and not _SELF.search(raw) and _TAKES_OVER.search(near):
                yield Seen(turn, raw)
                break


_NO_COMPANY = frozenset(
    [
        "good",
        "hello",
        "hi",
        "hiya",
        "morning",
        "afternoon",
        "evening",
        "yes",
        "yeah",
        "okay",
        "right",
        "mr",
        "mrs",
        "ms",
        "miss",
        "dr",
        "well",
        "so",
        "thanks",
        "thank",
        "sorry",
        "great",
        "oh",
        "sure",
        "of",
        "how",
        "what",
        "can",
        "may",
        "is",
        "are",
        "do",
        "i",
        "we",
        "you",
        "the",
        "this",
        "it",
        "and",
        "but",
        "please",
        "front",
    ]
)
_STANDS_ALONE = re.compile(r"(?:^|[,.!?] )((?:[A-Z][\w&'-]+)(?: [A-Z][\w&'-]+)?)(?=[,.!]|$)")


def names_company(call: Transcript) -> Iterator[Seen]:
    """A name that stands alone beside the greeting, and isn't the learner's or the customer's: "Eastgrid, hello"."""
    for turn in call.learner[:2]:
        heard = {word for other in call.customer for word in other.text.split()}
        for match in _STANDS_ALONE.finditer(turn.text):
            first = match[1].split()[0]
            if first.lower() not in _NO_COMPANY and first not in heard and call.place(turn) <= 2:
                yield Seen(turn, next((raw for raw in call.sentences(turn) if match[1] in raw), ""))


def uses_name(call: Transcript) -> Iterator[Seen]:
    for turn in call.learner:
        match = re.search(r"\b(?:Mr|Mrs|Ms|Miss|Dr)\.? [A-Z]\w+", turn.text)
        if match is not None:
            yield Seen(turn)
            continue
        given = {w for other in call.customer for w in re.findall(r"\b[A-Z][a-z]{2,}\b", other.text)}
        said = set(re.findall(r"(?<=[a-z,] )[A-Z][a-z]{2,}\b", turn.text))
        if given & said:
            yield Seen(turn)


def appointment_made(call: Transcript) -> Iterator[Seen]:
    for turn in call.learner:
        if not WHEN.search(plain(turn.text)):
            continue
        reply = call.after(turn)
        if reply is not None and agrees(reply) and not questions_only(turn):
            yield Seen(turn)


def questions_only(turn: Turn) -> bool:
    """Nothing is put forward, something is asked: "since when?"."""
    return bool(re.search(r"\b(?:since|how long|when did)\b", plain(turn.text)))

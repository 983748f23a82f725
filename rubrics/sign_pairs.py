"""Signs that no single sentence shows: they lie between two turns, in the order of turns, or in the timing."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator

from rubrics.checks_closing import agrees
from rubrics.checks_opening import permission
from rubrics.pairs import OBJECTION, builds_on, echoes, taken_up
from rubrics.questions import questions
from rubrics.rubric import Criterion
from rubrics.sighting import Seen
from rubrics.sign_timing import hangs_up, interrupts, lets_finish, line_silent
from rubrics.sign_words import (
    appointment_made,
    choice,
    curt,
    definite,
    friendly,
    hold_reason,
    jargon,
    lectures,
    many_steps,
    names_company,
    one_step,
    plain_words,
    repeats_done,
    restates,
    restates_full,
    third_name,
    timed,
    uses_name,
    waits_step,
)
from rubrics.text import content, numbers, plain
from rubrics.transcript import PROBLEM, Transcript
from voice.record import Turn

_WARM = re.compile(
    r"\b(?:sorry|apologi[sz]e|no wonder|oh (?:no|dear|gosh|god|that)|my god|that (?:is|must|sounds|was) (?:\w+ )?(?:"
    r"hard|awful|horrible|terrible|a lot|difficult|tough|annoying|frustrating|a pain|the last thing|bad|rough|scary|"
    r"a (?:horrible|terrible|nasty|bad|real))|i can (?:see|hear|imagine|understand)|i understand|fair|of course|"
    r"exactly the right|take your time|every right|the main thing|would put me off|not (?:how|what|good enough))\b"
)
_HEAD_WORDS = 45
"""An acknowledgement stands at the beginning of an answer."""
_TROUBLE = re.compile(
    r"\b(?:want|need|can not|could not|still|again|only|not|no|never|nobody|twice|third|fourth|double|off|"
    r"lost|broke\w*|"
    r"gone|hurt|pain|sick|ill|died|hospital|baby|worr\w+|scared|scam|wait\w*|charged|stolen|crying|shaking|accident|"
    r"hit|soaked|ruined|drill|noise|cold|late|missing)\b"
)


def names_trouble(call: Transcript) -> Iterator[Seen]:
    """The learner's answer names, in the customer's words or with warmth, what they told of a trouble."""
    for turn, answer in call.exchanges():
        if not _tells_trouble(turn):
            continue
        moves = call.moves[answer.index]
        if moves & {"dismiss", "insult", "threat", "blame"}:
            continue
        head = " ".join(plain(answer.text).replace("|", " ").split()[:_HEAD_WORDS])
        earlier = call.said_by_customer(answer) & content(head)
        shared = {stem for stem in taken_up(turn.text, head) | earlier if not stem.startswith("#")}
        fresh = {stem for stem in taken_up(turn.text, head) if not stem.startswith("#")}
        warm = bool(_WARM.search(head)) or "empathise" in moves
        if (fresh and warm) or (len(shared) >= 2 and warm) or (echoes(turn.text, answer.text) and warm):
            yield Seen(answer, _sentence_sharing(call, answer, frozenset(shared)))
        elif len(fresh) >= 3 and not _procedural(call, answer):
            yield Seen(answer, _sentence_sharing(call, answer, frozenset(fresh)))


def _tells_trouble(turn: Turn) -> bool:
    words = plain(turn.text)
    return bool(PROBLEM.search(words) or _TROUBLE.search(words) or OBJECTION.search(words)) and bool(content(turn.text))


def trouble(call: Transcript) -> Iterator[Seen]:
    for turn in call.customer:
        if _tells_trouble(turn):
            yield Seen(turn)


def _procedural(call: Transcript, turn: Turn) -> bool:
    return bool(call.moves[turn.index] & {"verify_identity", "pitch", "quote_price", "guide_step", "summarise"})


def _sentence_sharing(call: Transcript, turn: Turn, stems: frozenset[str]) -> str:
    return max(call.sentences(turn), key=lambda raw: len(content(raw) & stems), default="")


def question_on_answer(call: Transcript) -> Iterator[Seen]:
    for turn, answer in call.exchanges():
        if call.place(turn) == 0 and len(content(turn.text)) < 3:
            continue
        if call.moves[answer.index] & {"verify_identity", "propose_next_step"}:
            continue
        if builds_on(turn.text, answer.text):
            asked = questions(answer.text)
            yield Seen(answer, _sentence_sharing(call, answer, content(asked[-1].words) if asked else frozenset()))


_DETAIL = (
    r"(?:date of birth|birthday|post ?code|zip(?: code)?|address|house number|account number|customer number|policy "
    r"number|security (?:word|question|answer)|security password|memorable|two words|last (?:four|digits)|booking "
    r"(?:number|reference)|(?:order|ticket|membership|member) number|when you were born)"
)
_NAME_ASKED = re.compile(r"\b(?:your|the|full|first|last) (?:\w+ )?name\b|\bname please\b|\bwho am i speaking\b")


def _checks(call: Transcript) -> Iterator[tuple[Turn, set[str], Turn]]:
    """Each turn that asks for details, what it asks for, and the customer's answer that gives something."""
    for turn in call.learner:
        words = plain(turn.text)
        asked = set(re.findall(rf"\b{_DETAIL}\b", words))
        if _NAME_ASKED.search(words):
            asked.add("name")
        reply = call.after(turn)
        if asked and reply is not None and not reply.text.rstrip().endswith("?") and len(reply.text.split()) >= 2:
            yield turn, asked, reply


def detail_confirmed(call: Transcript) -> Iterator[Seen]:
    for _, asked, reply in _checks(call):
        if asked - {"name"}:
            yield Seen(reply)


def two_details(call: Transcript) -> Iterator[Seen]:
    known: set[str] = set()
    for _, asked, reply in _checks(call):
        known |= asked
        if len(known) >= 2:
            yield Seen(reply)


def third_party_told(call: Transcript) -> Iterator[Seen]:
    third = call.third_party
    if third is None:
        return
    until = call.right_party_from
    for turn in call.learner:
        place = call.place(turn)
        if place > call.place(third) and (until is None or place < until) and "name_debt" in call.moves[turn.index]:
            yield Seen(turn)


_POINTS = 4
_SUM_UP = re.compile(
    r"^(?:okay |right |alright |good |great |so |well |now )*(?:let me (?:\w+ )?(?:play|say|read|sum|"
    r"recap|repeat|see if)|"
    r"to (?:sum|recap|summari[sz]e|confirm)|just to (?:sum|recap|confirm)|here is what|so |that is )"
)


def sums_up(call: Transcript) -> Iterator[Seen]:
    """Restates at least a few points of what either side has said."""
    for turn in call.learner:
        if call.place(turn) < 2:
            continue
        earlier: frozenset[str] = frozenset().union(*(content(t.text) for t in call.turns[: call.place(turn)]))
        moves = call.moves[turn.index]
        for raw in call.sentences(turn):
            marked = _SUM_UP.search(plain(raw)) or moves & {"summarise", "confirm_details"}
            if marked and len(content(raw) & earlier) >= _POINTS and not raw.rstrip().endswith("tell me?"):
                yield Seen(turn, raw)
                break


def reads_back(call: Transcript) -> Iterator[Seen]:
    """The next turn repeats two and more neighbouring words of a number, a spelling or a name that was just given."""
    for turn, answer in call.exchanges():
        given = list(re.findall(r"[a-z0-9']+", turn.text.lower()))
        told = " ".join(re.findall(r"[a-z0-9']+", answer.text.lower()))
        runs = [f"{a} {b}" for a, b in itertools.pairwise(given) if _spells(a) and (_spells(b) or a.isdigit())]
        if any(f" {run} " in f" {told} " for run in runs):
            yield Seen(answer, _sentence_with_figures(call, answer))


def _spells(word: str) -> bool:
    return (
        len(word) == 1
        or any(char.isdigit() for char in word)
        or bool(numbers(word))
        or word in {"double", "oh", "treble", "triple", "nought"}
    ) and word not in {"i", "a"}


def _sentence_with_figures(call: Transcript, turn: Turn) -> str:
    return max(call.sentences(turn), key=lambda raw: len(numbers(raw)), default="")


_EMPTY_SORRY = frozenset(("inconvenience", "inconvenienc", "trouble", "troubl", "sorry", "hear", "caus", "apolog"))


def apology_particular(call: Transcript) -> Iterator[Seen]:
    for turn in call.learner:
        known = call.said_by_customer(turn)
        for raw in call.sentences(turn):
            words = plain(raw)
            if not re.search(r"\b(?:sorry|apologi[sz]e|apologies)\b", words) or re.search(
                r"\b(?:you feel|if you)\b", words
            ):
                continue
            if re.search(r"\bsorry to (?:bother|interrupt)\b", words):
                continue
            matter = content(raw) - _EMPTY_SORRY
            names = matter & known or re.search(
                r"\b(?:our|my) (?:mistake|fault|error)\b|\bwe (?:let|should|got|did)\b", words
            )
            if names and (len(matter) >= 2 or matter & known):
                yield Seen(turn, raw)


_LINK = re.compile(
    r"\b(?:you (?:said|mentioned|told|were saying|want|need|do not)|so (?:that )?(?:you|the|it)|which "
    r"(?:means|is)|that is "
    r"(?:what|why|where|for|exactly)|because|instead of|would not|will not|no longer|takes?|this|without|when)\b"
)
_OFFERING = re.compile(
    r"\b(?:we|our|ours|there is|i (?:can|could|would)|you (?:could|can|would)|it (?:would|does|will|"
    r"takes)|this|put you|"
    r"what (?:this|it))\b"
)


def ties(call: Transcript) -> Iterator[Seen]:
    """What is offered is connected, in so many words, to something that the customer said first."""
    for turn in call.learner:
        if call.place(turn) < 2 or call.moves[turn.index] & {"verify_identity", "summarise"}:
            continue
        words = plain(turn.text)
        shared = {stem for stem in call.said_by_customer(turn) & content(turn.text) if not stem.startswith("#")}
        cites = re.search(r"\byou (?:said|mentioned|told me|were saying)\b", words)
        if not _OFFERING.search(words):
            continue
        if (cites and shared) or len(shared) >= 3 or (len(shared) >= 2 and _LINK.search(words)):
            yield Seen(turn, _sentence_sharing(call, turn, frozenset(shared)))


def takes_account(call: Transcript) -> Iterator[Seen]:
    for turn, answer in call.exchanges():
        acts = call.moves[answer.index] & {"offer_remedy", "take_ownership", "explain_action", "offer_options"}
        if acts and taken_up(turn.text, answer.text):
            yield Seen(answer)


def agreed(call: Transcript) -> Iterator[Seen]:
    for turn in call.customer:
        before = call.before(turn)
        if before is not None and call.place(turn) >= 2 and agrees(turn):
            yield Seen(turn)


_ASKS_TIME = Criterion(
    id="asks-time",
    title="Asks for time and adapts",
    kind="behaviour",
    skill="opening",
    levels={0: "no", 1: "asks", 2: "asks, and acts on the answer"},
)


def respects_time(call: Transcript) -> Iterator[Seen]:
    verdict = permission(call, _ASKS_TIME)
    if verdict.level == 2 and verdict.quotes:
        turn = next(turn for turn in call.turns if turn.index == verdict.quotes[-1].turn)
        yield Seen(turn, verdict.quotes[-1].text)


def next_steps(call: Transcript) -> Iterator[Seen]:
    """What somebody does next, said in the call's second half."""
    future = re.compile(
        r"\b(?:will|going to|is coming|are coming|you (?:hear|get)|i am (?:sending|ordering|putting|calling|"
        r"ringing)|new one|"
        r"next)\b"
    )
    for turn in call.learner:
        if call.position(turn) < 0.4:
            continue
        for raw in call.sentences(turn):
            if future.search(plain(raw)) and len(content(raw)) >= 2 and "?" not in raw:
                yield Seen(turn, raw)
                break


def unasked(call: Transcript) -> Iterator[Seen]:
    """The learner's turns that answer no question."""
    for turn in call.learner:
        before = call.before(turn)
        if before is None or not before.text.rstrip().endswith("?"):
            yield Seen(turn)


_VAGUE_ANSWER = re.compile(
    r"\b(?:it varies|depends|all very|do not (?:worry|you worry)|not sure|hard to say|we will "
    r"see|somehow)\b"
)


def answers_concretely(call: Transcript) -> Iterator[Seen]:
    """A figure, a name or two words of matter in answer to a question of the customer's."""
    for turn, answer in call.exchanges():
        if call.place(turn) < 2 or not turn.text.rstrip().endswith("?"):
            continue
        if not _VAGUE_ANSWER.search(plain(answer.text)) and (numbers(answer.text) or len(content(answer.text)) >= 3):
            yield Seen(answer)


_EXAMPLE_WORDS = 15


def tells_example(call: Transcript) -> Iterator[Seen]:
    """The customer tells of one time, at some length, after being asked."""
    for turn in call.learner:
        reply = call.after(turn)
        if reply is None or not re.search(
            r"\b(?:example|time (?:when|that)|what did you do|tell me "
            r"about)\b",
            plain(turn.text),
        ):
            continue
        if len(reply.text.split()) >= _EXAMPLE_WORDS and len(content(reply.text)) >= 5:
            yield Seen(reply)


def questions_about(call: Transcript) -> Iterator[Seen]:
    """Questions that find something out: no courtesy, no check of identity, no "is that right?"."""
    aside = {"verify_identity", "ask_permission", "check_understanding", "ask_commitment"}
    for turn in call.learner:
        moves = call.moves[turn.index]
        if moves & aside and not moves & {"ask_open_question", "quantify", "ask_decision"}:
            continue
        for raw in call.sentences(turn):
            asked = [
                question
                for question in questions(raw)
                if question.kind != "courtesy" and len(question.words.split()) >= 3
            ]
            yield from [Seen(turn, raw)] * (len(asked) if "?" in raw or len(asked) == 1 else 0)


_AGAIN = re.compile(
    r"\b(?:just|even|maybe|only|please|come on|what about|how about|would you|could you|can you|say yes|"
    r"give|try|at least)\b"
)


def _refusals(call: Transcript) -> Iterator[tuple[Turn, Turn]]:
    for turn, answer in call.exchanges():
        if call.place(turn) > 0 and re.search(
            r"^(?:\w+ )?no\b|\bi said no\b|\bnot interested\b|\brather "
            r"not\b",
            plain(turn.text),
        ):
            yield turn, answer


def asks_after_no(call: Transcript) -> Iterator[Seen]:
    for _, answer in _refusals(call):
        asks = call.moves[answer.index] & {"ask_commitment", "pressure", "offer_discount", "pitch"}
        if asks or (_AGAIN.search(plain(answer.text)) and "?" in answer.text):
            yield Seen(answer)


def accepts_no(call: Transcript) -> Iterator[Seen]:
    refused = list(_refusals(call))
    pressed = {seen.turn.index for seen in asks_after_no(call)}
    if refused and len(pressed) <= 1 and refused[-1][1].index not in pressed:
        yield Seen(refused[-1][1])


_EXAMPLE_LEAST = 10


def concrete_example(call: Transcript) -> Iterator[Seen]:
    """Something told at some length with a figure and a name or a place in it, not about what is agreed."""
    for turn in call.learner:
        for raw in call.sentences(turn):
            named = re.search(r"(?<=[a-z,] )[A-Z][a-z]{2,}", raw)
            marked = re.search(
                r"\b(?:for example|for instance|last (?:week|month|year)|one (?:of our|family|customer|"
                r"client))\b",
                plain(raw),
            )
            if len(raw.split()) >= _EXAMPLE_LEAST and "?" not in raw and (marked or (named and numbers(raw))):
                yield Seen(turn, raw)


def objections(call: Transcript) -> Iterator[Seen]:
    for turn in call.objections:
        yield Seen(turn)


def disputes(call: Transcript) -> Iterator[Seen]:
    if call.disputes is not None:
        yield Seen(call.disputes)
    if call.right_party_from is None and call.third_party is not None:
        yield Seen(call.third_party)


PAIRS: dict[str, Callable[[Transcript], Iterator[Seen]]] = {
    "accepts_no": accepts_no,
    "agreed": agreed,
    "answers_concretely": answers_concretely,
    "asks_after_no": asks_after_no,
    "concrete_example": concrete_example,
    "questions_about": questions_about,
    "apology_particular": apology_particular,
    "appointment_made": appointment_made,
    "builds_on": question_on_answer,
    "choice": choice,
    "curt": curt,
    "definite": definite,
    "detail_confirmed": detail_confirmed,
    "disputes": disputes,
    "friendly": friendly,
    "hangs_up": hangs_up,
    "hold_reason": hold_reason,
    "interrupts": interrupts,
    "jargon": jargon,
    "lectures": lectures,
    "lets_finish": lets_finish,
    "line_silent": line_silent,
    "many_steps": many_steps,
    "names_company": names_company,
    "names_trouble": names_trouble,
    "next_steps": next_steps,
    "objections": objections,
    "one_step": one_step,
    "plain_words": plain_words,
    "reads_back": reads_back,
    "repeats_done": repeats_done,
    "respects_time": respects_time,
    "restates": restates,
    "restates_full": restates_full,
    "sums_up": sums_up,
    "takes_account": takes_account,
    "tells_example": tells_example,
    "third_name": third_name,
    "third_party_told": third_party_told,
    "ties": ties,
    "timed": timed,
    "trouble": trouble,
    "two_details": two_details,
    "unasked": unasked,
    "uses_name": uses_name,
    "waits_step": waits_step,
}
"""The recognisers of pairs, order and timing, by the name that a sign gives."""

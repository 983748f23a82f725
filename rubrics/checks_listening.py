"""Judging how the learner asks and listens: open questions, building on answers, size, decision, recap."""

from __future__ import annotations

import itertools
import re

from rubrics.evidence import Quote
from rubrics.pairs import builds_on, echoes, taken_up
from rubrics.questions import open_questions, questions
from rubrics.rubric import Criterion
from rubrics.text import content, numbers, plain
from rubrics.transcript import PROBLEM, Transcript, is_yes
from rubrics.verdict import Verdict, count_for, last_customer, not_arisen, quote, quotes
from voice.record import Turn

_NOT_SITUATION = re.compile(
    r"\b(?:my name|this call|our (?:company|product|demo|meeting)|weekend|you (?:like|want) (?:us|me) to|"
    r"next step|on the list|"
    r"your (?:day|morning)|think (?:of|about) (?:that|it|us)|sign up|in (?:three|one|a few) words|rate|score|marks)\b"
)
_ANNOUNCED = re.compile(r"\b(?:open questions?|open ended)\b")


def open_question(call: Transcript, criterion: Criterion) -> Verdict:
    """How many questions invite a description of the customer's situation."""
    if not call.customer:
        return Verdict(None, "no customer is on the line")
    if call.broken_off_early:
        return not_arisen(
            criterion,
            "the customer ends the call without having agreed to talk",
            Verdict(0, "no open question is asked", last_customer(call)),
        )
    asked: list[Quote] = []
    seen: set[str] = set()
    for turn in call.learner:
        for words in open_questions(turn.text):
            if not _NOT_SITUATION.search(words) and not _ANNOUNCED.search(words) and words not in seen:
                if call.after(turn) is None:
                    continue  # a question that nobody gets to answer finds nothing out
                seen.add(words)
                asked.append(quote(turn, words))
    asked = list(dict.fromkeys(asked))
    needed = count_for(criterion, 2, 2)
    if len(asked) >= needed:
        return Verdict(2, f"{len(asked)} open questions about the customer's situation", tuple(asked[:4]))
    if asked:
        return Verdict(
            1, f"open questions: {len(asked)}, and {needed} are wanted", tuple(asked), _closed_moment(call) or asked[0]
        )
    moment = _closed_moment(call)
    return Verdict(
        0, "no open question about the customer's situation", (moment,) if moment else quotes(*call.learner[:1]), moment
    )


def _closed_moment(call: Transcript) -> Quote | None:
    closed = [
        turn
        for turn in call.learner
        if "ask_closed_question" in call.moves[turn.index]
        and not call.moves[turn.index] & {"ask_open_question", "verify_identity", "ask_permission", "greet"}
    ]
    talked = closed or [turn for turn in call.learner if "pitch" in call.moves[turn.index]]
    return quote(talked[0]) if talked else None


def follow_up(call: Transcript, criterion: Criterion) -> Verdict:
    """Whether questions take up what the customer told, and whether a problem is among it."""
    told = set(call.situations)
    if not told:
        return not_arisen(
            criterion,
            "the customer said nothing about their situation",
            Verdict(0, "nothing is taken up", last_customer(call)),
        )
    wants_problem = "problem the customer raised" in criterion.levels[2].lower()
    needed = 2 if re.search(r"two questions|at least two", criterion.levels[2].lower()) else 1
    taking: list[Quote] = []
    about_problem = False
    named: list[Quote] = []
    missed: Quote | None = None
    for customer, answer in call.exchanges():
        moves = call.moves[answer.index]
        if call.place(customer) == 0 and len(content(customer.text)) < 5:
            continue
        if builds_on(customer.text, answer.text) and moves & {"ask_open_question", "ask_closed_question", "follow_up"}:
            if moves & {"verify_identity", "pitch", "unsupported_claim", "propose_next_step", "ask_commitment"}:
                continue
            taking.append(quote(answer, " ".join(question.words for question in questions(answer.text)[-1:])))
            about_problem = about_problem or bool(PROBLEM.search(plain(customer.text)))
        elif customer in told and (
            echoes(customer.text, answer.text) or len(taken_up(customer.text, answer.text)) >= 2
        ):
            named.append(quote(answer))
        elif customer in told and missed is None:
            missed = quote(customer)
    if len(taking) >= needed and (about_problem or not wants_problem):
        return Verdict(2, f"questions that take up what the customer said: {len(taking)}", tuple(taking[:3]))
    if wants_problem and taking:
        return Verdict(
            1, "takes up a point, but not enough of what the customer raised", tuple(taking[:2]), missed or taking[0]
        )
    if named:
        return Verdict(1, "names what was said, but no question takes it further", tuple(named[:2]), missed or named[0])
    moment = missed or quote(call.situations[0])
    return Verdict(0, "what the customer tells isn't taken up", (moment,), moment)


_SIZE_QUESTION = frozenset({"quantify"})
_PERIODS = (1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0, 12.0, 52.0, 100.0, 365.0, 30.0, 60.0, 0.01, 1 / 12, 1 / 60)
"""Months, weeks, days and per cents by which people scale a figure."""
_CLOSE = 0.06
"""People round: "call it twenty five thousand" for 25,200."""


def quantified(call: Transcript, criterion: Criterion) -> Verdict:
    """Whether the size of the problem is asked for, and worked out from the customer's own figures."""
    asking = [turn for turn in call.learner if "quantify" in call.moves[turn.index] and _asks_size(call, turn)]
    known: list[float] = []
    summed: list[Quote] = []
    invented: Quote | None = None
    for turn in call.turns:
        said = [value for value in numbers(turn.text) if value > 0]
        if turn.who == "customer":
            known.extend(said)
        elif "quantify" in call.moves[turn.index] or "summarise" in call.moves[turn.index]:
            new = [value for value in said if value >= 20 and value not in known]
            for value in new:
                if _follows(value, known):
                    summed.append(quote(turn, " ".join(plain(turn.text).split()[:12])))
                    known.append(value)
                elif known:
                    invented = invented or quote(turn)
    figures = [turn for turn in call.customer[1:] if any(value > 2 for value in numbers(turn.text))]
    if summed:
        return Verdict(2, "works out what the customer's own figures add up to", tuple(dict.fromkeys(summed))[:3])
    if asking:
        evidence = tuple(quote(turn) for turn in asking[:2])
        return Verdict(1, "asks about the size, but doesn't say what it adds up to", evidence, evidence[-1])
    problem = next((turn for turn in call.situations if PROBLEM.search(plain(turn.text))), None)
    if problem is None and not figures:
        return not_arisen(
            criterion, "no problem came up", Verdict(0, "no question about the size", last_customer(call))
        )
    moment = quote(problem or figures[0])
    return Verdict(0, "no question about the size of the problem", (moment,), moment)


_SIZE = re.compile(
    r"\b(?:costs?|much|often|long|hours|worth|spend|percent|big|gap|lose|losing|times|per|each|extra|a "
    r"(?:day|week|month|year|night))\b"
)


def _asks_size(call: Transcript, turn: Turn) -> bool:
    """The figure asked for is one of the problem, not just any number."""
    before = call.before(turn)
    if before is None or call.position(turn) <= 0.08:
        return False
    return bool(_SIZE.search(plain(turn.text))) or builds_on(before.text, turn.text)


def _follows(value: float, known: list[float]) -> bool:
    """Whether a figure is a product, sum or share of figures heard so far."""
    recent = list(dict.fromkeys(known))[-8:]
    made = {a * factor for a in recent for factor in _PERIODS[1:]}
    for a, b in itertools.combinations(recent, 2):
        made |= {a * b, a + b, abs(a - b), a * b / 100, a * b / 60, a * b / 1000}
    return any(abs(value - candidate) <= _CLOSE * value for candidate in made if candidate > 0)


_WHO = re.compile(
    r"\bwho\b|\byourself\b|is it (?:just )?you\b|anyone else|besides you|apart from you|other than you|"
    r"are you the|(?:makes?|making) the decision"
)
_HOW = re.compile(
    r"\bhow (?:do|does|did|would|will|is|are) (?:\S+ ){0,6}?(?:decid\w+|decision|approv\w+|choos\w+|chose|"
    r"buy|sign)|\bwhat (?:would|will|do|does) (?:make )?(?:them|they|he|she|you|it|the \w+) (?:\w+ "
    r")?(?:say yes|look (?:at|for)|need|want|take|matter)|"
    r"criteria|process|\bwhat (?:does|do|would|will) (?:\w+ ){1,3}?(?:go by|look (?:at|for)|care about|"
    r"say yes)|what matters|quotes|what would (?:make|convince|have to)"
)
_WHEN = re.compile(
    r"\bwhen (?:is|are|do|does|would|will|did) (?:the|you|they|it|that|he|she)\b|by when|timeline|"
    r"timescale|deadline|how soon|start date|next (?:sit|meet)"
)
_DECISION = re.compile(
    r"\b(?:decid\w+|decision|sign\w*|approv\w+|board|committee|procurement|director|partners?|boss|say "
    r"yes|budget holder|meeting|quotes)\b"
)


def decision(call: Transcript, criterion: Criterion) -> Verdict:
    """Which of who, how and by when the learner establishes about the decision."""
    found: dict[str, Quote] = {}
    volunteered: Quote | None = None
    for turn in call.learner:
        words = plain(turn.text)
        before = call.before(turn)
        context = words + " " + (plain(before.text) if before else "")
        asks = bool(call.moves[turn.index] & {"ask_decision", "ask_open_question", "ask_closed_question"})
        for name, pattern in (("who", _WHO), ("how", _HOW), ("when", _WHEN)):
            if (
                asks
                and pattern.search(words)
                and (_DECISION.search(context) or "ask_decision" in call.moves[turn.index])
            ):
                found.setdefault(name, quote(turn))
    for customer, answer in call.exchanges():
        words = plain(customer.text)
        if re.search(r"\b(?:board|committee|director|partners?|boss|procurement|decides?|sign off|approve)\b", words):
            taken = taken_up(customer.text, answer.text)
            if taken and found and len(found) < 2 and not found.keys() & {"how"}:
                found.setdefault("taken up", quote(answer))
            elif not taken:
                volunteered = volunteered or quote(customer)
    if len(found) >= 2:
        return Verdict(2, f"establishes {' and '.join(found)}", tuple(dict.fromkeys(found.values())))
    if found:
        return Verdict(1, f"establishes only {next(iter(found))}", tuple(found.values()), next(iter(found.values())))
    if call.hung_up:
        return not_arisen(
            criterion, "the call is broken off", Verdict(0, "doesn't ask about the decision", last_customer(call))
        )
    moment = volunteered or (quote(call.learner[-1]) if call.learner else None)
    return Verdict(0, "doesn't ask who decides, how or by when", (moment,) if moment else (), moment)


_WRONG = re.compile(
    r"\b(?:no i (?:said|mean)|i (?:said|did not say)|not (?:quite|exactly|really|right)|that is not|er no|"
    r"actually (?:no|it is)|you (?:missed|forgot))\b"
)
_ASKS_CHECK = re.compile(
    r"\b(?:right|correct|about it|is that|did i miss|miss anything|have i|wrong|anything (?:else|"
    r"missing))\b.{0,30}\?|\?"
)
_SAYS_BACK = re.compile(
    r"(?:^|\| )(?:okay |right |alright )?so (?:you|your|the|it is|i have|what)\b.*\b(?:right|correct|"
    r"wrong|miss\w*|so) \?"
)
_RECAP_POINTS = 2
_RECAP_STEMS = 5
"""A recap of what was agreed holds at least this much of what either side said."""


def recap(call: Transcript, criterion: Criterion) -> Verdict:
    """A summary of the customer's points, right, and checked."""
    candidates = [turn for turn in call.learner if "summarise" in call.moves[turn.index]]
    candidates += [
        turn
        for turn in call.learner
        if "check_understanding" in call.moves[turn.index] and turn not in candidates and len(content(turn.text)) >= 4
    ]
    candidates += [
        turn
        for turn in call.learner
        if turn not in candidates and call.position(turn) >= 0.4 and _SAYS_BACK.search(plain(turn.text))
    ]
    if not candidates:
        if call.hung_up and call.position(call.turns[-1]) and len(call.turns) < 10:
            return not_arisen(criterion, "the call is broken off", Verdict(0, "no summary", last_customer(call)))
        moment = quote(call.learner[-1]) if call.learner else None
        return Verdict(0, "no summary of what the customer said", (moment,) if moment else (), moment)
    best: Verdict | None = None
    for turn in candidates:
        verdict = _recap_at(call, turn.index)
        if best is None or (
            isinstance(verdict.level, int) and isinstance(best.level, int) and verdict.level > best.level
        ):
            best = verdict
    assert best is not None
    return best


def _recap_at(call: Transcript, index: int) -> Verdict:
    turn = next(turn for turn in call.learner if turn.index == index)
    evidence = quote(turn, " ".join(sorted(content(turn.text))))
    points = [
        other
        for other in call.customer
        if call.place(other) < call.place(turn) and len(taken_up(other.text, turn.text)) >= 2
    ]
    reply = call.after(turn)
    if reply is not None and _WRONG.search(plain(reply.text)):
        answer = call.after(reply)
        mended = (
            answer is not None
            and len(taken_up(reply.text, answer.text)) >= 1
            and "farewell" not in call.moves[answer.index]
        )
        if mended:
            return Verdict(
                1, "the summary had an error, put right when the customer objected", (evidence, quote(reply)), evidence
            )
        return Verdict(0, "the summary is wrong and left standing", (evidence, quote(reply)), quote(reply))
    checked = "check_understanding" in call.moves[turn.index] or bool(_ASKS_CHECK.search(plain(turn.text)))
    earlier = frozenset().union(*(content(other.text) for other in call.turns[: call.place(turn)]))
    agreed = checked and is_yes(reply) and len(earlier & content(turn.text)) >= _RECAP_STEMS
    if (len(points) >= _RECAP_POINTS and checked) or agreed:
        return Verdict(2, "restates the customer's points and checks them", (evidence,))
    if points:
        return Verdict(1, "a summary, but of one point or without asking whether it is right", (evidence,), evidence)
    return Verdict(0, "the summary holds nothing that the customer said", (evidence,), evidence)

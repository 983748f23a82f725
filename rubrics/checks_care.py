"""Judging care for the customer: empathy, apology, ownership, explanation, remedy, identity, manners."""

from __future__ import annotations

import re

from rubrics.pairs import taken_up
from rubrics.rubric import Criterion
from rubrics.text import NUMBER, content, plain
from rubrics.transcript import Transcript, is_yes
from rubrics.verdict import Verdict, last_customer, not_arisen, quote, quotes
from voice.record import Turn

_HARDSHIP = re.compile(
    r"\b(?:lost my|laid off|off work|off sick|sick|ill|illness|hospital|operation|cancer|died|death|"
    r"passed away|funeral|divorc\w+|separated|fire|flood\w*|burst|single (?:mum|mom|parent)|redundan\w*|"
    r"unemployed|can not afford|do not have (?:that|the money|it|any)|broke|struggling|behind|hours "
    r"(?:were |got )?cut|benefits|universal credit|not mine|never (?:had|got|received|ordered|heard)|do "
    r"not owe|was paid|already paid|"
    r"dispute|wrong|stroke|accident|my (?:back|heart|leg|husband|wife|mother|father|dad|mum|son|daughter)|"
    r"evicted|homeless|depress\w*|shut (?:down|since)|closed down|told her|what did you say to)\b"
)
_UPSET = re.compile(
    r"\b(?:angry|furious|annoyed|upset|frustrat\w+|fed up|ridiculous|disgrac\w+|joke|unacceptable|sick of|"
    r"had enough|rip off|robbery|third time|fourth time|second time|three times|four times|again|still "
    r"(?:not|no|waiting|have not)|"
    r"nobody|no one|every time|hours? on|on hold|waiting|waited|disappointed|terrible|awful|shocking|"
    r"ruined|stress\w*|worried|embarrass\w+|charged|overcharged|double|wrong|mistake|never (?:again|told|"
    r"agreed|asked)|lied|can not believe|"
    r"let down|missed|late|broken|does not work|cancel|complain\w*|supervisor|manager)\b"
)
_STOCK = re.compile(
    r"\b(?:sorry|i (?:\w+ )?(?:understand|hear you|appreciate|empathi[sz]e|get that|see)|apologi[sz]e|"
    r"that (?:must|is|sounds)|unfortunate|no wonder|my god|imagine)\b"
)


def _care(call: Transcript, criterion: Criterion, cue: re.Pattern[str], what: str) -> Verdict:
    """Names the circumstance (2), a stock phrase (1), or passes over it (0): the best answer to any cue counts."""
    cued = [turn for turn in call.customer if cue.search(plain(turn.text)) and len(content(turn.text)) >= 1]
    if not cued:
        return not_arisen(
            criterion, f"the customer says nothing of {what}", Verdict(None, f"the customer says nothing of {what}")
        )
    best: tuple[int, Turn, Turn] | None = None
    belittled: Turn | None = None
    for turn in cued:
        for answer in _answers(call, turn):
            moves = call.moves[answer.index]
            if moves & {"dismiss", "insult", "blame", "threat"}:
                belittled = belittled or answer
                continue
            words = plain(answer.text)
            opening = " ".join(words.replace("|", " ").split()[:45])
            shared = taken_up(turn.text, opening) | (call.said_by_customer(answer) & content(opening))
            warm = bool(_STOCK.search(words)) or bool(moves & {"empathise", "apologise"})
            named = len({stem for stem in shared if not stem.startswith("#")}) >= (1 if warm else 2)
            level = (
                2
                if named and (warm or "offer_remedy" in moves or "take_ownership" in moves or len(shared) >= 3)
                else 1
                if warm
                else 0
            )
            if level == 2 and not warm and moves & {"name_debt", "quote_price"}:
                level = 0
            if best is None or level > best[0]:
                best = (level, turn, answer)
    if belittled is not None and (best is None or best[0] < 2):
        return Verdict(0, f"doubts or belittles {what}", quotes(cued[0], belittled), quote(belittled))
    if best is None:
        return Verdict(0, f"passes over {what}", quotes(cued[0]), quote(cued[0]))
    level, turn, answer = best
    if level == 2:
        return Verdict(
            2,
            "names the circumstance and takes it into account",
            (*quotes(turn), quote(answer, " ".join(plain(turn.text).split()))),
        )
    if level == 1:
        return Verdict(
            1,
            "a stock phrase; the circumstance isn't named",
            (quote(answer, "sorry understand apologise appreciate"),),
            quote(answer),
        )
    return Verdict(0, f"passes over {what}", quotes(turn, answer), quote(answer))


def _answers(call: Transcript, turn: Turn) -> tuple[Turn, ...]:
    first = call.after(turn)
    return (first,) if first is not None else ()


def hardship(call: Transcript, criterion: Criterion) -> Verdict:
    return _care(call, criterion, _HARDSHIP, "hardship or dispute")


def empathy(call: Transcript, criterion: Criterion) -> Verdict:
    return _care(call, criterion, re.compile(f"{_UPSET.pattern}|{_HARDSHIP.pattern}"), "being upset")


def apology(call: Transcript, criterion: Criterion) -> Verdict:
    """An apology that says what for (2), a bare one (1), none (0)."""
    cued = [turn for turn in call.customer if _UPSET.search(plain(turn.text)) or _HARDSHIP.search(plain(turn.text))]
    sorry = call.making("apologise")
    if not sorry:
        if not cued:
            return not_arisen(criterion, "nothing calls for an apology", Verdict(None, "nothing calls for an apology"))
        moment = call.after(cued[0]) or cued[0]
        return Verdict(0, "no apology", quotes(cued[0]), quote(moment))
    for turn in sorry:
        if re.search(r"\b(?:if you feel|if you felt|but you|that you feel)\b", plain(turn.text)):
            return Verdict(1, "an apology that puts it on the customer", (quote(turn, "sorry apologise"),), quote(turn))
        if call.said_by_customer(turn) & content(turn.text) or re.search(
            r"\b(?:our|my|we) (?:mistake|fault|error|should|got|did)\b", plain(turn.text)
        ):
            return Verdict(2, "says sorry, and what for", (quote(turn, "sorry apologise apologies"),))
    return Verdict(1, "says sorry without saying what for", (quote(sorry[0], "sorry apologise"),), quote(sorry[0]))


_TIMED = re.compile(
    rf"\b(?:today|tomorrow|by \w+|within|in (?:{NUMBER})|on \w+day|\w+day|(?:{NUMBER}) (?:minutes|hours|"
    rf"days))\b"
)
_PASSES_ON = re.compile(
    r"\b(?:not (?:my|our) (?:department|job|problem|fault|team)|you (?:will |would )?(?:have|need) to "
    r"(?:call|ring|contact|speak|email|write|go)|(?:another|other|different) (?:department|team)|nothing "
    r"i can do|computer (?:says|will not)|"
    r"that is (?:just )?(?:the )?policy|someone (?:will|should|might)|somebody (?:will|should|might))\b"
)


def ownership(call: Transcript, criterion: Criterion) -> Verdict:
    """Makes the matter theirs and says what they will do by when (2), only says so (1), passes it on (0)."""
    owning = call.making("take_ownership")
    passing = [
        turn for turn in call.learner if _PASSES_ON.search(plain(turn.text)) or "blame" in call.moves[turn.index]
    ]
    if owning and not passing:
        definite = next(
            (
                turn
                for turn in owning
                if _TIMED.search(plain(turn.text)) or call.moves[turn.index] & {"offer_remedy", "explain_action"}
            ),
            None,
        )
        if definite is not None:
            return Verdict(
                2, "takes it on and says what happens", (quote(definite, "i will myself personally our mistake"),)
            )
        return Verdict(1, "takes it on, but not what happens by when", (quote(owning[0]),), quote(owning[0]))
    if owning:
        return Verdict(
            1, "takes it on, but also passes it on or blames", (quote(owning[0]), quote(passing[0])), quote(passing[0])
        )
    acting = call.making("offer_remedy", "explain_action")
    if acting and not passing:
        return Verdict(1, "acts, but doesn't make the matter theirs", quotes(acting[0]), quote(acting[0]))
    moment = passing[0] if passing else (call.learner[-1] if call.learner else None)
    return Verdict(0, "doesn't take the matter on", quotes(moment), quotes(moment)[0] if moment else None)


def explanation(call: Transcript, criterion: Criterion) -> Verdict:
    """Explains in plain words and checks that it has arrived (2), explains (1), doesn't or in jargon (0)."""
    explaining = [turn for turn in call.making("explain_action") if len(content(turn.text)) >= 3]
    causal = [
        turn
        for turn in call.learner
        if re.search(
            r"\b(?:because|the reason|which is why|what happened|that is why|so what|means that|caused by|due "
            r"to)\b",
            plain(turn.text),
        )
        and len(content(turn.text)) >= 3
    ]
    found = list(dict.fromkeys([*causal, *explaining]))
    jargon = call.making("jargon")
    if not found:
        moment = call.learner[-1] if call.learner else None
        return Verdict(0, "no explanation", quotes(moment), quotes(moment)[0] if moment else None)
    if jargon:
        return Verdict(
            1 if causal else 0, "explains, but in terms of the trade", quotes(found[0], jargon[0]), quote(jargon[0])
        )
    checked = any(
        "check_understanding" in call.moves[turn.index]
        or re.search(r"\b(?:does that make sense|is that clear|any questions|okay so far)\b", plain(turn.text))
        for turn in call.learner
    )
    ties = any(call.said_by_customer(turn) & content(turn.text) for turn in causal)
    if causal and (checked or ties):
        return Verdict(2, "explains the cause in plain words", (quote(causal[0], "because reason happened"),))
    return Verdict(1, "explains, without the cause or a check", quotes(found[0]), quote(found[0]))


_CONCRETE = re.compile(rf"(?:[$£€]\s?\d|\b(?:{NUMBER})\b|\btoday\b|\btomorrow\b|\b\w+day\b|\bfull\b|\bhalf\b|\bnow\b)")


def remedy(call: Transcript, criterion: Criterion) -> Verdict:
    """A definite remedy that the customer accepts (2), something indefinite or not agreed (1), none (0)."""
    offers = [turn for turn in call.learner if call.moves[turn.index] & {"offer_remedy"}]
    if not offers:
        moment = call.learner[-1] if call.learner else None
        return Verdict(0, "no remedy is offered", quotes(moment), quotes(moment)[0] if moment else None)
    for turn in offers:
        if _CONCRETE.search(plain(turn.text)) and is_yes(call.after(turn)):
            return Verdict(
                2,
                "a definite remedy, and the customer accepts",
                (quote(turn, "refund credit remove take off replacement waive"), *quotes(call.after(turn))),
            )
    return Verdict(
        1,
        "a remedy, but not definite or not agreed",
        (quote(offers[0], "refund credit remove take off replacement waive"),),
        quote(offers[0]),
    )


def identity(call: Transcript, criterion: Criterion) -> Verdict:
    """Checks who is on the line before account details are said."""
    asked = call.making("verify_identity")
    detail = next(
        (
            turn
            for turn in call.learner
            if re.search(
                r"\b(?:your (?:bill|account|balance|plan|order|policy|contract) (?:is|was|shows|has|says)|i can see "
                r"(?:your|that your|you)|on your account|you (?:were|have been) charged)\b",
                plain(turn.text),
            )
        ),
        None,
    )
    if not asked:
        return Verdict(
            0,
            "nobody's identity is checked",
            quotes(detail or (call.learner[0] if call.learner else None)),
            quote(detail) if detail else None,
        )
    evidence = quote(asked[0], "date of birth postcode address account number confirm")
    if detail is not None and call.place(detail) < call.place(asked[0]):
        return Verdict(1, "checked, but only after account details were said", (evidence, quote(detail)), quote(detail))
    reply = call.after(asked[0])
    given = reply is not None and len(reply.text.split()) >= 1 and not reply.text.rstrip().endswith("?")
    if given:
        return Verdict(2, "identity is checked before anything is said", (evidence, *quotes(reply)))
    return Verdict(1, "asked, but not answered", (evidence,), evidence)


def manners(call: Transcript, criterion: Criterion) -> Verdict:
    """No blame, insult, belittling (0 where there is); pressure or jargon is level 1."""
    if len(call.learner) < 1:
        return Verdict(None, "the learner says nothing")
    worst = call.making("blame", "insult", "dismiss", "threat")
    if worst:
        return Verdict(0, "blames or belittles", quotes(*worst[:2]), quote(worst[0]))
    milder = call.making("pressure", "jargon")
    if milder:
        return Verdict(1, "presses, or speaks over the customer's head", quotes(*milder[:2]), quote(milder[0]))
    return Verdict(2, "neither blames nor belittles", quotes(*call.learner[:1]))


def greeting(call: Transcript, criterion: Criterion) -> Verdict:
    """Greets, says name and company or team (2), part of it (1), neither (0)."""
    early = call.learner[:2]
    if not early:
        return Verdict(None, "the learner says nothing")
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
    evidence = quotes(early[0])
    if names and count >= 2:
        return Verdict(2, "greets and says who they are", evidence)
    if count >= 1:
        return Verdict(
            1,
            "part of a greeting: who is speaking stays open" if not names else "says who, without a greeting",
            evidence,
            evidence[0],
        )
    return Verdict(0, "no greeting", evidence, evidence[0])


def closing(call: Transcript, criterion: Criterion) -> Verdict:
    """Asks for anything else or restates what happens next, and takes leave (2), one of them (1), neither (0)."""
    late = call.learner[-3:]
    if not late:
        return Verdict(None, "the learner says nothing")
    if call.hung_up:
        return not_arisen(
            criterion, "the customer hangs up", Verdict(None, "the customer hangs up", last_customer(call))
        )
    more = next(
        (turn for turn in late if re.search(r"\banything (?:else|more|you)|what else\b", plain(turn.text))), None
    )
    restated = next(
        (turn for turn in late if call.moves[turn.index] & {"confirm_details", "summarise", "propose_next_step"}), None
    )
    leave = next(
        (turn for turn in late if "farewell" in call.moves[turn.index] or re.search(r"\bthank", plain(turn.text))), None
    )
    shown = [turn for turn in (more, restated, leave) if turn is not None]
    if (more or restated) and leave:
        return Verdict(2, "closes with what comes next, and takes leave", tuple(dict.fromkeys(quotes(*shown))))
    if shown:
        return Verdict(1, "takes leave, without what comes next or asking for more", quotes(shown[0]), quote(shown[0]))
    return Verdict(0, "the call just stops", quotes(late[-1]), quote(late[-1]))


def talking_over(call: Transcript, criterion: Criterion) -> Verdict:
    """Starts while the customer is speaking: never (2), once (1), more often (0)."""
    over = [
        turn
        for place, turn in enumerate(call.turns)
        if turn.who == "learner"
        and any(o.who == "customer" and o.end_s - turn.start_s >= 0.3 for o in call.turns[:place])
    ]
    if not over:
        return Verdict(2, "lets the customer finish", quotes(*call.learner[:1]))
    return Verdict(
        1 if len(over) == 1 else 0,
        f"starts while the customer is speaking, {len(over)} time(s)",
        quotes(*over[:3]),
        quote(over[0]),
    )

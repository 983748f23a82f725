"""What to do differently, and a line for that very moment, built from the customer's own words."""

from __future__ import annotations

import re

from rubrics.evidence import Quote
from rubrics.rubric import Criterion
from rubrics.text import content, plain
from rubrics.transcript import PROBLEM, Transcript
from voice.record import Turn

_ADVICE: dict[str, tuple[str, str, str]] = {
    "permission": (
        "Ask whether the moment suits before saying what it's about, and act on the answer.",
        "You said “{words}”. I'll keep to that: one question, and if it's no use I'm gone. Or shall I ring back later?",
        "Before I say why I'm ringing: is now all right for two minutes, or shall I ring back later?",
    ),
    "introduction": (
        "Give name, company and one reason that is about this customer only, within the first turns.",
        "",
        "Let me give you my name and company first, and then the one thing about your business that made me ring you.",
    ),
    "agenda": (
        "Say what the call is for and how long it takes, ask whether that suits, and take up the answer.",
        "",
        "I've planned twenty minutes: first your side, then ours, then we decide what happens. What would you add?",
    ),
    "open-question": (
        "Ask a question that invites a description: how it is done, why, or what follows from it.",
        "You said “{words}”. Walk me through how that goes, from start to finish.",
        "Walk me through how you handle that today, from start to finish.",
    ),
    "follow-up": (
        "Take up a detail that the customer gave, before the next question of your own.",
        "You said “{words}”. What does that lead to?",
        "You just mentioned something there. What does that lead to?",
    ),
    "quantify": (
        "Get the customer's own figures, then say what they add up to.",
        "You said “{words}”. How often does that happen, and what does it cost you each time?",
        "How often does that happen, and what does it cost you each time?",
    ),
    "decision": (
        "Find out who decides, on what, and by when.",
        "",
        "Besides you, who has to say yes to this, what will they look at, and by when?",
    ),
    "recap": (
        "Play back at least two points in the customer's words, and ask whether that's right.",
        "Let me play that back: “{words}”, and “{other}”. Have I got that right?",
        "Let me play back what I heard, and you tell me what's wrong in it.",
    ),
    "objection": (
        "Name the concern in the customer's words, or ask what's behind it, before answering.",
        "You said “{words}”. Before I say anything to that: what's behind it?",
        "Before I answer that: what's behind it?",
    ),
    "tailored": (
        "Pick one thing that the customer said, and say what would change about exactly that.",
        "You said “{words}”. Let me leave the rest aside and say only what would change about that.",
        "Let me leave the rest aside: which part of this would matter to you?",
    ),
    "claims": (
        "Say where a figure comes from, or what it depends on; leave guarantees out.",
        "",
        "I can't promise you a figure. It depends on how things are at your place, so let's work it out on "
        "your numbers.",
    ),
    "next-step": (
        "Propose one concrete step with a day, say who does what, and wait for the yes.",
        "",
        "I'll send you the invite today, and we look at it together on Thursday at ten. Does that work for you?",
    ),
    "right-party": (
        "Check the name and one more detail before a word about the debt.",
        "",
        "Before I say what it's about, could you give me your date of birth and your postcode, please?",
    ),
    "disclosure": (
        "Say the disclosure word for word, right after the check and before the debt.",
        "",
        "This is an attempt to collect a debt, and any information obtained will be used for that purpose.",
    ),
    "rights": (
        "Say both rights, to dispute and to proof, before being asked.",
        "",
        "If you think this isn't right, you may dispute it, and you may ask us to prove it. We'd stop until "
        "you have that.",
    ),
    "no-threat": (
        "Leave consequences out, or keep to facts; ask what is possible instead.",
        "You said “{words}”. Let's look at what is possible from there.",
        "Let's leave that aside and look at what is possible for you.",
    ),
    "hardship": (
        "Name what the customer told, then start from it.",
        "You said “{words}”. I'm sorry, that's a lot to deal with. Let's start from that.",
        "I'm sorry, that's a lot to deal with. Let's start from that.",
    ),
    "empathy": (
        "Name what happened to the customer before anything about the account.",
        "You said “{words}”. I can hear why that's annoying. Let me look at exactly that first.",
        "I can hear why that's annoying. Let me look at exactly that first.",
    ),
    "apology": (
        "Say sorry once, and say what for.",
        "You said “{words}”. I'm sorry about that; it shouldn't be yours to chase.",
        "I'm sorry about that; it shouldn't be yours to chase.",
    ),
    "ownership": (
        "Say what you do yourself, and by when.",
        "",
        "I'll look into this myself, and I'll ring you tomorrow by noon with what I've found, whatever it is.",
    ),
    "explanation": (
        "Say the cause in everyday words, then ask whether it's clear.",
        "You asked about “{words}”. In short, this is what happened, and stop me where it isn't clear.",
        "In short, this is what happened, and stop me where it isn't clear.",
    ),
    "remedy": (
        "Offer something definite, and ask whether it settles the matter.",
        "",
        "Here's what I can do now: I take that charge off, and it shows on your next bill. Does that settle "
        "it for you?",
    ),
    "identity": (
        "Check who is on the line before saying anything about the account.",
        "",
        "Before I open your account, could you give me your postcode and date of birth, please?",
    ),
    "affordability": (
        "Ask openly what can be managed, and build the offer on the answer.",
        "You said “{words}”. What comes in and goes out in a usual month, so that we find something you can keep up?",
        "What comes in and goes out in a usual month, so that we find something you can keep up?",
    ),
    "options": (
        "Put at least two definite ways to the customer, each with an amount or a period.",
        "",
        "You could spread it over twelve months, or pay it in three parts, or we hold it for thirty days. "
        "Which fits best?",
    ),
    "promise": (
        "Restate amount, date and means, and wait for the yes.",
        "You said “{words}”. So that it's noted right: how much exactly, on which day, and by card or by transfer?",
        "So that it's noted right: how much exactly, on which day, and by card or by transfer?",
    ),
    "manners": (
        "Leave fault aside, and say what happens next.",
        "You said “{words}”. Let's see what we can do about that.",
        "Let's see what we can do about that.",
    ),
    "greeting": (
        "Greet, and say your name and your company.",
        "",
        "Good morning. I'll start with my name and my company, and then you tell me what happened.",
    ),
    "closing": (
        "Say what happens next, and ask whether anything is left.",
        "",
        "So you'll hear from me by tomorrow noon. Is there anything else you'd like to sort out while we're talking?",
    ),
    "talking-over": (
        "Let the customer finish, and pick up their last words.",
        "Sorry, I cut in. You were saying “{words}”.",
        "Sorry, I cut in. Please go on.",
    ),
}
_GENERAL = "Look at what the best level asks for, and try this moment again."
_START = re.compile(
    r"^(?:(?:well|um+|uh+|er+m?|yeah|yes|no|so|and|but|right|okay|oh|i mean|look|honestly|to be "
    r"honest)[,.]?\s+)+",
    re.IGNORECASE,
)
_MOST_WORDS = 11
_FEWEST_WORDS = 2


def advise(criterion: Criterion, judge: str | None) -> str:
    """Advice about the task: the rubric's own, else what fits the judge, else the top level's text."""
    if criterion.advice:
        return criterion.advice
    return _ADVICE[judge][0] if judge in _ADVICE else _GENERAL


def better_line(call: Transcript, criterion: Criterion, judge: str | None, moment: Quote) -> str:
    """A line to say at that moment. With words of the customer's where there are some worth quoting."""
    templates = [criterion.better] if criterion.better else []
    if judge in _ADVICE:
        templates += list(_ADVICE[judge][1:])
    templates += list(criterion.examples.good[:1])
    words, other = _customer_words(call, moment)
    for template in templates:
        if not template or ("{words}" in template and not words) or ("{other}" in template and not other):
            continue
        return template.replace("{words}", words).replace("{other}", other)
    return criterion.levels[2]


def _customer_words(call: Transcript, moment: Quote) -> tuple[str, str]:
    """The customer's most telling clause just before the moment, and another from earlier on."""
    at = next((turn for turn in call.turns if turn.index == moment.turn), None)
    if at is None:
        return "", ""
    upto = call.place(at) + (1 if at.who == "customer" else 0)
    earlier = [turn for turn in call.turns[:upto] if turn.who == "customer"]
    near = [_clause(turn) for turn in reversed(earlier[-2:])]
    words = next((clause for clause in near if clause), "")
    told = [
        clause for turn in call.situations if call.place(turn) < upto and (clause := _clause(turn)) and clause != words
    ]
    return words, told[0] if told else ""


def _clause(turn: Turn) -> str:
    """The part of a turn that says most, short enough to be quoted back; "" if nothing is worth it."""
    parts = [
        part.strip(" ,")
        for part in re.split(r"[.?!;]|,\s(?=(?:and|but|so|because|which|it|i|we|they|there)\b)", turn.text)
    ]
    best, best_matter = "", 0.0
    for part in parts:
        clause = _START.sub("", part)
        words = clause.split()
        if not len(words) >= _FEWEST_WORDS:
            continue
        if len(words) > _MOST_WORDS:
            clause = " ".join(words[:_MOST_WORDS]).rstrip(",")
            clause = re.sub(
                r"(?:,?\s+(?:and|but|so|or|the|a|an|to|of|it|i|we|they|because|that|which|with|for|in|on|at|my|is|was|"
                r"what|it's))+$",
                "",
                clause,
                flags=re.IGNORECASE,
            )
        matter = len(content(clause)) + (1.5 if PROBLEM.search(plain(clause)) else 0) - (2 if part.endswith("?") else 0)
        if matter > best_matter and content(clause):
            best, best_matter = clause, matter
    return best

"""Is the learner's turn over? A decision out of several witnesses, none of which is trusted alone.

Pure: numbers and text in, the silence that is still needed out. The conversation asks anew with each new witness.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

# Silences in seconds, calibrated on half of the speakers of a read corpus, pauses of 0.3 to 0.9 s put between words,
# and on synthesized questions and statements. Inside sentences Smart Turn is below 0.3 in three of four human pauses,
# but at 0.9 in most synthesized ones, so a high probability counts only with a text that can stand alone.
OPEN_S = 1.1  # the text trails off, or nothing is known of it: beyond any pause inside a sentence that was heard
UNSURE_S = 0.97  # the text could stand, but a witness is against it, or it's short: beyond nearly all pauses
SHORT_ANSWER_S = 0.7  # "Yes, please.": done as a rule, yet "Yes" also begins much
STATEMENT_S = 0.5
QUESTION_S = 0.35  # who asks gives the turn away; a tail's text takes about this long to arrive
CERTAIN = 0.9  # Smart Turn: no sound says more, but pauses of synthesized speech do so too
LIKELY = 0.6  # Smart Turn: the sound speaks for an end
VETO = 0.3  # Smart Turn: below it the sound speaks against an end
_UNHEARD_SOUND_S = 0.2  # what is added where Smart Turn can't be asked

# With a language model's probability of a full stop, question mark or closing quotation next (1.5B parameters; true
# ends 0.2 and more in nine of ten, pauses 0.12 and less in nineteen of twenty), on the same halves and sentences.
SURELY_CLOSED = 0.5
CLOSED = 0.3
MAYBE_CLOSED = 0.1
HARDLY_CLOSED = 0.02
NEVER_CLOSED = 0.01
SURELY_CLOSED_S = 0.3  # text and sound leave no doubt; the model's word takes about this long to arrive
CLOSED_S = 0.4  # text and sound agree on an end
CLOSED_UNHEARD_S = 0.45  # the text is whole by form and model, the sound doesn't fall
CLOSED_DOUBTED_S = 0.77  # one of them has doubts; pauses of 0.75 s are over by then
OPEN_ENDED_S = 0.97  # neither is for an end, yet nothing trails off
DEFAULT_SOUND = 0.5  # where Smart Turn can't be asked

_STATEMENT_WORDS = 7  # shorter ones are the first half of a sentence too often ("I know you're busy")
_QUESTION_WORDS = 5
_HESITANT_PAUSE_S = 0.5  # pauses longer than this are a habit to be waited for
_HABIT_S = 0.25  # most that a habit adds

Form = Literal["unknown", "open", "short", "answer", "statement", "question"]

_FILLERS = "um uh uhm er erm ah hmm hm like well so"
_CONJUNCTIONS = (
    "and or but because since if when while although though unless until whether that which than as where why"
)
_PREPOSITIONS = (
    "about above across after against among around at before behind below between by despite during except for from in "
    "inside into near of off on onto over through to toward towards under until up upon with within without per via"
)
_DETERMINERS = "a an the my your our their his its this these those every each some any no another such very really"
_AUXILIARIES = (
    "am is are was were be been being do does did have has had having will would shall should can could may might must "
    "i'm you're we're they're he's she's it's that's there's what's who's i've you've we've they've i'll you'll we'll "
    "they'll i'd you'd we'd they'd let's don't doesn't didn't can't couldn't won't wouldn't isn't aren't wasn't"
)
_OPENERS = "i we they he how what who whose gonna wanna need want let lets get mean means called including"
_DANGLING = frozenset(" ".join((_FILLERS, _CONJUNCTIONS, _PREPOSITIONS, _DETERMINERS, _AUXILIARIES, _OPENERS)).split())
# A question may end in these: "What are you looking for?", "Who else is in this?"
_STRANDED = frozenset(f"{_PREPOSITIONS} like".split())
_ENDS_QUESTIONS = frozenset(f"{_PREPOSITIONS} this those these any some".split()) - {"to"} | {"like"}
# "moving on", "signed up": these can end a sentence
_PARTICLES = frozenset(["around", "by", "down", "in", "like", "off", "on", "out", "over", "through", "up"])
# "I know what it is.", "Yes, I do.": an auxiliary can close behind a pronoun; "we could" hardly ever does
_CLOSING_PAIR = re.compile(
    rf"\b({_PREPOSITIONS.replace(' ', '|')}|do|did|all) (that|this|these|those)$"
    r"|\b(i (am|was)|(you|we|they) (are|were)|(he|she|it|that|this) (is|was|does|has)"
    r"|(i|you|we|they) (do|have)|(i|you|we|they|he|she|it) (did|had|can|will))$"
)
_COMPLEMENT = re.compile(
    r"\b(tell|tells|told|ask|asks|asked|show|shows|showed)( (me|us|you|them|him|her))?$"
    r"|\b(say|says|said|think|thinks|believe|wonder|wondering|suppose|guess|sure|mention|explain|hope|hoping)$"
    r"|\b(see|find|know|notice|understand|tell) (is|that|how|what|why)$|\bthe (thing|reason|point|problem|question)$"
)
_SUBORDINATE = re.compile(
    r"((and|but|so|well|okay|now|because) )*(if|when|before|after|since|while|although|unless|once|as) "
)
# A clause of two words is no clause yet.
_LINKED = frozenset(["because", "if", "when", "where", "which", "who"])
_SUBJECT_ONLY = re.compile(r"\bthat ((a|an|the|my|our|your|their|his|her|its|some|most|all) [\w']+|[\w']+s)$")
_MISHEARD = frozenset({"too", "two", "end"})  # "to" and "and" before a pause, as recognisers spell them
# "What I wanted to say" names a thing and asks nothing; "What do you need" does.
_FREE_RELATIVE = re.compile(r"((and|but|so|well|okay|now) )*(what|how|where|why) (i|i'm|i'd|i've|we|we're|we've|it)\b")
_WH_QUESTION = re.compile(r"((and|but|so|well|okay|now|then) )*(who|whom|what|what's|when|where|which|how|how's)\b")
_INVERTED = re.compile(
    r"((and|but|so|well|okay|now) )*when (do|does|did|is|are|was|were|can|could|will|would|should|have|has)\b"
)
_ANSWERS = (
    "yes yeah yep no nope not okay ok sure right hello hi hey thanks thank you great perfect good goodbye bye morning "
    "afternoon exactly correct absolutely definitely fine course of please it does do i that's is alright understood"
)
_ANSWER = frozenset(_ANSWERS.split())
_QUESTION_START = re.compile(
    r"((and|but|so|well|okay|now|then|hi|hello|sorry) )*"
    r"(who|whom|whose|what|what's|when|where|which|why|how|how's|do|does|did|is|are|was|were|am|can|could|will|would|"
    r"shall|should|may|might|have|has|had|isn't|aren't|don't|doesn't|didn't|won't|wouldn't|couldn't|can't)\b"
)


@dataclass(frozen=True, slots=True)
class Witnesses:
    """What is known about a pause: the text so far ("" while unknown), Smart Turn's probability of an end by the sound,
    and a language model's probability that the text closes there. None: not known, or not yet."""

    text: str = ""
    end_probability: float | None = None
    closing_probability: float | None = None


@dataclass(frozen=True, slots=True)
class Pauses:
    """The learner's own pauses inside turns, learned as the call goes on (seconds, oldest first, bounded)."""

    seconds: tuple[float, ...] = ()

    def with_pause(self, seconds: float) -> Pauses:
        """A pause after which the same turn went on."""
        return Pauses((*self.seconds, seconds)[-20:])


def silence_needed_s(witnesses: Witnesses, pauses: Pauses) -> float:
    """How long the learner must have been silent, in seconds, for the turn to be over.

    The text says what can be over at all; Smart Turn can hold it back but never hurry it; long pauses that this learner
    has made inside turns add to it.
    """
    form, probability = form_of(witnesses.text), witnesses.end_probability
    if witnesses.closing_probability is not None:
        return _closed_s(form, probability, witnesses.closing_probability) + habit_s(pauses)
    if form in ("unknown", "open"):
        needed_s = OPEN_S
    elif form == "short" or (probability is not None and probability < LIKELY):
        needed_s = _doubted_s(form, probability)
    else:
        needed_s = {"answer": SHORT_ANSWER_S, "statement": STATEMENT_S, "question": QUESTION_S}[form]
        needed_s += _UNHEARD_SOUND_S if probability is None else 0.0
    return needed_s + habit_s(pauses)


def form_of(text: str) -> Form:
    """What a text looks like as a turn: `open` trails off, `short` could be the first half of something.

    Full stops don't count, for recognisers put them at forced pauses; a question mark does, if the words are a
    question's or enough.
    """
    words = [word for raw in text.lower().replace("’", "'").split() if (word := raw.strip('.,!?;:"…-—()'))]
    if not words:
        return "unknown"
    stripped = text.rstrip()
    line = " ".join(words)
    relative = _FREE_RELATIVE.match(line) is not None
    asks = not relative and (stripped.endswith("?") or _QUESTION_START.match(line) is not None)
    if stripped.endswith(("...", "…", ",", "-", "—")) or _COMPLEMENT.search(line):
        return "open"
    if len(words) <= 4 and all(word in _ANSWER for word in words):
        return "answer"
    if words[-1] in _DANGLING and not _CLOSING_PAIR.search(line) and not (asks and words[-1] in _ENDS_QUESTIONS):
        return "short" if words[-1] in _PARTICLES else "open"
    if asks and words[-1] in _STRANDED and not _WH_QUESTION.match(line):
        return "short" if words[-1] in _PARTICLES - {"through"} else "open"
    if words[-1] in _MISHEARD or _LINKED.intersection(words[-3:-1]) or _SUBJECT_ONLY.search(line):
        return "short"
    if relative and len(words) < 2 * _STATEMENT_WORDS:
        return "short"
    if _SUBORDINATE.match(line) and not _INVERTED.match(line) and not _has_main_clause(text):
        return "open"
    if asks:
        return "question" if len(words) >= _QUESTION_WORDS else "short"
    return "statement" if len(words) >= _STATEMENT_WORDS else "short"


def habit_s(pauses: Pauses) -> float:
    """What this learner's long pauses add: half of how far the third quartile lies above an ordinary pause."""
    if len(pauses.seconds) < 2:
        return 0.0
    ordered = sorted(pauses.seconds)
    third_quartile_s = ordered[3 * (len(ordered) - 1) // 4]
    return min(_HABIT_S, max(0.0, (third_quartile_s - _HESITANT_PAUSE_S) / 2))


def _closed_s(form: Form, probability: float | None, closing: float) -> float:
    """The model's word on the text goes before its form; the sound can still hold the turn open."""
    sounds = DEFAULT_SOUND if probability is None else probability
    if closing >= SURELY_CLOSED and sounds >= LIKELY:
        return SURELY_CLOSED_S
    whole = form in ("statement", "question")
    if closing >= CLOSED and sounds >= VETO:
        return CLOSED_S
    if closing >= SURELY_CLOSED and whole:
        return CLOSED_UNHEARD_S
    if closing >= CLOSED or (closing >= MAYBE_CLOSED and sounds >= LIKELY):
        return CLOSED_DOUBTED_S
    if closing >= HARDLY_CLOSED and sounds >= CERTAIN and whole:
        return CLOSED_DOUBTED_S
    if form == "open" or (closing < NEVER_CLOSED and sounds < LIKELY):
        return OPEN_S
    return OPEN_ENDED_S


def _doubted_s(form: Form, probability: float | None) -> float:
    if form == "short" and probability is not None and probability < VETO:
        return OPEN_S
    if form in ("statement", "question") and probability is not None and probability >= VETO:
        return (STATEMENT_S + UNSURE_S) / 2
    return UNSURE_S


def _has_main_clause(text: str) -> bool:
    """Whether two words and more follow the subordinate clause's comma, or the sentence is long enough to hold both."""
    words = text.split()
    commas = [index for index, word in enumerate(words[:-1]) if word.endswith(",") and index >= 2]
    return len(words) >= 10 or any(len(words) - index > 3 for index in commas)

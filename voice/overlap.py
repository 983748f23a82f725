"""Somebody speaks into the customer's turn: an interruption, a backchannel, or the customer's own echo?"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Literal

from voice.rules import Rules

Verdict = Literal["barge_in", "backchannel", "echo", "noise"]

# What listeners say to keep a speaker going, as recognisers spell it.
_BACKCHANNEL_WORDS = frozenset(
    (
        *(
            "ah",
            "aha",
            "hm",
            "hmm",
            "huh",
            "mhm",
            "mm",
            "mmhm",
            "mmhmm",
            "mmm",
            "oh",
            "uh",
            "uhhuh",
            "uhuh",
            "um",
            "wow",
        ),
        *("ok", "okay", "right", "alright", "sure", "true", "ya", "yeah", "yep", "yes", "yup"),
        *("cool", "exactly", "fine", "good", "great", "understood"),
    )
)
_BACKCHANNEL_PHRASES = frozenset(
    ("i see", "got it", "of course", "makes sense", "fair enough", "uh huh", "mm hm", "mm hmm", "all right", "go on")
)
# The short words that interrupt. Any other lone one is what a recogniser makes of a hum: "mm-hm" comes as "Mama",
# "Hummus", "Now." or "Then..." (tiny.en, three voices).
_FLOOR_WORDS = frozenset(
    (
        *(
            "actually",
            "but",
            "enough",
            "excuse",
            "hang",
            "hello",
            "hey",
            "hold",
            "listen",
            "look",
            "never",
            "no",
            "nope",
        ),
        *(
            "pardon",
            "please",
            "sorry",
            "stop",
            "wait",
            "what",
            "when",
            "where",
            "who",
            "why",
            "wrong",
            "bye",
            "goodbye",
        ),
    )
)
_LONGEST_BACKCHANNEL_WORDS = 4
_ECHO_SHARE = 0.7  # of the words; a recogniser mishears some of an echo


def bare_words(text: str) -> list[str]:
    """Lower case words without punctuation: "Mm-hm, OK." -> ["mm", "hm", "ok"]."""
    cleaned = "".join(mark if mark.isalnum() or mark == "'" else " " for mark in text.casefold())
    return [word for raw in cleaned.split() if (word := raw.strip("'"))]


def is_backchannel(text: str) -> bool:
    """True for what listeners say to keep a speaker going ("mm-hm", "yeah, right", "I see")."""
    words = bare_words(text)
    if not words or len(words) > _LONGEST_BACKCHANNEL_WORDS:
        return False
    if " ".join(words) in _BACKCHANNEL_PHRASES:
        return True
    return all(word in _BACKCHANNEL_WORDS for word in words)


def is_echo(text: str, said: str) -> bool:
    """True if `text` is mostly what the customer says themselves, in its order."""
    heard, own = bare_words(text), bare_words(said)
    if not heard:
        return False
    matched = sum(
        block.size for block in SequenceMatcher(a=own, b=heard, autojunk=False).get_matching_blocks() if block.size
    )
    return matched / len(heard) >= _ECHO_SHARE


def judge_overlap(
    text: str | None, *, final: bool, recognising: bool, speech_s: float, said: str, guarded: bool, rules: Rules
) -> tuple[float, Verdict]:
    """The verdict on speech over the customer, and how many seconds of speech it takes to become true.

    `text` is what has been recognised of it (None: the recogniser failed), `final` that the speech has paused and no
    more text is coming, `recognising` that some is on its way, `speech_s` its length, `said` the customer's words.
    `guarded`: it may well be echo, so that length alone says little.
    """
    if final and not text:
        long_enough = text is None and speech_s >= (rules.echo_patience_s if guarded else rules.barge_in_s)
        return 0.0, "barge_in" if long_enough else "noise"
    unrecognised_s = rules.barge_in_heard_s if recognising else rules.barge_in_s
    if guarded:
        unrecognised_s = rules.echo_patience_s
    if not text:
        return unrecognised_s, "barge_in"
    if is_echo(text, said) and (guarded or len(bare_words(text)) >= rules.barge_in_words):
        return (0.0, "echo") if final else (float("inf"), "echo")
    if is_backchannel(text):
        return (0.0, "backchannel") if final else (rules.backchannel_s, "barge_in")
    if final:
        hum = speech_s < rules.barge_in_s and len(bare_words(text)) == 1 and bare_words(text)[0] not in _FLOOR_WORDS
        return 0.0, "backchannel" if hum else "barge_in"
    if len(bare_words(text)) >= rules.barge_in_words:
        return rules.barge_in_worded_s, "barge_in"
    return unrecognised_s, "barge_in"

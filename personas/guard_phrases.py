"""Phrases by which the guard knows an assistant, a coach, a prompt or a swapped role, in lower case."""

from __future__ import annotations

import re

from personas.scenario import Kind


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(phrases))


ASSISTANT = _any(
    r"how (can|may|could) i (help|assist)",
    r"(can|may) i (help|assist) you",
    r"as an ai",
    r"language model",
    r"\bai assistant",
    r"i'?m here to (help|assist)",
    r"anything else i can",
    r"feel free to",
    r"(happy|glad) to (help|assist)",
    r"i understand your (concern|frustration)",
    r"^certainly!",
    r"i don't have (personal )?(feelings|opinions)",
    r"thank you for (calling|contacting|reaching|your (patience|time|interest))",
)
COACHING = _any(
    r"you (should|could|might want to) (ask|say|try|start|begin|acknowledge|mention)",
    r"a better (question|way|answer|line)",
    r"next time you",
    r"your (tone|pitch|technique|script) (is|was|could|should)",
    r"as a (sales\w*|rep|agent|learner|trainee)",
    r"good (job|work|technique)",
    r"well done",
    r"role ?play|simulation|scenario|practi[cs]e (call|session)",
)
PROMPT = _any(
    r"get across",
    r"^caller\b|\bcaller:|\bthe caller\b",
    r"first person",
    r"\bgist\b",
    r"spoken sentence",
    r"\binstructions?\b|\bprompt\b|system message",
)
ROLES: dict[Kind, re.Pattern[str]] = {
    "sales": _any(
        r"\b(our|my) (product|platform|software|solution|service|pricing|tool|system|app)s?\b",
        r"i('m| am) calling (from|about|because|to)",
        r"can i interest you",
        r"would you like (to (see|schedule|book|hear|try)|a demo)",
        r"let me show you|i('d| would) (love|like) to show",
        r"we (use ai|offer|provide|specialize|can help|help (companies|businesses|teams|you))",
        r"(schedule|book) you",
    ),
    "service": _any(
        r"i apologi[sz]e|sorry for (the|any) (inconvenience|trouble)",
        r"let me (check|look up|pull up) your|your account",
        r"i can (offer|give) you",
        r"we (value|appreciate) (you|your)",
        r"i('ll| will) (credit|refund|waive|escalate) (you|your|the)",
        r"i('ve| have) (applied|issued|credited)",
        r"how about i (credit|refund)",
    ),
    "collections": _any(
        r"\byou owe|your (balance|debt|account|payment is)",
        r"attempt to collect",
        r"(date of birth|identity) for (me|verification)",
        r"i('m| am) calling (from|about|regarding|because)",
        r"we can offer|set you up|our records",
        r"can you (confirm|verify) your",
    ),
}
PROMISE = _any(
    r"i('ll| will) (sign|buy|take it|pay|agree|switch|do it|book|commit)",
    r"it'?s a deal|you('ve| have) got a deal",
    r"we('ll| will) (sign|buy|take|order)",
    r"i promise|i guarantee|let's (do it|sign)",
    r"i('m| am) (in|on board|sold)\b",
    r"count (me|us) in|sign (me|us) up|where do i sign|i accept\b|we have a deal",
    r"send (me |us |over )*the contract|go ahead and (book|sign|order)",
)
MARKUP = re.compile(r"[*_#<>{}\[\]`|\\~^=]|https?:|\(.*\)|[^\x00-\u024f\u2010-\u2026€]")
# Words that sentences of these languages hardly do without; two of them are no English, one may be a name.
FOREIGN = frozenset(
    """que para una los las por con pero gracias usted muy und nicht ich das ist die der ein eine aber danke wir les est
    pour vous une dans je suis oui pas avec mais merci nous il non che sono questo grazie della obrigado isso uma muito
    het een niet ik maar dank""".split()  # noqa: SIM905
)
FIGURE_WORDS = frozenset(
    """two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
    nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion dozen half third
    quarter percent monday tuesday wednesday thursday friday saturday sunday january february march april june july
    august september october november december tomorrow tonight yesterday noon midnight twice fourth fifth sixth seventh
    eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth
    twentieth thirtieth""".split()  # noqa: SIM905
)
# "one" and "may" are figures only in company.
FIGURE_PHRASES = _any(
    r"\bone (?:hour|minute|day|week|month|year|dollar|percent)\b", r"\b(?:in|by|of|last|next|since|until) may\b"
)
COMMON = frozenset(
    """a an and are as at be been but by can could did do does for from get go got had has have he her here him his how
    i i'd i'll i'm i've if in into is isn't it it's its just know like me might more my no not of off on one or our out
    really say she should so some that that's the their them then there there's these they they're this to too us was
    we we're were what what's when where which who why will with would yes you you're your don't doesn't didn't can't
    won't okay well right hm oh about all any because down even much still up very""".split()  # noqa: SIM905
)

"""Rules for identity, disclosure, rights and debt. A mandatory text counts only with all of its parts."""

from __future__ import annotations

import re

from rubrics.move_rule import Utterance, rule
from rubrics.text import NUMBER

ATTEMPT = re.compile(
    r"\battempt(?:ing)? to (?:collect|recover)(?: on)? (?:a |an |the |this |your )?(?:debt|debts|dead|deb|"
    r"det|dept|depth|death|that)\b"
)
"""Element a. Recognisers hear "debt" as "dead", "dept", "that"."""
INFORMATION = re.compile(
    r"\b(?:any|all)(?: and all)?(?: \w+)? information(?: that| which)?(?: we| you| is| are| i)?(?: \w+)? "
    r"?(?:obtained|obtain|give|provided|provide|gathered|collected|obtains|obtaining|attained|gained)\b"
)
"""Element b."""
PURPOSE = re.compile(
    r"\b(?:will|shall|is going to|would) be used (?:only |solely )?for (?:that|this|the|such|collection|"
    r"collecting|that same) ?(?:purposes?|reason|porpoise)?\b"
)
"""Element c."""
_WEAK_PURPOSE = re.compile(r"\b(?:may|might|can|could) (?:also )?be used\b")

_DETAIL = (
    r"(?:date of birth|birth date|birthday|d o b|postcode|post code|postal code|zip code|zip|(?:first|"
    r"1st) line of (?:your|the) address|(?:your|the|full|home|billing) address|house number|(?:maiden|"
    r"middle) name|security (?:question|password|word|answer|number)|last (?:four|4)(?: digits)?|account "
    r"number|customer number|memorable (?:word|date)|when you were born|where you live|pass ?(?:word|"
    r"code)|full name|phone number (?:on|we)|social security)"
)
_ASKS = (
    r"(?:could|can|would|will|may|please|confirm|give|giving|tell me|tell|need|verify|what is|what are|"
    r"what was|for security|take|have|ask|just)"
)

RULES = (
    rule(
        "verify_identity",
        rf"{_ASKS}(?: \S+){{0,9}}? {_DETAIL}",
        r"i have (?:your|the)|i have got your|we (?:have|sent|hold)|send (?:it|that|you)|email address|change|"
        r"update|deliver|at your old|in case|your address (?:is|was)",
    ),
    rule("verify_identity", rf"(?:and |also )?(?:your |the ){_DETAIL}(?: please)?(?: \?|$)"),
    rule(
        "state_rights",
        r"(?:you|you have|you have got|your|the) (?:a |the |every )?right to|right to (?:dispute|complain|"
        r"cancel|a cooling|proof|request|see|an appeal)|you (?:can|may|could|are (?:entitled|allowed|free) "
        r"to) (?:also |always )?(?:dispute|ask (?:us )?(?:for|to)(?: \w+){0,2}? (?:proof|prove|validat|verif|"
        r"copy)|request (?:proof|validation|verification|a copy)|complain|appeal|cancel|withdraw|escalate|go "
        r"to the ombudsman|take (?:it|this) to the ombudsman)",
        r"right to be (?:angry|upset|annoyed|cross|frustrated)|every right|do you",
    ),
    rule(
        "offer_options",
        rf"(?:either|you (?:can|could|would)|we (?:can|could)|i (?:can|could))(?: \S+){{0,12}}? {NUMBER}(?: "
        rf"\S+){{0,12}}? or(?: \S+){{0,14}}|(?:a few|{NUMBER}|some|couple of|different|several) (?:ways|"
        rf"options|choices)|payment plan|instal ?ments?|spread (?:it|the|this|that|your)|put (?:it|this|the "
        rf"account) on hold|pause (?:it|the|payments)|(?:your|the) options are|either (?:\S+ ){{1,12}}or|"
        rf"which(?:ever)? (?:would you|you would|of those|is nearest|one|suits)|the other (?:option|way)",
        r"or not|(?:day|date|time)s? (?:or|suits)|how would you",
    ),
    rule(
        "ask_affordability",
        r"(?:what|how much|how|which|is there)(?: \S+){0,8}? (?:afford|manage|manageable|realistic|"
        r"comfortable|keep up|left over|left at|coming in|going out|income|outgoings|set aside|spare|possible "
        r"for you|nearest to what)|(?:could|can) you (?:afford|manage|spare)|(?:your|the) (?:income|outgoings|"
        r"budget)|what (?:could|can|would) you (?:be able to )?(?:pay|do|put towards)|(?:do|would) you have "
        r"(?:anything|something) left|what (?:would|could) work for you",
        r"decision|who|supplier|project|software",
    ),
)

_DEBT = re.compile(
    r"\b(?:you owe|(?:outstanding|overdue|past due|unpaid|final|late|missed) (?:\w+ )?(?:balance|amount|"
    r"bill|account|payments?|invoice|debt)|balance (?:of|is|on|outstanding)|(?:is|are|was|days|months) "
    r"(?:past due|overdue|owing|in arrears|outstanding)|"
    r"in arrears|the arrears|arrears (?:of|on)|(?:the|this|your|a) debt(?: is| of| with| to| for| on)|"
    r"money you owe|overdrawn (?:account|on)|debt (?:company|collector|collection)|(?:amount|money|sum) "
    r"(?:you )?owed?|owing (?:on|"
    r"to)|it is for (?:the )?(?:[$£]?\w+ ){1,4}(?:it is|the)|behind (?:on|with) (?:your|the) (?:payments?|"
    r"rent|account|bill)|passed to us|"
    r"pay (?:that|it|this) (?:off|in full)|(?:collect|collecting) (?:\w+ )?(?:[$£]\d|money|payment)|store "
    r"card|credit card balance|(?:loan|catalogue|card) account)\b"
)
_DISCLOSURE_SPAN = re.compile(
    r"(?:this (?:call |is )*)?(?:an )?attempt(?:ing)? to (?:collect|recover|discuss)(?: \w+){0,3}"
)


def disclosure_elements(text_plain: str) -> tuple[bool, bool, bool]:
    """Which of the three parts of the collection disclosure are said in their sense: attempt, information, purpose."""
    purpose = bool(PURPOSE.search(text_plain)) and not _WEAK_PURPOSE.search(text_plain)
    return (
        bool(ATTEMPT.search(text_plain)) and not re.search(r"\bnot (?:an )?attempt", text_plain),
        bool(INFORMATION.search(text_plain)),
        purpose,
    )


def names_debt(text_plain: str) -> re.Match[str] | None:
    """Where the plain text mentions money owed, outside the wording of the disclosure and of the right to dispute."""
    blanked = _DISCLOSURE_SPAN.sub(lambda m: "#" * len(m[0]), text_plain)
    blanked = re.sub(r"(?:dispute|proof of|validity of) (?:the|this|that) debt", lambda m: "#" * len(m[0]), blanked)
    return _DEBT.search(blanked)


def compliance_moves(utterance: Utterance) -> set[str]:
    found: set[str] = set()
    if all(disclosure_elements(utterance.plain)):
        found.add("read_disclosure")
    if names_debt(utterance.plain):
        found.add("name_debt")
    return found

"""What puts a matter off instead of dealing with it: offering to send something to read, asking leave to go on."""

from __future__ import annotations

import re

from rubrics.text import NUMBER, plain

_READING = (
    r"(?:information|info|details?|something|stuff|e ?mails?|brochures?|leaflets?|flyers?|links?|pdf|deck|one pager|"
    r"literature|materials?)"
)
_SENDER = (
    r"(?:(?:(?:may|might|can|could|shall|should|what if) |(?:(?:would|is) it (?:be )?|would (?:you|it) )?"
    r"(?:okay|alright|fine|mind|help) if |(?:do|would) you mind if )?(?:i|we)|let me|(?:(?:would|do) you )?"
    r"(?:like|want) (?:me|us) to|happy to|(?:i am|we are) going to)(?: (?:will|would|can|could|shall|just|then|also|"
    r"simply|quickly|gladly|maybe|perhaps))*"
)
_BY = r"(?:by|via|over|in|through)"
SENDING = (
    rf"{_SENDER} (?:(?:send|sent|mail|mailed|post|posted|pop|popped|drop|dropped|forward|shoot|ping|put)"
    rf"(?: \w+){{0,5}}? {_READING}|e ?mail(?:ed)? (?:you|it|that|this|them)(?: (?:\w+ ){{0,4}}?{_READING})?)"
    rf"(?: (?:about|on|with|covering)(?: \w+){{1,6}}?(?= {_BY} | \?| \||$))?"
    rf"(?: {_BY} (?:the |an |a )?(?:e ?mail|post|mail|text))?"
    r"(?: (?:(?:to|for) you|then|instead|first|over|across))*"
)
"""A regular expression over plain text: the learner offers to send something to read."""

_READS = (
    r"(?:(?:and|so|then) )*you (?:can|could) (?:then )?(?:(?:have|take) a (?:look|read)|read|look at)(?: (?:at|it|that|"
    r"through|over))*(?: (?:in your own|when you have(?: got)?) (?:the )?time)?|in your own time"
)
_LEAVE = (
    r"(?:(?:may|might|can|could) (?:i|we)|(?:(?:do|would) you )?mind if (?:i|we)|(?:is|would) it (?:be )?"
    r"(?:okay|alright|fine) (?:if (?:i|we)|to))(?: (?:just|quickly|please))*"
)
_WHILE = r"(?:minutes?|moments?|seconds?|secs?|mins?|time)"
_GOING_ON = (
    rf"{_LEAVE} (?:(?:take|took|have|had|borrow|borrowed|steal|grab) (?:\w+ ){{0,3}}?{_WHILE}(?: of your time)?"
    rf"(?: to (?:explain|ask|tell|show)(?: you)?)?|ask(?:ed)? (?:you )?(?:something|(?:a|one|two|some|another)"
    rf"(?: \w+){{0,2}}? (?:questions?|things?))(?: (?:about|on) (?:that|this|it))?|go on|carry on|continue|explain|"
    rf"tell you|show you|say something)|"
    rf"(?:do you have|have you got|could you spare|can you give me) (?:a |{NUMBER} )(?:\w+ )?{_WHILE}"
)

_PUTS_OFF = re.compile(rf"(?<![\w'])(?:{SENDING}|{_READS}|{_GOING_ON})(?![\w'])")


def substance(text: str) -> str:
    """The plain text without offers to send something and requests for leave: neither answers or explores a concern."""
    return plain(_PUTS_OFF.sub(" ", plain(text)))

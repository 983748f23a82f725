"""Where a claim's source is named: a customer by name, with what they got. Not a company's word for itself."""

from __future__ import annotations

import re
from functools import lru_cache

from rubrics.text import NUMBER, plain

_NAME = r"[A-Z][\w&'-]+"
_PLACE = rf",? (?:(?:over|out|down|up) )?(?:in|near|of) {_NAME}(?: {_NAME})?"
_GOT = (
    r"(?:cut|reduced|saved|brought|dropped|went|lowered|took|saw|got|halved|shortened|improved|increased|gained|"
    r"(?:is|are) (?:down|up|saving))"
)
_ADVERB = r"(?:(?:has|have|had|they|just|actually|already|recently|now) ){0,2}"
_BY = rf",? {_ADVERB}{_GOT}\b"
_SOURCE = re.compile(
    # two names in a row or a name with its place, as the one who got it
    rf"(?P<full>{_NAME}(?: {_NAME})+)(?:{_PLACE})?{_BY}|(?P<placed>{_NAME}){_PLACE}{_BY}|"
    # a single name that is said to be a customer
    rf"(?:[Cc]ustomers?|[Cc]lients?|like (?:yours|you|{_NAME}))(?: of ours)?,? (?P<customer>{_NAME})(?:{_PLACE})?{_BY}|"
    # what happened at their place
    rf"\b(?:[Aa]t|[Ww]ith) (?P<there>{_NAME}(?: {_NAME})+|{_NAME}(?={_PLACE}))\b(?!(?:{_PLACE})?,? (?:we|our|you)\b)"
)
_NO_NAME = frozenset(
    re.findall(
        r"\w+",
        """i we you they it he she this that these those our your my their the a an and so but most some all every
        everyone everybody nobody people customers clients companies users businesses drivers carriers if when because
        at with monday tuesday wednesday thursday friday saturday sunday""",
    )
)
_FIGURE = re.compile(rf"(?<!\w){NUMBER}(?!\w)")


@lru_cache(maxsize=4096)
def named_sources(text: str) -> tuple[str, ...]:
    """The customers that `text` names as having got a result, in plain text. Needs the capitals of written text."""
    names = []
    for match in _SOURCE.finditer(text):
        words = next(name for name in match.groups() if name).split()
        while words and re.split(r"\W", words[0].lower())[0] in _NO_NAME:
            words = words[1:]
        whole = match["full"] is None or len(words) > 1 or re.search(_PLACE, match[0]) is not None
        if words and whole:
            names.append(plain(" ".join(words)))
    return tuple(names)


def proves_by_name(text: str) -> bool:
    """Whether a sentence names a customer and a figure of theirs."""
    names = named_sources(text)
    return bool(names) and any(
        _FIGURE.search(sentence) and any(name in sentence for name in names) for sentence in plain(text).split("|")
    )

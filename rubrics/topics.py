"""What a criterion is about, in its own words, where its best level names no sign: a topic asked or spoken about."""

from __future__ import annotations

import re

from rubrics.checks import Check
from rubrics.clauses import normal
from rubrics.rubric import Criterion
from rubrics.text import content, plain

_ASKING = re.compile(r"\b(?:asks?|asking|finds? out|questions?|enquires?|inquires?|checks?|explores?|learns?)\b")
_LISTED = re.compile(r"\(([^()]{4,200})\)")
_COUNT = {"two": 2, "three": 3, "both": 2}
_GENERAL = frozenset(
    re.findall(
        r"\w+",
        """customer customers learner learners least concrete particular specific definite general remark one
        two three both ask asks asking asked say says saying said name names named naming mention
        mentions mentioned give gives given giving tell tells told state states stated explain
        explains explained describe describes described offer offers offered question questions
        answer answers answered answering thing things something anything nothing kind kinds own
        word words call calls way ways openly clearly clear proper properly good bad only also well
        detail details point points check checks checked checking make makes made sure find finds
        out get gets take takes let lets have has had more less part parts level open opens other
        others such each every different further next first last before after during while without
        with single exactly matter matters subject speak speaks spoke talk talks about around
        towards room figure figures amount amounts range number numbers hears whom mail learner's
        work works right wrong true false need needs needed want wants phone line caller""",
    )
)


def topic(criterion: Criterion) -> Check | None:
    """A check for the topic of the best level, by its nouns and by what the levels list in brackets; None for none."""
    best = re.split(r"\bbefore\b", normal(criterion.levels[2]))[0]
    lists = [match[1] for level in (2, 1, 0) for match in _LISTED.finditer(criterion.levels[level])]
    others = (criterion.title, criterion.levels[1], criterion.levels[0])
    repeated = {word for text in others for word in _matter(text)}
    shared = [word for text in (best, criterion.title) for word in _matter(text) if word in repeated]
    words = tuple(dict.fromkeys([*shared, *(word for text in lists for word in _matter(text))]))
    if not words:
        return None
    found = re.search(r"\b(two|three|both)\b", best)
    least = _COUNT[found[1]] if found else 1
    tells = re.search(r"\b(?:says?|names?|gives?|states?)\b", best)
    if _ASKING.search(best) or (_ASKING.search(criterion.title.lower()) and not tells):
        return Check(asks=words, least=least)
    return Check(speaks_of=words, least=least)


_ASKS_FIRST = re.compile(r"^(?:asks?|finds? out|enquires?) (?:whether|if|about|for|what|where|who|how)\b")
_LEAST_WORDS, _MOST_WORDS = 2, 12


def asked_for(criterion: Criterion) -> Check | None:
    """A check that what the best level has asked about comes up in a question; None if it asks for nothing."""
    best = re.split(r"\bbefore\b", normal(criterion.levels[2]))[0]
    words = _matter(best)
    if not _ASKS_FIRST.search(best) or not _LEAST_WORDS <= len(words) <= _MOST_WORDS:
        return None
    return Check(asks=tuple(words))


def subject(criterion: Criterion) -> Check | None:
    """A check for what the title is about, if the levels speak of it as well."""
    levels = {word for level in (0, 1, 2) for word in _matter(normal(criterion.levels[level]))}
    words = tuple(word for word in _matter(normal(criterion.title)) if word in levels)
    return Check(speaks_of=words) if words else None


def _matter(text: str) -> list[str]:
    words = dict.fromkeys(re.findall(r"[a-z]{3,}", plain(text)))
    return [word for word in words if word not in _GENERAL and content(word)]

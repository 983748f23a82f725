"""Phrases that must be said: exactly or in their sense, in order, in time. Near misses are named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby

from rubrics.clauses import read
from rubrics.rubric import Criterion, Phrase, PhraseItem
from rubrics.signs import see
from rubrics.text import content, plain, stem, tokens
from rubrics.transcript import Transcript
from rubrics.verdict import Verdict, quote, quotes
from voice.record import Turn

_DENIALS = frozenset(("not", "never", "no", "without", "nobody", "nothing", "cannot"))
_WEAKENED = {"will": frozenset(("may", "might", "could")), "must": frozenset(("can", "may", "should"))}
"""Words that weaken what must be said as a certainty."""
_NEAR, _ALLUDES = 0.5, 0.3
"""A turn with this share of the words was meant to say it; with less it is named, and earns nothing."""


@dataclass(frozen=True, slots=True)
class _Said:
    """An item with the turn that says it; else the turn that nearly does, and how it falls short."""

    item: PhraseItem
    turn: Turn | None
    near: Turn | None
    short: str = ""
    share: float = 0.0


def judge_phrase(call: Transcript, phrase: Phrase) -> Verdict:
    """2: every item in time and order; 1: one is missing, or they come late or in another order; else 0."""
    found = [_find(call, item) for item in phrase.items]
    said = [one for one in found if one.turn is not None]
    missing = [one for one in found if one.turn is None]
    evidence = tuple(quote(one.turn, one.item.say) for one in said if one.turn is not None)
    if missing:
        near = next((one for one in missing if one.near is not None), None)
        why = "; ".join(one.short or f"missing: {one.item.name or one.item.say}" for one in missing)
        shown = (*evidence, *quotes(near.near if near else None)) or quotes(*call.learner[:1])
        meant = bool(said) or (near is not None and near.share >= _NEAR)
        return Verdict(1 if len(missing) == 1 and meant else 0, why, shown, shown[-1] if shown else None)
    late = _late(call, phrase, [one.turn for one in said if one.turn is not None])
    if late:
        return Verdict(1, late, evidence, evidence[0])
    return Verdict(2, "said, complete and in time", evidence)


def _find(call: Transcript, item: PhraseItem) -> _Said:
    near: tuple[float, Turn, str] | None = None
    for turn in call.learner:
        for wording in (item.say, *item.also):
            share, short = _share(turn.text, wording, item)
            if share >= (1.0 if item.match == "exact" else item.least):
                return _Said(item, turn, None)
            if share >= _ALLUDES and (near is None or share > near[0]):
                near = share, turn, short
    return _Said(item, None, near[1], near[2], near[0]) if near else _Said(item, None, None)


def _share(text: str, wording: str, item: PhraseItem) -> tuple[float, str]:
    """How much of the wording is said, 1 for all of it, and what is wrong; a changed sense never reaches `least`."""
    said, wanted = tokens(text), tokens(wording)
    if item.match == "exact":
        whole = any(said[place : place + len(wanted)] == wanted for place in range(len(said) - len(wanted) + 1))
        return (1.0, "") if whole else (_overlap(content(text), content(wording)) * 0.99, _difference(text, wording))
    share = _overlap(content(text), content(wording))
    near = {word for part in _sentences_about(text, wording) for word in tokens(part)}
    if bool(_DENIALS & near) != bool(_DENIALS & set(wanted)):
        lacking = sorted(_DENIALS & set(wanted))
        how = f"said without “{lacking[0]}”" if lacking else "said, but denied"
        return min(share, item.least - 0.01), f"{how}: {item.name or wording}"
    for strong, weaker in _WEAKENED.items():
        if strong in wanted and strong not in near and (weak := weaker & near):
            return min(share, item.least - 0.01), f"said “{min(weak)}” for “{strong}”: {item.name or wording}"
    return share, _difference(text, wording)


def _sentences_about(text: str, wording: str) -> list[str]:
    """The sentences that hold something of the wording: a "no" elsewhere in the turn denies nothing."""
    parts = [part for part in plain(text).split("|") if content(part) & content(wording)]
    return parts or [text]


def _difference(text: str, wording: str) -> str:
    """Which parts of the wording are said and which aren't: said “attempt” but not “to collect a debt”."""
    heard = {stem(word) for word in tokens(text)}
    runs = [(there, " ".join(words)) for there, words in groupby(wording.split(), lambda word: _heard(word, heard))]
    told = [part.strip(" ,.;") for there, part in runs if there and content(part)]
    lacking = [part.strip(" ,.;") for there, part in runs if not there and tokens(part)]
    if not told or not lacking:
        return f"not in these words: {wording}"
    return f"said “{'”, “'.join(told[:2])}” but not “{'”, “'.join(lacking[:2])}”"


def _heard(word: str, heard: set[str]) -> bool:
    return all(stem(token) in heard for token in tokens(word))


def _overlap(said: frozenset[str], wanted: frozenset[str]) -> float:
    return len(said & wanted) / len(wanted) if wanted else 0.0


def _late(call: Transcript, phrase: Phrase, turns: list[Turn]) -> str:
    places = [call.place(turn) for turn in turns]
    if phrase.ordered and places != sorted(places):
        return "said, but in another order"
    if phrase.within_s is not None and call.turns:
        deadline_s = call.turns[0].start_s + phrase.within_s
        if max(turn.start_s for turn in turns) > deadline_s:
            return f"said, but later than {phrase.within_s:g} s into the call"
    first = [call.place(turn) for turn in (call.making(phrase.before_move) if phrase.before_move else ())[:1]]
    if phrase.before is not None:
        first += [call.place(seen.turn) for seen in see(call, phrase.before)[:1]]
    if first and max(places) > min(first):
        return "said, but only after what it should come before"
    return ""


_QUOTED = re.compile(r"(?:(?<=\s)|^)['‘“\"](?P<say>[^'’”\"]+(?:'\w[^'’”\"]*)*)['’”\"]")
_WITHIN = re.compile(r"within (?:the first )?(\d+|ten|twenty|thirty|forty|sixty) ?(?:s\b|sec)", re.IGNORECASE)
_SECONDS = {"ten": 10.0, "twenty": 20.0, "thirty": 30.0, "forty": 40.0, "sixty": 60.0}
_LEAST_WORDS = 4


def phrase_of(criterion: Criterion) -> Phrase | None:
    """What must be said, read off the quotation in the best level; None where it quotes no wording."""
    best = criterion.levels[2]
    said = [match["say"] for match in _QUOTED.finditer(best) if len(match["say"].split()) >= _LEAST_WORDS]
    parts = [part.strip() for say in said for part in re.split(r",\s*(?:and )?|;\s*|\s(?=and\b)", say)]
    items = [PhraseItem(say=part.removeprefix("and ").strip()) for part in parts if content(part)]
    if not items:
        return None
    exact = bool(re.search(r"\b(?:word for word|verbatim|exactly|exact words)\b", f"{criterion.title} {best}".lower()))
    before = next((one.sign.id for clause in read(best) for one in clause.mentions if one.before), None)
    within = _WITHIN.search(best)
    return Phrase(
        items=tuple(item.model_copy(update={"match": "exact"}) if exact else item for item in items),
        before=before,
        within_s=(_SECONDS.get(within[1].lower()) or float(within[1])) if within else None,
    )

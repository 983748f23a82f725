"""Phrases that must be said: exactly or in their sense, in order, in time. Near misses are named."""

from __future__ import annotations

from dataclasses import dataclass

from rubrics.rubric import Phrase, PhraseItem
from rubrics.text import content, tokens
from rubrics.transcript import Transcript
from rubrics.verdict import Verdict, quote, quotes
from voice.record import Turn

_DENIALS = frozenset(("not", "never", "no", "without"))
_CHANGES = frozenset(("may", "might", "could"))
"""Words that weaken what must be said as a certainty."""
_NEAR = 0.5
"""A turn with this share of the words was meant to say it."""


@dataclass(frozen=True, slots=True)
class _Said:
    item: PhraseItem
    turn: Turn | None
    near: Turn | None


def judge_phrase(call: Transcript, phrase: Phrase) -> Verdict:
    """2: every item in time and order; 1: one is missing, or they come late or in another order; else 0."""
    found = [_find(call, item) for item in phrase.items]
    said = [one for one in found if one.turn is not None]
    missing = [one for one in found if one.turn is None]
    evidence = tuple(quote(one.turn, one.item.say) for one in said if one.turn is not None)
    if missing:
        near = next((one for one in missing if one.near is not None), None)
        names = "; ".join(one.item.name or one.item.say for one in missing)
        why = f"{'said nearly, but not' if near else 'missing'}: {names}"
        shown = (*evidence, *quotes(near.near if near else None)) or quotes(*call.learner[:1])
        return Verdict(1 if len(missing) == 1 and (said or near) else 0, why, shown, shown[-1] if shown else None)
    late = _late(call, phrase, [one.turn for one in said if one.turn is not None])
    if late:
        return Verdict(1, late, evidence, evidence[0])
    return Verdict(2, "said, complete and in time", evidence)


def _find(call: Transcript, item: PhraseItem) -> _Said:
    near: Turn | None = None
    for turn in call.learner:
        for wording in (item.say, *item.also):
            share = _share(turn.text, wording, item)
            if share >= (1.0 if item.match == "exact" else item.least):
                return _Said(item, turn, None)
            if share >= _NEAR:
                near = near or turn
    return _Said(item, None, near)


def _share(text: str, wording: str, item: PhraseItem) -> float:
    """How much of the wording is said: 1 for all of it; a changed or denied sense never reaches `least`."""
    said, wanted = tokens(text), tokens(wording)
    if item.match == "exact":
        whole = any(said[place : place + len(wanted)] == wanted for place in range(len(said) - len(wanted) + 1))
        return 1.0 if whole else _overlap(content(text), content(wording)) * 0.99
    share = _overlap(content(text), content(wording))
    denied = bool(_DENIALS & set(said)) and not _DENIALS & set(wanted)
    weakened = bool(_CHANGES & set(said)) and not _CHANGES & set(wanted) and "will" in wanted
    return min(share, item.least - 0.01) if denied or weakened else share


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
    if phrase.before_move is not None:
        moved = call.making(phrase.before_move)
        if moved and max(places) > call.place(moved[0]):
            return "said, but only after what it should come before"
    return ""

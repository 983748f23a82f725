"""Where the catalogue's signs are seen in a call."""

from __future__ import annotations

from rubrics.checks import Check
from rubrics.questions import questions
from rubrics.sighting import Seen
from rubrics.sign_catalogue import Sign, catalogue, pattern
from rubrics.sign_pairs import PAIRS
from rubrics.text import plain, stem, tokens
from rubrics.transcript import Transcript


def see(call: Transcript, name: str) -> tuple[Seen, ...]:
    """Where a sign is seen in a call, in order, as often as it is. Raises KeyError for one unknown."""
    if name not in call.seen:
        call.seen[name] = tuple(_look(call, catalogue()[name]))
    return call.seen[name]


def look(call: Transcript, check: Check) -> tuple[Seen, ...]:
    """Where a check holds: its sign, or its topic in the learner's questions or statements, once a turn."""
    if check.sign is not None:
        return see(call, check.sign)
    wanted = frozenset(stem(word) for word in check.asks or check.speaks_of or ())
    found: dict[int, Seen] = {}
    for turn in call.learner:
        for raw in call.sentences(turn):
            asked = bool(questions(raw)) or raw.endswith("?")
            if asked == (check.asks is not None) and wanted & {stem(word) for word in tokens(raw)}:
                found.setdefault(turn.index, Seen(turn, raw))
    return tuple(found.values())


def _look(call: Transcript, sign: Sign) -> list[Seen]:
    found: list[Seen] = list(PAIRS[sign.pair](call)) if sign.pair is not None else []
    turns = call.learner if sign.who == "learner" else call.customer
    if sign.first is not None:
        turns = turns[: sign.first]
    if sign.last is not None:
        turns = turns[-sign.last :]
    unless = pattern(sign.unless) if sign.unless else None
    for turn in turns:
        ways: list[Seen] = []
        for raw in call.sentences(turn):
            words = plain(raw)
            if unless is not None and unless.search(words):
                continue
            asked = sum(question.kind in sign.questions for question in questions(raw)) if sign.questions else 0
            said = {match[0] for one in sign.says for match in pattern(one).finditer(words)}
            ways += [Seen(turn, raw)] * max(asked, _parts(said))
        ruled_out = unless is not None and unless.search(plain(turn.text))
        if not ways and not ruled_out and sign.who == "learner" and call.moves[turn.index] & set(sign.moves):
            ways = [Seen(turn, "")]
        found += ways
    return sorted(found, key=lambda seen: call.place(seen.turn))


def _parts(said: set[str]) -> int:
    """How many different things were said, of matches that may lie within each other."""
    return sum(1 for one in said if not any(one != other and one in other for other in said))

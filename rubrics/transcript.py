"""A call as the judge reads it: turns with their moves, who said a word first, how the customer took things."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from rubrics.move_rule import Rule, Utterance, first_match
from rubrics.moves import Recognize, recognize_moves
from rubrics.off_stage import on_stage
from rubrics.pairs import OBJECTION
from rubrics.questions import questions
from rubrics.text import content, plain
from voice.record import CallRecord, Turn

if TYPE_CHECKING:
    from rubrics.sighting import Seen

YES = re.compile(
    r"^(?:\w+ ){0,3}?(?:yes|yeah|yep|sure|okay|go on|go ahead|fire away|fine|alright|of course|absolutely|"
    r"please do|agreed|"
    r"perfect|great|sounds (?:good|great|fine|like)|that works|works for me|i can do that|happy to|do "
    r"that|lovely|cheers|"
    r"brilliant|definitely|no problem|deal|correct|that is (?:fine|right|it|okay|true|me)|speaking|right$|"
    r"fair enough|will do|"
    r"i agree|good|nothing|what is it|i guess|tell me|shoot|suppose so)\b"
)
NO = re.compile(
    r"\b(?:no|not (?:really|now|interested|today|right now|at the moment|a good|the best)|never|can not|"
    r"do not (?:think|want|need)|"
    r"rather not|bad time|busy|later|in a meeting|with (?:someone|somebody)|i said|let me think|have a "
    r"think|i will think|"
    r"not sure|maybe|we will see|hold on)\b"
)
PROBLEM = re.compile(
    r"\b(?:problem|trouble|issue|hurts?|late|lost|lose|losing|short|hate[ds]?|row|annoy\w*|pain|nightmare|"
    r"mess|terrible|"
    r"awful|slow(?:ly)?|chas\w+|complain\w*|never|always|stuck|mistake\w*|wrong|broken?|break|fail\w*|gap|behind|"
    r"struggl\w*|waste\w*|not great|not pretty|was not|can not|no time|gone?|walked|left|froze\w*|miss\w*|"
    r"by hand|shouts?|"
    r"ring and|all over the place|expensive|cost\w*|worse|worst|fed up|difficult|hard|delay\w*|queue|no shows?|"
    r"do not turn up|down|backlog|error\w*|double|twice|manual\w*|overtime|paper|leak\w*|damage\w*|sick)\b"
)
_BYE = re.compile(
    r"\b(?:bye|goodbye|hanging up|hang up|stop calling|do not call|not interested|no thank you|no thanks)\b"
)
_DISPUTE = re.compile(
    r"\b(?:not mine|is not my|never (?:had|got|received|ordered|signed|took|heard)|do not owe|already "
    r"paid|i paid|was paid|"
    r"(?:i|we) dispute|do not (?:recogni[sz]e|know anything)|wrong (?:person|amount|number)|not me)\b"
)
_THIRD = re.compile(
    r"\b(?:(?:his|her|their) (?:wife|husband|mother|mum|mom|dad|father|son|daughter|partner|brother|"
    r"sister|flatmate|roommate|"
    r"colleague|neighbou?r|carer|secretary)|(?:he|she|they) (?:is|are) (?:not (?:here|in|home|available)|"
    r"out|away|at work|in the|asleep|"
    r"on holiday)|not here|not in|no longer (?:lives|works)|(?:can|could) i (?:take a message|help|ask "
    r"who)|does not live|"
    r"i am (?:just )?(?:the|a) (?:babysitter|cleaner|neighbou?r|flatmate)|he moved|she moved|passed away)\b"
)
_HANDED_OVER = re.compile(
    r"\b(?:hello (?:it is|this is|i am)|(?:it is|this is) \w+(?: \w+)?(?: here| speaking)?$|hold on "
    r".*(?:hello|it is|this is)|"
    r"speaking now|you wanted me|(?:here|this) is (?:he|she|him|her|\w+) (?:now|here)|i am here now)\b"
)
_BREAKS_OFF = re.compile(
    r"^(?:(?:no|look|please|just) )?(?:do not|stop|go away|not interested)\b|\b(?:i am )?hanging up\b"
)
_LEARNER_CLOSES = re.compile(
    r"\b(?:bye|brochure|thank\w*|diary|touch|cheers|take care|next|send you|speak|then|email|information|"
    r"enjoy|best|both)\b"
)
_MANY_TURNS = 8
"""Somebody who answers this often has let the call go on, whatever they said."""
_SITUATION_STEMS = 3
"""A customer's turn with this many content words tells something about their situation."""


@dataclass(frozen=True)
class Transcript:
    """One call, read once: every judge of a criterion asks this, never the words of the learner for instructions."""

    record: CallRecord
    recognize: Recognize = recognize_moves

    @cached_property
    def turns(self) -> tuple[Turn, ...]:
        """Turns with words, in order of their start. What a learner says to the grader isn't part of the call."""
        spoken = (_judged(turn) for turn in self.record.turns)
        return tuple(sorted((turn for turn in spoken if turn.text), key=lambda turn: (turn.start_s, turn.index)))

    @cached_property
    def learner(self) -> tuple[Turn, ...]:
        return tuple(turn for turn in self.turns if turn.who == "learner")

    @cached_property
    def customer(self) -> tuple[Turn, ...]:
        return tuple(turn for turn in self.turns if turn.who == "customer")

    @cached_property
    def seen(self) -> dict[str, tuple[Seen, ...]]:
        """What `rubrics.signs.see` has found so far, by sign."""
        return {}

    @cached_property
    def _sentences(self) -> dict[int, tuple[str, ...]]:
        return {
            turn.index: tuple(match[0].strip() for match in _SENTENCE.finditer(turn.text) if match[0].strip())
            for turn in self.turns
        }

    def sentences(self, turn: Turn) -> tuple[str, ...]:
        """The turn cut at full stops and question marks, in the transcript's own words."""
        return self._sentences[turn.index]

    @cached_property
    def _place(self) -> dict[int, int]:
        return {turn.index: place for place, turn in enumerate(self.turns)}

    def before(self, turn: Turn) -> Turn | None:
        """The other side's last turn before this one."""
        place = self._place[turn.index]
        return next((other for other in reversed(self.turns[:place]) if other.who != turn.who), None)

    def after(self, turn: Turn) -> Turn | None:
        """The other side's first turn after this one."""
        place = self._place[turn.index]
        return next((other for other in self.turns[place + 1 :] if other.who != turn.who), None)

    @cached_property
    def moves(self) -> dict[int, frozenset[str]]:
        """The moves of each learner turn, by the turn's index."""
        found = {}
        for turn in self.learner:
            before = self.before(turn)
            found[turn.index] = frozenset(self.recognize(turn.text, before.text if before else ""))
        return found

    def making(self, *moves: str) -> tuple[Turn, ...]:
        """Learner turns that make any of the moves."""
        return tuple(turn for turn in self.learner if self.moves[turn.index] & set(moves))

    def exchanges(self) -> Iterator[tuple[Turn, Turn]]:
        """Each customer turn with the learner's next one."""
        for turn in self.customer:
            answer = self.after(turn)
            if answer is not None:
                yield turn, answer

    def said_by_customer(self, turn: Turn) -> frozenset[str]:
        """Stems that the customer brought up before `turn`, and the learner hadn't said before them."""
        first: dict[str, str] = {}
        for other in self.turns[: self._place[turn.index]]:
            for stem in content(other.text):
                first.setdefault(stem, other.who)
        return frozenset(stem for stem, who in first.items() if who == "customer")

    def position(self, turn: Turn) -> float:
        """How far into the call a turn stands, 0 to 1."""
        return self._place[turn.index] / max(1, len(self.turns) - 1)

    @cached_property
    def situations(self) -> tuple[Turn, ...]:
        """Customer turns that tell something about how things are, beyond objections, greetings and goodbyes."""
        told = []
        for turn in self.customer:
            words = plain(turn.text)
            matter = content(turn.text)
            if len(matter) < _SITUATION_STEMS or (self._place[turn.index] == 0):
                continue
            if OBJECTION.search(words) and len(matter) < 6 and not PROBLEM.search(words):
                continue
            told.append(turn)
        return tuple(told)

    @cached_property
    def objections(self) -> tuple[Turn, ...]:
        return tuple(turn for turn in self.customer if OBJECTION.search(plain(turn.text)))

    @cached_property
    def hung_up(self) -> bool:
        """The customer broke off: their goodbye answers no closing of the learner's."""
        decisions = self.record.decisions
        if decisions and decisions[-1].notes.get("ended") in ("goodbye", "drill"):
            return False
        if self.record.ended in {"customer_hangup"}:
            return True
        if not self.customer or not _BYE.search(plain(self.customer[-1].text)):
            return False
        last = self.customer[-1]
        if _BREAKS_OFF.search(plain(last.text)):
            return True
        around = (self.before(last), self.after(last))
        return not any(turn is not None and _LEARNER_CLOSES.search(plain(turn.text)) for turn in around)

    @cached_property
    def agreed_to_talk(self) -> bool:
        """The customer let the call go on: a yes to going on, an own question about the matter, or a telling answer."""
        if any(place > 0 and _is_yes(turn) for place, turn in enumerate(self.customer[:4])):
            return True
        for turn in self.situations:
            before = self.before(turn)
            asked = before is not None and bool(questions(before.text))
            if asked and not NO.search(plain(turn.text)) and turn not in self.objections:
                return True
        return len(self.customer) >= _MANY_TURNS

    @property
    def broken_off_early(self) -> bool:
        """The customer ended the call without ever having agreed to talk."""
        return self.hung_up and not self.agreed_to_talk

    @cached_property
    def right_party_from(self) -> int | None:
        """The place of the turn from which the right person is on the line; None if they never are."""
        third = next(
            (place for place, turn in enumerate(self.turns) if turn.who == "customer" and _is_third(turn)), None
        )
        if third is None:
            return 0
        for place in range(third + 1, len(self.turns)):
            turn = self.turns[place]
            if turn.who == "customer" and _HANDED_OVER.search(plain(turn.text)):
                return place
        return None

    @cached_property
    def third_party(self) -> Turn | None:
        return next((turn for turn in self.customer if _is_third(turn)), None)

    @cached_property
    def disputes(self) -> Turn | None:
        """The customer says that the matter is wrong or not theirs."""
        return next((turn for turn in self.customer if _DISPUTE.search(plain(turn.text))), None)

    def place(self, turn: Turn) -> int:
        return self._place[turn.index]

    def quote(self, turn: Turn, rule: Rule) -> str | None:
        """The sentence of `turn` in which `rule` matches, in the transcript's own words."""
        match = first_match(rule, Utterance.read(turn.text))
        return sentence_with(turn.text, match[0]) if match else None


def _judged(turn: Turn) -> Turn:
    """The turn without what isn't said to the customer."""
    return replace(turn, text=turn.text.strip() if turn.who == "customer" else on_stage(turn.text))


def is_yes(turn: Turn | None) -> bool:
    """The turn agrees, and nothing in it takes that back."""
    return turn is not None and _is_yes(turn)


def _is_yes(turn: Turn) -> bool:
    words = plain(turn.text)
    return bool(YES.search(words)) and not (
        NO.search(words) and not re.search(r"no (?:problem|worries|that|it)\b", words)
    )


def _is_third(turn: Turn) -> bool:
    return bool(_THIRD.search(plain(turn.text)))


_SENTENCE = re.compile(r"[^.?!]+[.?!]*(?:\s|$)?")
_QUOTE_WORDS = 28


def sentence_with(text: str, words: str = "") -> str:
    """The sentence of `text` that holds most of `words`, or says most for none; cut to a quotable length."""
    wanted = set(words.replace("|", " ").split())
    parts = [match[0].strip() for match in _SENTENCE.finditer(text) if match[0].strip()] or [text.strip()]

    def telling(part: str) -> tuple[int, int]:
        return len(wanted & set(plain(part).replace("|", " ").split())), len(content(part)) if not wanted else 0

    best = max(parts, key=telling)
    tokens = best.split()
    if len(tokens) <= _QUOTE_WORDS:
        return best
    keys = [plain(token) for token in tokens]
    hits = [place for place, key in enumerate(keys) if set(key.split()) & wanted] or [0]
    start = max(0, min(hits[0] - 4, len(tokens) - _QUOTE_WORDS))
    return " ".join(tokens[start : start + _QUOTE_WORDS])

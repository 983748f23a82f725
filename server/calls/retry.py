"""Retry from a moment: a call up to one of the learner's turns, and the customer as they were just before it.

An attempt's journal carries its past among its facts, so that all that is known of it is read off its own journal, also
once the call it branched off is deleted. What was lived through is lived through again: the director is deterministic.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from personas.clauses import pieces
from personas.script import Script
from server.calls.customer import ScenarioCustomer
from voice.customer import Heard, Line, Reply
from voice.record import JSON, CallRecord, Decision, Turn, Word

PAST = "past"  # its key among a journal's facts
_AGAIN = Reply(key=0)  # a scenario's customer counts from 1


class NoRetry(Exception):
    """The call can't be taken up again at this turn; the message says why, to the learner."""


@dataclass(frozen=True, slots=True)
class Past:
    """What went before an attempt: the turns up to the customer's last line, whose answer is tried again.

    `turn` is the index of that answer, in the call and in the attempt. Times are seconds from the start of the last
    line, so that all before it are negative. Without any turn the call begins anew.
    """

    call: str
    turn: int
    turns: tuple[Turn, ...]
    decisions: tuple[Decision, ...]

    @property
    def line(self) -> str:
        """What the customer said last, as far as it was heard; empty before anything was."""
        return self.turns[-1].text if self.turns else ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Past:
        return cls(
            data["call"],
            data["turn"],
            tuple(Turn(**{**turn, "words": tuple(Word(**word) for word in turn["words"])}) for turn in data["turns"]),
            tuple(Decision(**decision) for decision in data["decisions"]),
        )


def past_of(call_id: str, record: CallRecord, turn: int) -> Past:
    """The past of another attempt at the learner's turn `turn`; of several in a row, at the first. Raises NoRetry."""
    if not 0 <= turn < len(record.turns) or record.turns[turn].who != "learner":
        raise NoRetry(f"turn {turn} isn't one of the learner's; name one that is")
    last = max((other.index for other in record.turns[:turn] if other.who == "customer"), default=-1)
    turns = record.turns[: last + 1]
    unheard = sum(other.who == "customer" for other in turns)
    lived: list[Decision] = []
    for decision in record.decisions if turns else ():
        if "heard" not in decision.notes:
            raise NoRetry("the call was made before calls could be retried; make a new one")
        unheard -= bool(decision.notes["said"])
        if decision.turn > last or unheard < 0:
            break
        lived.append(decision)
    if unheard > 0:
        raise NoRetry("the director's account of this call has a gap before this turn; choose an earlier one")
    begins_s = turns[-1].start_s if turns else 0.0
    return Past(
        call_id,
        last + 1,
        tuple(_moved(other, begins_s) for other in turns),
        tuple(replace(each, at_s=each.at_s - begins_s, notes=_lasting(each.notes)) for each in lived),
    )


def places(past: Past, own: CallRecord) -> dict[int, int]:
    """The index that each turn of the attempt's own journal has in the whole."""
    again = _said_again(past, own)
    rest = [turn.index for turn in own.turns if turn is not again]
    of_rest = {index: len(past.turns) + place for place, index in enumerate(rest)}
    return of_rest if again is None else {again.index: len(past.turns) - 1, **of_rest}


def whole(past: Past, own: CallRecord) -> CallRecord:
    """The attempt with what went before it. The line that was said again stands where it was heard last."""
    again, place = _said_again(past, own), places(past, own)
    before = past.turns if again is None else past.turns[:-1]
    turns = [*before, *(replace(turn, index=place[turn.index]) for turn in own.turns)]
    new = [each for each in own.decisions if not (past.turns and each.notes.get("occasion") == "pick_up")]
    decisions = (*past.decisions, *(replace(each, turn=place.get(each.turn, -1)) for each in new))
    return replace(own, turns=tuple(sorted(turns, key=lambda turn: turn.index)), decisions=decisions)


class RetryCustomer:
    """The customer of an attempt (`voice.customer.Customer`): they pick up with their last line, word for word."""

    def __init__(self, customer: ScenarioCustomer, past: Past) -> None:
        """`customer` is a new one of the same scenario, seed and difficulty. Raises NoRetry."""
        for decision in past.decisions:
            heard = Heard(**decision.notes["heard"])
            now = _lasting(customer.relive(heard, decision.notes["moves"], decision.notes["said"]))
            if changed := sorted(key for key, then in decision.notes.items() if not _as_then(now.get(key), then)):
                raise NoRetry(
                    f"the scenario has changed since this call ({', '.join(changed)} would differ); make a new one"
                )
        self._customer, self._past = customer, past
        self._account = past.decisions[-1].notes if past.decisions else {}

    @property
    def openers(self) -> Sequence[str]:
        return tuple(dict.fromkeys([*pieces(self._past.line), *self._customer.openers]))

    def openers_of(self, speaker: str) -> Sequence[str]:
        return tuple(dict.fromkeys([*pieces(self._past.line), *self._customer.openers_of(speaker)]))

    @property
    def script(self) -> Script:
        return self._customer.script

    def decide(self, heard: Heard) -> Reply:
        if heard.occasion == "pick_up" and self._past.line:
            return replace(_AGAIN, speaker=self._customer.speaker, notes=self._account)
        return self._customer.decide(heard)

    async def preview(self, text: str) -> None:
        await self._customer.preview(text)

    async def words(self, reply: Reply) -> AsyncIterator[Line]:
        if reply.key == _AGAIN.key:
            for text in pieces(self._past.line):
                yield Line(text, "authored")
            return
        async for line in self._customer.words(reply):
            yield line

    def settle(self, reply: Reply, heard: Heard, said: str) -> JSON:
        if reply.key != _AGAIN.key:
            return self._customer.settle(reply, heard, said)
        reason = f"taken up again before turn {self._past.turn} of call {self._past.call}"
        return {**self._account, "occasion": "pick_up", "moves": [], "reasons": [reason], "said": said}


def _said_again(past: Past, own: CallRecord) -> Turn | None:
    """The turn in which the last line was said again, if any word of it was heard."""
    first = next((turn for turn in own.turns if turn.who == "customer"), None)
    return first if first is not None and past.line.startswith(first.text) else None


def _as_then(now: object, then: object) -> bool:
    """Whether the account says the same as it did. What is told in addition since is no difference."""
    if isinstance(now, Mapping) and isinstance(then, Mapping):
        return all(_as_then(now.get(key), value) for key, value in then.items())
    return now == then


def _moved(turn: Turn, by_s: float) -> Turn:
    words = tuple(replace(word, start_s=word.start_s - by_s, end_s=word.end_s - by_s) for word in turn.words)
    return replace(turn, start_s=turn.start_s - by_s, end_s=turn.end_s - by_s, words=words)


def _lasting(notes: JSON) -> dict[str, Any]:
    """Without how the answer was worded, which isn't the director's business."""
    return {key: value for key, value in notes.items() if key != "wording"}

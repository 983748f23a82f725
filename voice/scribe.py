"""Numbers the turns and tells them for the record; has the learner's recognised again, better, once there is time."""

from __future__ import annotations

from dataclasses import replace

from voice.clock import samples
from voice.commands import Improve, Tell
from voice.events import TextImproved
from voice.learner_turn import LearnerTurn
from voice.orders import Orders
from voice.speech_queue import Utterance


class Scribe:
    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._next = 0
        self._told: dict[int, Tell] = {}
        self._unimproved: dict[int, tuple[tuple[int, int], ...]] = {}
        self._improving: dict[int, int] = {}  # turn -> epoch of the latest order

    def learner(self, turn: LearnerTurn, now: int, *, interrupted: bool = False, improvable: bool = True) -> None:
        """Tell a learner's turn, or tell it again under its number when it went on."""
        if turn.number < 0:
            turn.number = self._number()
        tell = Tell(turn.number, "learner", turn.text, turn.since, turn.until(now), turn.words, interrupted)
        self._told[turn.number] = tell
        self._improving.pop(turn.number, None)
        self._orders.give(tell)
        if improvable and (spans := turn.spans(now)):
            self._unimproved[turn.number] = spans

    def customer(self, voice: Utterance, interrupted: bool) -> None:
        """Tell what was heard of an answer, if a word was."""
        if words := voice.said():
            text, since, until = voice.said_text(), samples(words[0].start_s), samples(words[-1].end_s)
            self._orders.give(Tell(self._number(), "customer", text, since, until, words, interrupted))

    def improve(self) -> None:
        """Order the better texts that are still missing: nothing the learner waits for is being made now."""
        for number, spans in self._unimproved.items():
            epoch = self._improving[number] = self._orders.next_epoch()
            self._orders.give(Improve(epoch, number, spans))
        self._unimproved.clear()

    def improved(self, event: TextImproved) -> None:
        if self._improving.get(event.turn) != event.epoch:
            return
        del self._improving[event.turn]
        if event.text:
            told = self._told[event.turn] = replace(self._told[event.turn], text=event.text, words=event.words)
            self._orders.give(told)

    def _number(self) -> int:
        self._next += 1
        return self._next - 1

"""The customer's side: an answer that is planned, and one that is spoken. It doesn't know about the learner."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from voice.commands import AllSaid, Cancel, Clear, Decide, Duck, StopWriting, Synthesize, Write
from voice.customer import Heard, Origin
from voice.events import Decided, LineWritten, Synthesized, WritingEnded
from voice.learner_turn import LearnerTurn
from voice.orders import Due, Orders
from voice.rules import Rules
from voice.speech_queue import Utterance


class Speaking:
    """Holds the answer that is planned (`plan`, speculative, inaudible) and the one that is spoken (`voice`)."""

    def __init__(self, orders: Orders, rules: Rules) -> None:
        self._orders = orders
        self._rules = rules
        self.plan: Utterance | None = None
        self.voice: Utterance | None = None

    def think(self, heard: Heard, turn: LearnerTurn | None, not_before: int, attempts: int = 1) -> None:
        """Plan an answer, in an epoch of its own."""
        self.forget()
        epoch = self._orders.next_epoch()
        self.plan = Utterance(epoch, heard, turn, not_before, self._orders.now, attempts)
        self._orders.give(Decide(epoch, heard))

    def forget(self) -> None:
        """Drop the plan; nothing of it was heard."""
        if self.plan is not None:
            self._orders.give(Cancel(self.plan.epoch))
            self.plan = None

    def begin(self) -> Utterance:
        """The plan becomes audible."""
        assert self.plan is not None
        self.voice, self.plan = self.plan, None
        self.voice.progress_at = self._orders.now
        return self.voice

    def stop(self) -> Utterance:
        """Not another sample is heard."""
        voice = self.voice
        assert voice is not None
        self._orders.give(Cancel(voice.epoch))
        if voice.said_at is not None and not voice.gave_way:
            self._orders.give(Clear(voice.number))
        self.voice = None
        return voice

    def give_way(self) -> None:
        """Fall silent at once, and keep what is still to be said."""
        voice = self.voice
        assert voice is not None
        self.duck(False)
        voice.gave_way = True
        if voice.said_at is not None:
            self._orders.give(Clear(voice.number))

    def go_on(self) -> int:
        """Say the rest of an answer that gave way, if it did. Returns the customer samples heard until then."""
        voice = self.voice
        if voice is None or not voice.gave_way:
            return 0
        played = voice.played
        voice.go_on(self._orders.next_epoch() if voice.said_at is not None else voice.number, self._orders.now)
        return played

    def duck(self, on: bool) -> None:
        """Speak softly, or as before."""
        if self.voice is not None and self.voice.ducked is not on:
            self.voice.ducked = on
            self._orders.give(Duck(self.voice.number, on))

    def _of(self, epoch: int) -> Utterance | None:
        """Whatever answer belongs to the epoch; None when it is over."""
        return next((u for u in (self.plan, self.voice) if u is not None and u.epoch == epoch), None)

    def decided(self, event: Decided) -> None:
        utterance = self._of(event.epoch)
        if utterance is None or utterance.key is not None:
            return
        utterance.key, utterance.hang_up, utterance.away_s = event.key, event.hang_up, event.away_s
        utterance.pause_s = event.pause_s
        utterance.writing, utterance.progress_at = event.continues, self._orders.now
        if event.opener:
            self._synthesize(utterance, event.opener, "opener" if event.continues else "authored")
        if event.continues:
            self._orders.give(Write(event.epoch, event.key))

    def line_written(self, event: LineWritten) -> None:
        utterance = self._of(event.epoch)
        if utterance is not None and utterance.writing and event.text.strip():
            utterance.progress_at = self._orders.now
            self._synthesize(utterance, event.text, event.origin)

    def _synthesize(self, utterance: Utterance, text: str, origin: Origin) -> None:
        index = utterance.add(text, origin, self._orders.now)
        self._orders.give(Synthesize(utterance.epoch, index, text, origin))

    def writing_ended(self, event: WritingEnded) -> None:
        if (utterance := self._of(event.epoch)) is not None:
            utterance.writing = False

    def synthesized(self, event: Synthesized) -> None:
        if (utterance := self._of(event.epoch)) is not None:
            utterance.synthesized(event.piece, event.customer_samples, self._orders.now)

    def played(self, number: int, customer_samples: int) -> None:
        if self.voice is not None and self.voice.number == number:
            self.voice.acknowledge(self._orders.now, customer_samples)

    def send(self) -> bool:
        """Hand out what is ready, in order; true if the learner has now been given more than an opener."""
        voice = self.voice
        if voice is None or voice.all_said or voice.gave_way:
            return False
        while (piece := voice.take_next(self._orders.now)) is not None:
            self._orders.give(piece)
        if voice.complete:
            voice.all_said = True
            if voice.total:
                self._orders.give(AllSaid(voice.number, voice.total))
        return any(piece.first is not None and piece.origin != "opener" for piece in voice.pieces)

    def finished_at(self, voice: Utterance) -> int | None:
        """When the answer will count as played to its end, by what is known now; None while it goes on."""
        if not voice.all_said or voice.gave_way:
            return None
        if voice.played >= voice.total:
            return self._orders.now
        return self._orders.after(voice.play_until, self._rules.ack_patience_s)

    def due(self) -> Iterator[Due]:
        """The ends of patience with the writer and the synthesizer."""
        after, rules = self._orders.after, self._rules
        for utterance in (self.plan, self.voice):
            if utterance is None or utterance.key is None:
                continue
            if utterance.writing:
                yield after(utterance.progress_at, rules.writer_patience_s), partial(self._stop_writing, utterance)
            if (piece := utterance.awaited) is not None:
                since = max(piece.ordered_at, utterance.mouth_at)
                yield after(since, rules.mouth_patience_s), partial(self._skip_piece, utterance)

    def _stop_writing(self, utterance: Utterance) -> None:
        utterance.writing = False
        self._orders.give(StopWriting(utterance.epoch))

    def _skip_piece(self, utterance: Utterance) -> None:
        utterance.synthesized(utterance.next_piece, 0, self._orders.now)

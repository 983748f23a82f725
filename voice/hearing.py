"""The learner's side: follows a turn through its pauses and has it recognised. It doesn't know about the customer."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from voice.clock import samples, seconds
from voice.commands import Caption, JudgeEnd, JudgeText, Preview, Recognize
from voice.events import EndJudged, Recognized, SpeechPaused, SpeechStarted, TextJudged
from voice.learner_turn import LearnerTurn
from voice.orders import Due, Orders
from voice.rules import Rules
from voice.turns import Pauses, Witnesses

TurnEnd = Callable[[Witnesses, Pauses], float]

_SMART_TURN_S = 8.0  # what Smart Turn reads


class Hearing:
    """Holds the open turn, if there is one."""

    def __init__(self, orders: Orders, rules: Rules, turn_end: TurnEnd) -> None:
        self._orders = orders
        self._rules = rules
        self._turn_end = turn_end
        self.turn: LearnerTurn | None = None
        self.pauses = Pauses()

    @property
    def speaking(self) -> bool:
        return self.turn is not None and self.turn.speaking

    def begin(self, since: int, over: str = "", former: LearnerTurn | None = None) -> LearnerTurn:
        """A new turn, or `former` going on. `over` is what the customer is saying meanwhile."""
        epoch = self._orders.next_epoch()
        self.turn = LearnerTurn(since, max(0, since - samples(self._rules.preroll_s)), epoch, over, spoke_at=since)
        self.turn.monologue_at = self._orders.after(since, self._rules.monologue_s)
        if former is not None:
            self.pauses = self.pauses.with_pause(max(0.0, seconds(since - former.last)))
            self.turn.follow(former)
        return self.turn

    def take(self) -> LearnerTurn:
        """The open turn, which is closed with that."""
        turn, self.turn = self.turn, None
        assert turn is not None
        return turn

    def resume(self, event: SpeechStarted) -> None:
        """The pause lay inside the turn: everything that was made of it is void."""
        turn = self.turn
        assert turn is not None
        epoch = self._orders.next_epoch()
        self.pauses = self.pauses.with_pause(max(0.0, seconds(event.since - turn.last)))
        if turn.tail is not None and seconds(turn.paused_at - turn.stretch_since) >= self._rules.piece_s:
            turn.settle(turn.paused_at, epoch)
        elif turn.tail is not None:
            turn.partial, turn.tail, turn.tail_words = turn.tail, None, ()
        turn.speaking, turn.spoke_at, turn.tail_open = True, event.since, False
        turn.forget_witnesses()
        turn.pause_epoch = -1

    def pause(self, event: SpeechPaused) -> None:
        turn = self.turn
        assert turn is not None
        turn.speaking, turn.last, turn.paused_at = False, max(turn.since, min(event.last, event.at)), event.at
        turn.tail_open = True
        turn.forget_witnesses()
        epoch = turn.pause_epoch = self._orders.next_epoch()
        self._orders.give(
            Recognize(epoch, "tail", turn.stretch_since, turn.paused_at, turn.before),
            JudgeEnd(epoch, max(turn.since, turn.paused_at - samples(_SMART_TURN_S)), turn.paused_at),
        )

    def recognized(self, event: Recognized) -> None:
        turn = self.turn
        if turn is None:
            return
        if event.kind == "tail" and event.epoch == turn.pause_epoch and turn.tail_open:
            self._hear_tail(turn, event)
        elif event.kind == "partial" and event.epoch >= turn.epoch:
            turn.partial_at = None
            if event.text and turn.tail is None:
                stable = turn.stable_text
                turn.hear_partial(event.text)
                self._orders.give(Caption(turn.text))
                if turn.speaking and turn.stable_text != stable:  # in a pause the cores belong to the tail
                    self._orders.give(Preview(turn.stable_text))
        elif event.kind == "cut" and event.text is not None:
            for stretch in turn.settled:
                if stretch.epoch == event.epoch:
                    stretch.text, stretch.words = event.text, event.words

    def _hear_tail(self, turn: LearnerTurn, event: Recognized) -> None:
        turn.tail_open = False
        if event.text is not None:
            turn.tail, turn.tail_words = event.text, event.words
            self._orders.give(Caption(turn.text))
        if turn.text:
            turn.judged_from = self._orders.now
            self._orders.give(JudgeText(turn.pause_epoch, turn.text))

    def text_judged(self, event: TextJudged) -> None:
        if self.turn is not None and event.epoch == self.turn.pause_epoch:
            self.turn.judged_from, self.turn.closing_probability = None, event.probability

    def answerable_at(self, turn: LearnerTurn) -> int:
        """When a pause is worth thinking of an answer: not before the text is judged, for both take the same model."""
        return max(self._orders.after(turn.last, self._rules.speculate_after_s), self._judged_by(turn))

    def _judged_by(self, turn: LearnerTurn) -> int:
        """Until when the word on the text is waited for; 0 once it is there."""
        if turn.judged_from is None:
            return 0
        return self._orders.after(turn.judged_from, self._rules.judge_patience_s)

    def end_judged(self, event: EndJudged) -> None:
        if self.turn is not None and event.epoch == self.turn.pause_epoch:
            self.turn.end_probability = event.probability

    def over_at(self, turn: LearnerTurn) -> int:
        """When the pause will have been long enough for the turn to be over, by what is known now."""
        witnesses = Witnesses(turn.text, turn.end_probability, turn.closing_probability)
        needed_s = self._turn_end(witnesses, self.pauses)
        at = self._orders.after(turn.last, min(needed_s, self._rules.longest_silence_s))
        return max(at, self._judged_by(turn))

    def due(self, overlapping: bool) -> Iterator[Due]:
        """Partials, cuts and the end of patience with a tail."""
        turn, rules, after = self.turn, self._rules, self._orders.after
        if turn is None:
            return
        if not turn.speaking:
            if turn.tail_open:
                yield after(turn.paused_at, rules.tail_patience_s), self._give_tail_up
            return
        first_s = rules.overlap_partial_s if overlapping else rules.first_partial_s
        every_s = rules.overlap_partial_s if overlapping else rules.partial_every_s
        if turn.partial_at is not None:
            yield after(turn.partial_at, rules.tail_patience_s), self._give_partial_up
        else:
            ready = after(max(turn.spoke_at, turn.stretch_since), first_s)
            yield max(ready, after(turn.partial_ordered_at, every_s)), self._order_partial
        yield after(turn.stretch_since, rules.longest_piece_s), self._cut

    def _give_tail_up(self) -> None:
        assert self.turn is not None
        self.turn.tail_open = False

    def _give_partial_up(self) -> None:
        assert self.turn is not None
        self.turn.partial_at = None

    def _order_partial(self) -> None:
        turn, now = self.turn, self._orders.now
        assert turn is not None
        turn.partial_at = turn.partial_ordered_at = now
        self._orders.give(Recognize(self._orders.epoch, "partial", turn.stretch_since, now, turn.before))

    def _cut(self) -> None:
        turn, now = self.turn, self._orders.now
        assert turn is not None
        epoch = self._orders.next_epoch()
        self._orders.give(Recognize(epoch, "cut", turn.stretch_since, now, turn.before))
        turn.settle(now, epoch, cut_epoch=epoch)

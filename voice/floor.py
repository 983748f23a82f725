"""Who has the floor: the learner, the customer, or, where they overlap, who is about to."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from math import isfinite

from voice.clock import CUSTOMER_RATE, seconds
from voice.commands import Commit, Drop, DropReason, Settle
from voice.customer import Heard
from voice.events import SpeechPaused, SpeechStarted
from voice.hearing import Hearing, TurnEnd
from voice.learner_turn import LearnerTurn
from voice.orders import Due, Orders
from voice.overlap import Verdict, is_backchannel, is_echo, judge_overlap
from voice.rules import Rules
from voice.scribe import Scribe
from voice.speaking import Speaking
from voice.speech_queue import Utterance


class Floor:
    """Passes the floor between `hearing` (the learner) and `speaking` (the customer)."""

    def __init__(self, orders: Orders, rules: Rules, turn_end: TurnEnd) -> None:
        self._orders = orders
        self._rules = rules
        self.hearing = Hearing(orders, rules, turn_end)
        self.speaking = Speaking(orders, rules)
        self.scribe = Scribe(orders)
        self.sounding = False  # the microphone, whether or not that is anyone's turn
        self.quiet_since = 0
        self.prompts = 0  # times the customer has spoken into the learner's silence
        self.unplayed = ""  # what the customer was still going to say when they were interrupted
        self._played_before = 0  # customer samples of the answers before this one
        self._echo_until = 0

    # The learner.

    def speech_started(self, event: SpeechStarted) -> None:
        turn, plan, voice = self.hearing.turn, self.speaking.plan, self.speaking.voice
        if turn is not None:
            if not turn.speaking:
                if plan is not None and plan.turn is turn:
                    self.speaking.forget()
                self.hearing.resume(event)
                self._make_room(turn, event.hum)
        elif voice is None:
            former = plan.turn if plan is not None else None
            self.speaking.forget()
            self.hearing.begin(event.since, former=former)
        elif self._false_commit(voice, event.since):
            self.hearing.begin(event.since, former=self.speaking.stop().turn)
            self._orders.show("listening")
        else:
            self._make_room(self.hearing.begin(event.since, over=voice.text()), event.hum)

    def _make_room(self, turn: LearnerTurn, hum: bool) -> None:
        """The learner speaks into the customer's turn, and nobody knows yet what it will be. The customer gives way at
        once, as people do, and goes on if it was nothing; a hum only makes them softer, and nothing stops a last word.
        """
        now, voice = self._orders.now, self.speaking.voice
        if voice is None or voice.gave_way or self._guarded or now < turn.patient_until:
            return
        if hum:
            self.speaking.duck(True)
        elif not voice.all_said or now < self._orders.after(voice.play_until, -self._rules.last_word_s):
            self.speaking.give_way()

    def _false_commit(self, voice: Utterance, since: int) -> bool:
        """The learner hadn't finished: they go on before any word of the answer can have reached them.

        Under suspicion of echo nothing counts that began after the answer could have left the loudspeaker.
        """
        turn = voice.turn
        if turn is None or voice.heard.occasion != "turn" or turn.merges >= self._rules.merges or voice.said_text():
            return False
        merge_s = min(0.1, self._rules.merge_s) if self._guarded else self._rules.merge_s
        return voice.said_at is None or since <= self._orders.after(voice.said_at, merge_s)

    def speech_paused(self, event: SpeechPaused) -> None:
        turn, plan = self.hearing.turn, self.speaking.plan
        if turn is not None and turn.speaking:
            if plan is not None and plan.turn is turn:
                self.speaking.forget()
            self.hearing.pause(event)

    def typed(self, text: str) -> None:
        """The learner writes instead of speaking: their turn, which is over with that."""
        now, plan = self._orders.now, self.speaking.plan
        if self.hearing.turn is None:
            former = plan.turn if plan is not None else None
            self.hearing.begin(now, former=former)
        if self.speaking.voice is not None:
            self.interrupt()
        turn = self.hearing.take()
        turn.add(text, now)
        self.speaking.think(self._heard(turn, typed=True), turn, now)
        if self.sounding:
            self.hearing.begin(now)

    def answer(self) -> None:
        """A pause that may be the turn's end: think of an answer, aloud only once the turn is over."""
        turn = self.hearing.turn
        assert turn is not None
        if not turn.text and (turn.tail is not None or turn.duration_s(self._orders.now) < self._rules.unheard_turn_s):
            self.drop("noise")
        elif self._was_echo(turn):
            self.drop("echo")
        else:
            self.speaking.think(self._heard(turn), turn, self._orders.now)

    def _was_echo(self, turn: LearnerTurn) -> bool:
        """It began over the customer, ended with them and has their words."""
        if turn.last > self._orders.after(self.quiet_since, self._rules.echo_tail_s):
            return False
        return is_echo(turn.text, turn.over) and (self._guarded or len(turn.text.split()) > 1)

    def _heard(self, turn: LearnerTurn, typed: bool = False) -> Heard:
        until = turn.until(self._orders.now)
        return Heard("turn", turn.text, seconds(turn.since), seconds(until), unplayed=self.unplayed, typed=typed)

    def drop(self, why: DropReason) -> None:
        turn = self.hearing.take()
        now, voice = self._orders.now, self.speaking.voice
        self._orders.give(Drop(turn.since, turn.until(now), why, turn.text))
        if why == "echo":
            self._echo_until = self._orders.after(now, self._rules.warm_up_s)
        self.speaking.duck(False)
        self._played_before += self.speaking.go_on()
        if self.sounding:
            self.hearing.begin(now, over=voice.text() if voice is not None else "")

    # The floor.

    def _give_floor(self, verdict: Verdict) -> None:
        if verdict == "barge_in":
            self.interrupt()
        else:
            self.drop(verdict)

    def interrupt(self) -> None:
        """The learner takes the floor. If no word of the answer was heard, they are still in the turn before."""
        voice = self.speaking.stop()
        turn = self.hearing.turn
        former = voice.turn
        if turn is not None and former is not None and not voice.said_text() and former.merges < self._rules.merges:
            turn.follow(former)
        else:
            self.unplayed = voice.unplayed_text()
            self._close(voice, interrupted=True)
        if turn is not None:
            turn.over = ""
        self._orders.show("listening")

    def over_at(self, plan: Utterance) -> int:
        """When the turn that is planned for will be over, by what is known now; 0 if it is."""
        turn = self.hearing.turn
        if turn is None or turn is not plan.turn or turn.speaking:
            return 0
        return self.hearing.over_at(turn)

    def pick_up(self) -> None:
        """The first answer of the call. A learner who spoke into the ringing is heard from here on."""
        self.commit()
        if self.sounding and self.speaking.voice is not None:
            self.hearing.begin(self._orders.now, over=self.speaking.voice.text())

    def commit(self) -> None:
        """The answer begins, and the turn that it answers is closed."""
        voice = self.speaking.begin()
        now, turn = self._orders.now, voice.turn
        if turn is not None:
            cutting_in = turn is self.hearing.turn and turn.speaking
            if cutting_in:
                turn.settle(now, self._orders.epoch)
                turn.paused_at = now
            self.scribe.learner(turn, now, interrupted=cutting_in, improvable=not voice.heard.typed)
            if turn is self.hearing.turn:
                self.hearing.take()
            if cutting_in:
                going_on = self.hearing.begin(now, over=voice.text())
                going_on.patient_until = self._orders.after(now, self._rules.cut_in_s)
            self.prompts, self.unplayed = 0, ""
        self._orders.give(Commit(voice.epoch, voice.heard, turn.number if turn is not None else -1))
        self._orders.show("speaking")

    def finish(self) -> Utterance:
        """The answer was played to its end, which is returned."""
        voice = self.speaking.voice
        assert voice is not None
        self.speaking.duck(False)
        self.speaking.voice = None
        self._close(voice, interrupted=False)
        self._orders.show("listening")
        return voice

    def _close(self, voice: Utterance, interrupted: bool) -> None:
        self._played_before += voice.played
        self.quiet_since = self._orders.now
        self.scribe.customer(voice, interrupted)
        if voice.key is not None:
            turn = voice.turn.number if voice.turn is not None else -1
            self._orders.give(Settle(voice.key, turn, voice.heard, voice.said_text()))
        self.scribe.improve()

    def clear(self) -> None:
        """The call is over: what was said stands, what wasn't finished is told as far as it went."""
        plan, turn = self.speaking.plan, self.hearing.turn
        self.speaking.forget()
        if self.speaking.voice is not None:
            voice = self.speaking.stop()
            self._close(voice, interrupted=bool(voice.unplayed_text()))
        if plan is not None and plan.turn is not None and plan.turn is not turn:
            self.scribe.learner(plan.turn, self._orders.now, improvable=not plan.heard.typed)
        self.leave()

    def leave(self) -> None:
        """Nobody listens any more: what the learner is saying stands as far as it went, unanswered."""
        now, turn = self._orders.now, self.hearing.turn
        if (
            turn is not None
            and turn.text
            and not (turn.over and (is_echo(turn.text, turn.over) or is_backchannel(turn.text)))
        ):
            self.scribe.learner(turn, now)
        self.hearing.turn = None
        self.scribe.improve()

    def overlap(self, turn: LearnerTurn, voice: Utterance) -> Iterator[Due]:
        """What becomes of speech over the customer, and when."""
        if not turn.speaking and not turn.text_known:
            return
        if turn.text_known and self._orders.now < turn.patient_until:
            yield self._orders.now, partial(self.drop, "backchannel")  # they gave way to a customer who cut in
            return
        needed_s, verdict = judge_overlap(
            turn.tail if turn.text_known and not turn.text else turn.text,
            final=turn.text_known,
            recognising=turn.partial_at is not None,
            speech_s=turn.duration_s(self._orders.now),
            said=voice.text(),
            guarded=self._guarded,
            rules=self._rules,
        )
        if voice.gave_way and not isfinite(needed_s):
            needed_s, verdict = self._rules.echo_patience_s, "barge_in"  # an echo of silence doesn't go on
        if verdict == "backchannel" and self._nearly_over(voice, turn):
            if voice.gave_way:
                yield self._orders.now, self.interrupt
            return
        if isfinite(needed_s):
            at = max(self._orders.after(turn.since, needed_s), turn.patient_until)
            if voice.gave_way and verdict != "barge_in":
                at = max(at, self._orders.after(turn.last, self._rules.go_on_after_s))
            yield at, partial(self._give_floor, verdict)

    def _nearly_over(self, voice: Utterance, turn: LearnerTurn) -> bool:
        """The learner answers a little early."""
        return voice.all_said and turn.since >= self._orders.after(voice.play_until, -self._rules.answer_s)

    @property
    def _guarded(self) -> bool:
        """Whether what the microphone hears may well be the customer's own voice."""
        voice = self.speaking.voice
        played = self._played_before + (voice.played if voice is not None else 0)
        return played < self._rules.warm_up_s * CUSTOMER_RATE or self._orders.now < self._echo_until

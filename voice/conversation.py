"""The turn-taking rules of a call: events in, commands out. Pure: no I/O, no clock, no tasks.

`Conversation` keeps the call's frame: the line, its beginning and end, and what the customer does of themselves. Who
speaks is passed on by `Floor`. What everybody waits for is on one agenda, read anew after each change, off which comes
the next `WakeAt`: in every state something is due, so that a call can't get stuck.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Literal

from voice.clock import samples, seconds
from voice.commands import Command, End, EndReason, Resend, WakeAt
from voice.customer import Heard
from voice.events import (
    Decided,
    Dialled,
    EndJudged,
    Event,
    HungUp,
    LineWritten,
    Muted,
    Played,
    Recognized,
    Resumed,
    SocketLost,
    SpeechPaused,
    SpeechStarted,
    Synthesized,
    TextImproved,
    TextJudged,
    Typed,
    Woke,
    WritingEnded,
)
from voice.floor import Floor
from voice.hearing import TurnEnd
from voice.orders import Due, Orders
from voice.rules import Rules
from voice.turns import silence_needed_s

_MOST_ACTIONS = 100  # in one step; far more than any state can have due, so that a fault is an error and no hang
_ATTEMPTS = 3  # at a decision, before the call is given up


class Conversation:
    """One call's turn taking. `step` is the whole interface.

    `turn_end` says how many seconds of silence end a turn (`voice.turns.silence_needed_s`).
    """

    def __init__(self, rules: Rules | None = None, turn_end: TurnEnd = silence_needed_s) -> None:
        self._rules = rules or Rules()
        self._orders = Orders()
        self._floor = Floor(self._orders, self._rules, turn_end)
        self._phase: Literal["idle", "ringing", "open", "away", "ended"] = "idle"
        self._held_at: int | None = None
        self._wake: int | None = None

    def step(self, event: Event) -> list[Command]:
        """What `event` leads to. Events are to come in the order of their `at`; an earlier one counts as now."""
        self._orders.now = max(self._orders.now, event.at)
        if self._phase == "ended":
            if isinstance(event, TextImproved):
                self._floor.scribe.improved(event)
        else:
            self._take(event)
            self._advance()
        commands, self._orders.commands = self._orders.commands, []
        return commands

    def _take(self, event: Event) -> None:
        floor = self._floor
        match event:
            case Dialled():
                self._dial()
            case SpeechStarted():
                floor.sounding = True
                if self._phase == "open":
                    floor.speech_started(event)
            case SpeechPaused():
                floor.sounding = False
                floor.speech_paused(event)
            case Recognized():
                floor.hearing.recognized(event)
            case EndJudged():
                floor.hearing.end_judged(event)
            case TextJudged():
                floor.hearing.text_judged(event)
            case Decided():
                self._decided(event)
            case LineWritten():
                floor.speaking.line_written(event)
            case WritingEnded():
                floor.speaking.writing_ended(event)
            case Synthesized():
                floor.speaking.synthesized(event)
            case Played():
                floor.speaking.played(event.utterance, event.customer_samples)
            case TextImproved():
                floor.scribe.improved(event)
            case Typed():
                if self._phase == "open" and self._held_at is None and event.text.strip():
                    floor.typed(event.text.strip())
            case HungUp():
                self._end("hangup")
            case SocketLost():
                self._lost()
            case Resumed():
                self._resumed(event)
            case Woke():
                self._wake = None
            case Muted():
                pass  # a muted microphone is a silent one; the event is there for the journal's readers

    # What is due when.

    def _advance(self) -> None:
        due: Due | None = None
        for _ in range(_MOST_ACTIONS):
            if self._held_at is None and self._floor.speaking.send():
                self._floor.scribe.improve()
            due = min(self._agenda(), key=lambda item: item[0], default=None)
            if due is None or due[0] > self._orders.now:
                break
            due[1]()
        else:
            raise RuntimeError(f"a step at sample {self._orders.now} doesn't come to rest; the last due was {due}")
        if due is not None and due[0] != self._wake:
            self._wake = due[0]
            self._orders.give(WakeAt(due[0]))

    def _agenda(self) -> Iterator[Due]:
        if self._phase in ("idle", "ended"):
            return
        if self._held_at is not None:
            yield self._orders.after(self._held_at, self._rules.held_s), partial(self._end, "lost")
            return
        floor, after = self._floor, self._orders.after
        turn, plan, voice = floor.hearing.turn, floor.speaking.plan, floor.speaking.voice
        yield from floor.speaking.due()
        yield from floor.hearing.due(overlapping=voice is not None)
        if voice is not None:
            if (finished_at := floor.speaking.finished_at(voice)) is not None:
                yield finished_at, self._finish
            if turn is not None:
                yield from floor.overlap(turn, voice)
        elif plan is not None and plan.key is None:
            yield after(plan.ordered_at, self._rules.decide_patience_s), self._think_again
        elif plan is not None:
            yield max(plan.not_before, floor.over_at(plan)), self._commit
        elif turn is None:
            yield self._silent_until(), self._prompt
        elif turn.speaking:
            yield turn.monologue_at, self._consider_cutting_in
        elif turn.text_known:
            yield floor.hearing.answerable_at(turn), floor.answer

    def _commit(self) -> None:
        if self._phase in ("ringing", "away"):
            self._phase = "open"
            self._floor.pick_up()
        else:
            self._floor.commit()

    def _finish(self) -> None:
        answer = self._floor.finish()
        if answer.hang_up:
            self._end("customer_hangup")
        elif answer.away_s > 0:
            self._leave_line(answer.away_s)

    # What the customer does of themselves.

    def _leave_line(self, away_s: float) -> None:
        """Nobody is on the line: as while it rings, the learner isn't heard until somebody speaks."""
        now = self._orders.now
        self._phase = "away"
        self._floor.leave()
        self._orders.show("away")
        heard = Heard("back", start_s=seconds(now), end_s=seconds(now), silence_s=away_s)
        self._floor.speaking.think(heard, None, self._orders.after(now, away_s))

    def _decided(self, event: Decided) -> None:
        speaking = self._floor.speaking
        speaking.decided(event)
        plan = speaking.plan
        declined = not (event.opener or event.continues or event.hang_up)
        if declined and plan is not None and plan.epoch == event.epoch and plan.heard.occasion == "monologue":
            speaking.forget()  # they choose to listen on

    def _think_again(self) -> None:
        speaking = self._floor.speaking
        plan = speaking.plan
        assert plan is not None
        if plan.attempts >= _ATTEMPTS:
            self._end("failed")
        else:
            speaking.think(plan.heard, plan.turn, plan.not_before, plan.attempts + 1)

    def _silent_until(self) -> int:
        waits = (*self._rules.silence_s, self._rules.give_up_s)
        return self._orders.after(self._floor.quiet_since, waits[min(self._floor.prompts, len(waits) - 1)])

    def _prompt(self) -> None:
        """Nobody speaks: the customer does, or gives up."""
        floor, now = self._floor, self._orders.now
        if floor.prompts >= len(self._rules.silence_s):
            self._end("silence")
            return
        silence_s = seconds(now - floor.quiet_since)
        floor.prompts += 1
        floor.quiet_since = now
        heard = Heard("silence", start_s=seconds(now), end_s=seconds(now), silence_s=silence_s, unplayed=floor.unplayed)
        floor.speaking.think(heard, None, now)

    def _consider_cutting_in(self) -> None:
        floor, now = self._floor, self._orders.now
        turn = floor.hearing.turn
        assert turn is not None
        turn.monologue_at = self._orders.after(now, self._rules.monologue_again_s)
        if not turn.text:  # a noise that doesn't end is as good as silence
            floor.drop("noise")
            floor.prompts += 1
            if floor.prompts > len(self._rules.silence_s):
                self._end("silence")
            return
        heard = Heard("monologue", turn.text, seconds(turn.since), seconds(now), unplayed=floor.unplayed)
        floor.speaking.think(heard, turn, now)

    # The line.

    def _dial(self) -> None:
        if self._phase == "idle":
            self._phase = "ringing"
            self._orders.show("ringing")
            now = self._orders.now
            heard = Heard("pick_up", start_s=seconds(now), end_s=seconds(now))
            self._floor.speaking.think(heard, None, self._orders.after(now, self._rules.ring_s))

    def _lost(self) -> None:
        if self._phase != "idle" and self._held_at is None:
            self._held_at = self._orders.now
            self._orders.show("held")

    def _resumed(self, event: Resumed) -> None:
        if self._held_at is None:
            return
        floor, now = self._floor, self._orders.now
        away = now - self._held_at
        self._held_at = None
        floor.quiet_since = now
        voice = floor.speaking.voice
        if self._phase in ("ringing", "away"):
            self._orders.show("away" if self._phase == "away" else "ringing")
            return
        self._orders.show("listening" if voice is None else "speaking")
        if voice is not None:
            voice.acknowledge(now, event.customer_samples)
            voice.restart(now)
        if away > samples(self._rules.resend_s):
            self._greet_again(seconds(away))
        elif voice is not None and not voice.gave_way:
            self._orders.give(Resend(voice.number, voice.played))

    def _greet_again(self, away_s: float) -> None:
        """The line is back after a while. What was never heard is said anew; else the customer picks up the thread."""
        floor, now = self._floor, self._orders.now
        voice = floor.speaking.voice
        if voice is not None and not voice.said_text():
            floor.speaking.stop()
            floor.speaking.think(voice.heard, voice.turn, now)
            return
        if voice is not None:
            floor.interrupt()
        elif floor.hearing.turn is not None or floor.speaking.plan is not None:
            return
        heard = Heard("returned", start_s=seconds(now), end_s=seconds(now), silence_s=away_s, unplayed=floor.unplayed)
        floor.speaking.think(heard, None, now)

    def _end(self, reason: EndReason) -> None:
        self._floor.clear()
        self._phase = "ended"
        self._orders.show("ended")
        self._orders.give(End(reason))

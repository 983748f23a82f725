"""Rings calls and sees them to their end: row, folder, journal, tape, grade. One for the process."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

import structlog

from personas.persona import Persona
from personas.scenario import Scenario
from server.api_errors import ApiError
from server.calls import results
from server.calls.attempts import taken_up
from server.calls.customer import ScenarioCustomer
from server.calls.engines import EnginesError, SharedEngines
from server.calls.gateway import Gateway
from server.calls.grading import GradingDesk
from server.calls.live import LiveCall, LiveCalls
from server.calls.retry import PAST, NoRetry, Past, RetryCustomer
from server.calls.schemas import CallWish, Sound, Ticket
from server.calls.situation import Situation, kept
from server.calls.wording import worded
from server.catalogue import Catalogue
from server.metrics import Metrics
from server.people.viewer import Viewer
from server.storage.calls import CallStore, NewCall
from server.storage.folders import CallFolder, CallFolders
from voice import waveform
from voice.call import Call, Send
from voice.clock import Clock, MonotonicClock
from voice.commands import EndReason
from voice.journal import JournalWriter
from voice.openers import Preparation
from voice.rules import Rules
from voice.tape import Tape, TapeError, finish_from_spool

T = TypeVar("T")
_WARM_UP_STEP_S = 0.25  # a piece takes 0.1 to 0.5 s

log = structlog.get_logger(__name__)


class Switchboard:
    """All methods belong to the event loop's thread; what blocks is done aside."""

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        engines: SharedEngines,
        store: CallStore,
        folders: CallFolders,
        desk: GradingDesk,
        metrics: Metrics,
        most_calls: int,
        clock: Clock | None = None,
    ) -> None:
        self.catalogue, self.engines, self.store, self.folders = catalogue, engines, store, folders
        self.desk, self.metrics = desk, metrics
        self.live = LiveCalls(most_calls)
        self.gateway = Gateway(self.live, metrics)
        self._clock = clock or MonotonicClock()
        self._mending: set[asyncio.Task[None]] = set()

    async def aside(self, work: Callable[..., T], *arguments: Any) -> T:
        """Do something that blocks on a worker thread."""
        return await asyncio.to_thread(work, *arguments)

    async def ring(self, wish: CallWish, viewer: Viewer) -> Ticket:
        """Make a call of the viewer's ready to be connected. Raises ApiError."""
        past, situation = None, Situation.now(self.catalogue, wish.scenario)
        if wish.fork is not None:
            wish, past = await self.aside(taken_up, self.store, self.folders, wish, wish.fork, viewer)
            situation = await self.aside(kept, self.folders.of(past.call)) or situation
        if situation is None:
            raise ApiError(404, "unknown_scenario", f"no scenario has the id {wish.scenario[:60]!r}")
        scenario, persona, others = situation.scenario, situation.persona, situation.others
        if wish.drill is not None and wish.drill not in [moment.id for moment in scenario.moments]:
            raise ApiError(404, "unknown_moment", f"{scenario.id} has no moment {wish.drill[:60]!r}")
        for person in (persona, *others):
            if (problem := self.engines.problem(person)) is not None:
                raise ApiError(409, "not_ready", problem)
        while (left := self.live.displace()) is not None:
            await self.aside(self._forget, left.id)
        if self.live.full():
            raise ApiError(429, "too_many_calls", f"{len(self.live)} calls go on, and this server takes no more")
        new = NewCall(
            id=secrets.token_hex(8),
            scenario=scenario.id,
            title=scenario.title,
            persona=results.persona_card(persona).model_dump(),
            rubric=scenario.rubric,
            drill=wish.drill,
            difficulty=scenario.difficulty if wish.difficulty is None else wish.difficulty,
            seed=secrets.randbits(31) if wish.seed is None else wish.seed,
            parent=None if past is None else past.call,
            parent_turn=None if past is None else past.turn,
            owner=viewer.id,
        )
        customer = self._customer(new, situation, past)
        ending = Ending(self, new, situation, customer, past)
        call = LiveCall(new.id, secrets.token_urlsafe(24), ending.make_call, ending, self._clock)
        self.live.add(call)  # before anything is awaited: two wishes at once don't share the last place
        await self.aside(self.store.create, new)
        self.engines.prepare(persona, customer.openers)
        return Ticket(
            id=call.id,
            socket=f"/api/calls/{call.id}/socket?token={call.token}",
            token=call.token,
            line_sound=Sound(**asdict(customer.script.line_sound)),
        )

    def _customer(self, new: NewCall, situation: Situation, past: Past | None) -> ScenarioCustomer | RetryCustomer:
        """Whom this call is with. Raises ApiError when they can't be what they were in the call that is retried."""
        customer = self.engines.customer(
            situation.scenario,
            situation.persona,
            seed=new.seed,
            difficulty=new.difficulty,
            drill=new.drill,
            others=situation.others,
        )
        try:
            return customer if past is None else RetryCustomer(customer, past)
        except NoRetry as reason:
            raise ApiError(409, "scenario_changed", str(reason)) from reason

    async def recover(self) -> None:
        """What a killed server left: its calls are interrupted, what was said stays, and they can be graded."""
        for row in await self.aside(self.store.going_on):
            folder = self.folders.of(row.id)
            record = await self.aside(results.read_record, folder)
            if not record.turns and not folder.journal.exists():
                await self.aside(self._forget, row.id)
                continue
            await self.aside(self.store.finish, row.id, "interrupted", "server_stopped", record.duration_s)
            log.info("call recovered", call=row.id, turns=len(record.turns))
            task = asyncio.create_task(self.aside(finish_tape, row.id, folder))
            self._mending.add(task)
            task.add_done_callback(self._mending.discard)

    async def warm_up(self) -> None:
        """Once the models are there: the openers of every scenario and the beginning of its prompt, so that the first
        call has them too."""
        try:
            await self.engines.ready()
        except EnginesError:
            return  # /api/status and the log say so
        for scenario in self.catalogue.scenarios.values():
            persona, others = self.catalogue.persona_of(scenario), self.catalogue.others_in(scenario)
            customer = self.engines.customer(scenario, persona, seed=0, others=others)
            while self.engines.problem(persona) is None:
                if (
                    len(self.live) == 0
                    and await self._prepared(self.engines.prepare(persona, customer.openers))
                    and await self._read_ahead(scenario, persona, others)
                ):
                    break
                await self._clock.sleep(_WARM_UP_STEP_S)

    async def _prepared(self, preparation: Preparation | None) -> bool:
        """Whether it came to its end; it gives way to a call, which needs the voices and the processor for itself."""
        while preparation is not None and preparation.done < preparation.total:
            if len(self.live):
                preparation.cancel()
                return False
            await self._clock.sleep(_WARM_UP_STEP_S)
        return True

    async def _read_ahead(self, scenario: Scenario, persona: Persona, others: Sequence[Persona]) -> bool:
        """Whether the language model has read the beginning of the prompt; it gives way to a call, too."""
        reading = asyncio.create_task(self.engines.read_ahead(scenario, persona, others))
        try:
            while not reading.done():
                if len(self.live):
                    return False
                await self._clock.sleep(_WARM_UP_STEP_S)
            return True
        finally:
            reading.cancel()

    async def close(self) -> None:
        await self.live.stop()
        await asyncio.gather(*self._mending)

    def _forget(self, call_id: str) -> None:
        """A call that never rang is none."""
        self.store.delete(call_id)
        self.folders.of(call_id).remove()


class Ending:
    """One call's files and row, from its first ring to its grade (`server.calls.live.Fate`)."""

    def __init__(
        self,
        board: Switchboard,
        new: NewCall,
        situation: Situation,
        customer: ScenarioCustomer | RetryCustomer,
        past: Past | None,
    ) -> None:
        self._board, self._new, self._situation = board, new, situation
        self._customer, self._past = customer, past
        self._folder: CallFolder = board.folders.of(new.id)
        self._journal: JournalWriter | None = None
        self._tape: Tape | None = None
        self._call: Call | None = None

    async def make_call(self, send: Send) -> Call:
        """Raises EnginesError while the models can't be used, OSError when the disk doesn't take the journal."""
        board, new = self._board, self._new
        await board.engines.ready()
        persona, others = self._situation.persona, self._situation.others
        level = self._customer.script.level
        for other in others:
            board.engines.prepare(other, self._customer.openers_of(other.id))
        await board.aside(self._folder.make)
        await board.aside(self._situation.keep, self._folder)
        self._journal = JournalWriter(self._folder.journal)
        self._tape = Tape(self._folder.tape)
        board.metrics.calls_live.inc()
        board.metrics.calls_started.inc()
        log.info("call rings", call=new.id, scenario=new.scenario, seed=new.seed)
        self._call = Call(
            call_id=new.id,
            customer=self._customer,
            engines=board.engines.of_call(persona, others),
            workers=board.engines.workers,
            journal=self._journal,
            tape=self._tape,
            send=send,
            clock=board._clock,
            rules=Rules(monologue_s=level.monologue_s, cut_in_s=level.cut_in_s),
            facts={
                "scenario": new.scenario,
                "persona": persona.id,
                "rubric": new.rubric,
                "drill": new.drill,
                "difficulty": new.difficulty,
                "seed": new.seed,
                **({} if self._past is None else {PAST: self._past.to_json()}),
            },
        )
        return self._call

    async def status(self, status: str) -> None:
        await self._board.aside(self._board.store.set_status, self._new.id, status)

    async def ended(self, reason: EndReason) -> None:
        if self._journal is None:
            return
        duration_s = (await self._board.aside(results.read_record, self._folder)).duration_s
        await self._board.aside(self._board.store.finish, self._new.id, "ended", reason, duration_s)

    async def completed(self, reason: EndReason) -> None:
        if self._journal is None:
            await self.broken_off()
            return
        board = self._board
        self._close_files()
        self._leave(reason)
        record = await board.aside(results.read_record, self._folder)
        await board.aside(board.store.finish, self._new.id, "ended", reason, record.duration_s)
        board.desk.submit(self._new.id)
        await board.aside(finish_tape, self._new.id, self._folder)
        await board.aside(self._observe)
        log.info("call ended", call=self._new.id, reason=reason, duration_s=round(record.duration_s, 1))

    async def broken_off(self) -> None:
        board = self._board
        if self._journal is None:
            board.live.remove(self._new.id)
            await board.aside(board._forget, self._new.id)
            return
        self._close_files()
        self._leave("server_stopped")
        record = await board.aside(results.read_record, self._folder)
        await board.aside(board.store.finish, self._new.id, "interrupted", "server_stopped", record.duration_s)
        await board.aside(finish_tape, self._new.id, self._folder)

    def _close_files(self) -> None:
        if self._journal is not None:
            self._journal.close()
        if self._tape is not None:
            self._tape.close()

    def _leave(self, reason: str) -> None:
        self._board.live.remove(self._new.id)
        if self._journal is not None:
            self._board.metrics.calls_live.dec()
            self._board.metrics.calls_ended.labels(reason).inc()

    def _observe(self) -> None:
        if self._call is not None:
            for what, count in self._call.counts.items():
                self._board.metrics.mishaps.labels(what).inc(count)
        decisions = results.read_record(self._folder).decisions
        mends = worded(decisions)
        self._board.metrics.guard_mends.labels("another_try").inc(mends.mended_by_another_try)
        self._board.metrics.guard_mends.labels("authored_line").inc(mends.mended_by_authored_line)
        for decision in decisions:
            wording = decision.notes.get("wording", {})
            if wording.get("fallbacks"):
                self._board.metrics.authored_lines.inc()
            self._board.metrics.prompt_tokens.inc(wording.get("prompt_tokens", 0))
            self._board.metrics.prompt_tokens_reused.inc(wording.get("reused_tokens", 0))
        for turn in results.read_latency(self._folder)["turns"]:
            if turn["voice_to_voice_ms"] is not None:
                self._board.metrics.voice_to_voice_s.observe(turn["voice_to_voice_ms"] / 1000)
            if turn["substance_ms"] is not None:
                self._board.metrics.substance_s.observe(turn["substance_ms"] / 1000)


def finish_tape(call_id: str, folder: CallFolder) -> None:
    """Blocking. A call without sound has no tape; a disk that refuses is logged, and the spool stays."""
    try:
        tape = finish_from_spool(folder.tape)
        waveform.peaks(tape, 1)  # kept beside the tape, so that a long call opens at once
    except TapeError as error:
        log.warning("no tape", call=call_id, problem=str(error))
    else:
        log.info("tape finished", call=call_id)

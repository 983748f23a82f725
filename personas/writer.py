"""Words an intention through any OpenAI-compatible chat endpoint, streamed, guarded, and never late.

The prompt only ever grows at its end (system, two examples, the exchanges so far, the caller's words, what is to be got
across, the opener as the start of the answer), so that a server which keeps its prompt cache reads just the new tokens:
with Qwen2.5-1.5B on two cores 40 to 50 of 1,000, 0.6 s. A small model left to its own wording swaps roles within two
turns (measured), so unless `free` it is told to stay close to the authored line, and a wording that leaves it is
stopped.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from openai import AsyncOpenAI, OpenAIError

from personas.clauses import ClauseSplitter, joined, pieces
from personas.guard import Fault, Known, count_faults, find_fault
from personas.intention import Intention
from personas.persona import Persona
from personas.script import Script
from personas.state import State

Message = dict[str, str]
EXCHANGES_KEPT = 16  # about 1,600 tokens; dropped by the half, so that the cached prefix changes once in eight turns
MAX_TOKENS = 64  # two short sentences
TRIES = 2


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the caller said, what the customer meant to get across, and what of it was heard."""

    caller: str
    gist: str
    said: str


@dataclass(slots=True)
class WordingAccount:
    """What it took to word one turn; goes into the journal."""

    tries: int = 0
    faults: list[Fault] = field(default_factory=list)
    late: bool = False
    failed: str = ""
    fallback: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "tries": self.tries,
            "guard": count_faults(self.faults),
            "late": self.late,
            "failed": self.failed,
            "fallbacks": int(self.fallback),
        }


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    origin: Literal["writer", "authored"]


class Writer:
    """`client` and `model` name the endpoint. `first_clause_s`, `stall_s`: how long the first and each later clause may
    take before the authored line is spoken instead. `free` lets a large model choose its own words."""

    def __init__(
        self,
        client: AsyncOpenAI,
        model: str,
        *,
        first_clause_s: float = 1.4,
        stall_s: float = 2.5,
        free: bool = False,
    ) -> None:
        self._client = client
        self._model = model
        self._first_clause_s = first_clause_s
        self._stall_s = stall_s
        self._free = free

    async def preview(self, script: Script, history: Sequence[Exchange], text: str) -> None:
        """Have the server read the prompt as far as the caller's words `text`. A failure is no matter."""
        messages = [*_prefix(script, history, self._free), {"role": "user", "content": f'Caller: "{text.strip()}'}]
        with contextlib.suppress(OpenAIError, OSError):
            await self._client.chat.completions.create(
                model=self._model, messages=_typed(messages), max_tokens=1, temperature=0.0
            )

    async def words(
        self,
        script: Script,
        state: State,
        history: Sequence[Exchange],
        heard: str,
        intention: Intention,
        account: WordingAccount,
    ) -> AsyncIterator[Piece]:
        """The turn behind the opener. Spends at most `first_clause_s` before something can be spoken; never raises."""
        known = _known(script, state, history, heard, intention, self._free)
        spoken: list[str] = []
        deadline = asyncio.get_running_loop().time() + self._first_clause_s
        for attempt in range(TRIES):
            account.tries += 1
            stream = self._stream(script, history, heard, intention, attempt)
            complete = False
            async with contextlib.aclosing(self._guarded(stream, known, spoken, account, deadline)) as clauses:
                async for clause in clauses:
                    if clause is None:
                        complete = True
                        break
                    yield Piece(clause, "writer")
            if complete:
                return
            if spoken or account.late or account.failed:
                break
        account.fallback = True
        for text in pieces(_remainder(joined(intention.opener, intention.line), spoken)):
            yield Piece(text, "authored")

    async def _guarded(
        self,
        stream: AsyncGenerator[str, None],
        known: Known,
        spoken: list[str],
        account: WordingAccount,
        deadline: float,
    ) -> AsyncGenerator[str | None, None]:
        """Clauses that may be spoken, then None if the turn is whole; ends without None when it must be mended."""
        loop = asyncio.get_running_loop()
        splitter = ClauseSplitter()
        async with contextlib.aclosing(stream):
            while True:
                limit = deadline if not spoken else loop.time() + self._stall_s
                try:
                    async with asyncio.timeout_at(limit):
                        token = await anext(stream, None)
                except TimeoutError:
                    account.late = True
                    return
                except (OpenAIError, OSError) as error:
                    account.failed = type(error).__name__
                    return
                rest = splitter.rest() if token is None else ""
                for clause in [rest] if rest else splitter.feed(token or ""):
                    fault = find_fault(clause, known) or find_fault(" ".join([*spoken, clause]), known)
                    if fault is None and token is None:
                        fault = find_fault(" ".join([*spoken, clause]), known, whole=True)
                    if fault is not None:
                        account.faults.append(fault)
                        return
                    spoken.append(clause)
                    yield clause
                if token is None:
                    if spoken and find_fault(" ".join(spoken), known, whole=True) is None:
                        yield None
                    elif spoken:
                        account.faults.append("drift")
                    return

    async def _stream(
        self, script: Script, history: Sequence[Exchange], heard: str, intention: Intention, attempt: int
    ) -> AsyncGenerator[str, None]:
        messages = [
            *_prefix(script, history, self._free),
            {"role": "user", "content": _asked(script.persona, heard, intention.line, self._free)},
        ]
        # A small model may take the opener for the whole answer; begun for it, the second try can't be empty.
        begun = "" if attempt == 0 else intention.line.split()[0]
        start = f"{intention.opener} {begun}".strip()
        if start:
            messages.append({"role": "assistant", "content": start})
        response = await self._client.chat.completions.create(
            model=self._model,
            messages=_typed(messages),
            max_tokens=MAX_TOKENS,
            temperature=0.7 if attempt == 0 else 0.2,
            seed=(script.seed + attempt) % 2**31,
            stop=["\n"],
            stream=True,
        )
        try:
            behind = _Behind(start)
            if begun:
                yield begun
            async for chunk in response:
                text = chunk.choices[0].delta.content if chunk.choices else None
                if text and (text := behind.strip(text)):
                    yield text
        finally:
            await response.close()


class _Behind:
    """Endpoints that don't continue a started message say the opener again: takes it off the front, once."""

    def __init__(self, opener: str) -> None:
        self._opener = opener
        self._held = ""

    def strip(self, text: str) -> str:
        if not self._opener:
            return text
        self._held += text
        heard = self._held.lstrip(' "')
        if len(heard) < len(self._opener) and self._opener.startswith(heard):
            return ""
        held, opener, self._opener = self._held, self._opener, ""
        return heard.removeprefix(opener) if heard.startswith(opener) else held


def _prefix(script: Script, history: Sequence[Exchange], free: bool) -> list[Message]:
    persona, scene = script.persona, script.scenario
    wording = (
        "Put it in this person's own words, fitting what the caller said."
        if free
        else "Stay close to those words, and make them fit what the caller said."
    )
    system = (
        f"You write what {persona.name} says on the phone. {persona.name}: {persona.role}"
        f"{', ' + persona.company if persona.company else ''}. {persona.about.strip()} {persona.manner.strip()} "
        f"Today: {persona.moods[script.mood]}.\n{scene.situation.strip()}\n"
        f"Each message holds the caller's words and what {persona.first_name} wants to get across. {wording} "
        f"One or two short spoken sentences, in the first person. Keep figures and names as given and add none. "
        f"Never say the caller's words back."
    )
    messages: list[Message] = [{"role": "system", "content": system}]
    for example in persona.examples:
        messages.append({"role": "user", "content": _asked(persona, example.caller, example.gist, free)})
        messages.append({"role": "assistant", "content": example.says})
    for exchange in _kept(history):
        messages.append({"role": "user", "content": _asked(persona, exchange.caller, exchange.gist, free)})
        messages.append({"role": "assistant", "content": exchange.said or "..."})
    return messages


def _kept(history: Sequence[Exchange]) -> Sequence[Exchange]:
    half = EXCHANGES_KEPT // 2
    dropped = max(0, -(-(len(history) - EXCHANGES_KEPT) // half)) * half
    return history[dropped:]


def _asked(persona: Persona, caller: str, gist: str, free: bool) -> str:
    how = ", in own words" if free else ""
    return f'Caller: "{caller.strip()}"\n{persona.first_name} wants to get across{how}: {gist}'


def _typed(messages: list[Message]) -> Any:
    # The client types every role separately; these are its plain "role and content" dictionaries.
    return messages


def _known(
    script: Script, state: State, history: Sequence[Exchange], heard: str, intention: Intention, free: bool
) -> Known:
    opened = {*state.told, *intention.after.told}
    facts = script.scenario.facts
    return Known(
        kind=script.scenario.kind,
        gist=intention.line,
        heard=heard,
        opener=intention.opener,
        name=script.persona.first_name,
        hidden=tuple(fact for fact in facts if fact.id not in opened),
        open_facts=tuple(fact for fact in facts if fact.id in opened),
        said_before=tuple(exchange.said for exchange in history[-6:]),
        may_agree=bool(intention.agrees),
        free=free,
    )


def _remainder(line: str, spoken: Sequence[str]) -> str:
    """What of the authored line is still to be said when `spoken` was said already."""
    words = line.split()
    said = [word.lower().strip(",.;:?!") for word in " ".join(spoken).split()]
    if not said:
        return line
    plain_words = [word.lower().strip(",.;:?!") for word in words]
    for length in (3, 2, 1):
        tail = said[-length:]
        for start in range(len(words) - length + 1):
            if len(tail) == length and plain_words[start : start + length] == tail:
                return " ".join(words[start + length :])
    return line

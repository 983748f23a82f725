"""Words an intention through any OpenAI-compatible chat endpoint, streamed, guarded, and never late.

A small model left to its own wording swaps roles within two turns (measured), so unless `free` it is told to stay close
to the authored line (`personas.prompt`), and a wording that leaves it is stopped.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from openai import APIConnectionError, AsyncOpenAI, OpenAIError
from openai.types.chat import ChatCompletionChunk

from personas.clauses import ClauseSplitter, joined, pieces
from personas.guard import Fault, Known, count_faults, find_fault
from personas.intention import Intention
from personas.prompt import Exchange, Message, Prompt
from personas.script import Script
from personas.state import State

MAX_TOKENS = 64  # two short sentences


@dataclass(frozen=True, slots=True)
class Try:
    """How freely the model words: by its temperature, and behind how many words of the authored line."""

    temperature: float
    begun_words: int


# A small model may take the opener for the whole answer, or go on from it to the caller and forget what was to be got
# across: begun for it, the answer is neither empty nor on its way elsewhere.
TRIES = (Try(0.7, 1), Try(0.2, 2))


@dataclass(slots=True)
class WordingAccount:
    """What it took to word one turn; goes into the journal.

    `prompt_tokens` were in the requests, `reused_tokens` of them in the server's cache; both 0 where it doesn't say.
    """

    tries: int = 0
    prompt_tokens: int = 0
    reused_tokens: int = 0
    faults: list[Fault] = field(default_factory=list)
    late: bool = False
    failed: str = ""
    fallback: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "tries": self.tries,
            "prompt_tokens": self.prompt_tokens,
            "reused_tokens": self.reused_tokens,
            "guard": count_faults(self.faults),
            "late": self.late,
            "failed": self.failed,
            "fallbacks": int(self.fallback),
        }


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    origin: Literal["writer", "authored"]


_CLOSED = APIConnectionError.__name__  # a server may close a kept connection just when it is used: a new one will do


class Writer:
    """`client` and `model` name the endpoint. `first_clause_s`, `stall_s`: how long the first and each later clause may
    take before the authored line is spoken instead. `free` lets a large model choose its own words. `extra`
    holds fields of the request that only this server knows."""

    def __init__(
        self,
        client: AsyncOpenAI,
        model: str,
        *,
        first_clause_s: float = 1.4,
        stall_s: float = 2.5,
        free: bool = False,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        self._client = client
        self._model = model
        self._first_clause_s = first_clause_s
        self._stall_s = stall_s
        self._free = free
        self._extra = dict(extra or {})

    async def preview(self, script: Script, history: Sequence[Exchange], text: str) -> None:
        """Have the server read the prompt as far as the caller's words `text`. A failure is no matter."""
        await self._read(Prompt(script, self._free).heard_so_far(history, text))

    async def prepare(self, script: Script) -> None:
        """Have the server read what all calls of the script's scenario begin with. A failure is no matter."""
        await self._read(Prompt(script, self._free).beginning())

    async def _read(self, messages: list[Message]) -> None:
        with contextlib.suppress(OpenAIError, OSError):
            stream = await self._client.chat.completions.create(
                model=self._model,
                messages=_typed(messages),
                max_tokens=1,
                temperature=0.0,
                stream=True,  # a server that sends as it reads leaves a withdrawn prompt at once
                extra_body=self._extra or None,
            )
            async with stream:
                async for _ in stream:
                    pass

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
        for _ in TRIES:
            account.tries += 1
            stream = self._stream(script, history, heard, intention, account)
            complete = False
            async with contextlib.aclosing(self._guarded(stream, known, spoken, account, deadline)) as clauses:
                async for clause in clauses:
                    if clause is None:
                        complete = True
                        break
                    yield Piece(clause, "writer")
            if complete:
                return
            if spoken or account.late or account.failed not in ("", _CLOSED):
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
                except Exception as error:  # whatever a broken stream raises: the line is said all the same
                    account.failed = type(error).__name__
                    return
                rest = splitter.rest() if token is None else ""
                for clause in [rest] if rest else splitter.feed(token or ""):
                    fault = find_fault(clause, known, after=" ".join(spoken))
                    fault = fault or find_fault(" ".join([*spoken, clause]), known)
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
        self, script: Script, history: Sequence[Exchange], heard: str, intention: Intention, account: WordingAccount
    ) -> AsyncGenerator[str, None]:
        attempt = TRIES[account.tries - 1]
        begun = " ".join(joined(intention.opener, intention.line).split()[: 0 if self._free else attempt.begun_words])
        start = f"{intention.opener} {begun}".strip()
        messages = Prompt(script, self._free).turn(history, heard, intention.line, start)
        response = await self._client.chat.completions.create(
            model=self._model,
            messages=_typed(messages),
            max_tokens=MAX_TOKENS,
            temperature=attempt.temperature,
            seed=(script.seed + account.tries) % 2**31,
            stop=["\n"],
            stream=True,
            stream_options={"include_usage": True},
            extra_body=self._extra or None,
        )
        try:
            behind = _Behind(start, begun)
            counted = (0, 0)
            async for chunk in response:
                read = _tokens_read(chunk) or counted
                account.prompt_tokens += read[0] - counted[0]
                account.reused_tokens += read[1] - counted[1]
                counted = read
                text = chunk.choices[0].delta.content if chunk.choices else None
                if text and (text := behind.strip(text)):
                    yield begun + text  # nothing at all where nothing follows what was begun
                    begun = ""
        finally:
            await response.close()


def _tokens_read(chunk: ChatCompletionChunk) -> tuple[int, int] | None:
    """The prompt's tokens and how many of them came out of the cache, as far as the chunk tells.

    Endpoints tell in the last chunk; llama.cpp also while it reads and with every token, for who stops it early.
    """
    if chunk.usage is not None:
        details = chunk.usage.prompt_tokens_details
        return chunk.usage.prompt_tokens, (details.cached_tokens if details is not None else 0) or 0
    more = chunk.model_extra or {}
    if progress := more.get("prompt_progress"):
        return progress["total"], progress["cache"]
    timings = more.get("timings")
    return (timings["cache_n"] + timings["prompt_n"], timings["cache_n"]) if timings else None


class _Behind:
    """Endpoints that don't continue a started message say its start again, all of it or just what was begun behind the
    opener: takes that off the front, once."""

    def __init__(self, start: str, begun: str) -> None:
        self._starts = [text for text in (start, begun) if text]
        self._held = ""

    def strip(self, text: str) -> str:
        if not self._starts:
            return text
        self._held += text
        heard = self._held.lstrip(' "')
        if any(start.startswith(heard) for start in self._starts):
            return ""
        starts, self._starts = self._starts, []
        again = next((start for start in starts if heard.startswith(start) and not heard[len(start)].isalnum()), None)
        return self._held if again is None else heard.removeprefix(again)


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
        tells=intention.tells,
        prompt=Prompt(script, free).brief,
        said_before=tuple(exchange.said for exchange in history[-6:]),
        may_agree=bool(intention.agrees),
        binding=bool(intention.tells or intention.raises or intention.agrees),
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

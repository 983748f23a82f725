"""The language model, behind an OpenAI-compatible address: this machine's own in its own process, or any endpoint.

The process is started, watched, restarted when it dies and ended with the server. Nothing waits for it: while the model
is loading, off or failed, callers see so in `state` and go on without it.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Protocol, Self

import structlog
from openai import AsyncOpenAI

from server.models.llm_process import QUESTIONS_SLOT, LlamaOptions
from server.models.store import ModelStore
from server.settings import LanguageModelSettings

State = Literal["ready", "loading", "off", "failed"]

REQUEST_TIMEOUT_S = 30.0  # a customer who has said nothing for that long has an authored line said instead
RESTART_DELAYS_S = (0.2, 1.0, 3.0, 10.0, 30.0)  # after the first, second, ... death in a row; the last one repeats
STEADY_AFTER_S = 60.0  # a process that lived this long has not died "in a row"
STOP_GRACE_S = 3.0  # from closing its input to killing it

# llama.cpp looks after a request's sender whenever it sends, else once a second: a request that is withdrawn while its
# prompt is read would hold up the next one for that long. The timings tell what of a prompt was reused, even then.
_LLAMA_BODY = {"return_progress": True, "timings_per_token": True}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Status:
    """How the model stands: a state, and a sentence about it."""

    state: State
    detail: str


class LanguageModel(Protocol):
    """Whoever words the customer's lines. Used as an async context manager; entering never waits for the model."""

    @property
    def model_name(self) -> str:
        """What requests name as `model`."""

    def question_body(self) -> Mapping[str, object]:
        """What streamed short questions carry beyond OpenAI's fields, so that they're answered first."""

    def words_body(self) -> Mapping[str, object]:
        """The same for a conversation's requests, so that one that is withdrawn is left at once."""

    @property
    def free(self) -> bool:
        """Whether it may choose its own words for what is to be got across (`personas.writer.Writer`)."""

    @property
    def status(self) -> Status: ...

    def client(self) -> AsyncOpenAI:
        """The client for requests; one and the same for the life of this object, across restarts."""

    async def wait_ready(self, timeout_s: float) -> bool:
        """Wait until it can answer. False where it is off, or not ready in time."""

    def memory_bytes(self) -> int | None:
        """Resident memory of its own process; None where it has none or the system doesn't say."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class RemoteLanguageModel:
    """Any OpenAI-compatible endpoint. It counts as ready: whether it answers is seen when it is asked."""

    def __init__(self, base_url: str, model_name: str, api_key: str | None, *, free: bool = True) -> None:
        self.model_name = model_name
        self.free = free
        self._base_url = base_url
        self._client = AsyncOpenAI(
            base_url=base_url, api_key=api_key or "none", timeout=REQUEST_TIMEOUT_S, max_retries=0
        )

    @property
    def status(self) -> Status:
        return Status("ready", f"{self.model_name} at {self._base_url}")

    def client(self) -> AsyncOpenAI:
        return self._client

    def question_body(self) -> Mapping[str, object]:
        return {}

    def words_body(self) -> Mapping[str, object]:
        return {}

    async def wait_ready(self, timeout_s: float) -> bool:
        return True

    def memory_bytes(self) -> int | None:
        return None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.close()


class LocalLanguageModel:
    """llama.cpp's server in its own process on a loopback port. `model_path` None: off, and `why_off` says why."""

    def __init__(
        self,
        model_path: Path | None,
        model_name: str,
        *,
        threads: int = 2,
        context_tokens: int = 4096,
        free: bool = False,
        why_off: str = "switched off",
        restart_delays_s: Sequence[float] = RESTART_DELAYS_S,
        command: Sequence[str] = (sys.executable, "-m", "server.models.llm_process"),
    ) -> None:
        self.model_name = model_name
        self.free = free
        self._model_path = model_path
        self._threads = threads
        self._context_tokens = context_tokens
        self._restart_delays_s = tuple(restart_delays_s)
        self._command = tuple(command)
        self._status = Status("loading", "starting") if model_path else Status("off", why_off)
        self._changed = asyncio.Condition()
        self._api_key = secrets.token_urlsafe(24)  # other programs of this machine can reach the port, but not use it
        self._port = _free_port()
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._client = AsyncOpenAI(
            base_url=self._address(),
            api_key=self._api_key,
            timeout=REQUEST_TIMEOUT_S,
            max_retries=0,
            default_headers={
                "Connection": "close"
            },  # llama.cpp closes it behind a stream, and loses a request sent then
        )

    @property
    def status(self) -> Status:
        return self._status

    @property
    def pid(self) -> int | None:
        """The process's number while it runs."""
        return self._process.pid if self._process and self._process.returncode is None else None

    def client(self) -> AsyncOpenAI:
        return self._client

    def question_body(self) -> Mapping[str, object]:
        return {**_LLAMA_BODY, "id_slot": QUESTIONS_SLOT}

    def words_body(self) -> Mapping[str, object]:
        return _LLAMA_BODY  # in whatever slot: in one that is named, llama.cpp doesn't look for what was read ahead

    async def wait_ready(self, timeout_s: float) -> bool:
        await self.wait_until(lambda: self._status.state in ("ready", "off"), timeout_s)
        return self._status.state == "ready"

    async def wait_until(self, so: Callable[[], bool], timeout_s: float) -> bool:
        """Wait until `so()` holds; it is asked now and whenever the status changes. False when time is up."""
        try:
            async with asyncio.timeout(timeout_s), self._changed:
                await self._changed.wait_for(so)
        except TimeoutError:
            return False
        return True

    def memory_bytes(self) -> int | None:
        return resident_bytes(self.pid) if self.pid else None

    async def __aenter__(self) -> Self:
        if self._model_path is not None:
            self._keeper = asyncio.create_task(self._keep_running(), name="language-model")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._keeper:
            self._keeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeper
        await self._client.close()

    async def _keep_running(self) -> None:
        deaths = 0
        while True:
            began = time.monotonic()
            try:
                why = await self._run_once()
            except OSError as error:
                why = str(error)
            deaths = 1 if time.monotonic() - began >= STEADY_AFTER_S else deaths + 1
            delay_s = self._restart_delays_s[min(deaths, len(self._restart_delays_s)) - 1]
            state: State = "loading" if deaths < len(self._restart_delays_s) else "failed"
            log.warning("language_model_died", why=why, deaths=deaths, restart_in_s=delay_s)
            await self._set(state, f"it ended ({why}); next try in {delay_s:.0f} s")
            await asyncio.sleep(delay_s)
            self._port = _free_port()
            self._client.base_url = self._address()

    async def _run_once(self) -> str:
        """Start the process and stay until it ends; returns why it did."""
        began = time.monotonic()
        await self._set("loading", f"loading {self.model_name}")
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        self._process = process
        assert process.stdin and process.stdout and process.stderr
        said: deque[str] = deque(maxlen=1)
        listener = asyncio.create_task(_last_line(process.stderr, said))
        try:
            process.stdin.write(self._options().to_json().encode() + b"\n")
            with suppress(ConnectionError):
                await process.stdin.drain()
            if line := await process.stdout.readline():
                address = json.loads(line)["address"]
                took_s = time.monotonic() - began
                log.info("language_model_ready", address=address, pid=process.pid, took_s=round(took_s, 1))
                await self._set("ready", f"{self.model_name} on this machine, loaded in {took_s:.1f} s")
            code = await process.wait()
            await listener
            return (said[-1] if said else "") or (f"signal {-code}" if code < 0 else f"exit code {code}")
        finally:
            listener.cancel()
            if process.returncode is None:
                await _end(process)

    def _options(self) -> LlamaOptions:
        return LlamaOptions(
            model_path=str(self._model_path),
            model_name=self.model_name,
            api_key=self._api_key,
            port=self._port,
            threads=self._threads,
            context_tokens=self._context_tokens,
        )

    def _address(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    async def _set(self, state: State, detail: str) -> None:
        async with self._changed:
            self._status = Status(state, detail)
            self._changed.notify_all()


def language_model(settings: LanguageModelSettings, store: ModelStore) -> LanguageModel:
    """The language model that the settings name. A model that isn't on this machine is off and says how to get it."""
    if settings.enabled and settings.base_url:
        key = settings.api_key.get_secret_value() if settings.api_key else None
        return RemoteLanguageModel(settings.base_url, settings.model, key, free=settings.wording != "close")
    path: Path | None = None
    why_off = "switched off by the setting llm.enabled"
    if settings.enabled and settings.path is not None:
        path = settings.path if settings.path.is_file() else None
        why_off = f"llm.path names {settings.path}, which does not exist"
    elif settings.enabled and settings.model not in {model.name for model in store.manifest.models}:
        why_off = f"llm.model names {settings.model}, which the manifest does not hold; set llm.path or llm.base_url"
    elif settings.enabled:
        path = store.path(settings.model) / "model.gguf" if store.has(settings.model) else None
        why_off = f"{settings.model} is not on this machine: run `ringside models pull {settings.model}`"
    return LocalLanguageModel(
        path,
        settings.model,
        threads=settings.threads,
        context_tokens=settings.context_tokens,
        free=settings.wording == "free",
        why_off=why_off,
    )


def resident_bytes(pid: int) -> int | None:
    """The resident memory of a process, from /proc; None where there is no such file."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:")), None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def _last_line(stream: asyncio.StreamReader, said: deque[str]) -> None:
    while line := await stream.readline():
        if text := line.decode(errors="replace").strip():
            said.append(text)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Close its input, which asks it to go; kill it if it doesn't, or if there is no time to wait."""
    if process.stdin:
        process.stdin.close()
    try:
        async with asyncio.timeout(STOP_GRACE_S):
            await process.wait()
    except (TimeoutError, asyncio.CancelledError):
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()

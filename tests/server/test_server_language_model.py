"""The language model in its own process: it answers, comes back when it is killed, and ends with its owner."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import openai
import pytest

from server.models.llm import LocalLanguageModel, RemoteLanguageModel, language_model, resident_bytes
from server.models.store import ModelStore
from server.settings import LanguageModelSettings

PATIENCE_S = 120.0  # a loaded two-core machine reads 1.1 GB in well under this


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@contextmanager
def watched(pid: int) -> Iterator[asyncio.Event]:
    """Set once the process has ended."""
    ended, loop, handle = asyncio.Event(), asyncio.get_running_loop(), os.pidfd_open(pid)
    loop.add_reader(handle, ended.set)
    try:
        yield ended
    finally:
        loop.remove_reader(handle)
        os.close(handle)


async def answer(model: LocalLanguageModel, system: str) -> tuple[str, int]:
    """The reply's text, and how many prompt tokens came out of the cache."""
    reply = await model.client().chat.completions.create(
        model=model.model_name,
        messages=[{"role": "system", "content": system}, {"role": "user", "content": "Say the word: lighthouse"}],
        max_tokens=8,
        temperature=0,
    )
    assert reply.model_extra is not None
    return reply.choices[0].message.content or "", reply.model_extra["timings"]["cache_n"]


async def test_the_local_model_answers_reuses_its_prefix_and_comes_back_after_kill_9(
    model: Callable[[str], Path],
) -> None:
    path = model("qwen2.5-coder-1.5b") / "model.gguf"
    async with LocalLanguageModel(path, "qwen2.5-coder-1.5b", restart_delays_s=(0.1,)) as llm:
        assert llm.status.state == "loading"
        assert await llm.wait_ready(PATIENCE_S)
        first_pid = llm.pid
        assert first_pid is not None
        persona = "You are Dana, an operations manager who answers briefly. " * 5
        text, cached = await answer(llm, persona)
        assert "lighthouse" in text.lower()
        assert cached < 20
        _, cached = await answer(llm, persona)
        assert cached > 50
        memory = llm.memory_bytes()
        assert memory is not None
        assert 0.9e9 < memory < 2.2e9

        os.kill(first_pid, signal.SIGKILL)
        assert await llm.wait_until(lambda: llm.status.state == "ready" and llm.pid != first_pid, PATIENCE_S)
        second_pid = llm.pid
        assert second_pid is not None
        text, _ = await answer(llm, persona)
        assert "lighthouse" in text.lower()
        stranger = openai.AsyncOpenAI(base_url=llm.client().base_url, api_key="guessed", max_retries=0)
        with pytest.raises(openai.AuthenticationError):
            await stranger.chat.completions.create(model="x", messages=[{"role": "user", "content": "hi"}])
        await stranger.close()
    assert gone(second_pid)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_request_right_behind_a_stream_is_answered(local_model: LocalLanguageModel) -> None:
    client, name = local_model.client(), local_model.model_name
    for _ in range(20):  # of requests on a connection that was kept, one in four was lost
        stream = await client.completions.create(
            model=name, prompt="Hello there", max_tokens=1, stream=True, extra_body=local_model.words_body()
        )
        async with stream:
            assert [chunk async for chunk in stream]
        assert await client.completions.create(model=name, prompt="Hello there", max_tokens=1)


@pytest.mark.asyncio(loop_scope="module")
async def test_what_a_conversation_has_read_stays_read_whatever_is_asked_meanwhile(
    local_model: LocalLanguageModel,
) -> None:
    words = local_model.words_body()
    told = "You are a lighthouse keeper who counts ships, and says how many there were. " * 6

    async def read(prompt: str, body: Mapping[str, object]) -> tuple[int, int]:
        """How many of the prompt's tokens had been read before, and how many there are."""
        progress: tuple[int, int] | None = None
        stream = await local_model.client().completions.create(
            model=local_model.model_name, prompt=prompt, max_tokens=1, stream=True, extra_body=body
        )
        async with stream:
            async for chunk in stream:
                if (told_so := (chunk.model_extra or {}).get("prompt_progress")) and progress is None:
                    progress = told_so["cache"], told_so["total"]
        assert progress is not None
        return progress

    await read(told, words)
    for number in range(3):
        await read(f"Is this a question, number {number}?", local_model.question_body())
        await read(f"{number} is another caller's number. Somebody else talks to them.", words)
        kept, total = await read(f"{told}It was evening.", words)
        assert total - kept < 10, (kept, total)


async def test_the_process_ends_when_its_parent_is_killed(model: Callable[[str], Path], tmp_path: Path) -> None:
    path = model("qwen2.5-coder-1.5b") / "model.gguf"
    script = tmp_path / "owner.py"
    script.write_text(
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from server.models.llm import LocalLanguageModel\n"
        "async def main():\n"
        f"    async with LocalLanguageModel(Path({str(path)!r}), 'm') as llm:\n"
        f"        assert await llm.wait_ready({PATIENCE_S})\n"
        "        print(llm.pid, file=sys.stderr, flush=True)\n"
        "        await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    owner = await asyncio.create_subprocess_exec(sys.executable, str(script), stdout=nothing, stderr=pipe)
    assert owner.stderr is not None
    pid = int(await owner.stderr.readline())
    assert resident_bytes(pid)
    with watched(pid) as ended:
        owner.kill()
        await owner.wait()
        await asyncio.wait_for(ended.wait(), 30)


async def test_a_model_that_cannot_load_is_tried_again_and_then_called_failed(tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("import sys\nsys.stdin.readline()\nsys.exit('no such layer')\n")
    llm = LocalLanguageModel(
        tmp_path / "model.gguf", "m", restart_delays_s=(0.0, 5.0), command=(sys.executable, str(broken))
    )
    async with llm:
        assert await llm.wait_until(lambda: llm.status.state == "failed", 30)
        assert "no such layer" in llm.status.detail
        assert not await llm.wait_ready(0.01)


def an_empty_store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path, sources=[])


async def test_an_absent_model_is_off_and_names_the_command_that_fetches_it(tmp_path: Path) -> None:
    async with language_model(LanguageModelSettings(), an_empty_store(tmp_path)) as llm:
        assert llm.status.state == "off"
        assert "ringside models pull qwen2.5-coder-1.5b" in llm.status.detail
        assert not await llm.wait_ready(1.0)


@pytest.mark.parametrize(
    ("wording", "base_url", "free"),
    [
        ("auto", None, False),
        ("auto", "http://127.0.0.1:9/v1", True),
        ("free", None, True),
        ("close", "http://127.0.0.1:9/v1", False),
    ],
)
async def test_how_freely_a_model_words_is_a_setting(
    tmp_path: Path, wording: Literal["auto", "close", "free"], base_url: str | None, free: bool
) -> None:
    settings = LanguageModelSettings(wording=wording, base_url=base_url)
    async with language_model(settings, an_empty_store(tmp_path)) as llm:
        assert llm.free is free


async def test_an_endpoint_needs_no_process_and_never_shows_its_key(tmp_path: Path) -> None:
    settings = LanguageModelSettings(base_url="http://127.0.0.1:9/v1", api_key="sk-secret", model="big")  # type: ignore[arg-type]
    async with language_model(settings, an_empty_store(tmp_path)) as llm:
        assert isinstance(llm, RemoteLanguageModel)
        assert llm.client().api_key == "sk-secret"
        assert llm.memory_bytes() is None
        assert "sk-secret" not in repr(settings) + llm.status.detail

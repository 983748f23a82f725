"""`python -m server.models.llm_process`: llama.cpp's OpenAI-compatible server in a process of its own.

Standard input carries one JSON object (`LlamaOptions`) and then stays open: when it closes, its parent has gone, and so
does this process. Standard output gets one line, `{"address": "http://127.0.0.1:PORT"}`, when the model is loaded.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import threading
from dataclasses import asdict, dataclass

PR_SET_PDEATHSIG = 1  # linux/prctl.h

BATCH_TOKENS = 16  # what came first holds the next question up for a batch: 0.2 s; reading is 9 % slower than with 64
NICENESS = 5  # behind the recognition of the learner's last words, for which everybody waits
PROMPT_CACHE_MIB = 512  # forty scenarios' beginnings, and conversations that lost the slot; the default is 8 GB
QUESTIONS_SLOT = (
    0  # llama.cpp fills its batches in the order of slots: a short question goes before a prompt being read
)
SLOTS = 3  # for questions, for the customer's words, and for words whose forerunner is being left or another call's


@dataclass(frozen=True, slots=True)
class LlamaOptions:
    """How the server is to be started."""

    model_path: str
    model_name: str
    api_key: str
    port: int
    threads: int
    context_tokens: int

    def to_json(self) -> str:
        return json.dumps(asdict(self))


def _die_with_parent() -> None:
    """Ask Linux to end this process when its parent dies, even while a model is loading. A no-op elsewhere."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def main() -> None:
    _die_with_parent()
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches the group; the parent ends us in order
    options = LlamaOptions(**json.loads(sys.stdin.readline()))

    def end_with_stdin() -> None:
        sys.stdin.read()
        os._exit(0)

    threading.Thread(target=end_with_stdin, daemon=True).start()

    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = options.model_path
    params.model_alias = {options.model_name}
    params.api_keys = [options.api_key]
    params.hostnames = ["127.0.0.1"]
    params.port = options.port
    params.n_ctx = options.context_tokens
    params.n_parallel = SLOTS
    params.kv_unified = True  # the long prompt may use what the short ones leave
    params.n_batch = BATCH_TOKENS
    params.n_ubatch = BATCH_TOKENS
    params.cpuparams.n_threads = options.threads
    params.cpuparams_batch.n_threads = options.threads
    # read into memory instead of mapped: llama.cpp lays the weights out anew for the CPU, and a map would keep both
    params.load_mode = xllamacpp.llama_load_mode.LLAMA_LOAD_MODE_NONE
    params.cache_prompt = True
    params.cache_ram_mib = PROMPT_CACHE_MIB
    params.cache_idle_slots = False  # else each question would empty the slot in which a conversation has been read
    params.ui = False
    params.endpoint_slots = False
    params.verbosity = 1
    server = xllamacpp.Server(params)
    print(json.dumps({"address": server.listening_address}), flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()

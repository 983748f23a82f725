"""How long the voices of this machine take, side by side: what customers begin with, each by every engine in turn.

Prints with --json, for each voice: "real_time_factor" (seconds of work for a second of speech), "clause_ms" quantiles
(until the whole clause is there, which is when it can be heard), "speech_s" and "load_s"; where "kokoro" takes several
threads, "kokoro_on_one_thread" is the same voice. "kokoro_by_default" is what a server that starts
on this machine now would decide. Without the pack (`ringside models pull voices`) only the bundled voices are measured.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from typing import Any

from server.calls.voices import FAST_ENOUGH, PACK, real_time_factor, threads
from server.commands.call import quantiles
from server.models.store import ModelStore
from voice.speak import Engine, Speaker
from voice.speak_hibari import Hibari
from voice.speak_kokoro import Kokoro
from voice.speak_piper import Piper

CLAUSES = (
    "We already have somebody for that,",
    "I was told that this would be fixed by Friday.",
    "And what would that cost us in the first year?",
    "No, that isn't what I asked you,",
    "I've been a customer for six years now,",
    "Send me something in writing, then we'll see.",
    "My husband has always done these things,",
    "Honestly, I don't see what would be different this time.",
)
KOKORO_VOICE = "af_heart"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=2, help="how often each clause is spoken")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    figures = measure(ModelStore.default(), max(1, arguments.rounds))
    if arguments.json:
        print(json.dumps(figures))
        return 0
    for name, found in figures.items():
        print(f"{name:<22} {found}")
    return 0


def measure(store: ModelStore, rounds: int) -> dict[str, Any]:
    """The documented keys."""
    makers: dict[str, tuple[Callable[[], Engine], str]] = {
        "hibari": (Hibari, "heart"),
        "piper": (lambda: Piper({"joe": store.path("piper-joe")}), "joe"),
    }
    installed = all(map(store.has, PACK))
    if installed:
        model, voices = map(store.path, PACK)
        makers["kokoro"] = (lambda: Kokoro(model, voices, threads=threads()), KOKORO_VOICE)
        if threads() > 1:
            makers["kokoro_on_one_thread"] = (lambda: Kokoro(model, voices), KOKORO_VOICE)
    engines: dict[str, Engine] = {}
    load_s: dict[str, float] = {}
    for name, (make, _) in makers.items():
        began = time.perf_counter()
        engines[name] = make()
        load_s[name] = time.perf_counter() - began
    speaker = Speaker(engines)
    took: dict[str, list[float]] = {name: [] for name in makers}
    speech_s = dict.fromkeys(makers, 0.0)
    for clause in CLAUSES * rounds:
        for name, (_, voice) in makers.items():
            began = time.perf_counter()
            sound = speaker.synthesize(clause, voice=f"{name}:{voice}")
            took[name].append(time.perf_counter() - began)
            speech_s[name] += len(sound) / speaker.sample_rate
    figures: dict[str, Any] = {
        name: {
            "real_time_factor": round(sum(took[name]) / speech_s[name], 3),
            "load_s": round(load_s[name], 2),
            "speech_s": round(speech_s[name], 1),
            "clause_ms": quantiles([1000 * seconds for seconds in took[name]]),
        }
        for name in makers
    }
    factor = real_time_factor(speaker, f"kokoro:{KOKORO_VOICE}") if installed else None
    return {
        **figures,
        "threads": threads(),
        "fast_enough": FAST_ENOUGH,
        "kokoro_by_default": None if factor is None else factor <= FAST_ENOUGH,
    }

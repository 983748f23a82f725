"""Cut-ins on pauses inside sentences, and the delay of the decision at true ends, on cases held out from calibration.

Runs detector, segmenter, recogniser (tiny.en), Smart Turn, the language model where there is one, and
`silence_needed_s` on 40 sentences with a pause of 0.3 to 0.9 s inside, half of them by people, and on true ends. The
witnesses arrive after fixed times ("assumed_ms"), so that the decisions don't depend on how busy the machine is; how
long they really took is in "compute_ms". Prints with --json: "with_language_model" (whether it was there), "pauses",
"cut_ins", "audible_cut_ins", "cut_ins_by_kind", "audible_cut_ins_by_kind", "ends", "early_ends", "delay_ms",
"cut_in_cases", "targets", and the same without the language model under "without_language_model".
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from rich.console import Console

from server.benches._targets import cut_in_target
from server.benches.turns.cases import PAUSE_KINDS
from server.benches.turns.hearing import (
    AUDIBLE_AFTER_S,
    CLEAR_AFTER_S,
    CLOSING_AFTER_S,
    SMART_TURN_AFTER_S,
    TEXT_AFTER_S,
    Ears,
    Outcome,
    closings_of,
    decide,
)
from server.benches.turns.voices import add_speech, every_case
from server.logging import configure_logging
from server.models.store import ModelStore
from server.settings import load_settings
from voice.listen import WhisperRecognizer
from voice.smart_turn import SmartTurn


def configure(parser: argparse.ArgumentParser) -> None:
    add_speech(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    settings, store = load_settings(), ModelStore.default()
    configure_logging(settings)  # to standard error: standard output is the report's
    cases = every_case(arguments.speech, store)
    ears = Ears(WhisperRecognizer(store.path("whisper-tiny.en")), SmartTurn(store.path("smart-turn")))
    heard = [(case, ears.silences(case)) for case in cases]
    texts = [silence.text for _, silences in heard for silence in silences if silence.text]
    closings = asyncio.run(closings_of(texts, settings.llm, store))
    without = summary([decide(case, silences, {}) for case, silences in heard])
    figures: dict[str, Any] = {"with_language_model": closings is not None, **without}
    seconds: dict[str, Sequence[float]] = {"text": ears.text_seconds, "smart_turn": ears.end_judge_seconds}
    if closings is not None:
        figures |= summary([decide(case, silences, closings.probabilities) for case, silences in heard])
        figures["without_language_model"] = without
        figures["texts_unjudged"] = sum(value is None for value in closings.probabilities.values())
        seconds["language_model"] = closings.seconds
    figures["compute_ms"] = {name: percentiles(taken) for name, taken in seconds.items()}
    figures["assumed_ms"] = {
        "text": round(1000 * TEXT_AFTER_S),
        "smart_turn": round(1000 * SMART_TURN_AFTER_S),
        "language_model_after_text": round(1000 * CLOSING_AFTER_S),
        "audible_after_decision": round(1000 * AUDIBLE_AFTER_S),
        "silent_after_speech_noticed": round(1000 * CLEAR_AFTER_S),
    }
    if arguments.json:
        print(json.dumps(figures))
        return 0
    console = Console(highlight=False)
    for name, value in figures.items():
        console.print(f"{name}: {json.dumps(value)}")
    return 0


def summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Cut-ins by kind, those that would have been heard apart, and `delay_ms` by kind of end."""
    pauses = [outcome for outcome in outcomes if outcome.case.pause is not None]
    ends = [outcome for outcome in outcomes if outcome.case.pause is None]
    cut_ins = [outcome for outcome in pauses if outcome.cut_in]
    audible = [outcome for outcome in cut_ins if outcome.audible_cut_in]
    by_kind: dict[str, list[float]] = {}
    for outcome in ends:
        by_kind.setdefault(outcome.case.kind, []).append(outcome.delay_s)
    return {
        "pauses": len(pauses),
        "cut_ins": len(cut_ins),
        "cut_ins_by_kind": _by_kind(cut_ins),
        "audible_cut_ins": len(audible),
        "audible_cut_ins_by_kind": _by_kind(audible),
        "ends": len(ends),
        "early_ends": sum(outcome.cut_in for outcome in ends),
        "delay_ms": {
            "all": percentiles([outcome.delay_s for outcome in ends]),
            **{kind: percentiles(delays) for kind, delays in by_kind.items()},
        },
        "cut_in_cases": [_told(outcome) for outcome in cut_ins],
        "targets": [cut_in_target(len(cut_ins), len(pauses))],
    }


def percentiles(seconds: Sequence[float]) -> dict[str, int] | None:
    """Median and 95th percentile in milliseconds; None of nothing."""
    if not len(seconds):
        return None
    p50, p95 = np.percentile(seconds, [50, 95]) * 1_000
    return {"p50": round(float(p50)), "p95": round(float(p95))}


def _by_kind(outcomes: Sequence[Outcome]) -> dict[str, int]:
    counted = Counter(outcome.case.kind for outcome in outcomes)
    return {kind: counted[kind] for kind in PAUSE_KINDS}


def _told(outcome: Outcome) -> dict[str, Any]:
    return {
        "name": outcome.case.name,
        "pause_ms": outcome.case.pause_ms,
        "text": outcome.witnesses.text,
        "end_probability": outcome.witnesses.end_probability,
        "closing_probability": outcome.witnesses.closing_probability,
        "audible": outcome.audible_cut_in,
    }

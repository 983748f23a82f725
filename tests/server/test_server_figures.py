"""The page of figures: what was measured, how, on what; and what was not, and why."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from server.benches.figures import FIGURES, Figure, machine, measure, page, rows, run


def test_a_bench_without_its_data_is_named_with_what_it_lacks(tmp_path: Path) -> None:
    outcome = measure(Figure("Moves", ("moves",), ("moves-gold.jsonl",)), tmp_path)
    assert "moves-gold.jsonl" in outcome["problem"]


def test_a_bench_that_fails_is_named_with_its_own_words(tmp_path: Path) -> None:
    outcome = measure(Figure("Recognition", ("recognise", "--manifest", "{data}/none.jsonl")), tmp_path)
    assert "none.jsonl" in outcome["problem"]


def test_results_become_lines() -> None:
    result = {
        "wer": 0.25,
        "kappa": {"value": 0.5, "low": 0.4, "high": 0.61},
        "latency": {"call": {"p50": 512.4, "n": 8}},
        "turns": [1, 2],
        "ok": True,
    }
    assert rows(result) == [
        ("wer", "0.25"),
        ("kappa", "0.5 (0.4 to 0.61)"),
        ("latency / call", "p50 512, n 8"),
        ("turns", "2 entries"),
        ("ok", "yes"),
    ]


def test_the_page_names_command_date_machine_and_gaps() -> None:
    measured, failed = FIGURES[0], FIGURES[1]
    outcomes: dict[str, dict[str, Any]] = {
        measured.key: {"date": "2026-01-01", "machine": machine(), "commit": "abc", "result": {"wer": 0.25}},
        failed.key: {"date": "2026-01-02", "problem": "not measured: no data"},
    }
    text = page(outcomes)
    assert f"ringside bench {measured.key} --json" in text
    assert f"2026-01-01, {machine().split(',')[0]}" in text
    assert "| wer | 0.25 |" in text
    assert "2026-01-02: not measured: no data" in text
    assert text.count("Not measured yet.") == len(FIGURES) - 2


def test_both_pause_benches_are_run_and_shown_with_what_is_to_be_reached() -> None:
    assert {"turns", "pauses"} <= {figure.command[0] for figure in FIGURES}
    assert page({}).count("To reach: no cut-in in at least 38 of 40 pauses inside sentences.") == 2


def test_one_bench_run_anew_leaves_the_other_figures_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RINGSIDE_SHARED", str(tmp_path / "none"))
    kept = {FIGURES[0].key: {"date": "d", "machine": "m", "commit": "c", "result": {"p50": 1, "n": 2, "a": 3}}}
    (tmp_path / "figures.json").write_text(json.dumps(kept))
    assert run(Namespace(only="turns", docs=tmp_path, json=False)) == 1  # its data isn't there
    assert "| p50 | 1 |\n| n | 2 |\n| a | 3 |" in (tmp_path / "figures.md").read_text()

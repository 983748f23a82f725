from __future__ import annotations

import json
from pathlib import Path

import pytest

from rubrics.rubric import LIBRARY
from server.benches import moves as moves_bench
from server.cli import main

RUBRIC = LIBRARY / "cold-call.yaml"
CALL = {
    "id": "c1",
    "turns": [
        {"who": "customer", "text": "Hello?", "start_s": 0.0, "end_s": 0.5},
        {"who": "learner", "text": "Hi, is now a bad time?", "start_s": 1, "end_s": 3},
        {"who": "customer", "text": "No, go on.", "start_s": 3.2, "end_s": 4},
        {"who": "learner", "text": "How do you book your docks today?", "start_s": 4.4, "end_s": 7},
    ],
}


def file(folder: Path, name: str, *lines: object) -> str:
    path = folder / name
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return str(path)


def test_grade_prints_the_documented_keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["grade", "--call", file(tmp_path, "c.json", CALL), "--rubric", str(RUBRIC), "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["score"] is None or 0 <= body["score"] <= 100
    for criterion in body["criteria"]:
        assert {"id", "level", "evidence", "confidence", "why"} <= criterion.keys()
        assert criterion["level"] in (0, 1, 2, "na", None)
        for evidence in criterion["evidence"]:
            assert {"turn", "quote"} <= evidence.keys()


def test_grade_is_readable_without_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["grade", "--call", file(tmp_path, "c.json", CALL), "--rubric", str(RUBRIC)]) == 0
    assert "B2B cold call" in capsys.readouterr().out


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{", '{"id": 1}', '{"id": "a", "turns": 3}', '{"id": "a", "turns": [{"who": "dog"}]}', "[" * 100_000],
)
def test_a_bad_call_is_one_line_and_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str) -> None:
    assert main(["grade", "--call", file(tmp_path, "c.json", content), "--rubric", str(RUBRIC), "--json"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and len(said.err.strip().splitlines()) == 1


def test_a_bad_rubric_or_missing_file_is_one_line_and_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = file(tmp_path, "c.json", CALL)
    assert main(["grade", "--call", good, "--rubric", file(tmp_path, "r.yaml", "id: ["), "--json"]) == 2
    assert main(["grade", "--call", good, "--rubric", str(tmp_path / "none.yaml")]) == 2
    assert main(["grade", "--call", str(tmp_path / "none.json"), "--rubric", str(RUBRIC)]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 3


def test_bench_judge_reports_agreement_coverage_and_quotes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    calls = file(tmp_path, "calls.jsonl", {**CALL, "rubric": "cold-call"})
    gold = file(
        tmp_path,
        "gold.jsonl",
        {"call": "c1", "criterion": "opening.permission", "level": 2},
        {"call": "c1", "criterion": "close.goal", "level": 0},
    )
    assert main(["bench", "judge", "--rubrics", str(LIBRARY), "--calls", calls, "--gold", gold, "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    keys = {"quadratic_weighted_kappa", "exact", "within_one", "bias", "coverage", "n", "quotes_matching"}
    assert keys <= body["overall"].keys() and body["criteria"].keys() == {"opening.permission", "close.goal"}
    assert body["overall"]["coverage"] == 0.5 and body["overall"]["n"] == 2
    assert body["criteria"]["opening.permission"]["exact"] == {"value": 1.0, "low": 1.0, "high": 1.0}
    assert body["overall"]["quotes_matching"] == 1


@pytest.mark.parametrize(
    "label",
    [
        {"call": "other", "criterion": "opening.permission", "level": 1},
        {"call": "c1", "criterion": "nothing", "level": 1},
        {"call": "c1", "criterion": "opening.permission", "level": 7},
        {"call": "c1"},
        "not json",
        "",
    ],
)
def test_bench_judge_names_a_bad_label(tmp_path: Path, capsys: pytest.CaptureFixture[str], label: object) -> None:
    calls = file(tmp_path, "calls.jsonl", {**CALL, "rubric": "cold-call"})
    gold = file(tmp_path, "gold.jsonl", label)
    assert main(["bench", "judge", "--rubrics", str(LIBRARY), "--calls", calls, "--gold", gold, "--json"]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_bench_moves_by_hand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    samples = [
        (frozenset({"greet", "farewell"}), frozenset({"greet"})),
        (frozenset({"greet"}), frozenset({"greet", "pitch"})),
        (frozenset({"greet"}), frozenset()),
    ]
    figures = moves_bench.figures(samples)
    assert figures["moves"]["greet"] == {"precision": 1.0, "recall": 0.6667, "f1": 0.8, "n": 3}
    assert figures["macro_f1"] == pytest.approx(0.4)
    gold = file(
        tmp_path, "m.jsonl", {"text": "Hello there", "moves": ["greet"]}, {"text": "bye", "moves": ["farewell"]}
    )
    assert main(["bench", "moves", "--gold", gold, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["macro_f1"] == 1.0


def test_bench_moves_names_an_unknown_move(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gold = file(tmp_path, "m.jsonl", {"text": "Hello", "moves": ["dance"]})
    assert main(["bench", "moves", "--gold", gold, "--json"]) == 2
    assert "dance" in capsys.readouterr().err

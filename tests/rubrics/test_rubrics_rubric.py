from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
import yaml

from rubrics.judge import JUDGES, choose
from rubrics.rubric import JudgeName, RubricError, load_rubric, load_rubrics

GOOD = {
    "id": "r",
    "version": 1,
    "title": "R",
    "sections": [
        {
            "id": "s",
            "title": "S",
            "criteria": [
                {
                    "id": "s.c",
                    "title": "C",
                    "kind": "behaviour",
                    "skill": "k",
                    "weight": 2,
                    "levels": {0: "a", 1: "b", 2: "c"},
                }
            ],
        }
    ],
}


def written(folder: Path, text: str, name: str = "r.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def changed(**fields: object) -> str:
    body = yaml.safe_load(yaml.safe_dump(GOOD))
    body["sections"][0]["criteria"][0].update(fields)
    return yaml.safe_dump(body)


def test_the_library_loads_and_every_criterion_can_be_judged() -> None:
    library = load_rubrics()
    assert not library.errors
    assert {"cold-call", "billing-dispute", "collections-compliance"} <= library.rubrics.keys()
    for rubric in library.rubrics.values():
        kinds = {criterion.kind for criterion in rubric.criteria}
        assert {"behaviour", "measure", "outcome"} <= kinds
        for criterion in rubric.criteria:
            if criterion.kind == "behaviour":
                assert choose(criterion) is not None
                assert criterion.examples.good and criterion.examples.poor
    assert any(c.kind == "phrase" for rubric in library.rubrics.values() for c in rubric.criteria)


def test_the_names_a_rubric_may_use_for_checks_are_those_of_the_judges() -> None:
    assert list(get_args(JudgeName)) == list(JUDGES)


def test_rubrics_from_outside_load_unchanged(shared_data: Path) -> None:
    library = load_rubrics(shared_data / "rubrics")
    assert not library.errors and len(library.rubrics) == 3


@pytest.mark.parametrize(
    ("fields", "key", "word"),
    [
        ({"kind": "mood"}, "kind", "mood"),
        ({"levels": {0: "a", 2: "c"}}, "criteria.0", "levels"),
        ({"levels": {0: "a", 1: "b", 2: "c", 3: "d"}}, "criteria.0", "levels"),
        ({"weight": -1}, "weight", "-1"),
        ({"critical": "yes"}, "critical", "yes"),
        ({"colour": "red"}, "colour", "not known"),
        ({"kind": "measure"}, "criteria.0", "metric"),
        ({"kind": "outcome"}, "criteria.0", "outcome"),
        ({"checks": "mind-reading"}, "checks", "mind-reading"),
        ({"phrase": {"items": [{"say": "x"}], "before_move": "dance"}}, "before_move", "dance"),
        (
            {"kind": "measure", "measure": {"metric": "talk_share", "good": [0.5, 0.2], "fair": [0, 1]}},
            "measure",
            "low before high",
        ),
    ],
)
def test_an_error_names_file_key_and_mend(tmp_path: Path, fields: dict[str, object], key: str, word: str) -> None:
    path = written(tmp_path, changed(**fields))
    with pytest.raises(RubricError) as caught:
        load_rubric(path)
    problem = caught.value.problems[0]
    assert (
        problem.file == str(path) and key in problem.key and word in problem.message + problem.key + str(caught.value)
    )
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "a: [", "\t\tx", "just words", "id: {{{"])
def test_what_is_no_rubric_is_one_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(RubricError) as caught:
        load_rubric(written(tmp_path, text))
    assert "\n" not in str(caught.value)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(RubricError, match="can't be read"):
        load_rubric(tmp_path / "none.yaml")


def test_a_broken_file_does_not_stop_the_others(tmp_path: Path) -> None:
    written(tmp_path, changed(), "a.yaml")
    written(tmp_path, "a: [", "b.yaml")
    written(tmp_path, changed(), "c.yaml")
    library = load_rubrics(tmp_path)
    assert list(library.rubrics) == ["r"]
    assert [Path(problem.file).name for problem in library.errors] == ["b.yaml", "c.yaml"]


def test_the_hash_follows_the_content_not_the_layout(tmp_path: Path) -> None:
    one = load_rubric(written(tmp_path, changed(), "a.yaml"))
    same = load_rubric(written(tmp_path, "# a comment\n" + changed(), "b.yaml"))
    other = load_rubric(written(tmp_path, changed(weight=3), "c.yaml"))
    assert one.hash == same.hash != other.hash

"""The catalogue of moves and the guide that utterances are labelled by say the same."""

from __future__ import annotations

import re
from pathlib import Path

from rubrics.moves import CATALOGUE, TALK_OVER

GUIDE = Path(__file__).parents[2] / "docs" / "moves.md"


def test_the_catalogue_and_the_labelling_guide_name_the_same_moves_in_the_same_words() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|", GUIDE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert rows == [(move.id, move.description) for move in CATALOGUE if move.id != TALK_OVER]


def test_the_move_by_timing_is_explained_in_the_guide_too() -> None:
    assert f"`{TALK_OVER}` is a move by timing" in GUIDE.read_text(encoding="utf-8")

"""The trained recogniser of moves, with the weights that are in the repository."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rubrics.embedding import LAYERS, SITES, WIDTH, Encoder, LowRank
from rubrics.move_examples import data_hash
from rubrics.moves import CATALOGUE, MOVES, TALK_OVER
from rubrics.recognizer import WEIGHTS, Heads, MoveRecognizer

Models = Callable[[str], Path]


@pytest.fixture(scope="module")
def recognize(model: Models) -> MoveRecognizer:
    return MoveRecognizer(model("minilm"))


PLAIN = [
    ("Good morning, this is Helen Marsh from Riverside Insurance.", "", {"greet", "introduce_self"}),
    ("Now hold the reset button on the back for ten seconds until the light goes red.", "", {"guide_step"}),
    ("Could I pop you on hold for a minute while I check that?", "", {"ask_to_hold"}),
    ("I'm going to bring in my supervisor, one moment.", "", {"escalate"}),
    ("I'm afraid I can't waive the whole fee.", "", {"set_limit"}),
    ("Honestly their product is junk, everybody is leaving them.", "", {"disparage"}),
    ("If you sign for two years, I can take ten percent off.", "", {"trade_concession"}),
    ("Don't worry, you're not in any trouble and your money is safe.", "", {"reassure"}),
    ("I'd like to start with your questions, then show you two screens, and leave ten minutes at the end.", "",
     {"set_agenda"}),
    ("Too expensive compared with what?", "It's too expensive for us.", {"explore_objection"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "before", "moves"), PLAIN)
def test_plain_moves_are_recognised(recognize: MoveRecognizer, text: str, before: str, moves: set[str]) -> None:
    assert moves <= set(recognize(text, before))


def test_one_move_in_a_long_turn_is_not_lost(recognize: MoveRecognizer) -> None:
    told = "the meter was read on the fourth and the reading went to the billing team on the same day. " * 12
    assert "apologise" in recognize(f"{told} I'm really sorry about that mistake. {told}")


def test_no_words_make_no_move(recognize: MoveRecognizer) -> None:
    assert recognize("") == recognize(" ... ", "Hello?") == ()


def test_moves_come_in_the_catalogues_order_and_are_remembered(recognize: MoveRecognizer) -> None:
    moves = recognize("Hi, it's Dana from Tarrow, I'm calling about your invoice. Have I caught you at a bad time?")
    assert len(moves) >= 3 and list(moves) == [move for move in MOVES if move in moves]
    assert recognize("Thanks, bye.") is recognize("Thanks, bye.")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=300), before=st.text(max_size=100))
def test_any_text_gives_known_moves(recognize: MoveRecognizer, text: str, before: str) -> None:
    assert set(recognize(text, before)) <= MOVES.keys() - {TALK_OVER}


def test_many_threads_get_the_answers_that_one_gets(model: Models) -> None:
    texts = [f"What would {number} vans cost you a week?" for number in range(12)]
    together, alone = MoveRecognizer(model("minilm")), MoveRecognizer(model("minilm"))
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(together, texts)) == [alone(text) for text in texts]


def test_the_weights_are_small_and_know_every_move_that_is_in_words() -> None:
    heads = Heads.load(WEIGHTS)
    assert heads.moves == tuple(move.id for move in CATALOGUE if move.id != TALK_OVER)
    assert sum(file.stat().st_size for file in WEIGHTS.parent.iterdir()) < 2_000_000


def test_the_weights_were_made_from_the_utterances_that_are_here() -> None:
    assert Heads.load(WEIGHTS).data == data_hash(), "rubrics/training has changed: `make train`"


def test_weights_are_the_same_after_saving(tmp_path: Path) -> None:
    heads = Heads.load(WEIGHTS)
    heads.save(tmp_path / "heads.npz")
    assert (tmp_path / "heads.npz").read_bytes() == WEIGHTS.read_bytes()


def test_likeness_of_embeddings_is_likeness_of_meaning(model: Models) -> None:
    encoder = Encoder(model("minilm"))
    cat, kitten, bill = (
        encoder.embed(text) for text in ("A cat sits on the mat.", "a kitten on a rug", "The bill is late.")
    )
    assert cat @ cat == pytest.approx(1, abs=1e-5)
    assert cat @ kitten > 0.4 > cat @ bill


def test_a_change_of_nothing_changes_nothing_and_another_does(model: Models) -> None:
    def change(scale: float) -> LowRank:
        return LowRank(
            np.full((LAYERS, WIDTH, 1), scale, dtype=np.float32), np.full((LAYERS, 1, WIDTH), scale, dtype=np.float32)
        )

    plain, none, some = (
        Encoder(model("minilm"), changes).embed("the invoice")
        for changes in ({}, {SITES[0]: change(0.0)}, {SITES[0]: change(0.05)})
    )
    assert np.array_equal(plain, none) and not np.allclose(plain, some, atol=1e-3)

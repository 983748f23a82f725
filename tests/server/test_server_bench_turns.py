from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hibari import Hibari

from server.benches.turns import Ears, Outcome, hibari_voice, summary
from server.benches.turns.cases import Case, ending, hiss, human_cases, quietest_near, room_tone, with_pause
from server.errors import UserError
from voice.audio import LEARNER_RATE, PCM, rms_dbfs
from voice.listen import NOTHING_SAID, Transcript, WhisperRecognizer
from voice.smart_turn import SmartTurn

RATE = LEARNER_RATE


class Deaf:
    """Recognises nothing, so that only the longest silence ends a turn."""

    def recognize(self, pcm: PCM, *, context: str = "") -> Transcript:
        return NOTHING_SAID


def outcome(kind: str, committed_at: int, end: int, pause: tuple[int, int] | None) -> Outcome:
    return Outcome(Case(kind, "name", np.zeros(0, np.int16), end, pause), committed_at, "text", 0.5)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def ears(model: Callable[[str], Path]) -> Ears:
    return Ears(WhisperRecognizer(model("whisper-tiny.en")), SmartTurn(model("smart-turn")))


@pytest.fixture(scope="module")
def speak() -> Callable[[str], PCM]:
    assert Hibari.sample_rate == 24_000
    return hibari_voice()


def test_a_commit_before_the_last_word_is_a_cut_in_and_later_ones_are_delays() -> None:
    found = summary(
        [
            outcome("human pause", 5 * RATE, 8 * RATE, (4 * RATE, 5 * RATE)),
            outcome("synthetic pause", 9 * RATE, 8 * RATE, (4 * RATE, 5 * RATE)),
            outcome("question", 8 * RATE + RATE // 2, 8 * RATE, None),
        ],
        Ears(Deaf(), None, [0.2], [0.1]),  # type: ignore[arg-type]
    )
    assert found["cut_ins"] == 1
    assert found["cut_ins_by_kind"] == {"human pause": 1, "synthetic pause": 0}
    assert found["delay_ms"]["question"] == {"p50": 500, "p95": 500}  # type: ignore[index]


def test_a_question_ends_its_turn_sooner_than_a_text_that_is_not_understood(
    ears: Ears, speak: Callable[[str], PCM]
) -> None:
    case = ending("question", "q", speak("How are you handling your scheduling today?"), hiss(1.9, 12.0))
    understood = ears.hear(case)
    unheard = Ears(Deaf(), ears.smart_turn).hear(case)
    assert 0.3 < understood.delay_s < 0.6
    assert unheard.delay_s > 1.0
    assert not understood.cut_in


def test_a_pause_behind_a_preposition_is_waited_out(ears: Ears, speak: Callable[[str], PCM]) -> None:
    first, second = speak("I'd like to talk to you about"), speak("the balance on your account.")
    case = with_pause("synthetic pause", "p", np.concatenate([first, second]), len(first), 0.3, hiss(2.5, 12.0))
    assert not ears.hear(case).cut_in


def test_the_same_case_gives_the_same_outcome(ears: Ears, speak: Callable[[str], PCM]) -> None:
    case = ending("statement", "s", speak("You can cancel at the end of any month."), hiss(1.9, 12.0))
    assert ears.hear(case).committed_at == ears.hear(case).committed_at


def test_a_pause_lies_where_it_was_put_and_nothing_is_lost() -> None:
    pcm = np.arange(1, RATE + 1, dtype=np.int16)
    case = with_pause("human pause", "p", pcm, RATE // 2, 0.5, np.zeros(4 * RATE, np.int16))
    assert case.pause is not None
    first, last = case.pause
    assert last - first == RATE // 2
    assert not case.pcm[first:last].any()
    assert np.array_equal(case.pcm[case.pcm > 0], pcm[pcm > 0])


def test_a_cut_falls_on_the_quiet_between_words() -> None:
    pcm = np.random.default_rng(0).normal(0, 3_000, RATE).astype(np.int16)
    pcm[8_000:8_640] = 0
    assert quietest_near(pcm, 0.55) == pytest.approx(8_320, abs=200)


def test_room_tone_is_the_recordings_own_and_quiet() -> None:
    loud = np.random.default_rng(0).normal(0, 3_000, 2 * RATE).astype(np.int16)
    loud[RATE:] //= 100
    tone = room_tone(loud, 3.0)
    assert len(tone) == 3 * RATE
    assert rms_dbfs(tone) < rms_dbfs(loud) - 30
    assert tone.any()


def test_missing_recordings_are_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="RINGSIDE_SHARED"):
        next(human_cases(tmp_path, Deaf()))

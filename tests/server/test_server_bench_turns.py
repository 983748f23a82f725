from __future__ import annotations

import argparse
import asyncio
import json
import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import structlog
from hibari import Hibari

from server.benches import turns
from server.benches.turns import summary
from server.benches.turns.cases import (
    PAUSED,
    QUESTIONS,
    STATEMENTS,
    Case,
    ending,
    hiss,
    human_cases,
    quietest_near,
    room_tone,
    synthetic_cases,
    with_pause,
)
from server.benches.turns.hearing import (
    AUDIBLE_AFTER_S,
    CLEAR_AFTER_S,
    Closings,
    Ears,
    Outcome,
    Silence,
    closings_of,
    decide,
)
from server.benches.turns.voices import hibari_voice
from server.errors import UserError
from server.models.store import ModelStore
from server.settings import LanguageModelSettings
from voice.audio import LEARNER_RATE, PCM, as_pcm, rms_dbfs, write_wav
from voice.listen import NOTHING_SAID, Transcript, WhisperRecognizer
from voice.record import Word
from voice.smart_turn import SmartTurn
from voice.turns import Witnesses

RATE = LEARNER_RATE


class Metronome:
    """Hears eight words in any sound, one every quarter of a second."""

    def recognize(self, pcm: PCM, *, context: str = "") -> Transcript:
        words = tuple(Word(f"word{n}", n / 4, n / 4 + 0.2) for n in range(8))
        return Transcript(" ".join(word.text for word in words), words)


class Deaf:
    """Recognises nothing, so that only the longest silence ends a turn."""

    def recognize(self, pcm: PCM, *, context: str = "") -> Transcript:
        return NOTHING_SAID


def outcome(kind: str, committed_at: int, end: int, pause: tuple[int, int] | None, back: int | None = None) -> Outcome:
    case = Case(kind, "name", np.zeros(0, np.int16), end, pause)  # type: ignore[arg-type]
    return Outcome(case, committed_at, Witnesses("text", 0.5), back)


@pytest.fixture(scope="module")
def ears(model: Callable[[str], Path]) -> Ears:
    return Ears(WhisperRecognizer(model("whisper-tiny.en")), SmartTurn(model("smart-turn")))


@pytest.fixture(scope="module")
def speak() -> Callable[[str], PCM]:
    assert Hibari.sample_rate == 24_000
    return hibari_voice()


def heard(ears: Ears, case: Case) -> Outcome:
    return decide(case, ears.silences(case), {})


def test_a_commit_before_the_last_word_is_a_cut_in_and_later_ones_are_delays() -> None:
    found = summary(
        [
            outcome("human pause", 5 * RATE, 8 * RATE, (4 * RATE, 5 * RATE)),
            outcome("synthetic pause", 9 * RATE, 8 * RATE, (4 * RATE, 5 * RATE)),
            outcome("question", 8 * RATE + RATE // 2, 8 * RATE, None),
        ]
    )
    assert found["cut_ins"] == 1
    assert found["cut_ins_by_kind"] == {"human pause": 1, "synthetic pause": 0}
    assert found["delay_ms"]["question"] == {"p50": 500, "p95": 500}
    assert found["cut_in_cases"][0]["pause_ms"] == 1_000
    assert found["targets"][0]["met"] is None  # two pauses aren't the forty


def test_three_cut_ins_in_forty_miss_the_target_and_two_meet_it() -> None:
    def figures(cut_ins: int) -> dict[str, Any]:
        early = [outcome("human pause", 5 * RATE, 8 * RATE, (4 * RATE, 5 * RATE))] * cut_ins
        late = [outcome("human pause", 9 * RATE, 8 * RATE, (4 * RATE, 5 * RATE))] * (40 - cut_ins)
        return summary([*early, *late, outcome("question", RATE, RATE, None)])

    assert figures(2)["targets"][0]["met"] is True
    assert figures(3)["targets"][0]["met"] is False


def test_a_customer_who_gives_way_before_being_heard_makes_no_audible_cut_in() -> None:
    pause = (4 * RATE, 5 * RATE)
    decided = 5 * RATE - RATE // 20
    margin = round((AUDIBLE_AFTER_S - CLEAR_AFTER_S) * RATE)
    in_time = outcome("human pause", decided, 8 * RATE, pause, back=decided + margin - 100)
    too_late = outcome("human pause", decided, 8 * RATE, pause, back=decided + margin + 100)
    never = outcome("human pause", decided, 8 * RATE, pause)
    none = outcome("human pause", 9 * RATE, 8 * RATE, pause, back=10 * RATE)
    assert [each.audible_cut_in for each in (in_time, too_late, never, none)] == [False, True, True, False]
    assert in_time.cut_in
    end = outcome("question", 9 * RATE, 8 * RATE, None)
    assert summary([in_time, too_late, end])["audible_cut_ins_by_kind"]["human pause"] == 1


def test_the_language_models_word_counts_only_from_its_arrival_on() -> None:
    case = Case("statement", "s", np.zeros(6 * RATE, np.int16), 2 * RATE)
    silence = Silence(2 * RATE, 2 * RATE + 1_280, None, None, "I can do that for", 0.9)
    unaided = decide(case, [silence], {})
    closed = decide(case, [silence], {silence.text: 0.9})
    unanswered = decide(case, [silence], {silence.text: None})
    assert closed.delay_s < unaided.delay_s
    assert closed.committed_at - silence.noticed >= round((0.25 + 0.12) * RATE)
    assert closed.witnesses.closing_probability == 0.9
    assert unanswered.committed_at == unaided.committed_at


def test_a_turn_goes_on_when_speech_is_back_before_the_silence_was_long_enough() -> None:
    case = Case("synthetic pause", "s", np.zeros(8 * RATE, np.int16), 5 * RATE, (2 * RATE, 2 * RATE + RATE // 2))
    first = Silence(2 * RATE, 2 * RATE + 1_280, 2 * RATE + RATE // 2, 2 * RATE + 9_600, "I can do that for", 0.1)
    last = Silence(5 * RATE, 5 * RATE + 1_280, None, None, "I can do that for you on the same day.", 0.9)
    found = decide(case, [first, last], {})
    assert not found.cut_in
    assert 0.3 < found.delay_s < 1.2
    assert found.witnesses.text == last.text


def test_a_language_model_that_is_not_there_leaves_the_decision_to_the_others() -> None:
    off = LanguageModelSettings(enabled=False)
    assert asyncio.run(closings_of(["Hello there."], off, ModelStore.default())) is None


def test_nothing_but_the_report_goes_to_standard_output(
    model: Callable[[str], Path],
    speak: Callable[[str], PCM],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    first, second = speak("I'd like to talk to you about"), speak("the balance on your account.")
    paused = with_pause("synthetic pause", "p", np.concatenate([first, second]), len(first), 0.3, hiss(2.5, 12.0))
    end = ending("question", "q", speak("How are you handling your scheduling today?"), hiss(1.9, 12.0))

    async def asked(texts: Iterable[str], settings: LanguageModelSettings, store: ModelStore) -> Closings:
        structlog.get_logger("server.models.llm").info("language_model_ready")
        return Closings(dict.fromkeys(texts, 0.9), (0.1,))

    monkeypatch.setattr(ModelStore, "default", lambda: SimpleNamespace(path=model))
    monkeypatch.setattr(turns, "every_case", lambda speech, store: [paused, end])
    monkeypatch.setattr(turns, "closings_of", asked)
    handlers, level = logging.root.handlers, logging.root.level
    try:
        assert turns.run(argparse.Namespace(speech=Path(), json=True)) == 0
    finally:
        logging.root.handlers, logging.root.level = handlers, level
        structlog.reset_defaults()
    written = capsys.readouterr()
    figures = json.loads(written.out)
    assert "language_model_ready" in written.err
    assert figures["with_language_model"] is True
    assert (figures["pauses"], figures["ends"]) == (1, 1)
    assert figures["without_language_model"]["ends"] == 1
    assert set(figures["compute_ms"]) == {"text", "smart_turn", "language_model"}


def test_a_question_ends_its_turn_sooner_than_a_text_that_is_not_understood(
    ears: Ears, speak: Callable[[str], PCM]
) -> None:
    case = ending("question", "q", speak("How are you handling your scheduling today?"), hiss(1.9, 12.0))
    understood = heard(ears, case)
    unheard = heard(Ears(Deaf(), ears.end_judge), case)
    assert 0.3 < understood.delay_s < 0.6
    assert unheard.delay_s > 1.0
    assert not understood.cut_in


def test_a_pause_behind_a_preposition_is_waited_out(ears: Ears, speak: Callable[[str], PCM]) -> None:
    first, second = speak("I'd like to talk to you about"), speak("the balance on your account.")
    case = with_pause("synthetic pause", "p", np.concatenate([first, second]), len(first), 0.3, hiss(2.5, 12.0))
    assert not heard(ears, case).cut_in


def test_the_same_case_gives_the_same_outcome(ears: Ears, speak: Callable[[str], PCM]) -> None:
    case = ending("statement", "s", speak("You can cancel at the end of any month."), hiss(1.9, 12.0))
    assert heard(ears, case).committed_at == heard(ears, case).committed_at


def test_the_sentences_are_as_many_as_documented_and_all_different() -> None:
    assert len(set(PAUSED)) == 20
    assert all(text.count("|") == 1 and all(part.strip() for part in text.split("|")) for text in PAUSED)
    ends = QUESTIONS + STATEMENTS
    assert len(set(ends)) == 24
    assert all(5 <= len(text.replace("|", "").split()) <= 30 for text in PAUSED + ends)


def test_each_voice_says_paused_sentences_of_its_own() -> None:
    def tone(text: str) -> PCM:
        times = np.arange(len(text) * RATE // 15) / RATE
        return as_pcm(0.25 * np.sin(2 * np.pi * 220 * times) * (1 + np.sin(2 * np.pi * 4 * times)) / 2)

    cases = list(synthetic_cases([("a", tone), ("b", tone)], Deaf()))
    paused = [case for case in cases if case.pause is not None]
    texts = [case.name.split(": ", 1)[1] for case in paused]
    assert sorted(texts) == sorted(PAUSED)
    assert sum(case.name.startswith("a: ") for case in paused) == 10
    assert {case.pause_ms for case in paused} == {300, 450, 600, 750, 900}
    assert len(cases) - len(paused) == 48


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


def test_people_pause_between_words_and_only_the_last_held_out_recordings_are_taken(tmp_path: Path) -> None:
    names = [f"{speaker:05}{number:04}.wav" for speaker in range(10, 24) for number in range(3)]
    for name in names:
        write_wav(tmp_path / name, np.random.default_rng(0).normal(0, 500, 2 * RATE).astype(np.int16), RATE)
    manifest = "".join(json.dumps({"audio": name}) + "\n" for name in names)
    (tmp_path / "manifest.jsonl").write_text(manifest, encoding="utf-8")
    held_out = [name for name in names if int(name[:5]) % 2]
    cases = list(human_cases(tmp_path, Metronome()))
    paused = [case for case in cases if case.pause is not None]
    assert [case.name for case in paused] == held_out[::-1][:20]
    assert [case.name for case in cases if case.kind == "human end"] == [case.name for case in paused]
    ends_s = [case.pause[0] / RATE - 0.4 for case in paused if case.pause is not None]  # without the lead
    words_before = {1 + round(4 * (end - 0.2)) for end in ends_s}
    assert words_before == {2, 3, 4, 5, 6}


def test_missing_recordings_are_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="RINGSIDE_SHARED"):
        next(human_cases(tmp_path, Deaf()))

"""Kokoro's voices with the real model: what they say, how they read, and that each sounds like what is told of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from faster_whisper import WhisperModel

from server.models.errors import ModelError
from server.models.manifest import load_manifest
from voice.audio import as_float, resample
from voice.kokoro_phonemes import MOST_PHONEMES, Accent, Reader, spelt
from voice.kokoro_voices import KOKORO_VOICES
from voice.speak import Speaker, SpeechError, speech_level_dbfs
from voice.speak_hibari import Hibari
from voice.speak_kokoro import Kokoro
from voice.speak_piper import Piper

SENTENCE = "We looked at three vendors last year."  # some two seconds, which take as long on one core
ONE_OF_EACH = ("kokoro:af_heart", "kokoro:am_michael", "kokoro:bf_emma", "kokoro:bm_george")


@pytest.fixture(scope="module")
def pack(model: Callable[[str], Path]) -> tuple[Path, Path]:
    try:
        return model("kokoro"), model("kokoro-voices")
    except ModelError as error:
        pytest.skip(f"Kokoro's voices can't be had here: {error}")


@pytest.fixture(scope="module")
def speaker(pack: tuple[Path, Path], model: Callable[[str], Path]) -> Speaker:
    bundled = {"hibari": Hibari(), "piper": Piper({"joe": model("piper-joe")})}
    return Speaker({**bundled, "kokoro": Kokoro(*pack)})


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def test_the_voices_are_those_of_the_pack(speaker: Speaker) -> None:
    named = sorted(voice.name for voice in KOKORO_VOICES)
    assert [f"{name}.bin" for name in named] == sorted(
        file.name for file in load_manifest().model("kokoro-voices").files
    )
    assert [voice for voice in speaker.voices if voice.startswith("kokoro:")] == [f"kokoro:{name}" for name in named]
    assert all(voice.name[0] == {"us": "a", "gb": "b"}[voice.accent] for voice in KOKORO_VOICES)
    assert all(voice.name[1] == {"she": "f", "he": "m"}[voice.pronoun] for voice in KOKORO_VOICES)


def test_what_every_voice_says_comes_back_from_the_recogniser(speaker: Speaker, model: Callable[[str], Path]) -> None:
    """At the level of all voices, and without silence at its ends."""
    whisper = WhisperModel(str(model("whisper-tiny.en")), compute_type="int8", cpu_threads=1)
    assert speaker.sample_rate == 24_000
    for voice in KOKORO_VOICES:
        pcm = speaker.synthesize(SENTENCE, voice=f"kokoro:{voice.name}", pace=1 / voice.tempo)
        segments, _ = whisper.transcribe(as_float(resample(pcm, 24_000, 16_000)), beam_size=1, language="en")
        heard = words_of(" ".join(segment.text for segment in segments))
        said = words_of(SENTENCE)
        assert len(set(said) & set(heard)) >= len(set(said)) - 1, f"{voice.name}: {heard}"
        sound = as_float(pcm)
        assert speech_level_dbfs(sound, 24_000) == pytest.approx(-20.0, abs=0.5)
        audible = np.flatnonzero(np.abs(sound) > np.abs(sound).max() * 0.01)
        assert audible[0] < 0.060 * 24_000  # a W begins softly
        assert len(pcm) - audible[-1] < 0.080 * 24_000


@pytest.mark.parametrize("voice", ONE_OF_EACH)
def test_pace_does_what_it_says(speaker: Speaker, voice: str) -> None:
    slow, usual, fast = (len(speaker.synthesize(SENTENCE, voice=voice, pace=pace)) for pace in (0.7, 1.0, 1.5))
    assert slow > 1.2 * usual
    assert usual > 1.2 * fast


@pytest.mark.parametrize("text", ["", "...", "😀", "[[]]", "***"])
def test_nothing_to_say_is_empty_sound(speaker: Speaker, text: str) -> None:
    assert len(speaker.synthesize(text, voice="kokoro:af_heart")) == 0


@pytest.mark.parametrize("text", ["[[x", "日本語です ok", "\x00 no \x07", "]] [[ok]] {", "ß ø ñ é", "Mm-hm."])
def test_odd_text_is_no_failure(speaker: Speaker, text: str) -> None:
    assert len(speaker.synthesize(text, voice="kokoro:bm_george")) > 0


def test_missing_or_damaged_files_say_how_to_mend_them(pack: tuple[Path, Path], tmp_path: Path) -> None:
    model, voices = pack
    with pytest.raises(SpeechError, match="models pull voices"):
        Kokoro(model, tmp_path)
    with pytest.raises(SpeechError, match="models pull voices"):
        Kokoro(tmp_path, voices)
    (tmp_path / "af_heart.bin").write_bytes(b"\0" * 1000)
    with pytest.raises(SpeechError, match=r"kokoro:af_heart.*models verify"):
        Kokoro(model, tmp_path)


@pytest.mark.parametrize(
    ("accent", "text", "phonemes"),
    [
        ("us", "Water, near the hour.", "wˈɔɾəɹ, nˌɪɹ ðɪ ˈWəɹ."),
        ("gb", "Water, near the hour.", "wˈɔːtə, nˌɪə ðɪ ˈWə."),
        ("us", "I don't know... maybe.", "I dˈOnt nˈO, mˈAbi."),
        ("gb", "Oh, hair.", "ˈQ, hˈɛː."),
        ("us", "Which judge?", "wˌɪʧ ʤˈʌʤ?"),
        ("us", "Certain.", "sˈɜɹtᵊn."),
    ],
)
def test_words_are_read_in_the_accent_and_spelt_as_kokoro_was_taught(accent: Accent, text: str, phonemes: str) -> None:
    assert Reader(accent).sentences(text) == [phonemes]


def test_every_sign_that_is_written_is_in_kokoros_vocabulary(pack: tuple[Path, Path]) -> None:
    vocabulary = set(re.findall(r'"(.)": \d', (pack[0] / "vocab.json").read_text(encoding="utf-8")))
    text = (
        "She sells thirty fresh oranges, either near the house or the boy's garage; a measure of joy, though! "
        "Would you choose the vision, the ring, the butter or the bottle? Nothing: I'm certain."
    )
    for accent in ("us", "gb"):
        written = set("".join(Reader(accent).sentences(text)))
        assert written <= vocabulary | {" "}, written - vocabulary


def test_a_long_sentence_is_parted_between_words_and_nothing_is_lost() -> None:
    for joint, times in ((", ", 40), (" ", 20)):
        parts = Reader("us").sentences(joint.join(["and then nobody called me back"] * times) + ".")
        assert len(parts) > 1
        assert all(len(part) <= MOST_PHONEMES for part in parts)
        whole = Reader("us").sentences("and then nobody called me back.")[0].rstrip(".")
        assert " ".join(parts).replace(",", "").rstrip(".") == " ".join([whole] * times)


def test_what_espeak_writes_above_or_below_a_letter_is_written_out() -> None:
    assert spelt("bˈɐtn\N{COMBINING VERTICAL LINE BELOW}", "us") == "bˈətᵊn"
    assert spelt("lɑ\N{COMBINING TILDE}ː", "us") == "lɑ"

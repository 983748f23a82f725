from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice import audio


def tone(hz: float, rate: int, seconds: float = 0.5, amplitude: float = 0.5) -> audio.PCM:
    return audio.as_pcm(amplitude * np.sin(2 * np.pi * hz * np.arange(int(rate * seconds)) / rate))


def middle(pcm: audio.PCM) -> audio.PCM:
    return pcm[len(pcm) // 4 : -len(pcm) // 4]


@pytest.mark.parametrize(("from_rate", "to_rate"), [(22_050, 24_000), (24_000, 16_000), (48_000, 16_000)])
def test_resampling_keeps_duration_level_and_pitch(from_rate: int, to_rate: int) -> None:
    out = audio.resample(tone(440, from_rate), from_rate, to_rate)
    assert len(out) == pytest.approx(0.5 * to_rate, abs=1)
    expected = tone(440, to_rate)[: len(out)]
    assert np.max(np.abs(middle(out).astype(int) - middle(expected))) < 40


def test_a_stream_in_uneven_pieces_sounds_like_the_whole() -> None:
    source = tone(300, 22_050, 1.0)
    stream = audio.Resampler(22_050, 24_000)
    pieces = [stream.feed(piece) for piece in np.array_split(source, [7, 400, 1_000, 9_999])]
    streamed = np.concatenate([*pieces, stream.finish()])
    whole = audio.resample(source, 22_050, 24_000)
    assert len(streamed) == pytest.approx(len(whole), abs=2)
    n = min(len(streamed), len(whole))
    assert np.max(np.abs(streamed[:n].astype(int) - whole[:n])) < 40


def test_a_finished_stream_starts_afresh() -> None:
    stream = audio.Resampler(24_000, 16_000)
    source = tone(500, 24_000)
    first = np.concatenate([stream.feed(source), stream.finish()])
    second = np.concatenate([stream.feed(source), stream.finish()])
    assert np.array_equal(first, second)


def test_levels_are_dbfs() -> None:
    assert audio.rms_dbfs(tone(1_000, 16_000, amplitude=0.5)) == pytest.approx(-9.03, abs=0.05)
    assert audio.peak_dbfs(tone(1_000, 16_000, amplitude=0.5)) == pytest.approx(-6.02, abs=0.05)
    silence = np.zeros(160, np.int16)
    assert audio.rms_dbfs(silence) == audio.peak_dbfs(silence) == audio.SILENCE_DBFS
    assert audio.peak_dbfs(np.array([-32_768], np.int16)) == pytest.approx(0.0)


def test_mulaw_agrees_with_the_recommendation() -> None:
    # ITU-T G.711 table 2a: code words of its positive and negative decision ends, and of zero
    samples = np.array([0, -1, 32_767, -32_768, 1_000, -1_000], np.int16)
    assert audio.mulaw_encode(samples).tolist() == [0xFF, 0x7F, 0x80, 0x00, 0xCE, 0x4E]
    assert audio.mulaw_decode(np.array([0xFF, 0x80, 0x00, 0xCE], np.uint8)).tolist() == [0, 32_124, -32_124, 988]


@given(st.integers(0, 255))
def test_every_mulaw_byte_survives_a_round_trip(byte: int) -> None:
    code = np.array([byte], np.uint8)
    again = audio.mulaw_encode(audio.mulaw_decode(code))
    assert again == (0xFF if byte == 0x7F else code)  # minus zero becomes zero


@given(st.integers(-32_768, 32_767))
def test_mulaw_is_within_its_step(sample: int) -> None:
    out = int(audio.mulaw_decode(audio.mulaw_encode(np.array([sample], np.int16)))[0])
    assert abs(out - sample) <= max(4, abs(sample) * 0.035 + 4)


@pytest.mark.parametrize("rate", [16_000, 24_000])
def test_the_telephone_passes_the_voice_band_only(rate: int) -> None:
    def loss_db(hz: float) -> float:
        source = tone(hz, rate)
        out = audio.telephone(source, rate)
        assert len(out) == len(source)
        return audio.rms_dbfs(middle(source)) - audio.rms_dbfs(middle(out))

    assert loss_db(1_000) == pytest.approx(0, abs=0.5)
    assert loss_db(3_000) == pytest.approx(0, abs=0.5)
    assert loss_db(100) > 30
    assert loss_db(3_900) > 30
    assert loss_db(6_000) > 30


def test_the_telephone_does_not_delay() -> None:
    source = tone(800, 16_000)
    out = audio.telephone(source, 16_000)
    assert np.corrcoef(middle(source), middle(out))[0, 1] > 0.99


def test_a_wav_comes_back_as_it_was_written(tmp_path: Path) -> None:
    source = tone(440, 16_000)
    audio.write_wav(tmp_path / "tone.wav", source, 16_000)
    pcm, rate = audio.read_wav(tmp_path / "tone.wav")
    assert rate == 16_000
    assert np.array_equal(pcm, source)


def test_a_file_that_is_no_wav_is_named(tmp_path: Path) -> None:
    path = tmp_path / "speech.wav"
    path.write_bytes(b"ID3 not a wav at all")
    with pytest.raises(ValueError, match=r"speech\.wav: isn't a PCM WAV file"):
        audio.read_wav(path)


def test_half_a_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="5 bytes"):
        audio.pcm_from_bytes(b"12345")


def test_loud_floats_clip_and_do_not_wrap() -> None:
    assert audio.as_pcm(np.array([1.5, -1.5, 0.0])).tolist() == [32_767, -32_768, 0]

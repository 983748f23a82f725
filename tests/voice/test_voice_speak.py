"""What the voices sound like, checked with the real engines."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pytest
from faster_whisper import WhisperModel

from voice.audio import PCM, as_float, resample
from voice.speak import Sound, Speaker, SpeechError, UnknownVoiceError, speech_level_dbfs, trim
from voice.speak_endpoint import SpeechEndpoint
from voice.speak_hibari import Hibari
from voice.speak_piper import Piper
from voice.word_times import word_times

VOICES = ("hibari:heart", "piper:joe")


@pytest.fixture(scope="module")
def speaker(model: Callable[[str], Path]) -> Speaker:
    return Speaker({"hibari": Hibari(), "piper": Piper({"joe": model("piper-joe")})})


@pytest.fixture(scope="module")
def whisper(model: Callable[[str], Path]) -> WhisperModel:
    return WhisperModel(str(model("whisper-base")), compute_type="int8", cpu_threads=1)


def heard(whisper: WhisperModel, pcm: PCM) -> str:
    segments, _ = whisper.transcribe(as_float(resample(pcm, 24_000, 16_000)), beam_size=1, language="en")
    return " ".join(segment.text for segment in segments).lower()


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The charge was $84.20 on March 3rd.", ("84", "20", "march 3")),
        ("Please call me at 555-867-5309 tomorrow.", ("555-867-5309",)),
        ("We spend about $2.5M a year on this.", ("2.5 million",)),
        ("It was approx. 20% of the price.", ("approximately", "20%", "price")),
        ("You need to talk to the CFO about the ROI.", ("cfo", "roi")),
    ],
)
def test_what_is_said_comes_back_from_the_recogniser(
    speaker: Speaker, whisper: WhisperModel, voice: str, text: str, words: Sequence[str]
) -> None:
    # Piper draws its noise anew each time, and Whisper base mishears one rendering in twenty
    transcripts: list[str] = []
    for _ in range(3):
        transcripts.append(heard(whisper, speaker.synthesize(text, voice=voice)))
        if all(word in transcripts[-1] for word in words):
            return
    pytest.fail(f"{words} didn't come back: {transcripts}")


@pytest.mark.parametrize("voice", VOICES)
def test_speech_starts_and_ends_with_its_piece(speaker: Speaker, voice: str) -> None:
    for text in ("Fifteen percent.", "So what exactly do you want from me?", "No."):
        pcm = speaker.synthesize(text, voice=voice)
        loudest = np.abs(pcm.astype(int)).max()
        audible = np.flatnonzero(np.abs(pcm.astype(int)) > loudest * 0.01)
        assert audible[0] < 0.030 * 24_000
        assert len(pcm) - audible[-1] < 0.080 * 24_000
        assert max(abs(int(pcm[0])), abs(int(pcm[-1]))) < loudest * 0.005  # no click


def test_both_voices_are_equally_loud_and_never_clip(speaker: Speaker) -> None:
    for text in ("I never agreed to that charge, and I want it gone.", "Hmm.", "Look, who are you?"):
        for voice in VOICES:
            sound = as_float(speaker.synthesize(text, voice=voice))
            assert speech_level_dbfs(sound, 24_000) == pytest.approx(-20.0, abs=0.5)
            assert np.abs(sound).max() < 0.999


@pytest.mark.parametrize("voice", VOICES)
def test_pace_and_volume_do_what_they_say(speaker: Speaker, voice: str) -> None:
    text = "We looked at three vendors last year and bought from none of them."
    slow, usual, fast = (len(speaker.synthesize(text, voice=voice, pace=pace)) for pace in (0.7, 1.0, 1.5))
    assert slow > 1.2 * usual  # engines round to their frames, so pace is about right, never exact
    assert usual > 1.2 * fast
    quiet = as_float(speaker.synthesize(text, voice=voice, volume=0.5))
    assert speech_level_dbfs(quiet, 24_000) == pytest.approx(-26.0, abs=0.5)


@pytest.mark.parametrize("voice", VOICES)
def test_sentences_of_a_piece_are_a_breath_apart(speaker: Speaker, voice: str) -> None:
    pcm = speaker.synthesize("I see. And who pays for it?", voice=voice)
    quiet = np.abs(as_float(pcm)) < 0.003
    edges = np.flatnonzero(np.diff(np.concatenate([[0], quiet.astype(int), [0]])))
    longest_s = max((edges[1::2] - edges[::2]) / 24_000)
    assert 0.15 < longest_s < 0.35


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("text", ["", "   ", "...", "—", "😀", "\n", "[[]]", "***"])
def test_nothing_to_say_is_empty_sound(speaker: Speaker, voice: str, text: str) -> None:
    assert len(speaker.synthesize(text, voice=voice)) == 0


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("text", ["[[x", "日本語です ok", "a" * 300, "\x00 no \x07", "]] [[ok]] {", "ß ø ñ é"])
def test_odd_text_is_no_failure(speaker: Speaker, voice: str, text: str) -> None:
    assert len(speaker.synthesize(text, voice=voice)) > 0


def test_hibari_says_the_same_sample_for_sample(speaker: Speaker) -> None:
    first, second = (speaker.synthesize("Go on, then.", voice="hibari:heart") for _ in range(2))
    assert np.array_equal(first, second)


@pytest.mark.parametrize("voice", VOICES)
def test_word_times_are_near_what_the_recogniser_hears(speaker: Speaker, whisper: WhisperModel, voice: str) -> None:
    text = "We looked at three vendors last year, and honestly we bought from none of them."
    pcm = speaker.synthesize(text, voice=voice)
    spans = word_times(text, len(pcm))
    segments, _ = whisper.transcribe(
        as_float(resample(pcm, 24_000, 16_000)), beam_size=1, language="en", word_timestamps=True
    )
    ends = [word.end for segment in segments for word in segment.words or ()]
    assert len(ends) == len(spans)
    errors = [abs(span.end / 24_000 - end) for span, end in zip(spans, ends, strict=True)]
    assert np.median(errors) < 0.2
    assert max(errors) < 0.4


def test_an_unknown_voice_is_named_with_the_known_ones(speaker: Speaker) -> None:
    with pytest.raises(UnknownVoiceError, match=r"hibari:nobody.*hibari:heart"):
        speaker.synthesize("Hello.", voice="hibari:nobody")


def test_a_missing_model_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match="models pull"):
        Piper({"joe": tmp_path})
    (tmp_path / "x.onnx").write_bytes(b"no model")
    with pytest.raises(SpeechError, match="models verify"):
        Piper({"joe": tmp_path})


class Broken:
    """An engine that fails as engines do, with whatever comes."""

    voices = ("x",)

    def say(self, text: str, voice: str, pace: float) -> tuple[Sequence[Sound], int]:
        raise ZeroDivisionError("inside")


class Silent:
    """An engine that gives silence, or samples that are no numbers."""

    voices = ("zeros", "nan")

    def say(self, text: str, voice: str, pace: float) -> tuple[Sequence[Sound], int]:
        return [np.full(4_000, 0.0 if voice == "zeros" else np.nan, dtype=np.float32)], 16_000


def test_a_failing_engine_is_a_speech_error() -> None:
    with pytest.raises(SpeechError, match=r"couldn't say 'Hello\.'"):
        Speaker({"broken": Broken()}).synthesize("Hello.", voice="broken:x")


@pytest.mark.parametrize("voice", ["silent:zeros", "silent:nan"])
def test_an_engine_that_gives_no_sound_gives_an_empty_piece(voice: str) -> None:
    assert len(Speaker({"silent": Silent()}).synthesize("Hello.", voice=voice)) == 0


def test_trim_keeps_a_soft_consonant() -> None:
    rate = 24_000
    rng = np.random.default_rng(1)
    soft = rng.standard_normal(1_200).astype(np.float32) * np.float32(0.003)
    loud = np.sin(np.arange(2_400) * 0.1).astype(np.float32) * np.float32(0.3)
    padded = np.concatenate([np.zeros(6_000, np.float32), soft, loud, np.zeros(12_000, np.float32)])
    assert len(trim(padded, rate)) == pytest.approx(3_600, abs=0.030 * rate)


@pytest.fixture
def endpoint() -> Iterator[tuple[str, list[dict[str, object]]]]:
    """A speech endpoint on loopback that answers a tone of 0.5 s with silence around it."""
    requests: list[dict[str, object]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            requests.append({"path": self.path, **body})
            tone = np.sin(np.arange(12_000) * 0.2) * 3_000
            samples = np.concatenate([np.zeros(6_000), tone, np.zeros(6_000)]).astype("<i2").tobytes()
            self.send_response(500 if body["input"] == "Fail." else 200)
            self.send_header("Content-Type", "audio/pcm")
            self.send_header("Content-Length", str(len(samples)))
            self.end_headers()
            self.wfile.write(samples)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1", requests
    server.shutdown()
    thread.join()
    server.server_close()


def test_any_speech_endpoint_speaks(endpoint: tuple[str, list[dict[str, object]]]) -> None:
    url, requests = endpoint
    speaker = Speaker({"endpoint": SpeechEndpoint(url, model="tts-1", voices=["alloy"])})
    pcm = speaker.synthesize("It's $5.", voice="endpoint:alloy", pace=1.2)
    assert len(pcm) == pytest.approx(12_000, abs=800)
    assert speech_level_dbfs(as_float(pcm), 24_000) == pytest.approx(-20, abs=0.5)
    assert requests == [
        {
            "path": "/v1/audio/speech",
            "model": "tts-1",
            "voice": "alloy",
            "input": "It's five dollars.",
            "speed": 1.2,
            "response_format": "pcm",
        }
    ]


def test_a_failing_or_absent_endpoint_is_named(endpoint: tuple[str, list[dict[str, object]]]) -> None:
    url, _ = endpoint
    for address, text in ((url, "Fail."), ("http://127.0.0.1:9/v1", "Hello.")):
        speaker = Speaker({"endpoint": SpeechEndpoint(address, model="m", voices=["v"])})
        with pytest.raises(SpeechError, match=r"127\.0\.0\.1"):
            speaker.synthesize(text, voice="endpoint:v")

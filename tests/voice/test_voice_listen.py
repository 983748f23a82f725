from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np
import pytest
from openai import OpenAI

from voice import listen, phantoms
from voice.audio import LEARNER_RATE, PCM

Say = Callable[[str], PCM]


@pytest.fixture(scope="module")
def tiny(model: Callable[[str], Path]) -> listen.WhisperRecognizer:
    return listen.WhisperRecognizer(model("whisper-tiny.en"))


def words_of(text: str) -> list[str]:
    return [word.strip(".,!?").lower() for word in text.split()]


def test_a_sentence_is_recognised_with_its_word_times(tiny: listen.WhisperRecognizer, say: Say) -> None:
    lead = np.zeros(LEARNER_RATE // 2, np.int16)
    sound = np.concatenate([lead, say("We could start the pilot on Monday."), lead])
    heard = tiny.recognize(sound)
    assert words_of(heard.text) == words_of("We could start the pilot on Monday.")
    assert [word.text for word in heard.words] == heard.text.split()
    times = [time for word in heard.words for time in (word.start_s, word.end_s)]
    assert times == sorted(times)
    assert 0.4 <= times[0] <= 0.9
    assert times[-1] <= len(sound) / LEARNER_RATE - 0.4


def test_a_short_answer_is_no_phantom(tiny: listen.WhisperRecognizer, say: Say) -> None:
    assert words_of(tiny.recognize(say("Thank you.")).text) == ["thank", "you"]
    assert words_of(tiny.recognize(say("Okay.")).text) == ["okay"]


@pytest.mark.parametrize("amplitude", [0, 12, 300, 3_000])
def test_silence_and_noise_say_nothing(tiny: listen.WhisperRecognizer, amplitude: int) -> None:
    noise = np.random.default_rng(2).normal(0, amplitude, 3 * LEARNER_RATE).astype(np.int16)
    assert tiny.recognize(noise).text == ""
    assert tiny.recognize(noise[:0]).text == ""


def test_phantoms_are_told_from_words_by_what_the_model_and_the_voice_say() -> None:
    sure = listen.Transcript("Thank you.", (), 0.03, -0.1)
    assert not phantoms.is_phantom(sure, 0.5)
    assert phantoms.is_phantom(sure, 0.1)
    assert phantoms.is_phantom(listen.Transcript("Thank you.", (), 0.8, -0.4), 0.5)
    assert phantoms.is_phantom(listen.Transcript("Anything at all", (), 0.9, -1.4), 2.0)
    assert phantoms.is_phantom(listen.Transcript("I can't do it if you don't tell me", (), 0.1, -0.4), 0.2)
    assert phantoms.is_phantom(listen.Transcript(". .", (), 0.1, -0.4), 1.0)
    assert not phantoms.is_phantom(listen.Transcript("We sell software.", (), 0.4, -0.9), 1.0)


def test_more_than_a_window_is_recognised_piece_by_piece(tiny: listen.WhisperRecognizer, say: Say) -> None:
    sentences = {
        "invoice": "The invoice came twice and nobody called me back.",
        "driver": "A driver waited at the gate for two hours on Monday.",
        "kitchen": "My sister wants to open a kitchen shop next to the station.",
        "winter": "Last winter the heating failed and we worked in our coats.",
        "contract": "I have read the contract and I don't like the second page.",
        "doctor": "The doctor told him to take a walk after every meal.",
        "garden": "There is a garden behind the office where people eat lunch.",
        "ticket": "She bought a ticket to Boston and left it on the table.",
        "window": "Please close the window before you leave the building.",
        "music": "They played music in the yard until the neighbours complained.",
        "camera": "The camera over the door has been broken since March.",
        "weather": "If the weather holds, we will paint the fence on Sunday.",
    }
    pause = np.zeros(LEARNER_RATE // 2, np.int16)
    sound = np.concatenate([part for sentence in sentences.values() for part in (say(sentence), pause)])
    assert len(sound) > 30 * LEARNER_RATE
    heard = tiny.recognize(sound)
    starts = [word.start_s for word in heard.words]
    assert starts == sorted(starts)
    assert starts[-1] > 30
    in_order = [word for word in words_of(heard.text) if word in sentences]
    assert len(in_order) >= len(sentences) - 1
    assert in_order == sorted(in_order, key=list(sentences).index)


def test_the_window_is_the_utterance_and_its_slack(
    tiny: listen.WhisperRecognizer, monkeypatch: pytest.MonkeyPatch, say: Say
) -> None:
    frames: list[int] = []
    encode = tiny.stock.encode
    monkeypatch.setattr(tiny.stock, "encode", lambda features: frames.append(features.shape[-1]) or encode(features))
    sound = say("How much does it cost per month?")
    tiny.recognize(sound)
    assert frames == [pytest.approx(100 * (len(sound) / LEARNER_RATE + listen.WINDOW_SLACK_S), abs=1)]


def test_a_loop_is_recognised_again_in_a_longer_window(
    tiny: listen.WhisperRecognizer, monkeypatch: pytest.MonkeyPatch, say: Say
) -> None:
    sound, slacks = say("Tell me what you would do."), []

    def decode(samples: object, context: str, slack_s: float) -> listen.Transcript:
        slacks.append(slack_s)
        once = "Tell me what you would do."
        return listen.Transcript(once if slack_s > listen.WINDOW_SLACK_S else f"{once} {once}", (), 0.0, -0.2)

    monkeypatch.setattr(tiny, "_decode_window", decode)
    assert tiny.recognize(sound).text == "Tell me what you would do."
    assert slacks == [listen.WINDOW_SLACK_S, listen.RETRY_SLACK_S]


def test_people_are_understood_about_as_well_as_by_stock(tiny: listen.WhisperRecognizer, people: list) -> None:
    from server.benches.recognise import Sample, compare

    figures = compare(tiny, [Sample(recording.pcm, recording.text) for recording in people[::10]])
    assert figures["wer"] <= figures["stock_wer"] + 0.1  # six recordings: one word is two points


@pytest.mark.parametrize("text", ["", "no, no, no", "I'd, I'd say so", "That's very, very good."])
def test_what_people_repeat_is_no_loop(text: str) -> None:
    assert not phantoms.repeats(text)


@pytest.mark.parametrize("text", ["Tell me what you did too Tell me what you did too", "so " * 60, "a b c a b c"])
def test_loops_are_seen(text: str) -> None:
    assert phantoms.repeats(text)


def test_a_long_sound_is_cut_where_it_is_quiet() -> None:
    loud = np.random.default_rng(0).normal(0, 3_000, 60 * LEARNER_RATE).astype(np.int16)
    loud[20 * LEARNER_RATE : 21 * LEARNER_RATE] = 0
    found = listen.pieces(loud)
    assert 20 * LEARNER_RATE < len(found[0]) < 21 * LEARNER_RATE
    assert max(map(len, found)) <= listen.LONGEST_PIECE_S * LEARNER_RATE
    assert np.array_equal(np.concatenate(found), loud)


def endpoint(answer: httpx.Response, requests: list[httpx.Request]) -> listen.EndpointRecognizer:
    def handle(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return answer

    http = httpx.Client(transport=httpx.MockTransport(handle))
    client = OpenAI(api_key="none", base_url="http://speech.test/v1", http_client=http, max_retries=0)
    return listen.EndpointRecognizer(client, "whisper-1")


def test_an_endpoint_is_asked_and_its_words_are_read(say: Say) -> None:
    body = {"text": " Hello there.", "language": "en", "duration": 1.0}
    requests: list[httpx.Request] = []
    heard = endpoint(httpx.Response(200, json=body), requests).recognize(say("Hello there."), context="Northwind")
    assert heard.text == "Hello there."
    assert [word.text for word in heard.words] == ["Hello", "there."]
    assert requests[0].url.path == "/v1/audio/transcriptions"
    assert b"Northwind" in requests[0].content
    assert b"RIFF" in requests[0].content


def test_an_endpoint_that_fails_is_named(say: Say) -> None:
    failing = endpoint(httpx.Response(500, text=json.dumps({"error": "down"})), [])
    with pytest.raises(listen.RecognitionError, match=r"speech\.test"):
        failing.recognize(say("Hello there."))


def test_an_endpoint_is_not_sent_silence() -> None:
    requests: list[httpx.Request] = []
    assert endpoint(httpx.Response(500), requests).recognize(np.zeros(LEARNER_RATE, np.int16)).text == ""
    assert requests == []

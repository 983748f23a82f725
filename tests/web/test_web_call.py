"""The whole way through, with real models: ring, three turns, a barge-in, hang up, a grade, a quote that plays."""

from __future__ import annotations

import re
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soxr
from numpy.typing import NDArray
from playwright.sync_api import Browser, expect
from web_house import Server, watched

from voice.speak import Speaker
from voice.speak_piper import Piper

LEARNER_RATE = 16_000
# The pauses leave room for the ring, the greeting and an answer; the last but one is cut into.
SCRIPT = (
    (8.0, "Hi Dana, this is Sam from Loadline. Did I catch you at a bad time?"),
    (9.0, "How do the trucks get their slot at your docks today?"),
    (
        2.6,
        "Sorry, before you go on, let me ask you one more thing. How long does a late truck wait in the yard?",
    ),
    (9.0, ""),
)


@pytest.fixture(scope="session")
def learner_wav(model: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    speaker = Speaker({"piper": Piper({"joe": model("piper-joe")})})
    parts: list[NDArray[np.int16]] = []
    for silence_s, text in SCRIPT:
        parts.append(np.zeros(int(silence_s * LEARNER_RATE), dtype=np.int16))
        if text:
            spoken = speaker.synthesize(text, voice="piper:joe")
            parts.append(soxr.resample(spoken, speaker.sample_rate, LEARNER_RATE))
    path = tmp_path_factory.mktemp("microphone") / "learner.wav"
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(LEARNER_RATE)
        out.writeframes(np.concatenate(parts).tobytes())
    return path


def test_a_learner_rings_talks_barges_in_hangs_up_and_hears_a_quote(
    launch: Callable[..., Browser], server: Server, learner_wav: Path
) -> None:
    browser = launch(f"--use-file-for-fake-audio-capture={learner_wav}%noloop")
    context = browser.new_context(base_url=server.address, permissions=["microphone"])
    page = context.new_page()
    watch = watched(page, server.address)
    page.goto("/")
    page.get_by_role("button", name="Call Dana").first.click()
    expect(page.get_by_text("Ringing…")).to_be_visible()
    page.get_by_role("timer").wait_for(timeout=30_000)
    page.keyboard.press("c")

    seconds = sum(silence_s for silence_s, _ in SCRIPT) + 15
    ticket = page.wait_for_function("performance.getEntriesByType('resource').find(e => e.name.endsWith('/api/calls'))")
    assert ticket is not None
    call = server.get("/api/calls?limit=1")["calls"][0]["id"]

    def three_turns() -> bool:
        turns = server.get(f"/api/calls/{call}")["turns"]
        page.wait_for_timeout(50)
        return sum(turn["who"] == "learner" for turn in turns) >= 3 and turns[-1]["who"] == "customer"

    server.until(three_turns, seconds + 30, "the call hasn't got three turns of the learner and an answer")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_url(f"**/calls/{call}", timeout=20_000)
    page.get_by_role("heading", name="How it was scored").wait_for(state="attached", timeout=30_000)

    detail = server.get(f"/api/calls/{call}")
    learner = [turn["text"].lower() for turn in detail["turns"] if turn["who"] == "learner"]
    assert "time" in learner[0]
    assert "truck" in " ".join(learner[1:])
    assert any(turn["who"] == "customer" and turn["interrupted"] for turn in detail["turns"])
    assert detail["grade"]["score"] is not None

    # The transcript has quotes on buttons, too; and this one's name changes while it plays.
    quote = page.get_by_role("button", name=re.compile("^(Play|Stop): “")).first
    quote.scroll_into_view_if_needed()
    quote.click()
    slider = page.get_by_role("slider", name="Place in the call")
    expect(quote).to_contain_text("Stop", timeout=5000)
    expect(slider).not_to_have_attribute("aria-valuenow", "0", timeout=10_000)
    expect(quote).to_contain_text("Play", timeout=20_000)
    assert watch.complaints == []
    assert watch.foreign == []
    context.close()

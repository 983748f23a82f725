"""One call in real time with real detector, recogniser, Smart Turn and voice; only the customer's mind is scripted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soxr
from voice_desk import Device, ScriptedCustomer

from voice.audio import PCM
from voice.call import Call
from voice.clock import MonotonicClock
from voice.detect import SpeechDetector
from voice.engines import Engines
from voice.journal import JournalWriter, read_journal, record, replay
from voice.lanes import ThreadWorkers
from voice.latency import latency
from voice.listen import WhisperRecognizer
from voice.mouth import CachedMouth
from voice.openers import OpenerCache
from voice.smart_turn import SmartTurn
from voice.speak import Speaker
from voice.speak_hibari import Hibari
from voice.tape import Tape, read_tape

VOICE = "hibari:heart"
FRAME = 320


def test_a_spoken_question_is_heard_answered_and_on_tape(tmp_path: Path, model: Callable[[str], Path]) -> None:
    speaker = Speaker({"hibari": Hibari()})
    mouth = CachedMouth(speaker, OpenerCache(speaker, None), VOICE)
    customer = ScriptedCustomer(lines=("That depends on the price.",), line_s=0.5)
    mouth.cache.prepare(customer.openers, voice=VOICE).wait(60)
    quick = WhisperRecognizer(model("whisper-tiny.en"))
    engines = Engines(SpeechDetector(), quick, None, SmartTurn(model("smart-turn")), mouth)
    question = speaker.synthesize("Do you have a minute to talk about coffee machines?", voice=VOICE)
    question = soxr.resample(question.astype(np.float32), 24_000, 16_000).astype(np.int16)
    path, tape, device = tmp_path / "journal.jsonl", Tape(tmp_path / "tape"), Device()

    async def script() -> None:
        call = Call(
            call_id="spoken",
            customer=customer,
            engines=engines,
            workers=ThreadWorkers(),
            journal=JournalWriter(path),
            tape=tape,
            send=device.take,
            clock=MonotonicClock(),
        )
        call.start()
        player = asyncio.ensure_future(device.play(call))
        loop = asyncio.get_running_loop()
        start_s = loop.time()
        room: PCM = np.random.default_rng(1).normal(0, 20, 16_000 * 20).astype(np.int16)
        sound = np.concatenate([room[: 16_000 * 3], question, room[: 16_000 * 5]])
        for first in range(0, len(sound) - FRAME, FRAME):
            await asyncio.sleep(max(0.0, start_s + (first + FRAME) / 16_000 - loop.time()))
            await call.audio(sound[first : first + FRAME].astype("<i2").tobytes())
        call.hangup()
        assert await call.finished() == "hangup"
        player.cancel()

    asyncio.run(script())
    entries = read_journal(path)
    assert replay(entries) == []
    turns = record(entries).turns
    assert [turn.who for turn in turns] == ["customer", "learner", "customer"]
    assert "minute to talk about coffee machines" in turns[1].text
    assert turns[2].text == "Well now, let me see. That depends on the price."
    assert 0 < latency(entries)["voice_to_voice_ms"]["p50"] < 2_000  # a shared machine; the figure itself is a bench's
    both = np.concatenate(list(read_tape(tape.finish())))
    learner, customer_side = (np.abs(both[:, side].astype(int)) for side in (0, 1))
    spoke_from, spoke_to = round(turns[1].start_s * 24_000), round(turns[1].end_s * 24_000)
    answered_from = round(turns[2].start_s * 24_000)
    assert learner[spoke_from:spoke_to].mean() > 10 * customer_side[spoke_from:spoke_to].mean()
    assert customer_side[answered_from : answered_from + 24_000].mean() > 10 * learner[answered_from:][:24_000].mean()

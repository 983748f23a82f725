"""The customer's mood is heard: the director's decision, through the seam, measured on the real voices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from personas.intention import Doing, Intention
from personas.load import load_library
from personas.prosody import prosody_of
from personas.script import write_script
from personas.state import State, first_state
from server.calls.customer import ScenarioCustomer
from voice.audio import as_float
from voice.customer import Heard
from voice.mouth import CachedMouth
from voice.openers import OpenerCache
from voice.record import Prosody
from voice.speak import Speaker, speech_level_dbfs
from voice.speak_hibari import Hibari
from voice.speak_piper import Piper

LIBRARY = load_library()
SUBSTANCE = "We looked at three vendors last year, and in the end we bought from none of them."
OPENER = "I would have to look."
PATIENCE = {"impatient": (5, 1), "cold": (2, 5), "neutral": (4, 5), "warm": (7, 6)}


def start() -> State:
    scenario = LIBRARY.scenarios["cold-call-operations"]
    return first_state(write_script(scenario, LIBRARY.persona_of(scenario), seed=1, others=LIBRARY.others_in(scenario)))


def prosody(temper: str, act: Doing = "answer", line: str = SUBSTANCE) -> Prosody:
    trust, patience = PATIENCE[temper]
    return prosody_of(Intention(act, line, OPENER, replace(start(), trust=trust, patience=patience)))


@pytest.fixture(scope="module")
def speaker(model: Callable[[str], Path]) -> Speaker:
    return Speaker({"hibari": Hibari(), "piper": Piper({"joe": model("piper-joe")})})


@pytest.fixture(scope="module")
def cache(speaker: Speaker) -> Iterator[OpenerCache]:
    cache = OpenerCache(speaker, None)
    yield cache
    cache.close()


@pytest.fixture(params=["hibari:heart", "piper:joe"])
def mouth(request: pytest.FixtureRequest, speaker: Speaker, cache: OpenerCache) -> CachedMouth:
    return CachedMouth(speaker, cache, request.param)


def test_an_impatient_customer_is_heard_faster_and_louder_than_a_warm_one(mouth: CachedMouth) -> None:
    # Piper draws its lengths anew each time: three readings each
    said = {
        temper: [mouth.say(SUBSTANCE, "writer", prosody(temper)) for _ in range(3)] for temper in ("impatient", "warm")
    }
    length = {temper: np.mean([len(pcm) for pcm in pieces]) for temper, pieces in said.items()}
    level = {
        temper: np.mean([speech_level_dbfs(as_float(pcm), 24_000) for pcm in pieces]) for temper, pieces in said.items()
    }
    assert length["warm"] > 1.07 * length["impatient"]
    assert level["impatient"] - level["warm"] == pytest.approx(4.0, abs=0.5)
    assert max(int(np.abs(pcm.astype(int)).max()) for pcm in said["impatient"]) < 32_700


def test_an_opener_is_louder_or_softer_and_lasts_as_long_as_ever(mouth: CachedMouth) -> None:
    mouth.cache.prepare([OPENER], voice=mouth.voice).wait(60)
    plain, impatient, warm = (
        mouth.cached(OPENER, "opener", how) for how in (Prosody(), prosody("impatient"), prosody("warm"))
    )
    assert plain is not None and impatient is not None and warm is not None
    assert len(plain) == len(impatient) == len(warm)
    loud, soft = (speech_level_dbfs(as_float(pcm), 24_000) for pcm in (impatient, warm))
    assert loud - soft == pytest.approx(4.0, abs=0.5)
    assert np.abs(impatient.astype(int)).max() < 32_700


def test_a_call_s_moods_differ_and_stand_in_the_journal() -> None:
    scenario = LIBRARY.scenarios["cold-call-operations"]
    heard = Heard("turn", "You people are useless. Just sign it now or you will regret it.", 5.0, 9.0)
    sounds: list[tuple[float, float]] = []
    for trust, patience in (PATIENCE["impatient"], PATIENCE["warm"]):
        customer = ScenarioCustomer(scenario, LIBRARY.persona_of(scenario), seed=1, others=LIBRARY.others_in(scenario))
        customer.settle(customer.decide(Heard("pick_up")), Heard("pick_up"), "Yes?")
        customer.state = replace(customer.state, trust=trust, patience=patience)
        reply = customer.decide(replace(heard, text="What do you use today, and how is that going?"))
        notes = customer.settle(reply, heard, reply.opener)
        assert notes["prosody"] == {
            "pace": reply.prosody.pace, "gain_db": reply.prosody.gain_db, "pause_s": reply.prosody.pause_s
        }  # fmt: skip
        sounds.append((reply.prosody.pace, reply.prosody.gain_db))
    (fast, loud), (slow, soft) = sounds
    assert fast > slow
    assert loud > soft


def test_what_must_be_there_at_once_keeps_the_pace_it_was_prepared_at() -> None:
    assert prosody("impatient", "opening").pace == 1.0
    assert prosody("impatient", "prompt").pace == 1.0
    assert prosody("impatient", line="").pace == 1.0


def test_nobody_in_a_hurry_leaves_a_silence() -> None:
    assert prosody("warm", "soften").pause_s > 0.1
    assert prosody("impatient", "soften").pause_s == 0.0


def test_pace_and_loudness_stay_believable() -> None:
    acts: tuple[Doing, ...] = ("answer", "deflect", "object", "insist", "rebuke", "demand", "call_out", "warn", "agree")
    for temper in PATIENCE:
        for act in acts:
            how = prosody(temper, act)
            assert 0.88 <= how.pace <= 1.27
            assert -3.0 <= how.gain_db <= 5.5
            assert 0.0 <= how.pause_s <= 0.17

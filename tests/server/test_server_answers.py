"""What could be answered at a moment: read with the call's own figures, heard in a voice that isn't the customer's."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import yaml
from starlette.testclient import TestClient

from personas.load import LIBRARY
from server.app import create_app
from server.calls.wording import worded
from server.settings import LanguageModelSettings, Settings
from voice.record import Decision

BASE_URL = "http://127.0.0.1:8000"
SCENARIO, PERSONA, MOMENT = "cold-call-operations", "dana-whitfield", "price-objection"
STRONG = "You said {late} waits {wait}. Against that, what would half of those hours be worth to you?"
SILENT = LanguageModelSettings(enabled=False)
ANSWERS = f"/api/scenarios/{SCENARIO}/moments/{MOMENT}/answers"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def client(tmp_path: Path, data: Path) -> Iterator[TestClient]:
    """A server whose library has a strong answer to one moment, and no weak one."""
    library = tmp_path / "library"
    for kind, name in (("personas", PERSONA), ("scenarios", SCENARIO)):
        (library / kind).mkdir(parents=True)
        content = yaml.safe_load((LIBRARY / kind / f"{name}.yaml").read_text())
        for moment in content.get("moments", []):
            moment |= {"strong": STRONG if moment["id"] == MOMENT else "", "weak": ""}
        (library / kind / f"{name}.yaml").write_text(yaml.safe_dump(content, sort_keys=False))
    settings = Settings(
        data_dir=data, llm=LanguageModelSettings(enabled=False), load_models="at_first_call", library_dirs=(library,)
    )
    app = create_app(settings, web_dist=tmp_path / "dist")
    with TestClient(app, base_url=BASE_URL, raise_server_exceptions=False) as client:
        yield client


def test_a_moment_says_which_answers_it_has(client: TestClient) -> None:
    cards = {card["id"]: card for card in client.get("/api/scenarios").json()["scenarios"]}
    answers = {moment["id"]: moment["answers"] for moment in cards[SCENARIO]["moments"]}
    assert answers.pop(MOMENT) == ["strong"]
    assert set(map(tuple, answers.values())) == {()}
    assert all(moment["brief"] for moment in cards[SCENARIO]["moments"])


def test_an_answer_has_the_figures_of_the_call(client: TestClient) -> None:
    texts = {client.get(f"{ANSWERS}/strong", params={"seed": seed}).json()["text"] for seed in range(12)}
    assert len(texts) > 1
    assert all("{" not in text and text.startswith("You said ") for text in texts)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        (f"{ANSWERS}/weak", "no_answer"),
        (f"{ANSWERS}/weak/audio", "no_answer"),
        (ANSWERS.replace(MOMENT, "nothing") + "/strong", "unknown_moment"),
        (ANSWERS.replace(SCENARIO, "nobody") + "/strong", "unknown_scenario"),
    ],
)
def test_what_is_not_there_is_named(client: TestClient, address: str, code: str) -> None:
    response = client.get(address)
    assert (response.status_code, response.json()["error"]["code"]) == (404, code)


def test_an_answer_is_spoken_once_and_kept(client: TestClient, data: Path, model: Callable[[str], Path]) -> None:
    for name in ("whisper-tiny.en", "whisper-base", "smart-turn", "piper-joe"):
        model(name)
    answer = client.get(f"{ANSWERS}/strong", params={"seed": 3}).json()
    first = client.get(answer["audio"])
    assert (first.status_code, first.headers["content-type"]) == (200, "audio/wav")
    with wave.open(io.BytesIO(first.content)) as sound:
        assert (sound.getframerate(), sound.getnchannels()) == (24_000, 1)
        pcm = np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2")
    assert 3.0 < len(pcm) / 24_000 < 12.0
    assert np.abs(pcm).max() > 3000
    kept = list((data / "openers").glob("*/*.pcm"))
    assert len(kept) == 1
    assert client.get(answer["audio"]).content == first.content
    assert list((data / "openers").glob("*/*.pcm")) == kept


def test_the_guards_steps_are_counted_by_what_mended_them() -> None:
    def turn(tries: int, guard: dict[str, int], fallbacks: int, **more: bool) -> Decision:
        return Decision(0, 0.0, {"wording": {"tries": tries, "guard": guard, "fallbacks": fallbacks, **more}})

    found = worded(
        [
            Decision(0, 0.0, {}),
            turn(0, {}, 0),
            turn(1, {}, 0),
            turn(2, {"echo": 1}, 0),
            turn(2, {"echo": 1, "swapped role": 1}, 1),
            turn(1, {}, 1, late=True),
        ]
    )
    assert (found.worded, found.mended_by_another_try, found.mended_by_authored_line, found.authored_for_time) == (
        4,
        1,
        1,
        1,
    )

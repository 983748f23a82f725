"""The server as a process: it is killed, its port is taken, it is asked to listen where it may not."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from voice.audio import CUSTOMER_RATE, LEARNER_RATE, resample, write_wav
from voice.speak import Speaker
from voice.speak_piper import Piper

ENVIRONMENT = {**os.environ, "RINGSIDE_LLM__ENABLED": "false"}
WITHOUT_MODELS = {"RINGSIDE_LOAD_MODELS": "at_first_call"}
SAID = "Hi, this is Alex from Northwind. Do you have half a minute?"


def serve(data_dir: Path, *options: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "server.cli", "serve", "--no-browser", *options],
        env={**ENVIRONMENT, "RINGSIDE_DATA_DIR": str(data_dir), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def running(data_dir: Path, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server on a free port and its address."""
    process = serve(data_dir, "--port", "0", **environment)
    assert process.stdout is not None
    try:
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert found
        yield process, found[0]
    finally:
        process.terminate()
        process.communicate(timeout=30)


def typed_turn(line: ClientConnection, text: str) -> None:
    """Say hello, hear the customer's greeting, type a turn and wait until it stands in the record."""
    line.send('{"type":"hello","sample_rate":16000}')
    while '"listening"' not in str(frame := line.recv()):
        if isinstance(frame, bytes):
            utterance, first = struct.unpack("<II", frame[:8])
            played = {"type": "played", "utterance": utterance, "samples": first + (len(frame) - 8) // 2}
            line.send(json.dumps(played))
    line.send('{"type":"text","text":"' + text + '"}')
    while True:
        frame = line.recv()
        if isinstance(frame, str) and '"learner"' in frame and text in frame:
            return


def logged(process: subprocess.Popen[str], event: str, **values: Any) -> dict[str, Any]:
    """The next line of the server's log that tells of this event."""
    assert process.stderr is not None
    for line in process.stderr:
        entry: dict[str, Any] = json.loads(line) if line.startswith("{") else {}
        if entry.get("event") == event and values.items() <= entry.items():
            return entry
    raise AssertionError(f"the server ended without a word of {event}")


def test_a_server_killed_in_mid_call_leaves_the_call_interrupted_readable_and_gradable(
    tmp_path: Path, model: Callable[[str], Path]
) -> None:
    for name in ("whisper-tiny.en", "whisper-base", "smart-turn", "piper-joe"):
        model(name)
    with running(tmp_path) as (process, address):
        scenario = httpx.get(f"{address}/api/scenarios").json()["scenarios"][0]["id"]
        ticket = httpx.post(f"{address}/api/calls", json={"scenario": scenario}).json()
        url = address.replace("http", "ws") + ticket["socket"]
        with connect(url, subprotocols=[Subprotocol("ringside.v1")]) as line:
            typed_turn(line, SAID)
            process.send_signal(signal.SIGKILL)
            process.wait()
    with running(tmp_path, **WITHOUT_MODELS) as (process, address):
        url = f"{address}/api/calls/{ticket['id']}"
        call = httpx.get(url).json()
        assert (call["status"], call["ended_reason"]) == ("interrupted", "server_stopped")
        assert [turn["text"] for turn in call["turns"] if turn["who"] == "learner"] == [SAID]
        assert call["turns"][0]["who"] == "customer"
        logged(process, "tape finished", call=ticket["id"])
        assert httpx.get(url).json()["tape"]["duration_s"] > 1.0
        assert httpx.post(f"{url}/grade").status_code == 202
        assert logged(process, "call graded", call=ticket["id"])["state"] == "ready"
        assert httpx.get(url).json()["grade"]["rubric"]["id"]
        assert httpx.get(f"{address}/api/calls").json()["calls"][0]["status"] == "interrupted"


def test_a_spoken_call_is_understood_answered_and_measured(
    tmp_path: Path, model: Callable[[str], Path], learner_recordings: Path
) -> None:
    for name in ("whisper-tiny.en", "whisper-base", "smart-turn", "piper-joe"):
        model(name)
    command = [sys.executable, "-m", "server.cli", "call", "--scenario", "cold-call-operations", "--json"]
    with running(tmp_path) as (process, address):
        logged(process, "models loaded")
        assert httpx.get(f"{address}/api/status").json()["ready"]
        done = subprocess.run(
            [*command, "--server", address, "--utterances", str(learner_recordings)],
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        assert (told["ended"], told["errors"]) == ("hangup", [])
        for turn in told["turns"]:
            assert turn["transcript"] and turn["reply"] and not turn["cut_in"]
        assert "late deliveries" in told["turns"][1]["transcript"].lower()
        call = httpx.get(f"{address}/api/calls/{told['call']}").json()
        measured = [turn["voice_to_voice_ms"] for turn in call["latency"]["turns"]]
        assert len(measured) == len(told["turns"])
        for here, there in zip(measured, told["turns"], strict=True):
            # The client's own jitter buffer and the way there and back are what the server can't see.
            assert abs(here - there["voice_to_voice_ms"]) < 300
        logged(process, "tape finished", call=told["call"])
        assert max(httpx.get(f"{address}/api/calls/{told['call']}/peaks").json()["learner"]) > 0.1


@pytest.fixture(scope="module")
def learner_recordings(tmp_path_factory: pytest.TempPathFactory, model: Callable[[str], Path]) -> Path:
    """Two utterances of a synthetic learner, 16 kHz."""
    folder = tmp_path_factory.mktemp("learner")
    speaker = Speaker({"piper": Piper({"joe": model("piper-joe")})})
    for number, text in enumerate((SAID, "How are you handling late deliveries at the moment?")):
        sound = speaker.synthesize(text, voice="piper:joe")
        write_wav(folder / f"{number}.wav", resample(sound, CUSTOMER_RATE, LEARNER_RATE), LEARNER_RATE)
    return folder


def test_a_server_that_is_stopped_in_mid_call_puts_the_call_in_order_before_it_goes(
    tmp_path: Path, model: Callable[[str], Path]
) -> None:
    for name in ("whisper-tiny.en", "whisper-base", "smart-turn", "piper-joe"):
        model(name)
    with running(tmp_path) as (process, address):
        scenario = httpx.get(f"{address}/api/scenarios").json()["scenarios"][0]["id"]
        ticket = httpx.post(f"{address}/api/calls", json={"scenario": scenario}).json()
        url = address.replace("http", "ws") + ticket["socket"]
        with connect(url, subprotocols=[Subprotocol("ringside.v1")]) as line:
            typed_turn(line, SAID)
            process.terminate()
            process.communicate(timeout=30)
    assert (tmp_path / "calls" / ticket["id"] / "tape" / "tape.ogg").is_file()
    with running(tmp_path, **WITHOUT_MODELS) as (_, address):
        assert httpx.get(f"{address}/api/calls/{ticket['id']}").json()["status"] == "interrupted"


def test_an_idle_server_without_models_is_small(tmp_path: Path) -> None:
    with running(tmp_path, RINGSIDE_MODELS_DIR=str(tmp_path / "none")) as (process, address):
        status = httpx.get(f"{address}/api/status").json()
        assert status["ready"] is False
        assert "ringside models pull" in status["stages"][0]["detail"]
        scenario = httpx.get(f"{address}/api/scenarios").json()["scenarios"][0]["id"]
        refused = httpx.post(f"{address}/api/calls", json={"scenario": scenario})
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "not_ready")
        resident = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
        assert resident and int(resident[1]) <= 300 * 1024


def test_a_port_in_use_is_one_line_with_the_mend(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = serve(tmp_path, "--port", str(port))
        out, err = process.communicate(timeout=30)
    assert process.returncode != 0
    assert out == ""
    assert len(err.strip().splitlines()) == 1
    assert f"port {port}" in err and f"--port {port + 1}" in err


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_other_machines_are_let_in_only_with_a_certificate_or_behind_a_proxy(tmp_path: Path, host: str) -> None:
    process = serve(tmp_path, "--host", host, "--port", "0")
    _, err = process.communicate(timeout=30)
    assert process.returncode != 0
    assert len(err.strip().splitlines()) == 1
    assert "RINGSIDE_TLS_CERTIFICATE" in err and "RINGSIDE_BEHIND_PROXY" in err

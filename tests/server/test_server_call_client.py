"""`ringside call`: the virtual player, the measurements, and the client against a server with declared latencies."""

from __future__ import annotations

import asyncio
import contextlib
import json
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import uvicorn
from numpy.typing import NDArray
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from server.benches._calls import graded, rung
from server.calls.caller import converse, recording
from server.calls.client import Appointment, CallError, WireClient, appoint, connected
from server.calls.player import JITTER_BUFFER_S, Player
from server.cli import main
from server.commands.call import quantiles
from voice.audio import write_wav


def tone(seconds: float, rate: int = 24_000, lead_s: float = 0.0) -> NDArray[np.int16]:
    sound = np.sin(np.arange(int(seconds * rate)) * 0.2) * 6_000
    return np.concatenate([np.zeros(int(lead_s * rate)), sound]).astype(np.int16)


# The player, in times that are told to it.


def test_sound_is_heard_a_jitter_buffer_after_it_arrived() -> None:
    player = Player()
    player.receive(1.0, 1, 0, tone(0.5, lead_s=0.1))
    player.advance(1.0 + JITTER_BUFFER_S + 0.25)
    assert player.utterances[1].played == 6_000
    (start,) = player.starts()
    assert start.at_s == pytest.approx(1.1 + JITTER_BUFFER_S, abs=0.001)


def test_a_gap_in_what_arrives_is_a_gap_in_what_is_heard() -> None:
    player = Player()
    player.receive(0.0, 1, 0, tone(0.2))
    player.receive(1.0, 1, 4_800, tone(0.2))
    player.advance(3.0)
    first, second = player.runs()
    assert (first.start_s, first.samples) == (pytest.approx(JITTER_BUFFER_S), 4_800)
    assert (second.start_s, second.first) == (pytest.approx(1.0 + JITTER_BUFFER_S), 4_800)


def test_sound_that_comes_in_time_is_heard_without_a_gap() -> None:
    player = Player()
    for frame in range(10):
        player.receive(frame * 0.02, 1, frame * 480, tone(0.02))
    player.spoken(0.2, 1)
    player.advance(1.0)
    (run,) = player.runs()
    assert run.samples == 4_800
    assert player.idle


def test_the_same_samples_are_not_heard_twice() -> None:
    player = Player()
    player.receive(0.0, 1, 0, tone(0.2))
    player.receive(0.1, 1, 2_400, tone(0.2))
    assert len(player.utterances[1].pcm) == 7_200


def test_clear_stops_at_once_and_what_comes_late_is_not_played() -> None:
    player = Player()
    player.receive(0.0, 1, 0, tone(2.0))
    player.clear(0.5 + JITTER_BUFFER_S, 1)
    player.receive(0.6, 1, 48_000, tone(1.0))
    player.advance(5.0)
    assert player.utterances[1].played == 12_000
    assert player.idle
    player.receive(6.0, 2, 0, tone(0.1))
    player.spoken(6.0, 2)
    player.advance(7.0)
    assert [run.utterance for run in player.runs()] == [1, 2]


def test_utterances_follow_one_another() -> None:
    player = Player()
    player.receive(0.0, 1, 0, tone(1.0))
    player.spoken(0.0, 1)
    player.receive(0.1, 2, 0, tone(0.5))
    player.spoken(0.1, 2)
    player.advance(5.0)
    first, second = player.runs()
    assert second.start_s == pytest.approx(first.start_s + 1.0)


def test_speech_is_found_between_room_noise() -> None:
    noise = np.random.default_rng(1).normal(0, 30, 16_000).astype(np.int16)
    spoken = recording("x", np.concatenate([noise, tone(0.5, 16_000), noise]))
    assert spoken.first == pytest.approx(16_000, abs=160)
    assert spoken.last == pytest.approx(24_000, abs=160)
    with pytest.raises(ValueError, match="no speech"):
        recording("silence", np.zeros(16_000, np.int16))


def test_quantiles_leave_out_what_was_not_measured() -> None:
    assert quantiles([100.0, None, 300.0]) == {"p50": 200.0, "p90": 280.0, "p95": 290.0, "max": 300.0, "n": 2}
    assert quantiles([None])["p50"] is None


# The client, over a real socket and in real time.


@dataclass
class Script:
    """How the scripted customer answers: delays in learner samples after the last loud one, so known exactly."""

    reply_after_s: float = 0.3
    opener_s: float = 0.4
    gap_s: float = 0.25
    rest_s: float = 0.8
    cut_in_at_s: float | None = None
    silent: bool = False
    unheard_turn: int | None = None  # isn't told, as if it had been a nod
    grade_states: list[str] = field(default_factory=list)  # what each look at the grade finds; the last one stays
    frames: list[int] = field(default_factory=list)
    played: list[dict[str, int]] = field(default_factory=list)


class ScriptedCustomer:
    """Answers each stretch of loud samples once; clears when it is spoken into."""

    def __init__(self, socket: WebSocket, script: Script) -> None:
        self.socket, self.script = socket, script
        self.count = self.utterance = self.turn = 0
        self.loud_first: int | None = None
        self.loud_last = 0
        self.rest_at: int | None = None
        self.listen_at: int | None = None

    async def run(self) -> None:
        await self.socket.accept(subprotocol="ringside.v1")
        await self.socket.receive_json()
        await self.say(type="ready", sample_rate=24_000, call="c")
        await self.say(type="state", value="listening")
        while True:
            message = await self.socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            if message.get("bytes"):
                await self.hear(np.frombuffer(message["bytes"], dtype="<i2"))
                continue
            frame = json.loads(message["text"])
            if frame["type"] == "played":
                self.script.played.append(frame)
            if frame["type"] == "hangup":
                await self.say(type="ended", reason="hangup", result="/r")
                return

    async def hear(self, pcm: NDArray[np.int16]) -> None:
        script = self.script
        script.frames.append(len(pcm))
        loud = np.flatnonzero(np.abs(pcm.astype(int)) > 1_000)
        if len(loud):
            if self.loud_first is None:
                self.loud_first = self.count + int(loud[0])
            self.loud_last = self.count + int(loud[-1])
            if self.listen_at is not None and script.cut_in_at_s is None:
                await self.say(type="duck", utterance=self.utterance, on=True)
                await self.say(type="clear", utterance=self.utterance)
                self.rest_at = self.listen_at = None
        self.count += len(pcm)
        if self.loud_first is not None and not script.silent:
            early = script.cut_in_at_s is not None and self.count >= self.loud_first + script.cut_in_at_s * 16_000
            if early or self.count >= self.loud_last + script.reply_after_s * 16_000:
                await self.answer()
        if self.rest_at is not None and self.count >= self.rest_at:
            await self.sound("writer", "and so on", int(script.opener_s * 24_000), script.rest_s)
            total = int((script.opener_s + script.rest_s) * 24_000)
            await self.say(type="spoken", utterance=self.utterance, samples=total)
            self.rest_at = None
        if self.listen_at is not None and self.count >= self.listen_at:
            self.listen_at = None
            await self.say(type="state", value="listening")

    async def answer(self) -> None:
        self.loud_first = None
        self.utterance += 1
        if self.utterance != self.script.unheard_turn:
            await self.say(type="turn", who="learner", text=f"said {self.utterance}", turn=self.turn)
        await self.say(type="turn", who="customer", text=f"answer {self.utterance}", turn=self.turn + 1)
        self.turn += 2
        await self.say(type="state", value="speaking")
        await self.sound("opener", "hm", 0, self.script.opener_s)
        self.rest_at = self.count + int((self.script.opener_s + self.script.gap_s) * 16_000)
        self.listen_at = self.rest_at + int((self.script.rest_s + 0.2) * 16_000)

    async def sound(self, origin: str, text: str, first: int, seconds: float) -> None:
        await self.say(type="words", utterance=self.utterance, sample=first, text=text, origin=origin)
        pcm = tone(seconds).astype("<i2").tobytes()
        await self.socket.send_bytes(struct.pack("<II", self.utterance, first) + pcm)

    async def say(self, **message: object) -> None:
        await self.socket.send_text(json.dumps(message))


@pytest.fixture
def scripted() -> Iterator[tuple[str, Script]]:
    """Address and script of a server on loopback that takes calls."""
    script = Script()

    async def calls(request: Request) -> JSONResponse:
        body = await request.json()
        if body["scenario"] != "known":
            error = {"code": "unknown_scenario", "message": f"no scenario is called {body['scenario']!r}"}
            return JSONResponse({"error": error}, status_code=404)
        return JSONResponse({"id": "c", "socket": "/socket", "token": "t"}, status_code=201)

    async def socket(websocket: WebSocket) -> None:
        with contextlib.suppress(WebSocketDisconnect):
            await ScriptedCustomer(websocket, script).run()

    async def detail(_request: Request) -> JSONResponse:
        state = script.grade_states.pop(0) if len(script.grade_states) > 1 else script.grade_states[0]
        return JSONResponse({"grade_state": {"state": state}, "duration_s": 90.0})

    routes = [
        Route("/api/calls", calls, methods=["POST"]),
        Route("/api/calls/{id}", detail),
        WebSocketRoute("/socket", socket),
    ]
    app = Starlette(routes=routes)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", ws="websockets-sansio", lifespan="off")
    server = uvicorn.Server(config)
    bound = config.bind_socket()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    yield f"http://127.0.0.1:{bound.getsockname()[1]}", script
    server.should_exit = True
    thread.join()
    bound.close()


async def test_declared_latencies_are_what_is_measured(scripted: tuple[str, Script]) -> None:
    url, script = scripted
    call = await appoint(url, "known", seed=3, difficulty=None)
    said = [recording(f"{n}", tone(0.6, 16_000, lead_s=0.1)) for n in range(2)]
    async with connected(call) as client:
        talk = await converse(client, said, quiet_line_s=0.1)
    assert talk.ended == "hangup"
    assert talk.unspoken == 0
    for number, turn in enumerate(talk.turns, 1):
        # a frame of 20 ms may pass before the sample count is reached; the rest is the machine's
        assert turn.voice_to_voice_ms == pytest.approx(300 + 60 + 10, abs=40)
        assert turn.gap_ms == pytest.approx(250, abs=40)
        assert turn.substance_ms == pytest.approx(300 + 60 + 10 + 400 + 250, abs=60)
        assert turn.transcript == f"said {number}"
        assert turn.reply == f"answer {number}"
        assert not turn.cut_in
        assert turn.problem is None
    assert set(script.frames) == {320}
    assert [frame["samples"] for frame in script.played if frame["utterance"] == 1][-1] == 28_800


@pytest.mark.parametrize("last", ["ready", "failed"])
async def test_the_wait_for_a_grade_is_counted_from_hang_up(scripted: tuple[str, Script], last: str) -> None:
    url, script = scripted
    script.grade_states = ["pending", "running", last]
    async with rung(url, "known", seed=3) as client:
        await converse(client, [], quiet_line_s=0.1)
        hung_up_at_s = client.hung_up_at_s
        found = await graded(url, client)
        waited_ms = 1000 * (client.clock.now_s() - (hung_up_at_s or 0.0))
    assert hung_up_at_s is not None and found.call_s == 90.0
    assert found.ready_ms is None if last == "failed" else 100.0 <= (found.ready_ms or 0.0) <= waited_ms


async def test_a_customer_who_answers_too_early_has_cut_in(scripted: tuple[str, Script]) -> None:
    url, script = scripted
    script.cut_in_at_s, script.opener_s, script.rest_s = 0.2, 0.2, 0.2
    async with connected(await appoint(url, "known")) as client:
        talk = await converse(client, [recording("long", tone(0.9, 16_000))], patience_s=3.0, quiet_line_s=0.1)
    assert talk.turns[0].cut_in


async def test_barge_in_is_measured_to_silence_at_the_client(scripted: tuple[str, Script]) -> None:
    url, script = scripted
    script.rest_s = 4.0
    said = [recording("first", tone(0.4, 16_000)), recording("second", tone(0.4, 16_000, lead_s=0.1))]
    async with connected(await appoint(url, "known")) as client:
        talk = await converse(client, said, barge_in=[1], patience_s=8.0, quiet_line_s=0.1)
    first, second = talk.turns
    assert first.barge_in_ms is None
    assert second.barge_in_ms is not None
    assert 0 < second.barge_in_ms < 120
    assert second.duck_ms is not None
    assert 0 < second.duck_ms <= second.barge_in_ms + 5  # the message, then the silence it heralds
    assert (first.reply, second.reply) == ("answer 1", "answer 2")
    assert not second.cut_in


async def test_a_customer_who_gives_way_and_goes_on_has_not_answered(scripted: tuple[str, Script]) -> None:
    url, script = scripted
    script.rest_s, script.unheard_turn = 4.0, 2
    said = [recording("first", tone(0.4, 16_000)), recording("second", tone(0.4, 16_000, lead_s=0.1))]
    async with connected(await appoint(url, "known")) as client:
        talk = await converse(client, said, barge_in=[1], patience_s=8.0, quiet_line_s=0.1)
    gone_on = talk.turns[1]
    assert gone_on.barge_in_ms is not None
    assert gone_on.voice_to_voice_ms is None
    assert gone_on.problem == "the customer gave way and went on"


async def test_no_answer_is_a_problem_and_not_a_hang(scripted: tuple[str, Script]) -> None:
    url, script = scripted
    script.silent = True
    async with connected(await appoint(url, "known")) as client:
        talk = await converse(client, [recording("x", tone(0.3, 16_000))], patience_s=0.5, quiet_line_s=0.1)
    assert talk.turns[0].voice_to_voice_ms is None
    assert talk.turns[0].problem is not None
    assert talk.ended == "hangup"


async def test_sound_flows_without_drift(scripted: tuple[str, Script]) -> None:
    url, _ = scripted
    async with connected(await appoint(url, "known")) as client:
        start_s = client.clock.now_s()
        sent = client.samples_sent

        def enough() -> bool:
            return client.samples_sent - sent >= 16_000

        assert await client.until(enough, 3.0)
        assert client.clock.now_s() - start_s == pytest.approx(1.0, abs=0.05)


async def test_a_call_that_cannot_be_made_says_why(scripted: tuple[str, Script]) -> None:
    url, _ = scripted
    with pytest.raises(CallError, match="no scenario is called 'other'"):
        await appoint(url, "other")
    with pytest.raises(CallError, match="ringside serve"):
        await appoint("http://127.0.0.1:9", "known")
    with pytest.raises(CallError, match="can't be connected"):
        async with connected(Appointment("c", url.replace("http", "ws") + "/nowhere", "t")):
            pass


def test_the_command_prints_the_documented_keys(
    scripted: tuple[str, Script], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url, _ = scripted
    write_wav(tmp_path / "1.wav", tone(0.4, 16_000), 16_000)
    assert main(["call", "--server", url, "--scenario", "known", "--utterances", str(tmp_path), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert {"voice_to_voice_ms", "substance_ms", "transcript", "cut_in"} <= set(report["turns"][0])
    assert report["summary"]["voice_to_voice_ms"]["n"] == 1


@pytest.mark.parametrize(
    ("rate", "name", "options", "mend"),
    [
        (16_000, None, [], "holds no .wav file"),
        (44_100, "1.wav", [], "sox"),
        (16_000, "1.wav", ["--barge-in", "2"], "there are 1 recordings"),
        (16_000, "1.wav", [], "ringside serve"),
    ],
)
def test_a_mistake_is_one_line_with_the_mend(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rate: int, name: str | None, options: list[str], mend: str
) -> None:
    if name:
        write_wav(tmp_path / name, tone(0.4, rate), rate)
    arguments = ["call", "--server", "http://127.0.0.1:9", "--scenario", "s", "--utterances", str(tmp_path), *options]
    assert main(arguments) == 2
    assert mend in (error := capsys.readouterr().err)
    assert error.count("\n") == 1


def test_a_client_is_over_when_its_socket_is_gone(scripted: tuple[str, Script]) -> None:
    url, _ = scripted

    async def gone() -> WireClient:
        async with connected(await appoint(url, "known")) as client:
            await client.socket.close()
            assert not await client.until(lambda: False, 5.0)
            return client

    assert asyncio.run(gone()).over

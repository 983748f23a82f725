"""The frames of ringside.v1: what is understood, what is refused, and that nothing else happens on any input."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.calls import wire
from voice import messages

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
up_objects = st.fixed_dictionaries(
    {"type": st.sampled_from(["hello", "played", "mute", "text", "hangup", "resume"]) | json_values},
    optional=dict.fromkeys(("sample_rate", "utterance", "samples", "on", "text", "token"), json_values),
)


@given(st.text())
def test_any_text_is_a_frame_or_a_documented_error(payload: str) -> None:
    try:
        wire.parse_text(payload)
    except wire.WireError as error:
        assert error.code in wire.ERROR_CODES


@given(up_objects)
def test_any_object_is_a_frame_or_a_documented_error(data: dict[str, object]) -> None:
    try:
        wire.parse_text(json.dumps(data))
    except wire.WireError as error:
        assert error.code in wire.ERROR_CODES
        assert error.message


@given(st.binary(max_size=2000))
def test_any_bytes_are_audio_or_a_documented_error(payload: bytes) -> None:
    if payload and len(payload) % 320 == 0:
        assert wire.parse_binary(payload).pcm == payload
    else:
        with pytest.raises(wire.WireError) as refused:
            wire.parse_binary(payload)
        assert refused.value.code == "bad_audio"


@pytest.mark.parametrize(
    ("payload", "frame"),
    [
        ('{"type":"hello","sample_rate":16000}', wire.Hello()),
        ('{"type":"played","utterance":3,"samples":4800}', wire.Played(3, 4800)),
        ('{"type":"mute","on":true}', wire.Mute(True)),
        ('{"type":"text","text":" Good\\nmorning "}', wire.Typed("Good morning")),
        ('{"type":"hangup"}', wire.HangUp()),
        ('{"type":"resume","token":"t","samples":7}', wire.Resume("t", 7)),
    ],
)
def test_each_documented_frame_is_understood(payload: str, frame: wire.UpFrame) -> None:
    assert wire.parse_text(payload) == frame


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ("", "bad_json"),
        ("[]", "bad_json"),
        ("[" * 10_000, "bad_json"),
        ("9" * 5_000, "bad_json"),
        ('{"type":"hello","sample_rate":48000}', "bad_sample_rate"),
        ('{"type":"hello","sample_rate":16000.0}', "bad_frame"),
        ('{"type":"hello"}', "bad_frame"),
        ('{"type":"played","utterance":true,"samples":1}', "bad_frame"),
        ('{"type":"played","utterance":-1,"samples":1}', "bad_frame"),
        ('{"type":"played","utterance":1,"samples":4294967296}', "bad_frame"),
        ('{"type":"played","utterance":1,"samples":NaN}', "bad_frame"),
        ('{"type":"mute","on":1}', "bad_frame"),
        ('{"type":"text","text":"\\ud800\\u0000"}', "bad_frame"),
        ('{"type":"text","text":"' + "a" * 2_001 + '"}', "bad_frame"),
        ('{"type":"text","text":"' + "a" * 20_000 + '"}', "bad_frame"),
        ('{"type":"resume","samples":1}', "bad_frame"),
        ('{"type":"shutdown"}', "bad_frame"),
    ],
)
def test_what_is_wrong_with_a_frame_has_a_code(payload: str, code: str) -> None:
    with pytest.raises(wire.WireError) as refused:
        wire.parse_text(payload)
    assert refused.value.code == code


def test_sound_carries_its_utterance_and_place_little_endian() -> None:
    frame = wire.encode(messages.Audio(258, 4800, np.array([1, -2], dtype=np.int16)), "")
    assert frame == struct.pack("<IIhh", 258, 4800, 1, -2)


MESSAGES: list[tuple[messages.Message, dict[str, object]]] = [
    (messages.Ready("c1", 24000), {"type": "ready", "call": "c1", "sample_rate": 24000}),
    (messages.State("held"), {"type": "state", "value": "held", "speaker": ""}),
    (messages.State("speaking", "Grace Okafor"), {"type": "state", "value": "speaking", "speaker": "Grace Okafor"}),
    (messages.Partial("hi"), {"type": "partial", "text": "hi"}),
    (
        messages.TurnSaid("customer", "hi", 2, "Dana Whitfield"),
        {"type": "turn", "who": "customer", "text": "hi", "turn": 2, "speaker": "Dana Whitfield"},
    ),
    (
        messages.Words(1, 480, "Hm.", "opener"),
        {"type": "words", "utterance": 1, "sample": 480, "text": "Hm.", "origin": "opener"},
    ),
    (messages.Spoken(1, 960), {"type": "spoken", "utterance": 1, "samples": 960}),
    (messages.Clear(1), {"type": "clear", "utterance": 1}),
    (messages.Duck(1, True), {"type": "duck", "utterance": 1, "on": True}),
    (messages.Error("taken", "x"), {"type": "error", "code": "taken", "message": "x"}),
    (messages.Ended("hangup"), {"type": "ended", "reason": "hangup", "result": "/api/calls/c1"}),
]


@pytest.mark.parametrize(("message", "frame"), MESSAGES)
def test_each_message_has_its_documented_frame(message: messages.Message, frame: dict[str, object]) -> None:
    encoded = wire.encode(message, "/api/calls/c1")
    assert isinstance(encoded, str)
    assert json.loads(encoded) == frame


def test_no_message_is_without_a_frame() -> None:
    told = {type(message) for message, _ in MESSAGES} | {messages.Audio}
    assert told == set(get_args(messages.Message))


def test_every_error_code_is_documented() -> None:
    docs = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
    assert [code for code in wire.ERROR_CODES if f"`{code}`" not in docs] == []

"""The frames of `ringside.v1`: bytes and text into what a client asks, messages of a call into bytes and text.

Reading is strict: a frame is wholly understood or a `WireError` with one of `ERROR_CODES`. Nothing else is raised.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, fields

from voice.messages import Audio, Clear, Duck, Ended, Error, Message, Partial, Ready, Spoken, State, TurnSaid, Words

SUBPROTOCOL = "ringside.v1"
LEARNER_SAMPLE_RATE = 16_000
CUSTOMER_SAMPLE_RATE = 24_000
_TEN_MS_BYTES = LEARNER_SAMPLE_RATE // 100 * 2
MAX_AUDIO_BYTES = LEARNER_SAMPLE_RATE * 2 * 2  # two seconds: what a browser sends at once after a stall
MAX_TEXT_FRAME_CHARACTERS = 16_384
MAX_TYPED_CHARACTERS = 2_000  # a typed turn longer than two minutes of speech isn't a turn
_MAX_U32 = 2**32 - 1

ERROR_CODES: Mapping[str, str] = {
    "bad_json": "a text frame isn't a JSON object",
    "bad_frame": "a text frame's type is unknown, or a key of it is missing or of the wrong kind",
    "bad_sample_rate": "hello names another sample rate than 16000",
    "bad_audio": "a binary frame is empty, no multiple of 10 ms (320 bytes) or longer than 2 s",
    "too_early": "something else came before hello or resume",
    "too_late": "a second hello",
    "too_fast": "audio came faster than it can be spoken: it is dropped",
    "resume_needed": "the call goes on already: send resume instead of hello",
    "bad_subprotocol": "the client doesn't speak ringside.v1; the socket is closed (4406)",
    "bad_token": "the token isn't this call's; the socket is closed (4401)",
    "unknown_call": "no call of this id is going on; the socket is closed (4404)",
    "taken": "another client is on this call's socket; the newcomer is closed (4409)",
    "too_many_errors": "a hundred bad frames; the socket is closed (4400) and the call held",
    "failed": "the call broke off on the server's side; the message says why",
    "too_slow": "the client doesn't take what is sent; the socket is closed (4408) and the call held",
}


# A message's fields are its frame's keys.
_DOWN_TYPES: Mapping[type[Message], str] = {
    Ready: "ready",
    State: "state",
    Partial: "partial",
    TurnSaid: "turn",
    Words: "words",
    Spoken: "spoken",
    Clear: "clear",
    Duck: "duck",
    Error: "error",
}


class WireError(Exception):
    """A frame that can't be understood. `code` is one of `ERROR_CODES`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True, slots=True)
class Hello:
    pass


@dataclass(frozen=True, slots=True)
class LearnerAudio:
    """PCM s16le mono at 16 kHz, a multiple of 10 ms."""

    pcm: bytes


@dataclass(frozen=True, slots=True)
class Played:
    """Of `utterance`, `samples` samples have left the client's loudspeaker."""

    utterance: int
    samples: int


@dataclass(frozen=True, slots=True)
class Mute:
    on: bool


@dataclass(frozen=True, slots=True)
class Typed:
    text: str


@dataclass(frozen=True, slots=True)
class HangUp:
    pass


@dataclass(frozen=True, slots=True)
class Resume:
    """The client is back, having played `samples` of the customer's utterance under way (0: none is)."""

    token: str
    samples: int


UpFrame = Hello | LearnerAudio | Played | Mute | Typed | HangUp | Resume


def parse_binary(payload: bytes) -> LearnerAudio:
    if not payload or len(payload) % _TEN_MS_BYTES or len(payload) > MAX_AUDIO_BYTES:
        raise WireError(
            "bad_audio",
            f"a binary frame has {len(payload)} bytes; send 16 kHz s16le in multiples of {_TEN_MS_BYTES} bytes "
            f"(10 ms), at most {MAX_AUDIO_BYTES}",
        )
    return LearnerAudio(payload)


def parse_text(payload: str) -> UpFrame:
    if len(payload) > MAX_TEXT_FRAME_CHARACTERS:
        raise WireError("bad_frame", f"a text frame has more than {MAX_TEXT_FRAME_CHARACTERS} characters; shorten it")
    try:
        data = json.loads(payload)
    except (ValueError, RecursionError):
        raise WireError("bad_json", "a text frame isn't JSON; send one JSON object") from None
    if not isinstance(data, dict):
        raise WireError("bad_json", "a text frame is JSON but no object; send one JSON object")
    match data.get("type"):
        case "hello":
            if _whole(data, "sample_rate") != LEARNER_SAMPLE_RATE:
                raise WireError("bad_sample_rate", f"sample_rate must be {LEARNER_SAMPLE_RATE}; resample in the client")
            return Hello()
        case "played":
            return Played(_whole(data, "utterance"), _whole(data, "samples"))
        case "mute":
            on = data.get("on")
            if not isinstance(on, bool):
                raise WireError("bad_frame", 'mute: key "on" must be true or false')
            return Mute(on)
        case "text":
            return Typed(_typed_text(data))
        case "hangup":
            return HangUp()
        case "resume":
            token = data.get("token")
            if not isinstance(token, str):
                raise WireError("bad_frame", 'resume: key "token" must be text')
            return Resume(token, _whole(data, "samples"))
        case other:
            raise WireError("bad_frame", f"type {str(other)[:40]!r} is unknown; see docs/api.md for the frames")


def encode(message: Message, result: str) -> str | bytes:
    """A message of a call as a frame. `result` is the address at which the call's result will stand."""
    match message:
        case Audio(utterance, first_sample, pcm):
            return struct.pack("<II", utterance, first_sample) + pcm.astype("<i2", copy=False).tobytes()
        case Ended(reason):
            return _json("ended", reason=reason, result=result)
        case _:
            values = {field.name: getattr(message, field.name) for field in fields(message)}
            return _json(_DOWN_TYPES[type(message)], **values)


def encode_error(code: str, message: str) -> str:
    return _json("error", code=code, message=message)


def _json(kind: str, **values: object) -> str:
    return json.dumps({"type": kind, **values}, ensure_ascii=False)


def _whole(data: Mapping[str, object], key: str) -> int:
    value = data.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MAX_U32:
        raise WireError("bad_frame", f'{data["type"]}: key "{key}" must be a whole number from 0 to {_MAX_U32}')
    return value


def _typed_text(data: Mapping[str, object]) -> str:
    text = data.get("text")
    if not isinstance(text, str):
        raise WireError("bad_frame", 'text: key "text" must be text')
    # Lone surrogates are legal JSON but no text; control characters have no place in a transcript.
    clean = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if not clean:
        raise WireError("bad_frame", 'text: key "text" is empty')
    if len(clean) > MAX_TYPED_CHARACTERS:
        raise WireError("bad_frame", f'text: key "text" has more than {MAX_TYPED_CHARACTERS} characters')
    return clean

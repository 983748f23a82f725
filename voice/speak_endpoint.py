"""Any OpenAI-compatible speech endpoint, through the `openai` client."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from openai import OpenAI, OpenAIError

from voice.speak import Sound, SpeechError

_PCM_RATE = 24_000  # "pcm" of the audio/speech API is s16le mono at 24 kHz
_TIMEOUT_S = 10.0  # a customer who is silent for longer has left; authored lines take over before


class SpeechEndpoint:
    """The `Engine` "endpoint": `POST {base_url}/audio/speech` with `response_format` "pcm"."""

    def __init__(
        self, base_url: str, *, model: str, voices: Sequence[str], api_key: str = "none", rate: int = _PCM_RATE
    ) -> None:
        self._client = OpenAI(base_url=base_url, api_key=api_key, timeout=_TIMEOUT_S, max_retries=1)
        self._base_url, self._model, self._voices, self._rate = base_url, model, tuple(voices), rate

    @property
    def voices(self) -> Sequence[str]:
        return self._voices

    def say(self, text: str, voice: str, pace: float) -> tuple[Sequence[Sound], int]:
        try:
            response = self._client.audio.speech.create(
                model=self._model, voice=voice, input=text, speed=pace, response_format="pcm"
            )
            data = response.content
        except OpenAIError as error:
            raise SpeechError(f"speech endpoint {self._base_url}: {error}; check its address, key and model") from error
        if len(data) % 2:
            raise SpeechError(f"speech endpoint {self._base_url}: sent {len(data)} bytes, not 16-bit PCM")
        return [np.frombuffer(data, dtype="<i2").astype(np.float32) / np.float32(32_768)], self._rate

"""One customer's voice, as a call uses it: what is likely from the cache, the rest from the synthesizer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voice.audio import PCM
from voice.customer import Origin
from voice.openers import OpenerCache
from voice.record import Prosody
from voice.speak import Synthesizer


@dataclass(frozen=True, slots=True)
class CachedMouth:
    """`voice` as the synthesizer names it. Authored text and openers are kept, the writer's never come again.

    An opener takes on a mood by its loudness only, which a cached sound can be given as it is played: how long it lasts
    is what the words behind it need to be ready.
    """

    synthesizer: Synthesizer
    cache: OpenerCache
    voice: str
    pace: float = 1.0

    def prepare(self, texts: Sequence[str]) -> None:
        self.cache.prepare(texts, voice=self.voice, pace=self.pace)

    def cached(self, text: str, origin: Origin, prosody: Prosody) -> PCM | None:
        pace = self._pace(origin, prosody)
        return self.cache.get(text, voice=self.voice, pace=pace, volume=_volume(prosody))

    def say(self, text: str, origin: Origin, prosody: Prosody) -> PCM:
        synthesize = self.synthesizer.synthesize if origin == "writer" else self.cache.fetch
        with self.cache.held():
            return synthesize(text, voice=self.voice, pace=self._pace(origin, prosody), volume=_volume(prosody))

    def _pace(self, origin: Origin, prosody: Prosody) -> float:
        return self.pace if origin == "opener" else self.pace * prosody.pace


def _volume(prosody: Prosody) -> float:
    return float(10 ** (prosody.gain_db / 20))

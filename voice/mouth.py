"""One customer's voice, as a call uses it: what is likely from the cache, the rest from the synthesizer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voice.audio import PCM
from voice.customer import Origin
from voice.openers import OpenerCache
from voice.speak import Synthesizer


@dataclass(frozen=True, slots=True)
class CachedMouth:
    """`voice` as the synthesizer names it. Authored text and openers are kept, the writer's never come again."""

    synthesizer: Synthesizer
    cache: OpenerCache
    voice: str
    pace: float = 1.0
    volume: float = 1.0

    def prepare(self, texts: Sequence[str]) -> None:
        self.cache.prepare(texts, voice=self.voice, pace=self.pace)

    def cached(self, text: str) -> PCM | None:
        return self.cache.get(text, voice=self.voice, pace=self.pace, volume=self.volume)

    def say(self, text: str, origin: Origin) -> PCM:
        with self.cache.held():
            if origin == "writer":
                return self.synthesizer.synthesize(text, voice=self.voice, pace=self.pace, volume=self.volume)
            return self.cache.fetch(text, voice=self.voice, pace=self.pace, volume=self.volume)

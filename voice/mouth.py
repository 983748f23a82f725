"""One customer's voice: what is likely from the cache, the rest from the synthesizer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from voice.audio import PCM
from voice.customer import Origin
from voice.openers import OpenerCache
from voice.speak import Synthesizer


class Mouth(Protocol):
    """The customer's voice: int16 mono at 24 kHz, silence trimmed off both ends."""

    def prepare(self, texts: Sequence[str]) -> None:
        """Have these synthesized in the background, likeliest first."""
        ...

    def cached(self, text: str) -> PCM | None:
        """What was synthesized before, at once; None where it wasn't."""
        ...

    def say(self, text: str, origin: Origin) -> PCM:
        """Synthesize (blocking, for a worker thread). Raises for an engine's failure."""
        ...


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

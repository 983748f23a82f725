"""Openers that last as long as an opener must, in voices that nobody held them against when they were written."""

from __future__ import annotations

from voice.audio import PCM
from voice.speak import Synthesizer

OPENER_S = (1.0, 1.5)  # shorter, and a silence is left before the words behind it; longer, and those wait
_AIM_S = (1.05, 1.45)  # engines round the length of each sound, so a try may miss by a little
_CLOSE = 1.3  # further off than by this factor it isn't an opener but a word or a sentence, and stays as it is
_TRIES = 3


class FittedOpeners:
    """A `Synthesizer` for what is made beforehand: a piece of an engine's voice (`prefix`, such as "kokoro:") that is a
    little too short or too long for an opener is said again, slower or faster."""

    def __init__(self, synthesizer: Synthesizer, prefix: str) -> None:
        self._synthesizer, self._prefix = synthesizer, prefix

    @property
    def sample_rate(self) -> int:
        return self._synthesizer.sample_rate

    def synthesize(self, text: str, *, voice: str, pace: float = 1.0, volume: float = 1.0) -> PCM:
        pcm = self._synthesizer.synthesize(text, voice=voice, pace=pace, volume=volume)
        if not voice.startswith(self._prefix):
            return pcm
        for _ in range(_TRIES):
            lasts_s = len(pcm) / self.sample_rate
            wanted_s = min(max(lasts_s, _AIM_S[0]), _AIM_S[1])
            close = wanted_s / _CLOSE < lasts_s < wanted_s * _CLOSE
            if OPENER_S[0] <= lasts_s <= OPENER_S[1] or not close:
                break
            pace *= lasts_s / wanted_s
            pcm = self._synthesizer.synthesize(text, voice=voice, pace=pace, volume=volume)
        return pcm

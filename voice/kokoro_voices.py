"""Kokoro's English voices that Ringside uses, and what each sounds like.

Those of at least grade C in the model card's list, and "lewis" and "echo", since the others have no older man. "nicole"
is left out: she whispers, which is a headphone's voice and not a telephone's.

`age` is read off the pitch, measured over six sentences: of two voices the lower one is taken for the older
(Harnsberger et al., "Speaking rate and fundamental frequency as speech cues to perceived age", Journal of Voice 22,
2008). Women above 190 Hz sound young here, below 160 older; men above 130 young, below 110 older.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from voice.kokoro_phonemes import Accent


@dataclass(frozen=True, slots=True)
class KokoroVoice:
    """`tempo` is how fast it speaks, where 1.0 is the pace of the bundled voice of its gender: a mean of that over six
    sentences and that over eight openers, on which some linger."""

    name: str
    pronoun: Literal["she", "he"]
    accent: Accent
    age: Literal["young", "middle", "older"]
    tempo: float


KOKORO_VOICES = (
    KokoroVoice("af_heart", "she", "us", "young", 1.06),
    KokoroVoice("af_bella", "she", "us", "young", 1.09),
    KokoroVoice("af_sarah", "she", "us", "young", 1.05),
    KokoroVoice("af_aoede", "she", "us", "middle", 1.13),
    KokoroVoice("af_nova", "she", "us", "middle", 0.86),
    KokoroVoice("af_kore", "she", "us", "older", 1.09),
    KokoroVoice("af_alloy", "she", "us", "older", 0.77),
    KokoroVoice("am_fenrir", "he", "us", "young", 1.09),
    KokoroVoice("am_michael", "he", "us", "middle", 0.98),
    KokoroVoice("am_puck", "he", "us", "middle", 1.09),
    KokoroVoice("am_echo", "he", "us", "older", 0.86),
    KokoroVoice("bf_emma", "she", "gb", "middle", 0.96),
    KokoroVoice("bf_isabella", "she", "gb", "young", 0.92),
    KokoroVoice("bm_fable", "he", "gb", "middle", 0.75),
    KokoroVoice("bm_george", "he", "gb", "young", 0.84),
    KokoroVoice("bm_lewis", "he", "gb", "older", 0.89),
)

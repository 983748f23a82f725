"""Does speech begin as a hum ("mm-hm", "hmm") or as a word? Read off its first 80 ms.

A closed mouth lets little above 1 kHz through and makes the wave plain: its zero crossings lie near the nose's first
resonance (250 to 300 Hz), a vowel's at 400 Hz and more. Either feature alone takes many a word for a hum.
"""

from __future__ import annotations

import numpy as np

from voice.audio import LEARNER_RATE, PCM

_TREBLE_HZ = 1_000.0
_LEAST_SAMPLES = LEARNER_RATE // 50  # a period of the deepest voice is half of that
# Set on the onsets of 30 people's words and of hums by a voice and by a model of the nasal tract; the other half of the
# speakers is held back by the tests.
_HZ_PER_DB = 7.0
_LIMIT_HZ = 175.0


def is_hum(pcm: PCM) -> bool:
    """True if `pcm`, the first sound of somebody's speech at 16 kHz, is a nasal murmur. Takes 0.1 ms."""
    if len(pcm) < _LEAST_SAMPLES:
        return False
    sound = pcm - np.mean(pcm)
    power = np.square(np.abs(np.fft.rfft(sound * np.hanning(len(sound)))))
    treble = power[np.fft.rfftfreq(len(sound), 1 / LEARNER_RATE) >= _TREBLE_HZ].sum()
    if not treble > 0.0:
        return False
    crossings_hz = np.count_nonzero(np.diff(np.signbit(sound))) * LEARNER_RATE / (2 * len(sound))
    return bool(crossings_hz + _HZ_PER_DB * 10.0 * np.log10(treble / power.sum()) < _LIMIT_HZ)

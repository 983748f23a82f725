"""What recognisers write that nobody said: phantom words in silence and noise, and loops."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voice.listen import Transcript

_COMPRESSION_LIMIT = 2.4  # Whisper's own sign of a loop (Radford et al., 2022, section 4.5)
_NO_SPEECH_LIMIT = 0.6  # Whisper's own
_LOG_PROBABILITY_LIMIT = -1.0  # Whisper's own
_WORDS_PER_SPEECH_S = 9.0  # nobody speaks faster; Whisper's phantoms do

# What Whisper says of silence and noise, learned from captions; believed only of clear speech.
_PHANTOMS = re.compile(
    r"you|so|oh|okay|beep|i'm sorry|the end|bye( bye)?|thanks|thank you( very much| so much)?"
    r"|(thanks|thank you) for (watching|listening)|(please )?subscribe|(i'll )?see you( next time| in the next video)"
)


def repeats(text: str) -> bool:
    """Whether a text looks like a recogniser's loop: three and more words said twice running, or it compresses well."""
    words = [bare_word(word) for word in text.split()]
    for length in range(3, len(words) // 2 + 1):
        if any(words[i : i + length] == words[i + length : i + 2 * length] for i in range(len(words) - 2 * length + 1)):
            return True
    data = text.encode()
    return len(data) > 0 and len(data) / len(zlib.compress(data)) > _COMPRESSION_LIMIT


def is_phantom(transcript: Transcript, spoken_s: float) -> bool:
    """Whether a transcript is what models hear in silence and noise, given how many seconds of voice there were."""
    words = transcript.text.split()
    unsure = transcript.mean_log_probability < _LOG_PROBABILITY_LIMIT
    if transcript.no_speech_probability > _NO_SPEECH_LIMIT and unsure:
        return True
    if len(words) > 1 + spoken_s * _WORDS_PER_SPEECH_S or not any(bare_word(word) for word in words):
        return True
    if not _PHANTOMS.fullmatch(" ".join(bare_word(word) for word in words)):
        return False
    return transcript.no_speech_probability > 0.5 * _NO_SPEECH_LIMIT or unsure or spoken_s < 0.1 * len(words) + 0.05


def bare_word(word: str) -> str:
    """A word without case and the punctuation around it, as two recognitions of it are compared."""
    return word.strip(".,!?;:\"'…-—").lower()

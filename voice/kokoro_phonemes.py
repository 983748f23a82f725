"""What Kokoro reads: English phonemes, spelt with its own single letters for diphthongs and affricates.

espeak-ng turns words into IPA, and the table below turns IPA into Kokoro's spelling; the same correspondences as the
espeak fallback of misaki, the reader that Kokoro was trained with.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal

from piper import PiperConfig, PiperVoice
from piper.config import PhonemeType

from voice.espeak import readable

Accent = Literal["us", "gb"]
MOST_PHONEMES = 510  # the model has 512 places, and one at each end is taken

_ESPEAK = {"us": "en-us", "gb": "en"}  # espeak's plain "en" is British
# In this order: what is longer comes before its parts.
_BOTH = (
    ("aɪ", "I"), ("aʊ", "W"), ("eɪ", "A"), ("ɔɪ", "Y"), ("dʒ", "ʤ"), ("tʃ", "ʧ"), ("ʔn", "tᵊn"), ("ɚ", "əɹ"),
    ("ɐ", "ə"), ("r", "ɹ"), ("x", "k"), ("ç", "k"), ("ɬ", "l"), ("ʔ", "t"), ("ʲ", ""), ("\N{COMBINING TILDE}", ""),
)  # fmt: skip
_OWN: dict[Accent, tuple[tuple[str, str], ...]] = {
    "us": (("oʊ", "O"), ("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), ("ɪə", "iə"), ("ː", "")),
    "gb": (("eə", "ɛː"), ("iə", "ɪə"), ("əʊ", "Q")),
}
_LAST = (("e", "A"), ("o", "ɔ"))  # what is left of them stands alone
_SYLLABIC = re.compile("(\\S)\N{COMBINING VERTICAL LINE BELOW}")
_MARKS = re.compile(r"(?<=[,;:])\s")  # where a breath would be taken


class Reader:
    """Words to Kokoro's phonemes in one accent. Safe across threads: Piper's phonemizer has a lock of its own."""

    def __init__(self, accent: Accent) -> None:
        self._accent: Accent = accent
        config = PiperConfig(
            num_symbols=0,
            num_speakers=1,
            sample_rate=24_000,
            espeak_voice=_ESPEAK[accent],
            phoneme_id_map={},
            phoneme_type=PhonemeType.ESPEAK,
        )
        self._espeak = PiperVoice(session=None, config=config)  # only reads

    def sentences(self, text: str) -> list[str]:
        """The phonemes of each sentence of `text`, at most `MOST_PHONEMES` each: longer ones are parted at a comma."""
        read = ("".join(phonemes) for phonemes in self._espeak.phonemize(readable(text)))
        return [part for ipa in read for part in _parted(spelt(ipa, self._accent))]


def spelt(ipa: str, accent: Accent) -> str:
    """espeak-ng's IPA in Kokoro's spelling."""
    phonemes = _SYLLABIC.sub(r"ᵊ\1", unicodedata.normalize("NFC", ipa))
    for theirs, ours in (*_BOTH, *_OWN[accent], *_LAST):
        phonemes = phonemes.replace(theirs, ours)
    return phonemes.strip()


def _parted(phonemes: str) -> Iterator[str]:
    while len(phonemes) > MOST_PHONEMES:
        head = phonemes[:MOST_PHONEMES]
        marks = [mark.end() for mark in _MARKS.finditer(head)]
        cut = marks[-1] if marks else head.rfind(" ") + 1 or MOST_PHONEMES
        yield phonemes[:cut].strip()
        phonemes = phonemes[cut:]
    yield phonemes

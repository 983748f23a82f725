"""When each word of a synthesized piece is heard, so that what was cut off can be told from what was said."""

from __future__ import annotations

from dataclasses import dataclass

from voice.spoken import is_speakable, spoken_form

_WORD_WEIGHT = 1.0  # what a word takes beside its letters
# Letters' worth of silence behind a word. Fitted, as the weights are, on both voices against Whisper's word times:
# ends are 0.12 s off in the mean; counting syllables beside letters did not help.
_PAUSES = {",": 4.0, ";": 4.5, ":": 4.5, "-": 4.5, ".": 7.0, "!": 7.0, "?": 7.0}


@dataclass(frozen=True, slots=True)
class WordSpan:
    """A word of the text as written, and the samples it takes up: [start, end)."""

    text: str
    start: int
    end: int


def word_times(text: str, samples: int) -> tuple[WordSpan, ...]:
    """The words of `text` over `samples` samples, in order and without overlap.

    No engine here tells its own times, so each word gets a share by the letters it is spoken with
    ("$84.20" is long), and a pause for its punctuation. Marks that nobody says are joined to the word before.
    """
    words: list[str] = []
    for piece in text.split():
        if is_speakable(piece) or not words:
            words.append(piece)
        else:
            words[-1] += f" {piece}"
    if not words or samples <= 0:
        return ()
    weights = [_weight(word) for word in words]
    pauses = [_PAUSES.get(word[-1], 0.0) for word in words]
    pauses[-1] = 0.0  # the piece is trimmed behind its last word
    scale = samples / (sum(weights) + sum(pauses))
    spans, position = [], 0.0
    for word, weight, pause in zip(words, weights, pauses, strict=True):
        end = position + weight
        spans.append(WordSpan(word, round(position * scale), round(end * scale)))
        position = end + pause
    spans[-1] = WordSpan(spans[-1].text, spans[-1].start, samples)
    return tuple(spans)


def said(text: str, samples: int, played: int) -> str:
    """The part of `text` whose words were played to their last sample, `played` of `samples` having been played."""
    return " ".join(span.text for span in word_times(text, samples) if span.end <= played)


def _weight(word: str) -> float:
    spoken = spoken_form(word)
    return _WORD_WEIGHT + sum(sign.isalnum() for sign in spoken)

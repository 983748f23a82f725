"""Cases for the turn-end bench: sentences with a pause put inside, by people and by voices, and sentences that end.

People: every second speaker of the corpus, in the order of their ids beginning with the second one; the others were
used to set the thresholds of `voice.turns` and never appear here. None of the texts below was used for that either.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from server.errors import UserError
from voice.audio import LEARNER_RATE, PCM, as_float, read_wav
from voice.detect import voiced
from voice.listen import Recognizer

Kind = Literal["human pause", "synthetic pause", "human end", "question", "statement"]
Speak = Callable[[str], PCM]  # 16 kHz

QUESTIONS = (
    "Which of your sites takes up most of your week?",
    "How did you find out about the second invoice?",
    "Are you the person who decides on the budget?",
    "What would make this worth your while?",
    "Can I have the name on the account, please?",
    "Did anyone call you back after the visit?",
)
STATEMENTS = (
    "I have put the refund through, so it should arrive on Friday.",
    "This call is recorded, and I have to tell you that first.",
    "Our drivers get their routes an hour before they set off.",
    "It sounds as if the handover is where the time goes.",
    "I'm sorry you had to explain this to three of us.",
    "You can cancel at the end of any month without a fee.",
)
PAUSED = (
    "Right, so the first thing I would do is | send a colleague to your site.",
    "Our service covers every part that | wears out in normal use.",
    "I was wondering whether you have | already compared other suppliers.",
    "Let's say, um, | we begin with two of your branches.",
    "The letter we sent you in April | explains how the fee is worked out.",
    "Have you had a chance to | read the offer I sent?",
    "You told me that the driver | left the parcel at the gate.",
    "Would you be willing to | pay a smaller amount on the first?",
    "That is a fair point, but, uh, | the training is part of the price.",
    "I can call you back after | I have spoken to our billing team.",
)
HUMAN_CASES = 20
PAUSES_S = (0.3, 0.45, 0.6, 0.75, 0.9)
_LEAD_S = 0.4
_TAIL_S = 1.5


@dataclass(frozen=True, slots=True)
class Case:
    """A sound, and between which samples it pauses, if it does (`pause`); `end` is its last sample of speech."""

    kind: Kind
    name: str
    pcm: PCM
    end: int
    pause: tuple[int, int] | None = None


def human_cases(folder: Path, words: Recognizer) -> Iterator[Case]:
    """A pause case and an end for each of `HUMAN_CASES` recordings. Raises UserError if there aren't as many."""
    manifest = folder / "manifest.jsonl"
    if not manifest.is_file():
        raise UserError(f"{manifest} isn't there; set RINGSIDE_SHARED to the folder that holds data/speech")
    names = sorted(str(json.loads(line)["audio"]) for line in manifest.read_text(encoding="utf-8").splitlines())
    held_out = sorted({name[:5] for name in names})[1::2]
    built = 0
    for name in (name for name in names if name[:5] in held_out):
        pcm, _ = read_wav(folder / name)
        spoken = words.recognize(pcm).words
        if built == HUMAN_CASES or len(spoken) < 5:
            continue
        length_s = PAUSES_S[built % len(PAUSES_S)]
        split = (len(spoken) // 2, len(spoken) // 3, 2 * len(spoken) // 3)[built % 3]
        room = room_tone(pcm, _TAIL_S + _LEAD_S + length_s)
        yield with_pause("human pause", name, pcm, quietest_near(pcm, spoken[split - 1].end_s), length_s, room)
        yield ending("human end", name, pcm, room)
        built += 1
    if built < HUMAN_CASES:
        raise UserError(f"{manifest}: only {built} usable recordings; the bench needs {HUMAN_CASES}")


def synthetic_cases(voices: Sequence[tuple[str, Speak]], words: Recognizer) -> Iterator[Case]:
    """Pauses, questions and statements by each voice, in rooms of different noise."""
    for shift, (voice, speak) in enumerate(voices):
        for index, text in enumerate(QUESTIONS + STATEMENTS):
            room = hiss(_TAIL_S + _LEAD_S, (12.0, 40.0)[index % 2])
            yield ending("question" if text in QUESTIONS else "statement", f"{voice}: {text}", speak(text), room)
        for index, text in enumerate(PAUSED):
            length_s = PAUSES_S[(index + shift) % len(PAUSES_S)]
            room = hiss(_TAIL_S + _LEAD_S + length_s, (12.0, 40.0)[index % 2])
            first, second = (part.strip() for part in text.split("|"))
            whole = speak(f"{first} {second}")
            spoken, count = words.recognize(whole).words, len(first.split())
            if index % 2 and len(spoken) == count + len(second.split()):
                cut = quietest_near(whole, spoken[count - 1].end_s)
            else:  # the halves spoken apart: the harder case, for voices let the melody fall before any pause
                half = trimmed(speak(first))
                cut, whole = len(half), np.concatenate([half, trimmed(speak(second))])
            yield with_pause("synthetic pause", f"{voice}: {text}", whole, cut, length_s, room)


def with_pause(kind: Kind, name: str, pcm: PCM, cut: int, length_s: float, room: PCM) -> Case:
    lead, length = round(_LEAD_S * LEARNER_RATE), round(length_s * LEARNER_RATE)
    sound = np.concatenate([room[:lead], pcm[:cut], room[lead : lead + length], pcm[cut:], room[lead + length :]])
    end = lead + length + round(voiced(pcm).last_s * LEARNER_RATE)
    return Case(kind, name, sound, end, (lead + cut, lead + cut + length))


def ending(kind: Kind, name: str, pcm: PCM, room: PCM) -> Case:
    lead = round(_LEAD_S * LEARNER_RATE)
    end = lead + round(voiced(pcm).last_s * LEARNER_RATE)
    return Case(kind, name, np.concatenate([room[:lead], pcm, room[lead:]]), end)


def trimmed(pcm: PCM) -> PCM:
    """The sound without the silence around its voice."""
    voice = voiced(pcm)
    return pcm[max(0, round((voice.first_s - 0.05) * LEARNER_RATE)) : round((voice.last_s + 0.03) * LEARNER_RATE)]


def quietest_near(pcm: PCM, time_s: float) -> int:
    """The sample in the middle of the quietest 20 ms within 0.1 s of a time: where a word gives way to the next."""
    frame, step = LEARNER_RATE // 50, LEARNER_RATE // 200
    first = max(0, round((time_s - 0.1) * LEARNER_RATE))
    last = min(len(pcm) - frame, round((time_s + 0.1) * LEARNER_RATE))
    starts = range(first, max(first + 1, last), step)
    return min(starts, key=lambda start: float(np.sum(np.square(as_float(pcm[start : start + frame]))))) + frame // 2


def room_tone(pcm: PCM, length_s: float) -> PCM:
    """The recording's own background: its quietest 0.25 s, played forth and back."""
    block = LEARNER_RATE // 4
    starts = range(0, len(pcm) - block, block // 5)
    quietest = min(starts, key=lambda start: float(np.sum(np.square(as_float(pcm[start : start + block])))))
    piece = pcm[quietest : quietest + block]
    return np.resize(np.concatenate([piece, piece[::-1]]), round(length_s * LEARNER_RATE))


def hiss(length_s: float, amplitude: float) -> PCM:
    """A room's hiss, always the same."""
    return np.random.default_rng(11).normal(0, amplitude, round(length_s * LEARNER_RATE)).astype(np.int16)

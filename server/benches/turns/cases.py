"""Cases for the turn-end benches: sentences with a pause put inside, by people and by voices, and sentences that end.

The sentences were written apart from the rules of `voice.turns`, by an author who hadn't read them, and weren't looked
at when any threshold was set. People: every second speaker of the corpus, in the order of their ids beginning with the
second one, and of their recordings the last ones; the pauses lie between words drawn with `SPLIT_SEED`. Thresholds were
set on the other speakers only, but the recogniser's settings were chosen on all of the recordings. Nothing may be tuned
to what is here; a list that was is to be written anew, and the pauses of people drawn anew.
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
PAUSE_KINDS: tuple[Kind, ...] = ("human pause", "synthetic pause")
Speak = Callable[[str], PCM]  # 16 kHz

QUESTIONS = (
    "Who am I speaking with today?",
    "Did anybody else have access to your card over the weekend?",
    "So the charge you don't recognize, that's the one for eighty nine dollars?",
    "What made you start looking around in the first place?",
    "Sorry, was that Thursday the ninth or Friday the tenth?",
    "Do you want the window or the aisle?",
    "Is there any water still coming through the ceiling right now?",
    "And once the trial's over, um, who'd be the one to actually sign off on it?",
    "Can you see a little green light next to the power button?",
    "If I set the payment for the day after you get paid, would that be something you could stick to?",
    "You've not had the letter yet, have you?",
    "How's that sound so far?",
)
STATEMENTS = (
    "Okay, that's booked in for you.",
    "I'm calling because one of your payments got flagged last night.",
    "Yeah, I hear that a lot, and honestly most of our customers felt the same way before they tried it.",
    "I can't see anything on our side that would've caused the outage.",
    "The doctor's got an opening at half past three, but you'd have to come to the other clinic.",
    "No, you won't be charged for that.",
    "I'll need to put you on hold for about two minutes while I pull up the claim.",
    "Thanks so much for picking up.",
    "We, uh, we do have an earlier flight, it's just there's a connection in Denver "
    "and you'd land around eleven at night.",
    "So I've gone ahead and taken that fee off.",
    "I'm looking at the invoice you're talking about.",
    "It's nothing you did wrong.",
)
PAUSED = (
    "I had a look at your claim this morning, | and there's just one photo I'm still missing.",
    "We work with a lot of dental offices around here, | so I had a hunch this might be on your plate.",
    "So what I'm seeing is that the | refund went back to a card that expired in May.",
    "Are you the one who handles the phone contracts, | or should I be talking to somebody else?",
    "Okay, so, I've, I've spoken to the airline and they're happy to put you on the morning flight for free, but | "
    "you'd lose the seats you'd already picked.",
    "Before we change anything, could you unplug the cable from | the back of the modem for me?",
    "If you did get a text with a code in it last night, | please don't read it out to anybody, not even me.",
    "I know things have been tight since you lost the second job, | and I'm not here to make that any worse.",
    "I'd, uh, I'd love to understand what your current | process looks like from the first call to the invoice.",
    "The nurse who does the blood tests | isn't in until Tuesday.",
    "What I'd suggest is a fifteen minute demo with, um, | whoever runs the front desk.",
    "I'm asking because | the policy only covers damage from storms.",
    "You should've had a confirmation by email, | it might've gone to your spam folder.",
    "Can you tell me roughly how many | tickets you get in a week?",
    "Your case number's going to be eight oh three, | seven one one six.",
    "That transfer was stopped before it left your account, | your money's safe.",
    "Is the screen completely black, | or does the logo come up for a second?",
    "Most of the managers I talk to in your, in your industry | tell me the same thing.",
    "I can get you in with Doctor Patel on the twenty first, | though it'd have to be before nine.",
    "And that's before the | deductible?",
)
HUMAN_CASES = 20
SPLIT_SEED = 20_417  # any number would do
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

    @property
    def pause_ms(self) -> int:
        """How long the pause put inside is; 0 without one."""
        return round(1000 * (self.pause[1] - self.pause[0]) / LEARNER_RATE) if self.pause else 0


def human_cases(folder: Path, words: Recognizer) -> Iterator[Case]:
    """A pause case and an end for each of the last `HUMAN_CASES` recordings that are long enough.

    The pause lies between any two words but the outermost, each place as likely. Raises UserError if there aren't as
    many recordings.
    """
    manifest = folder / "manifest.jsonl"
    if not manifest.is_file():
        raise UserError(f"{manifest} isn't there; set RINGSIDE_SHARED to the folder that holds data/speech")
    names = sorted(str(json.loads(line)["audio"]) for line in manifest.read_text(encoding="utf-8").splitlines())
    held_out = sorted({name[:5] for name in names})[1::2]
    draw = np.random.default_rng(SPLIT_SEED)
    built = 0
    for name in (name for name in reversed(names) if name[:5] in held_out):
        pcm, _ = read_wav(folder / name)
        spoken = words.recognize(pcm).words
        if built == HUMAN_CASES or len(spoken) < 5:
            continue
        length_s = PAUSES_S[built % len(PAUSES_S)]
        split = int(draw.integers(2, len(spoken) - 1))  # words before the pause; two or more are behind it
        room = room_tone(pcm, _TAIL_S + _LEAD_S + length_s)
        yield with_pause("human pause", name, pcm, quietest_near(pcm, spoken[split - 1].end_s), length_s, room)
        yield ending("human end", name, pcm, room)
        built += 1
    if built < HUMAN_CASES:
        raise UserError(f"{manifest}: only {built} usable recordings; the bench needs {HUMAN_CASES}")


def synthetic_cases(voices: Sequence[tuple[str, Speak]], words: Recognizer) -> Iterator[Case]:
    """Questions and statements by each voice, the paused sentences shared out, in rooms of different noise."""
    for shift, (voice, speak) in enumerate(voices):
        for index, text in enumerate(QUESTIONS + STATEMENTS):
            room = hiss(_TAIL_S + _LEAD_S, (12.0, 40.0)[index % 2])
            yield ending("question" if text in QUESTIONS else "statement", f"{voice}: {text}", speak(text), room)
        for index, text in enumerate(PAUSED[shift :: len(voices)]):
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

"""Cases for the turn-end benches: sentences with a pause put inside, by people and by voices, and sentences that end.

The sentences were written apart from the rules of `voice.turns`, by an author who hadn't read them, and weren't looked
at when any threshold was set. People: every second speaker of the corpus, in the order of their ids beginning with the
second one; thresholds were set on the others only, but the recogniser's settings were chosen on all of the recordings.
Nothing may be tuned to what is here; a list that was is to be written anew.
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
    "Is now a bad time?",
    "What are you using for payroll at the moment?",
    "Who else would need to be involved in a decision like that?",
    "When did you first notice the problem?",
    "Could you read me the serial number on the back of the router?",
    "Have you tried turning it off at the wall?",
    "Would it help if we moved the due date to the fifteenth?",
    "And the address is still forty two Elm Street?",
    "How much did you say it was?",
    "If the price came down to where you need it, is there anything else that would stop you going ahead?",
    "So you'd rather speak to a manager?",
    "Does that sound fair?",
)
STATEMENTS = (
    "No, not at all.",
    "Sure, go ahead.",
    "I can send you the brochure this afternoon.",
    "That's exactly why I'm calling you today.",
    "We've got about three hundred customers in the area, and most of them started with the smaller package.",
    "I'm sorry you had to wait so long.",
    "Your refund should reach your bank within five working days.",
    "I'd be happy to walk you through it.",
    "You're right, we should have told you before we raised the rate.",
    "Let me put you through to somebody in the technical team.",
    "Yes, that's the one I mean.",
    "I'm calling about the account ending in seven three, which has been overdue since the second of August.",
)
PAUSED = (
    "I wanted to follow up on the quote we sent over last week, um, | did you get a chance to look at it?",
    "So the way it works is | you pay a flat rate per seat and support is included.",
    "I was talking to your colleague, | Priya Raman, and she said you handle the renewals.",
    "Right now I'm showing a balance of | four hundred and twelve dollars and sixty cents.",
    "I completely understand, | but the warranty ran out in March.",
    "If I could get you the first month free, | would you be willing to give it a try?",
    "And when you say it's slow, do you mean | the whole network or just that one laptop?",
    "Okay, so | what I can do is send a technician out on Wednesday morning.",
    "We normally charge a late fee, | though I can waive it this once because you've been with us so long.",
    "What would have to happen for you to, uh, | switch before the end of the quarter?",
    "The reason I ask is that most of our clients | lose about two days a month to paperwork.",
    "I've put a note on your file, | and somebody from billing will call you back by five.",
    "Let me just check that for you, it looks like | the parcel left our depot on Monday.",
    "You can pay by card, by bank transfer, | or we can set up something weekly.",
    "How many people are on your team, | and who usually signs off on new software?",
    "My number here is five five five, | zero one four two.",
    "Well, I think the main difference is, you know, | we don't lock you into a contract.",
    "Could I take your account number, | or the postcode if that's easier?",
    "I'm not trying to push you, I just | want to make sure you don't lose the discount.",
    "The missed payments were in June | and July, so you're two months behind at the moment.",
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

    @property
    def pause_ms(self) -> int:
        """How long the pause put inside is; 0 without one."""
        return round(1000 * (self.pause[1] - self.pause[0]) / LEARNER_RATE) if self.pause else 0


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

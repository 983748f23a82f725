"""What the learners of `ringside bench call` say: a call for each kind of scenario, in a voice or from recordings."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from server.calls.caller import Recording, recording
from voice.audio import CUSTOMER_RATE, LEARNER_RATE, read_wav, resample
from voice.speak import Synthesizer

_BREATH = np.zeros(LEARNER_RATE // 20, np.int16)  # 50 ms before and after: a recording isn't cut to the sample


@dataclass(frozen=True, slots=True)
class Line:
    """One turn: words to be synthesized, or the name of a recording of human speech in the shared data.

    `cuts_in`: spoken one second into the customer's turn.
    """

    text: str
    human: str | None = None
    cuts_in: bool = False


WRITTEN_FOR = ("cold-call-operations", "billing-dispute", "collections-first-call")
SCRIPTS: Mapping[str, tuple[Line, ...]] = {
    "sales": (
        Line("Hi, this is Alex from Loadline. I know I'm calling out of the blue, do you have thirty seconds?"),
        Line("How do you schedule your deliveries today?"),
        Line("That sounds like a lot of phone calls. What happens when two trucks arrive at the same time?"),
        Line("Sorry to jump in, but how often does that happen in a normal week?", cuts_in=True),
        Line("I see. And what does that cost you, roughly?"),
        Line("do you know someone who will", human="005940252.wav"),
        Line("We helped a produce company in Dayton cut their waiting time in half, and it took about eight weeks."),
        Line("Okay, one more thing before you go.", cuts_in=True),
        Line("Would you be open to a twenty minute walk-through on Thursday?"),
    ),
    "service": (
        Line("Thank you for calling, my name is Alex. How can I help you today?"),
        Line("I'm really sorry about that. I can see why you're upset."),
        Line("Could you tell me which charge on the bill you mean?"),
        Line("Let me stop you there for a second, I want to get this right.", cuts_in=True),
        Line("I have your account open now, and I can see the charge you're talking about."),
        Line("tell me what you would do", human="030210165.wav"),
        Line("I can take that charge off and send you a confirmation today. Would that work for you?"),
        Line("Yes, I understand, and I'll make sure of it myself.", cuts_in=True),
        Line("Is there anything else I can do for you?"),
    ),
    "collections": (
        Line("Good afternoon, my name is Alex and I'm calling from Meridian on a recorded line. Who is this?"),
        Line("Before I go on, could you confirm your date of birth and your zip code?"),
        Line("Thank you. This is an attempt to collect a debt, and anything you say will be used for that purpose."),
        Line("Hold on, please, let me explain why I'm calling.", cuts_in=True),
        Line("I understand that things are difficult right now. What could you manage each month?"),
        Line("i will be at work tomorrow", human="021680169.wav"),
        Line("We could split it into three payments, and the first one would be due at the end of the month."),
        Line("Sure, take your time, there's no rush.", cuts_in=True),
        Line("So can I put you down for the first payment on Friday?"),
    ),
}  # fmt: skip


def shared_speech() -> Path | None:
    """The folder of human recordings outside the checkout ($RINGSIDE_SHARED, else ../shared), if it is there."""
    root = Path(os.environ.get("RINGSIDE_SHARED") or Path(__file__).parents[3] / "shared")
    folder = root / "data" / "speech"
    return folder if folder.is_dir() else None


def spoken(lines: tuple[Line, ...], synthesizer: Synthesizer, voice: str) -> tuple[list[Recording], list[int]]:
    """The recordings of a call, and the indices of those that cut in. Human ones are left out where they aren't there.

    Recordings named "human:..." are people's. Raises SpeechError.
    """
    folder = shared_speech()
    recordings: list[Recording] = []
    cut_ins: list[int] = []
    for number, line in enumerate(lines, 1):
        if line.human is None:
            sound = resample(synthesizer.synthesize(line.text, voice=voice), CUSTOMER_RATE, LEARNER_RATE)
            name, pcm = f"{voice} {number}", np.concatenate([_BREATH, sound, _BREATH])
        elif folder is not None and (folder / line.human).exists():
            name, (pcm, _) = f"human:{line.human}", read_wav(folder / line.human)
        else:
            continue
        if line.cuts_in:
            cut_ins.append(len(recordings))
        recordings.append(recording(name, pcm))
    return recordings, cut_ins

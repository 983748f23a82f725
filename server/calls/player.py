"""A loudspeaker without sound: plays what arrives as a browser does, in real time, and knows when a sample was heard.

Pure: every method is told the time. Playing starts `JITTER_BUFFER_S` after the first sound of an utterance arrived, and
again so long after the sound that follows a gap; `clear` stops at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

PLAYER_RATE = 24_000
JITTER_BUFFER_S = 0.040  # what the page's playback worklet starts with on a line without jitter
AUDIBLE = 100  # of 32,768: -50 dBFS, 30 dB below the customer's speech


@dataclass(frozen=True, slots=True)
class Run:
    """Samples of an utterance that were heard without a gap: `first` was heard at `start_s`."""

    utterance: int
    first: int
    samples: int
    start_s: float


@dataclass(frozen=True, slots=True)
class Heard:
    """One sample, and when it was heard."""

    utterance: int
    sample: int
    at_s: float


@dataclass(slots=True)
class Utterance:
    """What has arrived of one utterance. `origins` are (sample, origin, text) in order of sample."""

    number: int
    pcm: NDArray[np.int16] = field(default_factory=lambda: np.zeros(0, np.int16))
    origins: list[tuple[int, str, str]] = field(default_factory=list)
    whole: bool = False
    cleared_at_s: float | None = None
    played: int = 0

    def of_origin(self, samples: NDArray[np.int64], origin: str) -> NDArray[np.bool_]:
        """Which of `samples` belong to "opener", "writer" or "authored" words, as the server announced them."""
        starts = np.array([start for start, _, _ in self.origins], dtype=np.int64)
        named = np.array([False, *(name == origin for _, name, _ in self.origins)])
        of: NDArray[np.bool_] = named[np.searchsorted(starts, samples, side="right")]
        return of


class Player:
    """Utterances one after the other, as they were begun."""

    def __init__(self) -> None:
        self.utterances: dict[int, Utterance] = {}
        self._runs: list[Run] = []
        self._starts: dict[int, Heard] = {}
        self._queue: list[int] = []
        self._playing_since: tuple[float, int] | None = None  # time and sample; may lie ahead: the jitter buffer

    def receive(self, now_s: float, utterance: int, first_sample: int, pcm: NDArray[np.int16]) -> None:
        """Sound of an utterance. What came before is not played twice; what is missing between is silence."""
        self.advance(now_s)
        heard = self._utterance(utterance)
        if heard.cleared_at_s is not None:
            return
        have = len(heard.pcm)
        if first_sample > have:
            heard.pcm = np.pad(heard.pcm, (0, first_sample - have))
            have = first_sample
        heard.pcm = np.concatenate([heard.pcm, pcm[have - first_sample :]])
        if (
            self._playing_since is None
            and self._queue
            and self._queue[0] == utterance
            and len(heard.pcm) > heard.played
        ):
            self._playing_since = (now_s + JITTER_BUFFER_S, heard.played)

    def words(self, utterance: int, sample: int, origin: str, text: str) -> None:
        """What is said from `sample` on."""
        origins = self._utterance(utterance).origins
        if (sample, origin, text) not in origins:
            origins.append((sample, origin, text))
            origins.sort(key=lambda entry: entry[0])

    def spoken(self, now_s: float, utterance: int) -> None:
        """All of it has arrived."""
        self.advance(now_s)
        self._utterance(utterance).whole = True
        self.advance(now_s)

    def clear(self, now_s: float, utterance: int) -> None:
        """Stop playing it, now."""
        self.advance(now_s)
        heard = self._utterance(utterance)
        if heard.cleared_at_s is None:
            heard.cleared_at_s, heard.whole = now_s, True
            heard.pcm = heard.pcm[: heard.played]
        if utterance in self._queue:
            if self._queue[0] == utterance:
                self._end_run(heard)
            self._queue.remove(utterance)
        self._start_next(now_s)

    def advance(self, now_s: float) -> None:
        """Play on until `now_s`."""
        while self._queue:
            heard = self.utterances[self._queue[0]]
            if self._playing_since is not None:
                start_s, first = self._playing_since
                due = first + int(max(0.0, now_s - start_s) * PLAYER_RATE)
                heard.played = max(heard.played, min(due, len(heard.pcm)))
                if due < len(heard.pcm):
                    return
                ended_s = start_s + (len(heard.pcm) - first) / PLAYER_RATE
                self._end_run(heard)
            else:
                ended_s = now_s
            if not heard.whole or heard.played < len(heard.pcm):
                return
            self._queue.pop(0)
            self._start_next(ended_s)

    @property
    def idle(self) -> bool:
        """Whether everything that arrived has been played and nothing more is announced."""
        return not self._queue

    @property
    def current(self) -> Utterance | None:
        """The utterance whose turn it is."""
        return self.utterances[self._queue[0]] if self._queue else None

    def runs(self) -> list[Run]:
        """All that was heard so far, in order."""
        runs = list(self._runs)
        if self._playing_since is not None and self._queue:
            heard = self.utterances[self._queue[0]]
            start_s, first = self._playing_since
            if heard.played > first:
                runs.append(Run(heard.number, first, heard.played - first, start_s))
        return runs

    def audible(self, run: Run) -> NDArray[np.int64]:
        """Samples of a run (counted in its utterance) that can be heard."""
        pcm = self.utterances[run.utterance].pcm[run.first : run.first + run.samples]
        return np.flatnonzero(np.abs(pcm.astype(np.int32)) > AUDIBLE) + run.first

    def starts(self) -> list[Heard]:
        """The first audible sample of each utterance that was heard, in order."""
        for run in self.runs():
            if run.utterance not in self._starts and len(samples := self.audible(run)):
                self._starts[run.utterance] = Heard(run.utterance, int(samples[0]), at_s(run, int(samples[0])))
        return sorted(self._starts.values(), key=lambda heard: heard.at_s)

    def _utterance(self, number: int) -> Utterance:
        if number not in self.utterances:
            self.utterances[number] = Utterance(number)
            self._queue.append(number)
        return self.utterances[number]

    def _end_run(self, heard: Utterance) -> None:
        if self._playing_since is not None:
            start_s, first = self._playing_since
            if heard.played > first:
                self._runs.append(Run(heard.number, first, heard.played - first, start_s))
        self._playing_since = None

    def _start_next(self, now_s: float) -> None:
        if self._playing_since is None and self._queue:
            heard = self.utterances[self._queue[0]]
            if len(heard.pcm) > heard.played:
                self._playing_since = (now_s, heard.played)


def at_s(run: Run, sample: int) -> float:
    """When a sample of a run was heard."""
    return run.start_s + (sample - run.first) / PLAYER_RATE

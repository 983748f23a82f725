"""The customer's sound on its way to the learner: words before their sound, only so far ahead of what is played."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from voice.audio import PCM
from voice.clock import CUSTOMER_RATE, LEARNER_RATE
from voice.customer import Origin
from voice.messages import Audio, Message, Spoken, Words

_FRAME = CUSTOMER_RATE // 10  # 100 ms: few messages, and a clear is never behind much
_AHEAD = 8 * CUSTOMER_RATE  # what a client has to buffer at most; also what a lost report can hold up


@dataclass(slots=True)
class _Sending:
    utterance: int
    pcm: list[PCM] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)
    queued: int = 0
    sent: int = 0
    words_sent: int = 0
    started_at: int = 0
    acknowledged: int = 0
    total: int | None = None
    spoken: bool = False
    cleared: bool = False


class Outbox:
    """One utterance at a time. `send` never blocks; what it is given is bounded by what the client has played."""

    def __init__(self, send: Callable[[Message], None]) -> None:
        self.send = send
        self._sending: _Sending | None = None

    def say(self, utterance: int, at: int, text: str, origin: Origin, gap: int, pcm: PCM) -> None:
        """Queue a piece behind `gap` samples of silence."""
        if self._sending is None or self._sending.utterance != utterance:
            self._sending = _Sending(utterance, started_at=at)
        sending = self._sending
        if gap:
            sending.pcm.append(np.zeros(gap, dtype=np.int16))
        sending.words.append(Words(utterance, sending.queued + gap, text, origin))
        sending.pcm.append(pcm)
        sending.queued += gap + len(pcm)
        self.flush(at)

    def all_said(self, utterance: int, samples: int, at: int) -> None:
        if self._sending is not None and self._sending.utterance == utterance:
            self._sending.total = samples
            self.flush(at)

    def played(self, utterance: int, samples: int, at: int) -> PCM:
        """The client has played so far. Returns the sound that this adds to what was heard."""
        sending = self._sending
        if sending is None or sending.utterance != utterance:
            return np.zeros(0, dtype=np.int16)
        before, sending.acknowledged = sending.acknowledged, max(sending.acknowledged, min(samples, sending.queued))
        self.flush(at)
        return self._cut(sending, before, sending.acknowledged)

    def resend(self, utterance: int, samples: int, at: int) -> None:
        """Send anew from that sample on; the words of a piece that is under way are sent again too."""
        sending = self._sending
        if sending is None or sending.utterance != utterance or sending.cleared:
            return
        sending.sent, sending.spoken = min(samples, sending.queued), False
        sending.started_at = at - sending.sent * LEARNER_RATE // CUSTOMER_RATE
        sending.words_sent = max(0, sum(words.sample <= samples for words in sending.words) - 1)
        self.flush(at)

    def clear(self, utterance: int) -> None:
        """Send nothing more of it. What a client has played of it by then is still to be told."""
        if self._sending is not None and self._sending.utterance == utterance:
            self._sending.cleared = True

    def flush(self, at: int) -> None:
        """Send what may be sent by now. Reports can be lost: time that has passed counts as played too."""
        sending = self._sending
        if sending is None or sending.cleared:
            return
        elapsed = max(0, at - sending.started_at) * CUSTOMER_RATE // LEARNER_RATE
        limit = min(sending.queued, max(sending.acknowledged, elapsed) + _AHEAD)
        while sending.sent < limit:
            while sending.words_sent < len(sending.words) and (
                sending.words[sending.words_sent].sample < min(sending.sent + _FRAME, limit)
            ):
                self.send(sending.words[sending.words_sent])
                sending.words_sent += 1
            end = min(sending.sent + _FRAME, limit)
            self.send(Audio(sending.utterance, sending.sent, self._cut(sending, sending.sent, end)))
            sending.sent = end
        if sending.total is not None and sending.sent >= sending.total and not sending.spoken:
            sending.spoken = True
            self.send(Spoken(sending.utterance, sending.total))

    def _cut(self, sending: _Sending, first: int, end: int) -> PCM:
        parts, position = [np.zeros(0, dtype=np.int16)], 0
        for pcm in sending.pcm:
            if position < end and position + len(pcm) > first:
                parts.append(pcm[max(0, first - position) : end - position])
            position += len(pcm)
        return np.concatenate(parts)

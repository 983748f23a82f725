"""The learner's sound on its way into a call: whole frames, stamped by the count of samples: the call's clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import numpy as np

from voice import events
from voice.audio import PCM
from voice.clock import LEARNER_RATE, Clock, SampleClock
from voice.detect import FRAME_SAMPLES, SpeechSegmenter, SpeechStarted
from voice.engines import Detector, TapeSink
from voice.events import Event
from voice.hum import is_hum
from voice.sound_memory import SoundMemory

_STALL_S = 1.0  # without a frame for so long, the call's clock goes by the machine's
_TICK_S = 0.1  # at which it then goes
_FRAME_S = FRAME_SAMPLES / LEARNER_RATE
_SILENT_FRAME: PCM = np.zeros(FRAME_SAMPLES, dtype=np.int16)


class Microphone:
    """Puts each frame onto the tape and into the memory, and tells when speech starts and pauses (`step`).

    `moved` is called behind each frame, with the clock moved on. Held, or without frames, silence goes by the
    machine's clock.
    """

    def __init__(
        self,
        detector: Detector,
        samples: SampleClock,
        memory: SoundMemory,
        tape: TapeSink,
        clock: Clock,
        step: Callable[[Event], None],
        moved: Callable[[], None],
    ) -> None:
        self.muted = False  # a muted learner is silent here, whatever the client sends
        self._detector = detector
        self._segmenter = SpeechSegmenter()
        self._samples = samples
        self._memory = memory
        self._tape = tape
        self._clock = clock
        self._step = step
        self._moved = moved
        self._rest = b""  # bytes of a frame that isn't whole yet
        self._moved_s = 0.0  # when the call's clock last moved
        self._held = False
        self._stalled = False
        self._closed = False
        self._time_keeper: asyncio.Task[None] | None = None

    def open(self) -> None:
        """From here on time passes."""
        self._moved_s = self._clock.now_s()
        self._time_keeper = asyncio.ensure_future(self._keep_time())

    def take(self, pcm: bytes) -> None:
        """s16le mono at 16 kHz, any even number of bytes. Ignored while held and once closed."""
        if self._held or self._closed:
            return
        self._moved_s, self._stalled = self._clock.now_s(), False
        data = self._rest + pcm
        whole = len(data) - len(data) % (2 * FRAME_SAMPLES)
        self._rest = data[whole:]
        sound = np.frombuffer(data[:whole], dtype="<i2").astype(np.int16)
        for start in range(0, len(sound), FRAME_SAMPLES):
            self._frame(sound[start : start + FRAME_SAMPLES])

    def hold(self) -> None:
        """The client is gone: time goes on without it."""
        self._held, self._moved_s = True, self._clock.now_s()

    def release(self) -> None:
        """The client is back."""
        self._held, self._moved_s = False, self._clock.now_s()

    def close(self) -> None:
        """Time stands still."""
        self._closed = True
        if self._time_keeper is not None:
            self._time_keeper.cancel()

    def _frame(self, sound: PCM) -> None:
        if self._closed:
            return
        if self.muted:
            sound = np.zeros_like(sound)
        at = self._samples.advance(len(sound))
        self._tape.learner(at, sound)
        self._memory.append(sound)
        change = self._segmenter.feed(self._detector.feed(sound))
        now = self._samples.at
        if isinstance(change, SpeechStarted):
            self._step(events.SpeechStarted(now, change.at, is_hum(self._memory.read(change.at, now))))
        elif change is not None:
            self._step(events.SpeechPaused(now, change.at))
        self._moved()

    async def _keep_time(self) -> None:
        while True:
            await self._clock.sleep(_TICK_S)
            now_s = self._clock.now_s()
            self._stalled = self._stalled or self._held or now_s - self._moved_s > _STALL_S
            if self._stalled:
                self._rest = b""
                while self._moved_s + _FRAME_S <= now_s and not self._closed:
                    self._moved_s += _FRAME_S
                    self._frame(_SILENT_FRAME)

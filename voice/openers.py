"""The opener cache: sound that must be there the moment a turn is over, synthesized before anyone needs it.

Memory in front of a folder; what is in the folder outlives the process. Keyed by voice, pace and text.
"""

from __future__ import annotations

import contextlib
import hashlib
import heapq
import itertools
import json
import os
import struct
import sys
import tempfile
import threading
import zlib
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from voice.audio import PCM, as_float, as_pcm, limited
from voice.speak import SpeechError, Synthesizer

_FORMAT = 1  # part of every key: raised when the same text would sound different
_HEADER = struct.Struct("<4sII")  # magic, samples, CRC-32 of the samples: a torn file is seen and made anew
_MAGIC = b"RSop"
_NICENESS = 10  # behind the language model, which reads for the first turn meanwhile; a missing opener takes 0.1 s


@dataclass(slots=True)
class Preparation:
    """The progress of one call's openers. Readable from any thread."""

    total: int
    done: int = 0
    failures: list[str] = field(default_factory=list)
    _finished: threading.Event = field(default_factory=threading.Event)
    _cancelled: bool = False

    def cancel(self) -> None:
        """Nothing more is synthesized for it."""
        self._cancelled = True
        self._finished.set()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Whether all of it is ready, waiting for it at most `timeout_s` seconds."""
        return self._finished.wait(timeout_s) and not self._cancelled

    def _count(self, failure: str | None) -> None:
        self.done += 1
        if failure:
            self.failures.append(failure)
        if self.done == self.total:
            self._finished.set()


class OpenerCache:
    """Synthesized pieces in memory and, with a `folder`, on disk; both bounded, the least recently used leaves first.

    `fingerprint` names the models behind the voices, so that sound of an older model isn't played. A folder that can't
    be written costs only time: the cache then works in memory.
    """

    def __init__(
        self,
        synthesizer: Synthesizer,
        folder: Path | None,
        *,
        fingerprint: str = "",
        max_memory_bytes: int = 48 << 20,  # about 700 openers of 1.5 s
        max_disk_bytes: int = 256 << 20,
    ) -> None:
        self._synthesizer, self._folder, self._fingerprint = synthesizer, folder, fingerprint
        self._max_memory_bytes, self._max_disk_bytes = max_memory_bytes, max_disk_bytes
        self._memory: OrderedDict[str, PCM] = OrderedDict()
        self._memory_bytes = 0
        self._disk_bytes: int | None = None
        self._lock = threading.RLock()
        self._wanted: list[tuple[int, int, str, str, float, Preparation]] = []
        self._order = itertools.count()
        self._change = threading.Condition(self._lock)
        self._holds = 0
        self._worker: threading.Thread | None = None
        self._closed = False

    def get(self, text: str, *, voice: str, pace: float = 1.0, volume: float = 1.0) -> PCM | None:
        """The sound of `text` if it is there; None if it would have to be synthesized first."""
        key = self._key(text, voice, pace)
        with self._lock:
            pcm = self._memory.get(key)
            if pcm is not None:
                self._memory.move_to_end(key)
        if pcm is None:
            pcm = self._read(key)
            if pcm is None:
                return None
            self._remember(key, pcm)
        return _scaled(pcm, volume)

    def fetch(self, text: str, *, voice: str, pace: float = 1.0, volume: float = 1.0) -> PCM:
        """The sound of `text`, synthesized and kept if it isn't there. Blocking; raises SpeechError."""
        found = self.get(text, voice=voice, pace=pace, volume=volume)
        if found is not None:
            return found
        pcm = self._synthesizer.synthesize(text, voice=voice, pace=pace)
        key = self._key(text, voice, pace)
        self._remember(key, pcm)
        self._write(key, pcm)
        return _scaled(pcm, volume)

    def prepare(self, texts: Sequence[str], *, voice: str, pace: float = 1.0) -> Preparation:
        """Have `texts` synthesized in the background, likeliest first. Several calls share one thread by rank."""
        distinct = list(dict.fromkeys(texts))
        preparation = Preparation(len(distinct))
        if not distinct:
            preparation._finished.set()
            return preparation
        with self._change:
            for rank, text in enumerate(distinct):
                heapq.heappush(self._wanted, (rank, next(self._order), text, voice, pace, preparation))
            if self._worker is None:
                self._worker = threading.Thread(target=self._work, name="openers", daemon=True)
                self._worker.start()
            self._change.notify_all()
        return preparation

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Keeps the background from starting a piece, so that a live clause has the processor."""
        with self._change:
            self._holds += 1
        try:
            yield
        finally:
            with self._change:
                self._holds -= 1
                self._change.notify_all()

    def close(self) -> None:
        """End the background thread after the piece it is at."""
        with self._change:
            self._closed = True
            self._change.notify_all()
            worker = self._worker
        if worker is not None:
            worker.join()

    def _work(self) -> None:
        if sys.platform == "linux":  # where a thread has a niceness of its own
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
        while True:
            with self._change:
                while not self._closed and (self._holds or not self._wanted):
                    self._change.wait()
                if self._closed:
                    return
                _, _, text, voice, pace, preparation = heapq.heappop(self._wanted)
            if preparation._cancelled:
                continue
            failure = None
            try:
                self.fetch(text, voice=voice, pace=pace)
            except SpeechError as error:
                failure = str(error)
            preparation._count(failure)

    def _key(self, text: str, voice: str, pace: float) -> str:
        parts = [_FORMAT, self._fingerprint, voice, round(pace, 2), text]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def _remember(self, key: str, pcm: PCM) -> None:
        with self._lock:
            if key in self._memory:
                return
            pcm.flags.writeable = False  # callers share it
            self._memory[key] = pcm
            self._memory_bytes += pcm.nbytes
            while self._memory_bytes > self._max_memory_bytes and len(self._memory) > 1:
                self._memory_bytes -= self._memory.popitem(last=False)[1].nbytes

    def _path(self, folder: Path, key: str) -> Path:
        return folder / key[:2] / f"{key}.pcm"

    def _read(self, key: str) -> PCM | None:
        if self._folder is None:
            return None
        path = self._path(self._folder, key)
        try:
            data = path.read_bytes()
            magic, samples, checksum = _HEADER.unpack_from(data)
            body = data[_HEADER.size :]
            if magic != _MAGIC or len(body) != 2 * samples or zlib.crc32(body) != checksum:
                return None
            os.utime(path)  # the time of last use, by which old ones leave
        except (OSError, struct.error):
            return None
        return np.frombuffer(body, dtype="<i2").astype(np.int16)

    def _write(self, key: str, pcm: PCM) -> None:
        if self._folder is None:
            return
        path, body = self._path(self._folder, key), pcm.astype("<i2").tobytes()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
                file.write(_HEADER.pack(_MAGIC, len(pcm), zlib.crc32(body)) + body)
            Path(file.name).replace(path)
            self._make_room(self._folder, _HEADER.size + len(body))
        except OSError:
            self._folder = None  # full or read-only: in memory from here on

    def _make_room(self, folder: Path, added_bytes: int) -> None:
        with self._lock:
            if self._disk_bytes is None:
                self._disk_bytes = sum(path.stat().st_size for path in folder.glob("*/*.pcm"))
            else:
                self._disk_bytes += added_bytes
            if self._disk_bytes <= self._max_disk_bytes:
                return
            found = sorted((path.stat().st_mtime_ns, path.stat().st_size, path) for path in folder.glob("*/*.pcm"))
            self._disk_bytes = sum(size for _, size, _ in found)
            for _, size, path in found:
                if self._disk_bytes <= self._max_disk_bytes * 3 // 4:  # not one file at each write
                    break
                path.unlink(missing_ok=True)
                self._disk_bytes -= size


def _scaled(pcm: PCM, volume: float) -> PCM:
    if volume == 1.0:
        return pcm
    return as_pcm(limited(as_float(pcm) * np.float32(max(volume, 0.0))))

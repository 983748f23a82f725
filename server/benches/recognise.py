"""Word error rate and time of Ringside's recogniser and of stock `transcribe`, on recordings of your own.

The manifest is JSON lines, `{"audio": "a.wav", "text": "what is said"}`; audio paths are relative to it. Both sides
run the same weights on one thread, file by file in turn, so that a busy machine slows them alike.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from whisper_normalizer.english import EnglishTextNormalizer

from server.errors import UserError
from server.models.store import ModelStore
from voice.audio import LEARNER_RATE, PCM, as_float, read_wav, resample
from voice.listen import WhisperRecognizer

MODELS = ("whisper-base", "whisper-tiny.en")


@dataclass(frozen=True, slots=True)
class Sample:
    """A recording (16 kHz) and what is said in it."""

    pcm: PCM
    text: str


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--manifest", type=Path, required=True, help='JSON lines of {"audio", "text"}')
    parser.add_argument("--model", choices=MODELS, default=MODELS[0], help="weights of both sides")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    samples = load_manifest(arguments.manifest)
    recognizer = WhisperRecognizer(ModelStore.default().path(arguments.model))
    figures = {"model": arguments.model, **compare(recognizer, samples)}
    if arguments.json:
        print(json.dumps(figures))
        return 0
    console = Console(highlight=False)
    console.print(f"{arguments.model}, {figures['n']} recordings, {figures['audio_seconds']} s")
    console.print(f"ringside  word error rate {figures['wer']:.3f}  {figures['seconds']:.1f} s")
    console.print(f"stock     word error rate {figures['stock_wer']:.3f}  {figures['stock_seconds']:.1f} s")
    console.print(f"time as a share of stock: {figures['ratio']:.3f}")
    return 0


def load_manifest(path: Path) -> list[Sample]:
    """Read a manifest and its recordings. Raises UserError naming the line, the value and the mend."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: can't be read ({error}); give a UTF-8 file of JSON lines") from error
    samples = [_sample(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not samples:
        raise UserError(f'{path}: is empty; put a line {{"audio": "a.wav", "text": "..."}} in for each recording')
    return samples


def compare(recognizer: WhisperRecognizer, samples: Sequence[Sample]) -> dict[str, float | int]:
    """Recognise every sample with both; word error rates are over all words together."""
    recognizer.recognize(samples[0].pcm)  # the first call of a process is slower, whoever makes it
    ours, stock = Tally(recognize=lambda pcm: recognizer.recognize(pcm).text), Tally(recognize=_stock(recognizer))
    for index, sample in enumerate(samples):
        for tally in (ours, stock) if index % 2 else (stock, ours):
            tally.take(sample)
    return {
        "n": len(samples),
        "audio_seconds": round(sum(len(sample.pcm) for sample in samples) / LEARNER_RATE, 1),
        "wer": round(ours.errors / max(1, ours.words), 4),
        "stock_wer": round(stock.errors / max(1, stock.words), 4),
        "seconds": round(ours.seconds, 3),
        "stock_seconds": round(stock.seconds, 3),
        "ratio": round(ours.seconds / stock.seconds, 4),
    }


class Tally:
    """Counts one side's errors, words and seconds."""

    def __init__(self, recognize: Callable[[PCM], str]) -> None:
        self.errors, self.words, self.seconds = 0, 0, 0.0
        self._recognize = recognize
        self._normalize = EnglishTextNormalizer()

    def take(self, sample: Sample) -> None:
        start = time.perf_counter()
        text = self._recognize(sample.pcm)
        self.seconds += time.perf_counter() - start
        expected = self._normalize(sample.text).split()
        self.errors += word_errors(expected, self._normalize(text).split())
        self.words += len(expected)


def word_errors(expected: Sequence[str], heard: Sequence[str]) -> int:
    """Substitutions, deletions and insertions: the Levenshtein distance in words."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(expected, 1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (word != other))
    return row[-1]


def _stock(recognizer: WhisperRecognizer) -> Callable[[PCM], str]:
    def transcribe(pcm: PCM) -> str:
        segments, _ = recognizer.stock.transcribe(as_float(pcm))
        return " ".join(segment.text.strip() for segment in segments)

    return transcribe


def _sample(manifest: Path, number: int, line: str) -> Sample:
    where = f"{manifest}, line {number}"
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise UserError(f'{where}: isn\'t JSON ({error}); write {{"audio": "a.wav", "text": "..."}}') from error
    if not isinstance(row, dict):
        raise UserError(f'{where}: is {type(row).__name__}; write {{"audio": "a.wav", "text": "..."}}')
    for key in ("audio", "text"):
        if not isinstance(row.get(key), str) or not row[key].strip():
            raise UserError(f'{where}: key "{key}" is {row.get(key)!r}; give it as text')
    path = manifest.parent / row["audio"]
    if not path.is_file():
        raise UserError(f"{where}: {path} isn't there; audio paths are relative to the manifest")
    try:
        pcm, rate = read_wav(path)
    except (ValueError, OSError) as error:
        raise UserError(f"{where}: {error}") from error
    if not len(pcm):
        raise UserError(f"{where}: {path} holds no samples; give a recording")
    return Sample(resample(pcm, rate, LEARNER_RATE), row["text"])

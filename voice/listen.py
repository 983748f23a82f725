"""What was said: the recogniser's protocol, Whisper on a shortened window, any OpenAI-compatible endpoint."""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer
from numpy.typing import NDArray
from openai import OpenAI, OpenAIError

from voice.audio import LEARNER_RATE, PCM, as_float, rms_dbfs
from voice.detect import Voiced, voiced
from voice.phantoms import is_phantom, repeats
from voice.record import Word

WINDOW_SLACK_S = 5.0  # silence behind the utterance: with 2 s Whisper loops on human speech, with more it's only slower
RETRY_SLACK_S = 10.0  # what a result that repeats itself is recognised in again
FULL_WINDOW_S = 30.0  # what Whisper was trained on
LONGEST_PIECE_S = 25.0  # longer utterances are cut where they are quietest; piece and slack must fit the full window

_BEAM = 5  # as stock; the beam is what keeps a short window from looping, and costs a tenth more than greedy
_REPETITION_PENALTY = 1.1  # mild: whole-sentence echoes go, a "no, no" stays
_TOKENS_PER_S = 7.0  # the fastest speech: five words a second at 1.4 tokens
_SPARE_TOKENS = 12
_CONTEXT_TOKENS = 80
_LEAST_SPEECH_S = 0.1  # less voice than this is no word
_QUIET_DBFS = -60.0  # below this there is no voice a microphone would send


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was recognised: `words` in seconds from the sound's start, log probability as the mean of a token's."""

    text: str
    words: tuple[Word, ...] = ()
    no_speech_probability: float = 0.0
    mean_log_probability: float = 0.0


NOTHING_SAID = Transcript("", (), 1.0, 0.0)


class RecognitionError(Exception):
    """The recogniser couldn't be asked or didn't answer."""


class Recognizer(Protocol):
    """Turns an utterance into text."""

    def recognize(self, pcm: PCM, *, context: str = "") -> Transcript:
        """Recognise 16 kHz sound. `context` is what was said before, for names and spelling. Blocks; thread-safe.

        Silence, noise and the phantom words that a model hears in them give an empty text. Raises RecognitionError.
        """
        ...


class WhisperRecognizer:
    """faster-whisper's model on a window cut to the utterance, instead of the 30 s that `transcribe` always pads to.

    `workers` calls may run at once, each on one thread, over one copy of the weights. Loading raises ValueError or
    RuntimeError as faster-whisper does.
    """

    def __init__(self, model_dir: Path, *, compute_type: str = "int8", workers: int = 1) -> None:
        self._whisper = WhisperModel(
            str(model_dir), device="cpu", compute_type=compute_type, cpu_threads=1, num_workers=workers
        )
        multilingual = self._whisper.model.is_multilingual
        self._tokenizer = Tokenizer(self._whisper.hf_tokenizer, multilingual, task="transcribe", language="en")

    @property
    def stock(self) -> WhisperModel:
        """The same weights behind faster-whisper's own `transcribe`, to be compared with."""
        return self._whisper

    def recognize(self, pcm: PCM, *, context: str = "") -> Transcript:
        if rms_dbfs(pcm) < _QUIET_DBFS:
            return NOTHING_SAID
        transcripts: list[Transcript] = []
        offset_s = 0.0
        for piece in pieces(pcm):
            voice = voiced(piece)
            if voice.seconds >= _LEAST_SPEECH_S:
                said_before = " ".join([context, *(transcript.text for transcript in transcripts)]).strip()
                heard = self._decode(as_float(piece), said_before)
                if not is_phantom(heard, voice.seconds):
                    transcripts.append(_placed(heard, voice, offset_s))
            offset_s += len(piece) / LEARNER_RATE
        return _joined(transcripts)

    def _decode(self, samples: NDArray[np.float32], context: str) -> Transcript:
        transcript = self._decode_window(samples, context, WINDOW_SLACK_S)
        if not repeats(transcript.text):
            return transcript
        again = self._decode_window(samples, "", RETRY_SLACK_S)
        # people do repeat themselves: if both windows say so, the likelier one is right
        better = again.mean_log_probability > transcript.mean_log_probability
        return again if better or not repeats(again.text) else transcript

    def _decode_window(self, samples: NDArray[np.float32], context: str, slack_s: float) -> Transcript:
        duration_s = len(samples) / LEARNER_RATE
        window = min(len(samples) + int(slack_s * LEARNER_RATE), int(FULL_WINDOW_S * LEARNER_RATE))
        features = self._whisper.feature_extractor(np.pad(samples, (0, window - len(samples))))
        encoded = self._whisper.encode(features[:, : window // self._whisper.feature_extractor.hop_length])
        prompt = self._prompt(context)
        result = self._whisper.model.generate(
            encoded,
            [prompt],
            beam_size=_BEAM,
            repetition_penalty=_REPETITION_PENALTY,
            max_length=min(448, len(prompt) + int(duration_s * _TOKENS_PER_S) + _SPARE_TOKENS),
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        tokens = [token for token in result.sequences_ids[0] if token < self._tokenizer.eot]
        count = len(result.sequences_ids[0])
        words: tuple[Word, ...] = ()
        if tokens:
            frames = int(duration_s * self._whisper.frames_per_second)
            found = self._whisper.find_alignment(self._tokenizer, [tokens], encoded, frames)[0]
            words = _words(found, duration_s)
        return Transcript(
            text=self._tokenizer.decode(tokens).strip(),
            words=words,
            no_speech_probability=float(result.no_speech_prob),
            mean_log_probability=float(result.scores[0]) * count / (count + 1),
        )

    def _prompt(self, context: str) -> list[int]:
        tokenizer = self._tokenizer
        before: list[int] = []
        if context.strip():
            before = [tokenizer.sot_prev, *tokenizer.encode(" " + context.strip())[-_CONTEXT_TOKENS:]]
        return [*before, *tokenizer.sot_sequence, tokenizer.no_timestamps]


class EndpointRecognizer:
    """Any OpenAI-compatible transcription endpoint (`POST /audio/transcriptions`) through the `openai` client."""

    def __init__(self, client: OpenAI, model: str, *, language: str = "en") -> None:
        self._client = client
        self._model = model
        self._language = language

    def recognize(self, pcm: PCM, *, context: str = "") -> Transcript:
        spoken_s = voiced(pcm).seconds
        if rms_dbfs(pcm) < _QUIET_DBFS or spoken_s < _LEAST_SPEECH_S:
            return NOTHING_SAID
        try:
            answer = self._client.audio.transcriptions.create(
                model=self._model,
                file=("speech.wav", _wav_bytes(pcm), "audio/wav"),
                language=self._language,
                prompt=context,
                response_format="verbose_json",
                timestamp_granularities=["word", "segment"],
            )
        except OpenAIError as error:
            raise RecognitionError(f"recognition endpoint {self._client.base_url}: {error}") from error
        text, segments = answer.text.strip(), answer.segments or []
        if answer.words:
            words = tuple(Word(word.word.strip(), word.start, word.end) for word in answer.words)
        else:
            words = proportional_words(text, len(pcm) / LEARNER_RATE)
        transcript = Transcript(
            text,
            words,
            float(np.mean([segment.no_speech_prob for segment in segments])) if segments else 0.0,
            float(np.mean([segment.avg_logprob for segment in segments])) if segments else 0.0,
        )
        return NOTHING_SAID if is_phantom(transcript, spoken_s) else transcript


def pieces(pcm: PCM, longest_s: float = LONGEST_PIECE_S) -> list[PCM]:
    """The sound in pieces of at most `longest_s`, cut at the quietest 0.1 s of each piece's last 8 s."""
    found: list[PCM] = []
    step, longest = LEARNER_RATE // 10, int(longest_s * LEARNER_RATE)
    while len(pcm) > longest:
        first = longest - min(8 * LEARNER_RATE, longest // 2)
        blocks = pcm[first : first + (longest - first) // step * step].reshape(-1, step)
        quietest = int(np.argmin(np.mean(np.square(blocks.astype(np.float64)), axis=1)))
        cut = first + quietest * step + step // 2
        found.append(pcm[:cut])
        pcm = pcm[cut:]
    return [*found, pcm]


def proportional_words(text: str, duration_s: float) -> tuple[Word, ...]:
    """Word times where an engine gives none: each word takes its share of the letters."""
    words = text.split()
    ends = np.cumsum([len(word) + 1 for word in words])
    scale = duration_s / float(ends[-1]) if words else 0.0
    starts = [0, *ends[:-1]]
    return tuple(
        Word(word, float(start) * scale, float(end) * scale)
        for word, start, end in zip(words, starts, ends, strict=True)
    )


def _words(alignment: list[dict[str, object]], duration_s: float) -> tuple[Word, ...]:
    """Whitespace-separated words out of Whisper's alignment, whose entries may be parts of words or punctuation."""
    words: list[Word] = []
    for entry in alignment:
        text, start_s, end_s = str(entry["word"]), float(str(entry["start"])), float(str(entry["end"]))
        start_s, end_s = min(start_s, duration_s), min(end_s, duration_s)
        if words and not text.startswith(" "):
            words[-1] = Word(words[-1].text + text, words[-1].start_s, max(end_s, words[-1].end_s))
        elif text.strip():
            words.append(Word(text.strip(), start_s, end_s))
    return tuple(words)


def _placed(transcript: Transcript, voice: Voiced, offset_s: float) -> Transcript:
    """Words within the voice that was heard (the alignment gives silence to its neighbours), on the whole's clock."""

    def place(time_s: float) -> float:
        return offset_s + min(max(time_s, voice.first_s), voice.last_s)

    words = tuple(Word(word.text, place(word.start_s), place(word.end_s)) for word in transcript.words)
    return replace(transcript, words=words)


def _joined(transcripts: list[Transcript]) -> Transcript:
    if not transcripts:
        return NOTHING_SAID
    return Transcript(
        " ".join(transcript.text for transcript in transcripts),
        tuple(word for transcript in transcripts for word in transcript.words),
        min(transcript.no_speech_probability for transcript in transcripts),
        float(np.mean([transcript.mean_log_probability for transcript in transcripts])),
    )


def _wav_bytes(pcm: PCM) -> bytes:
    data = io.BytesIO()
    with wave.open(data, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(LEARNER_RATE)
        file.writeframes(pcm.astype("<i2").tobytes())
    return data.getvalue()

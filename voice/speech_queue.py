"""What the customer says, piece by piece: written, synthesized, sent, played. Only played words were said."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

from voice.clock import CUSTOMER_RATE, as_learner_samples, seconds
from voice.customer import Heard, Origin
from voice.learner_turn import LearnerTurn
from voice.record import Word
from voice.word_times import WordSpan, word_times

_GAPS_S = {".": 0.22, "!": 0.22, "?": 0.22, "…": 0.22, ",": 0.12, ";": 0.15, ":": 0.15, "—": 0.15}
_PLAIN_GAP_S = 0.04  # between clauses that no mark parts; the synthesizer's own edges are trimmed


@dataclass(slots=True)
class Piece:
    """One synthesized piece. `length` is None while it is being made and 0 if that failed."""

    text: str
    origin: Origin
    ordered_at: int
    length: int | None = None
    first: int = -1  # customer sample at which its sound starts, behind the gap
    words: tuple[WordSpan, ...] = ()  # within the piece


@dataclass(slots=True)
class Utterance:
    """One answer of the customer, from the first idea of it to its last played sample.

    `turn` is what it answers, None for what the customer says of themselves. `not_before` is when it may begin.
    """

    epoch: int
    heard: Heard
    turn: LearnerTurn | None
    not_before: int
    ordered_at: int
    attempts: int = 1
    key: int | None = None
    hang_up: bool = False
    writing: bool = False
    progress_at: int = 0  # of the writer
    mouth_at: int = 0  # when the synthesizer last gave a sign, of life or of failure
    pieces: list[Piece] = field(default_factory=list)
    next_piece: int = 0
    total: int = 0  # customer samples handed out to be sent
    all_said: bool = False
    said_at: int | None = None  # when the first piece was handed out
    play_until: int = 0  # when all that was handed out should have been played
    played: int = 0
    acks: list[tuple[int, int]] = field(default_factory=list)  # (customer samples played, at)
    ducked: bool = False

    def add(self, text: str, origin: Origin, at: int) -> int:
        self.pieces.append(Piece(text, origin, at))
        return len(self.pieces) - 1

    def synthesized(self, index: int, length: int, at: int) -> None:
        """A late result for a piece that was given up has no effect."""
        self.mouth_at = at
        if index < len(self.pieces) and self.pieces[index].length is None:
            self.pieces[index].length = max(0, length)
            self.pieces[index].words = word_times(self.pieces[index].text, max(0, length))

    @property
    def awaited(self) -> Piece | None:
        """The piece that what follows waits for."""
        if self.next_piece < len(self.pieces) and self.pieces[self.next_piece].length is None:
            return self.pieces[self.next_piece]
        return None

    def take_next(self, at: int) -> tuple[int, int, int] | None:
        """The next piece that can be sent, as (its index, first customer sample of its gap, gap); None for none."""
        while self.next_piece < len(self.pieces) and (length := self.pieces[self.next_piece].length) is not None:
            index, self.next_piece = self.next_piece, self.next_piece + 1
            if length == 0:
                continue
            first, gap = self.total, self._gap(index, at)
            self.pieces[index].first = first + gap
            self.total = first + gap + length
            self.play_until = max(at, self.play_until) + as_learner_samples(gap + length)
            self.said_at = at if self.said_at is None else self.said_at
            return index, first, gap
        return None

    def _gap(self, index: int, at: int) -> int:
        if self.total == 0 or at >= self.play_until:  # nothing before it, or silence already
            return 0
        before = self.pieces[index - 1].text.rstrip("\"'”’) ")
        return round(_GAPS_S.get(before[-1:], _PLAIN_GAP_S) * CUSTOMER_RATE)

    @property
    def complete(self) -> bool:
        """There is nothing more to send."""
        return self.key is not None and not self.writing and self.next_piece >= len(self.pieces)

    def acknowledge(self, at: int, played: int) -> None:
        """The client has played so much. What wasn't sent can't have been, and nothing is taken back."""
        played = min(played, self.total)
        if played > self.played:
            self.played = played
            self.acks.append((played, at))
            self.play_until = at + as_learner_samples(self.total - played)

    def restart(self, at: int) -> None:
        """After a break in the line everybody's patience begins anew."""
        self.progress_at = self.mouth_at = at
        self.play_until = at + as_learner_samples(self.total - self.played)

    def time_of(self, sample: int) -> int:
        """When a played customer sample was played, on the learner's clock.

        Read off the first report beyond it; it wasn't played before the report ahead of it was made.
        """
        index = min(bisect_left(self.acks, (sample, 0)), len(self.acks) - 1)
        played, at = self.acks[index]
        earliest = self.acks[index - 1][1] if index else self.said_at or 0
        return max(earliest, at - as_learner_samples(played - sample))

    def said(self) -> tuple[Word, ...]:
        """The words whose last sample was played, with when that was."""
        return tuple(
            Word(
                word.text,
                seconds(self.time_of(piece.first + word.start)),
                seconds(self.time_of(piece.first + word.end)),
            )
            for piece, word in self._words()
            if self._was_played(piece, word)
        )

    def said_text(self) -> str:
        return " ".join(word.text for piece, word in self._words() if self._was_played(piece, word))

    def unplayed_text(self) -> str:
        """What was written and not heard."""
        unheard = [word.text for piece, word in self._words() if not self._was_played(piece, word)]
        unmade = [piece.text for piece in self.pieces if not piece.words]
        return " ".join(" ".join((*unheard, *unmade)).split())

    def text(self) -> str:
        return " ".join(" ".join(piece.text.split()) for piece in self.pieces)

    def _words(self) -> Iterator[tuple[Piece, WordSpan]]:
        return ((piece, word) for piece in self.pieces for word in piece.words)

    def _was_played(self, piece: Piece, word: WordSpan) -> bool:
        return piece.first >= 0 and piece.first + word.end <= self.played

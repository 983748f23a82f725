"""What the customer says, piece by piece: written, synthesized, sent, played. Only played words were said."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

from voice.clock import CUSTOMER_RATE, as_learner_samples, seconds
from voice.commands import Say
from voice.customer import Heard, Origin
from voice.learner_turn import LearnerTurn
from voice.record import Word
from voice.word_times import WordSpan, word_times

_GAPS_S = {".": 0.18, "!": 0.18, "?": 0.18, "…": 0.2, ",": 0.12, ";": 0.15, ":": 0.15, "—": 0.15}
_PLAIN_GAP_S = 0.04  # between clauses that no mark parts; the synthesizer's own edges are trimmed


@dataclass(slots=True)
class Piece:
    """One synthesized piece. `length` is None while it is being made and 0 if that failed."""

    text: str
    origin: Origin
    ordered_at: int
    length: int | None = None
    first: int | None = None  # customer sample at which its sound starts, or would without `skip`; None: not sent
    words: tuple[WordSpan, ...] = ()  # within the piece
    heard_before: int = 0  # so many of its words were played in utterances that were cleared

    @property
    def skip(self) -> int:
        """The samples that have been heard before and aren't said again."""
        if self.heard_before < len(self.words):
            return self.words[self.heard_before].start if self.heard_before else 0
        return self.length or 0

    @property
    def rest(self) -> str:
        """The text behind `skip`."""
        return " ".join(word.text for word in self.words[self.heard_before :]) if self.heard_before else self.text


@dataclass(slots=True)
class Utterance:
    """One answer of the customer, from the first idea of it to its last played sample.

    `turn` is what it answers, None for what the customer says of themselves. `not_before` is when it may begin.
    One that has given way is silent; what it still had to say is kept, and said under another `number` if it goes on.
    """

    epoch: int
    heard: Heard
    turn: LearnerTurn | None
    not_before: int
    ordered_at: int
    attempts: int = 1
    key: int | None = None
    hang_up: bool = False
    away_s: float = 0.0
    pause_s: float = 0.0  # between an opener and what follows it, where that is there in time
    writing: bool = False
    progress_at: int = 0  # of the writer
    mouth_at: int = 0  # when the synthesizer last gave a sign, of life or of failure
    pieces: list[Piece] = field(default_factory=list)
    next_piece: int = 0
    number: int = -1  # on the wire
    gave_way: bool = False
    heard_before: tuple[Word, ...] = ()  # under its former numbers
    total: int = 0  # customer samples handed out to be sent
    all_said: bool = False
    said_at: int | None = None  # when the first piece was handed out
    play_until: int = 0  # when all that was handed out should have been played
    played: int = 0
    acks: list[tuple[int, int]] = field(default_factory=list)  # (customer samples played, at)
    ducked: bool = False

    def __post_init__(self) -> None:
        self.number = self.epoch

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

    def take_next(self, at: int) -> Say | None:
        """The next piece that can be sent; None for none."""
        while self.next_piece < len(self.pieces) and (length := self.pieces[self.next_piece].length) is not None:
            index, self.next_piece = self.next_piece, self.next_piece + 1
            piece = self.pieces[index]
            skip = piece.skip
            if length <= skip:
                continue
            first, gap = self.total, self._gap(index, at)
            piece.first = first + gap - skip
            self.total = first + gap + length - skip
            self.play_until = max(at, self.play_until) + as_learner_samples(gap + length - skip)
            self.said_at = at if self.said_at is None else self.said_at
            return Say(self.number, self.epoch, index, first, gap, skip, piece.rest)
        return None

    def _gap(self, index: int, at: int) -> int:
        if self.total == 0 or at >= self.play_until:  # nothing before it, or silence already
            return 0
        before = self.pieces[index - 1]
        gap_s = _GAPS_S.get(before.text.rstrip("\"'”’) ")[-1:], _PLAIN_GAP_S)
        return round((gap_s + (self.pause_s if before.origin == "opener" else 0.0)) * CUSTOMER_RATE)

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
            if not self.gave_way:
                self.play_until = at + as_learner_samples(self.total - played)

    def go_on(self, number: int, at: int) -> None:
        """Say the rest, from the first word on that wasn't played to its end."""
        self.heard_before = self.said()
        for piece in self.pieces:
            piece.heard_before += sum(self._was_played(piece, word) for word in piece.words[piece.heard_before :])
            piece.first = None
        self.number, self.gave_way, self.all_said = number, False, False
        self.next_piece = self.total = self.played = 0
        self.said_at, self.play_until, self.acks = None, at, []

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
        now = (
            Word(word.text, seconds(self.time_of(first + word.start)), seconds(self.time_of(first + word.end)))
            for piece, word in self._words()
            if (first := piece.first) is not None and self._was_played(piece, word)
        )
        return (*self.heard_before, *now)

    def said_text(self) -> str:
        now = (word.text for piece, word in self._words() if self._was_played(piece, word))
        return " ".join((*(word.text for word in self.heard_before), *now))

    def unplayed_text(self) -> str:
        """What was written and not heard."""
        unheard = [word.text for piece, word in self._words() if not self._was_played(piece, word)]
        unmade = [piece.text for piece in self.pieces if not piece.words]
        return " ".join(" ".join((*unheard, *unmade)).split())

    def text(self) -> str:
        return " ".join(" ".join(piece.text.split()) for piece in self.pieces)

    def _words(self) -> Iterator[tuple[Piece, WordSpan]]:
        return ((piece, word) for piece in self.pieces for word in piece.words[piece.heard_before :])

    def _was_played(self, piece: Piece, word: WordSpan) -> bool:
        return piece.first is not None and 0 < self.played >= piece.first + word.end

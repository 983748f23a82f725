"""What is known of the learner's turn while it goes on: its pieces, their text, its pauses."""

from __future__ import annotations

from dataclasses import dataclass, field

from voice.clock import seconds
from voice.partials import stable_part
from voice.record import Word


@dataclass(slots=True)
class Stretch:
    """A stretch of the turn whose text is settled, but for a `cut` that is still being recognised."""

    since: int
    until: int
    text: str
    words: tuple[Word, ...] = ()
    epoch: int = -1


@dataclass(slots=True)
class LearnerTurn:
    """One turn of the learner, which may hold many pauses.

    `epoch` is the oldest whose partials still speak of the present stretch. `number` is the turn's place on record,
    -1 until it is there. `over` is what the customer was saying when it began, "" if they were silent.
    """

    since: int
    stretch_since: int
    epoch: int
    over: str = ""
    number: int = -1
    merges: int = 0
    patient_until: int = 0  # a customer who cuts in isn't interrupted before

    speaking: bool = True
    spoke_at: int = 0  # where the present run of speech began
    last: int = 0  # last sample of speech before the present pause
    settled: list[Stretch] = field(default_factory=list)
    partial: str = ""
    stable: str = ""
    partial_at: int | None = None  # when a partial was ordered that hasn't come
    partial_ordered_at: int = 0
    tail: str | None = None
    tail_words: tuple[Word, ...] = ()
    tail_open: bool = False  # ordered, not come
    pause_epoch: int = -1  # of the present pause's witnesses
    paused_at: int = 0
    end_probability: float | None = None
    judged_from: int | None = None  # when the text's judgement was ordered, while it hasn't come
    closing_probability: float | None = None
    monologue_at: int = 0  # when the customer may next think of cutting in

    @property
    def text(self) -> str:
        """The best text of the whole turn."""
        present = self.partial if self.tail is None else self.tail
        return " ".join(part for part in (*(stretch.text for stretch in self.settled), present) if part)

    @property
    def stable_text(self) -> str:
        present = self.stable if self.tail is None else self.tail
        return " ".join(part for part in (*(stretch.text for stretch in self.settled), present) if part)

    @property
    def before(self) -> str:
        """The turn's text ahead of the present stretch."""
        return " ".join(stretch.text for stretch in self.settled if stretch.text)

    @property
    def words(self) -> tuple[Word, ...]:
        return (*(word for stretch in self.settled for word in stretch.words), *self.tail_words)

    @property
    def text_known(self) -> bool:
        """The pause's own recognition has come, or was given up."""
        return not self.speaking and not self.tail_open

    def forget_witnesses(self) -> None:
        """What was judged of a pause says nothing of the next one."""
        self.end_probability = self.closing_probability = self.judged_from = None

    def until(self, now: int) -> int:
        return now if self.speaking else self.last

    def duration_s(self, now: int) -> float:
        return seconds(self.until(now) - self.since)

    def spans(self, now: int) -> tuple[tuple[int, int], ...]:
        """The turn's sound, in stretches that a recogniser takes whole."""
        present = (self.stretch_since, now if self.speaking else self.paused_at)
        settled = tuple((stretch.since, stretch.until) for stretch in self.settled if stretch.until > stretch.since)
        return settled if present[1] <= present[0] else (*settled, present)

    def hear_partial(self, text: str) -> None:
        """The next partial of the present stretch."""
        self.stable = stable_part(self.stable, self.partial, text)
        self.partial = text

    def add(self, text: str, at: int) -> None:
        """Typed words, which end the turn."""
        self.settle(max(at, self.stretch_since), self.epoch)
        self.settled.append(Stretch(at, at, text))
        self.speaking, self.tail_open, self.last, self.paused_at = False, False, at, self.stretch_since

    def settle(self, until: int, epoch: int, cut_epoch: int = -1) -> None:
        """Close the present stretch with the text it has; what follows is recognised by itself from `until` on."""
        text = self.partial if self.tail is None else self.tail
        self.settled.append(Stretch(self.stretch_since, until, text, self.tail_words, cut_epoch))
        self.stretch_since, self.epoch = until, epoch
        self.partial = self.stable = ""
        self.tail, self.tail_words = None, ()
        self.partial_at = None

    def follow(self, former: LearnerTurn) -> None:
        """Go on with a turn that had looked over: this is the same one."""
        former.settle(max(former.paused_at, former.stretch_since), former.epoch)
        self.settled = [*former.settled, *self.settled]
        self.since, self.number, self.over = former.since, former.number, former.over
        self.merges = former.merges + 1

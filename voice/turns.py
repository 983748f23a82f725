"""Is the learner's turn over? A decision out of several witnesses, none of which is trusted alone.

Pure: numbers and text in, the silence that is still needed out. The conversation asks anew with each new witness.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Witnesses:
    """What is known about a pause: the text so far ("" while unknown) and Smart Turn's probability of an end."""

    text: str = ""
    end_probability: float | None = None


@dataclass(frozen=True, slots=True)
class Pauses:
    """The learner's own pauses inside turns, learned as the call goes on (seconds, oldest first, bounded)."""

    seconds: tuple[float, ...] = ()

    def with_pause(self, seconds: float) -> Pauses:
        """A pause after which the same turn went on."""
        return Pauses((*self.seconds, seconds)[-20:])


def silence_needed_s(witnesses: Witnesses, pauses: Pauses) -> float:
    """How long the learner must have been silent, in seconds, for the turn to be over."""
    raise NotImplementedError(witnesses, pauses)

"""The desk at which the parts of a conversation write their orders: the present sample, the epoch, the commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from voice.clock import samples
from voice.commands import CallState, Command, Show

# What is due when. An action changes the state so that it isn't due any more.
Due = tuple[int, Callable[[], None]]


@dataclass(slots=True)
class Orders:
    now: int = 0
    epoch: int = 0
    commands: list[Command] = field(default_factory=list)
    shown: CallState | None = None

    def give(self, *commands: Command) -> None:
        self.commands.extend(commands)

    def next_epoch(self) -> int:
        self.epoch += 1
        return self.epoch

    def after(self, start: int, duration_s: float) -> int:
        """The sample `duration_s` behind `start`."""
        return start + samples(duration_s)

    def show(self, state: CallState) -> None:
        """Tell the learner's screen, if it is news."""
        if state != self.shown:
            self.shown = state
            self.give(Show(state))

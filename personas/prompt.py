"""The writer's prompt: what never changes first, what changes most often last.

The situation, the person, the rules and the examples are the same for every call of a scenario; what the seed fixes
(mood, names, figures) stands behind them, with the exchanges. So a server that keeps its prompt cache has read the
beginning before a call rings, and of each turn it reads only the caller's new words, what is to be got across and the
opener.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from personas.script import Script

Message = dict[str, str]
EXCHANGES_KEPT = 16  # about 1,600 tokens; dropped by the half, so that the cached prefix changes once in eight turns
_RULES = (
    "You write what one person says on the phone. Each message holds the caller's words and what the person wants to "
    "get across. {wording} One or two short spoken sentences, in the first person. Keep figures and names as given and "
    "add none. Never say the caller's words back."
)
_CLOSE = "Stay close to those words, and make them fit what the caller said."
_MUCH = {-1: "; talkative", 0: "", 1: "; short of words"}
_FREE = "Put it in this person's own words, fitting what the caller said."


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the caller said, what the customer meant to get across, and what of it was heard."""

    caller: str
    gist: str
    said: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """Builds the messages of one call. `free`: a large model may choose its own words."""

    script: Script
    free: bool = False

    @property
    def brief(self) -> str:
        """The situation, the person and the rules.

        In this order, because no two scenarios may begin alike: where a prompt shares a quarter and more of its
        beginning with one that llama.cpp keeps, the kept one is taken, cut there and lost."""
        person = self.script.persona
        where = f", {person.company}" if person.company else ""
        return (
            f"{self.script.scenario.situation.strip()}\n"
            f"The person is {person.name}: {person.role}{where}. {person.about.strip()} {person.manner.strip()}\n"
            f"{_RULES.format(wording=_FREE if self.free else _CLOSE)}"
        )

    def beginning(self) -> list[Message]:
        """What all calls of this scenario begin with: nothing in it depends on the seed, the difficulty or the call."""
        messages = [_message("system", self.brief)]
        for example in self.script.persona.examples:
            messages.append(_message("user", self._asked(example.caller, example.gist)))
            messages.append(_message("assistant", example.says))
        return messages

    def heard_so_far(self, history: Sequence[Exchange], text: str) -> list[Message]:
        """As far as the caller's words `text`, which may go on."""
        return [*self._past(history), _message("user", f'{self._today(history)}Caller: "{text.strip()}')]

    def turn(self, history: Sequence[Exchange], heard: str, gist: str, start: str) -> list[Message]:
        """Up to `start`, with which the answer is begun for the model; "" for nothing."""
        messages = [*self._past(history), _message("user", self._today(history) + self._asked(heard, gist))]
        return [*messages, _message("assistant", start)] if start else messages

    def _past(self, history: Sequence[Exchange]) -> list[Message]:
        messages = self.beginning()
        for index, exchange in enumerate(_kept(history)):
            today = "" if index else self._today(())
            messages.append(_message("user", today + self._asked(exchange.caller, exchange.gist)))
            messages.append(_message("assistant", exchange.said or "..."))
        return messages

    def _today(self, history: Sequence[Exchange]) -> str:
        """The call's mood, and how much is said in it, told once, before its first words."""
        terseness = self.script.level.terseness
        much = _MUCH[(terseness > 0) - (terseness < 0)]
        return "" if history else f"Today: {self.script.persona.moods[self.script.mood]}{much}.\n"

    def _asked(self, caller: str, gist: str) -> str:
        how = ", in own words" if self.free else ""
        return f'Caller: "{caller.strip()}"\n{self.script.persona.first_name} wants to get across{how}: {gist}'


def _message(role: str, content: str) -> Message:
    return {"role": role, "content": content}


def _kept(history: Sequence[Exchange]) -> Sequence[Exchange]:
    half = EXCHANGES_KEPT // 2
    dropped = max(0, -(-(len(history) - EXCHANGES_KEPT) // half)) * half
    return history[dropped:]

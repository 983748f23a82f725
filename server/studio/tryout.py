"""A text-only try-out: one turn at a time with the same director, writer and guard as in a call.

Nothing is kept between turns: what went before is given with each, and lived through again (the director is
deterministic; what the customer said is given, not worded anew).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.calls.customer import ScenarioCustomer, writer_of
from server.calls.situation import Situation
from server.models.llm import LanguageModel
from voice.customer import Heard
from voice.record import JSON

_SECONDS_PER_WORD = 0.4  # ordinary speech, so that the times have the right order
_SILENCE_S = 6.0


@dataclass(frozen=True, slots=True)
class Lived:
    """A turn that was had: why the customer spoke, the moves that were recognised, and what they said."""

    heard: Heard
    moves: tuple[str, ...]
    said: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The customer's turn. `notes` is the director's account; `ended` says how the call ended, if it has."""

    speaker: str
    lived: Lived
    notes: JSON
    ended: str | None
    goal_reached: bool


async def answers(
    situation: Situation,
    model: LanguageModel,
    past: Sequence[Lived],
    text: str | None,
    *,
    seed: int,
    difficulty: int | None,
    drill: str | None,
) -> list[Answer]:
    """What the customer says to `text` (None: they pick up; empty: a silence), and what they say when they are back."""
    customer = ScenarioCustomer(
        situation.scenario,
        situation.persona,
        seed=seed,
        difficulty=difficulty,
        drill=drill,
        writer=writer_of(model, patient=True),
        others=situation.others,
    )
    at_s = 0.0
    for turn in past:
        customer.relive(turn.heard, turn.moves, turn.said)
        at_s = _over(turn.heard, turn.said)
    found: list[Answer] = []
    heard: Heard | None = Heard("pick_up") if text is None else _heard(text, at_s)
    while heard is not None:
        reply = customer.decide(heard)
        words = [reply.opener, *[line.text async for line in customer.words(reply)]]
        said = " ".join(word for word in words if word)
        notes = customer.settle(reply, heard, said)
        ended = (customer.state.ended or "hang_up") if reply.hang_up else None
        lived = Lived(heard, tuple(notes["moves"]), said)
        found.append(Answer(reply.speaker, lived, notes, ended, customer.state.goal_reached))
        back_s = _over(heard, said) + reply.away_s
        away = reply.away_s and ended is None
        heard = Heard("back", start_s=back_s, end_s=back_s, silence_s=reply.away_s) if away else None
    return found


def _heard(text: str, at_s: float) -> Heard:
    if not text.strip():
        return Heard("silence", silence_s=_SILENCE_S, start_s=at_s, end_s=at_s + _SILENCE_S)
    return Heard("turn", text, at_s, at_s + _SECONDS_PER_WORD * len(text.split()), typed=True)


def _over(heard: Heard, said: str) -> float:
    return heard.end_s + _SECONDS_PER_WORD * len(said.split())

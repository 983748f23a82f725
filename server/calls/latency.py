"""How quickly the customer answered, by the turns of the call's record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from voice.latency import latency


def report(entries: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """`voice.latency.latency`, with the record's index in place of the conversation's own turn numbers."""
    found = latency(entries)
    places = _places(entries)
    turns = [{**turn, "turn": places[turn["turn"]]} for turn in found["turns"] if turn["turn"] in places]
    return {**found, "turns": turns}


def _places(entries: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    """The record's index of each turn of the conversation: turns are in order of their start."""
    told: dict[int, int] = {}
    for entry in entries:
        if entry.get("type") == "step":
            told |= {values["turn"]: values["since"] for name, values in entry["commands"] if name == "Tell"}
    in_order = sorted(told, key=lambda turn: (told[turn], turn))
    return {turn: index for index, turn in enumerate(in_order)}

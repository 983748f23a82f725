"""Events and commands as JSON and back: `["SpeechStarted", {"at": 16000, "since": 15000}]`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from typing import Any, get_args

from voice import events
from voice.commands import Command
from voice.events import Event
from voice.record import Word

_EVENTS: dict[str, type] = {kind.__name__: kind for kind in get_args(events.Event)}


def encode(thing: Event | Command) -> list[Any]:
    """Name and fields. Tuples become lists, as JSON has no others."""
    return [type(thing).__name__, _plain(thing)]


def decode_event(data: object) -> Event:
    """Raises ValueError for what isn't an event."""
    match data:
        case [str(name), dict(values)] if name in _EVENTS:
            if "words" in values:
                values = {**values, "words": tuple(Word(**word) for word in values["words"])}
            try:
                event: Event = _EVENTS[name](**values)
            except TypeError as error:
                raise ValueError(f"journal: {name} {values!r} doesn't fit: {error}") from error
            return event
    raise ValueError(f"journal: {data!r} is no event; use [name, fields]")


def _plain(thing: object) -> Any:
    if is_dataclass(thing):
        return {field.name: _plain(getattr(thing, field.name)) for field in fields(thing)}
    if isinstance(thing, str) or not isinstance(thing, Sequence):
        return thing
    return [_plain(item) for item in thing]

"""Walks through a scenario's parts: every condition and every text in it, with the key it stands under."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from pydantic import BaseModel

from personas.scenario import When
from personas.yaml_text import Key

Found = Iterator[tuple[Key, str]]  # what is wrong: the key, and a message with the mend


def whens(part: Any, key: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], When]]:
    if isinstance(part, When):
        yield key, part
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from whens(getattr(part, name), (*key, name))
    elif isinstance(part, list | tuple):
        for index, item in enumerate(part):
            yield from whens(item, (*key, index))


def texts(part: Any, key: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(part, str):
        yield key, part
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from texts(getattr(part, name), (*key, name))
    elif isinstance(part, list | tuple):
        for index, item in enumerate(part):
            yield from texts(item, (*key, index))


def names(ids: Collection[str]) -> str:
    return ", ".join(sorted(ids)) or "(none)"

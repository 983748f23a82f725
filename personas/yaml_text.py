"""YAML that a person wrote, read so that every complaint can name the line it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

# libyaml's reads the library in a third of the time; a PyYAML without it has the other
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 100  # libyaml's loader ends the process where a nesting has no end

Key = Sequence[str | int]
Model = TypeVar("Model", bound=BaseModel)


class Strict(BaseModel):
    """A part of a file: unknown keys are errors, so that a misspelt key never passes in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class LibraryError:
    """What is wrong with a file: which file, which key, and a message with the line and the mend."""

    file: str
    key: str
    message: str
    line: int = 1


@dataclass(frozen=True, slots=True)
class Source:
    """A YAML file's data, and where in the file each key stands."""

    file: str
    data: Any
    root: yaml.Node | None

    def line(self, key: Key) -> int:
        """The line (from 1) of `key`, or of the nearest part of it that exists."""
        node, line = self.root, 1
        for part in key:
            found = _child(node, part)
            if found is None:
                break
            line, node = found
        return line

    def error(self, key: Key, message: str) -> LibraryError:
        line = self.line(key)
        return LibraryError(self.file, key_text(key), f"line {line}: {message}", line)


def key_text(key: Key) -> str:
    """`("facts", 2, "needs")` as `facts[2].needs`."""
    text = ""
    for part in key:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def read_source(path: Path) -> Source | LibraryError:
    try:
        return source_of(path.name, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        return LibraryError(path.name, "", f"line 1: cannot be read ({error}); save it as UTF-8 text")


def source_of(file: str, text: str) -> Source | LibraryError:
    """The text that stands, or is to stand, in a file of this name."""
    try:
        root, data = _read(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        problem = getattr(error, "problem", None) or "not YAML"
        mend = "mend the YAML there (indentation, quotes, colons)"
        return LibraryError(file, "", f"line {line}: {problem}; {mend}", line)
    except (ValueError, RecursionError) as error:  # a date that is none, a number or a nesting without end
        return LibraryError(file, "", f"line 1: cannot be read ({type(error).__name__}); put odd values in quotes")
    if not isinstance(data, dict):
        return LibraryError(file, "", "line 1: holds no keys; begin with `id: ...`")
    return Source(file, data, root)


def _read(text: str) -> tuple[yaml.Node | None, Any]:
    """The text's tree and data. Raises YAMLError, ValueError, RecursionError."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise RecursionError
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
        return root, None if root is None else loader.construct_document(root)
    finally:
        loader.dispose()


def parse(source: Source, model: type[Model]) -> Model | list[LibraryError]:
    """The file as `model`, or every complaint about it."""
    try:
        return model.model_validate(source.data)
    except ValidationError as error:
        return [source.error(entry["loc"], _mend(entry)) for entry in error.errors()]


def _child(node: yaml.Node | None, part: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark.line + 1, node.value[part]
    return None


def _mend(entry: Any) -> str:
    kind, value = entry["type"], entry.get("input")
    if kind == "missing":
        return "the key is missing; add it"
    if kind == "extra_forbidden":
        return "no such key is known here; remove it or mend its spelling"
    return f"{value!r} does not fit: {entry['msg'].removeprefix('Value error, ')}; mend the value"

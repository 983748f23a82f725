"""One value of a YAML text set anew, with everything else, comments too, left as it stands."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import yaml

Tree: TypeAlias = "str | list[Tree] | dict[str, Tree]"
"""A YAML text as a form shows it: every scalar is the text that it was written as."""
Key = Sequence[str | int]


class CannotPatch(Exception):
    """The value can't be set there; the message is one line with the mend."""


def tree_of(text: str) -> Tree | None:
    """None for a text that is no YAML, or that repeats itself by anchors: it could grow without bounds."""
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader)):
            return None
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    return None if root is None else _tree(root)


def patched(text: str, key: Key, value: str | list[str]) -> str:
    """`text` with `value` at `key`. The key's parent must be there. Raises CannotPatch."""
    tree = tree_of(text)
    if tree is None:
        raise CannotPatch("the text isn't YAML yet; mend that first")
    wanted = _with(tree, key, value)
    for candidate in _candidates(text, key, value):
        if tree_of(candidate) == wanted:
            return candidate
    raise CannotPatch(f"{'.'.join(map(str, key))} can't be set from the form; edit the YAML beside it")


def _candidates(text: str, key: Key, value: str | list[str]) -> Iterator[str]:
    node: yaml.Node = yaml.compose(text, Loader=yaml.SafeLoader)  # type: ignore[assignment]  # tree_of found one
    for depth, part in enumerate(key):
        child = _child(node, part)
        if child is None and depth == len(key) - 1 and isinstance(node, yaml.MappingNode):
            yield from _added(text, node, str(part), value)
        if child is None:
            return
        node = child
    start = node.start_mark.index
    end = _end(text, node)
    for new in _written(value, node.start_mark.column):
        yield text[:start] + new + text[end:]


def _added(text: str, node: yaml.MappingNode, key: str, value: str | list[str]) -> Iterator[str]:
    start, column = node.start_mark.index, node.start_mark.column
    for new in _written(value, column + 2):
        gap = f"\n{' ' * (column + 2)}" if new.startswith("- ") else " "
        if node.flow_style:
            yield f"{text[: start + 1]}{key}: {new}{', ' if node.value else ''}{text[start + 1 :]}"
        elif column == 0:
            yield f"{text.rstrip()}\n{key}:{gap}{new}\n"
        else:
            yield f"{text[:start]}{key}:{gap}{new}\n{' ' * column}{text[start:]}"


def _written(value: str | list[str], column: int) -> Iterator[str]:
    """Ways to write a value that begins in this column, the most readable first."""
    if isinstance(value, str):
        if value.isdigit():
            yield value
        yield yaml.safe_dump(value, width=float("inf"), allow_unicode=True).removesuffix("...\n").rstrip("\n")
    elif value:
        yield f"\n{' ' * column}".join(f"- {next(_written(line, column))}" for line in value)
    yield json.dumps(value, ensure_ascii=False)


def _end(text: str, node: yaml.Node) -> int:
    """Where the node's own text ends: a block's mark stands behind the comments and empty lines that follow it."""
    start, end = node.start_mark.index, node.end_mark.index
    own = text[start:end].rstrip()
    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        lines = own.split("\n")
        while len(lines) > 1 and lines[-1].lstrip()[:1] in ("", "#"):
            lines.pop()
        own = "\n".join(lines).rstrip()
    return start + len(own) if node.start_mark.line != node.end_mark.line else int(end)


def _child(node: yaml.Node | None, part: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and 0 <= part < len(node.value):
        found: yaml.Node = node.value[part]
        return found
    return None


def _with(tree: Tree, key: Key, value: str | list[str]) -> Tree:
    if not key:
        return list(value) if isinstance(value, list) else value
    part, rest = key[0], key[1:]
    if isinstance(tree, dict) and (str(part) in tree or not rest):
        return {**tree, str(part): _with(tree.get(str(part), ""), rest, value)}
    if isinstance(tree, list) and isinstance(part, int) and 0 <= part < len(tree):
        return [_with(child, rest, value) if place == part else child for place, child in enumerate(tree)]
    raise CannotPatch(f"there is no {part!r} in the text; add it in the YAML")


def _tree(node: yaml.Node) -> Tree:
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): _tree(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_tree(value) for value in node.value]
    return str(node.value)

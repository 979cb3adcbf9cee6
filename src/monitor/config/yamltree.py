"""A small, safe part of YAML: mappings, lists and plain text, each with its line.

Everything is text (`NO` is a country, 12:30 a time of day): what a key means is load.py's business. Anchors,
aliases, tags, several documents and repeated keys are refused, each with its line; depth and size are bounded. Built
on libyaml's event stream, so nothing is ever constructed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

MAX_DEPTH = 8
MAX_NODES = 4_000_000
# The longest list: as many feeds as one installation may read.
MAX_ITEMS = 200_000


class Scalar(msgspec.Struct, frozen=True):
    """A value as written; `quoted` tells "" from nothing and "12" from 12."""

    text: str
    line: int
    quoted: bool = False


class Mapping(msgspec.Struct):
    """Keys in order, each with the line it stands on."""

    line: int
    items: dict[str, tuple[int, Node]]


class Sequence(msgspec.Struct):
    """A list."""

    line: int
    items: list[Node]


Node = Scalar | Mapping | Sequence


class YamlFault(msgspec.Struct, frozen=True, order=True):
    """A fault and the line it stands on (1-based)."""

    line: int
    text: str


def read_tree(text: str, problems: list[YamlFault]) -> Node | None:
    """Return the document's tree, or None where it is empty or cannot be read; faults are added to `problems`."""
    import yaml

    loader_class = getattr(yaml, "CLoader", yaml.Loader)
    try:
        return _Reader(yaml.parse(text, Loader=loader_class), problems).document()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or str(error).splitlines()[0]
        problems.append(YamlFault(mark.line + 1 if mark else 1, f"not valid YAML: {what}"))
    except _RefusedError as error:
        problems.append(YamlFault(error.line, str(error)))
    return None


class _RefusedError(Exception):
    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


class _Reader:
    """Builds the tree from the event stream."""

    def __init__(self, events: Iterator[Any], problems: list[YamlFault]) -> None:
        self._events = events
        self._problems = problems
        self._n_nodes = 0

    def document(self) -> Node | None:
        tree: Node | None = None
        n_documents = 0
        for event in self._events:
            name = type(event).__name__
            if name == "DocumentStartEvent":
                n_documents += 1
                if n_documents > 1:
                    raise _RefusedError(event.start_mark.line + 1, "a second document; the file holds one")
            elif name not in ("StreamStartEvent", "StreamEndEvent", "DocumentEndEvent"):
                tree = self._node(event, 0)
        return tree

    def _node(self, event: Any, depth: int) -> Node:
        line = event.start_mark.line + 1
        self._n_nodes += 1
        if depth > MAX_DEPTH:
            raise _RefusedError(line, f"nested deeper than {MAX_DEPTH} levels")
        if self._n_nodes > MAX_NODES:
            raise _RefusedError(line, f"more than {MAX_NODES:,} values")
        name = type(event).__name__
        if name == "AliasEvent":
            raise _RefusedError(line, f"aliases (*{event.anchor}) are not supported; write the value out")
        if event.anchor is not None:
            raise _RefusedError(line, f"anchors (&{event.anchor}) are not supported; write the value out")
        if event.tag is not None:
            raise _RefusedError(line, f"tags ({event.tag[:60]}) are not supported; write plain text")
        if name == "ScalarEvent":
            return Scalar(event.value, line, bool(event.style))
        if name == "SequenceStartEvent":
            return self._sequence(line, depth)
        return self._mapping(line, depth)

    def _sequence(self, line: int, depth: int) -> Sequence:
        items: list[Node] = []
        for event in self._events:
            if type(event).__name__ == "SequenceEndEvent":
                break
            if len(items) == MAX_ITEMS:
                raise _RefusedError(line, f"a list of more than {MAX_ITEMS:,} values")
            items.append(self._node(event, depth + 1))
        return Sequence(line, items)

    def _mapping(self, line: int, depth: int) -> Mapping:
        items: dict[str, tuple[int, Node]] = {}
        for event in self._events:
            if type(event).__name__ == "MappingEndEvent":
                break
            key = self._node(event, depth + 1)
            value = self._node(next(self._events), depth + 1)
            if not isinstance(key, Scalar):
                self._problems.append(YamlFault(key.line, "a key must be plain text"))
            elif key.text in items:
                first = items[key.text][0]
                self._problems.append(YamlFault(key.line, f'key "{key.text[:60]}" is repeated (first in line {first})'))
            else:
                items[key.text] = (key.line, value)
        return Mapping(line, items)

"""YAML within bounds: a few lines can unfold to more than any memory.

An alias may repeat what is full of aliases, or lead to what it is part of; lists may lie in lists without end.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import yaml

# The schema of the metadata is six levels deep, that of a dandiset seven.
MOST_LEVELS = 20
MOST_NODES = 50_000


class _Extent(NamedTuple):
    """How far a node unfolds: nodes with all below it, and levels."""

    nodes: int
    levels: int


class BoundedLoader(yaml.SafeLoader):
    """Refuses a document that unfolds too far while it is composed, before any value is made of it."""

    def __init__(self, stream: Any) -> None:
        super().__init__(stream)
        self._levels = 0
        self._deepest = 0
        self._nodes = 0
        self._extents: dict[int, _Extent] = {}

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """One node and all below it. Raises ComposerError."""
        nodes, deepest = self._nodes, self._deepest
        self._levels += 1
        self._deepest = self._levels
        self._nodes += 1
        event = self.peek_event()  # type: ignore[no-untyped-call]
        repeats = isinstance(event, yaml.AliasEvent) and event.anchor in self.anchors
        if repeats:
            self._repeat(event)
        self._check(event)
        node = super().compose_node(parent, index)
        if not repeats:
            self._extents[id(node)] = _Extent(self._nodes - nodes, self._deepest - self._levels)
        self._levels -= 1
        self._deepest = max(deepest, self._deepest)
        return node

    def _repeat(self, event: Any) -> None:
        """Count what an alias repeats."""
        extent = self._extents.get(id(self.anchors[event.anchor]))
        if extent is None:
            raise _refused("an alias of what it is part of", event)
        self._nodes += extent.nodes - 1
        self._deepest += extent.levels

    def _check(self, event: Any) -> None:
        if self._deepest > MOST_LEVELS:
            raise _refused(f"more than {MOST_LEVELS} levels of nesting", event)
        if self._nodes > MOST_NODES:
            raise _refused(f"more than {MOST_NODES:,} values, with what aliases repeat", event)


def _refused(problem: str, event: Any) -> yaml.composer.ComposerError:
    return yaml.composer.ComposerError(None, None, problem, event.start_mark)

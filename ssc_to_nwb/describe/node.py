"""The tree of a MATLAB file without its values: classes, sizes and a few facts, equal neighbours put together."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np

from ssc_to_nwb.grouping import grouped
from ssc_to_nwb.quantities import listed

# Elements of more forms than this, and more texts than that, are counted rather than shown.
_MOST_FORMS = 8
_MOST_RANGES = 6
# What scipy and h5py raise on damaged files.
DAMAGE = (
    ValueError, TypeError, KeyError, IndexError, EOFError, OSError, OverflowError, MemoryError, RuntimeError,
    AttributeError, SystemError, zlib.error, struct.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One value, or several of one form, without their values.

    kind: class in MATLAB; sizes: least and greatest length of each dimension; fields: of a struct, by name; elements:
    of a cell or struct array, those of one form together. spans: least and greatest of whole numbers that are indices,
    none or one; flags: such as `NaN`; texts: masked.
    """

    kind: str
    sizes: tuple[tuple[int, int], ...] = ()
    fields: tuple[tuple[str, Node], ...] = ()
    elements: tuple[Elements, ...] = ()
    spans: tuple[tuple[float, float], ...] = ()
    flags: frozenset[str] = frozenset()
    texts: tuple[str, ...] = ()

    @property
    def form(self) -> Any:
        """Equal for nodes that differ in sizes and facts alone."""
        fields = tuple((name, node.form) for name, node in self.fields)
        return self.kind, len(self.sizes), fields, frozenset(one.node.form for one in self.elements)

    def merged(self, other: Node) -> Node:
        """Both together; they must be of one form."""
        fields = zip(self.fields, other.fields, strict=True)
        spans = (*self.spans, *other.spans)
        return replace(
            self,
            sizes=tuple(_span(pair) for pair in zip(self.sizes, other.sizes, strict=True)),
            fields=tuple((name, node.merged(its)) for (name, node), (_, its) in fields),
            elements=group_elements([*self.elements, *other.elements]),
            spans=(_span(spans),) if spans else (),
            flags=self.flags | other.flags,
            texts=tuple(dict.fromkeys((*self.texts, *other.texts))),
        )

    def size_text(self) -> str:
        """`2x9..31`; empty where nothing is known of it."""
        return "x".join(_range_text(size) for size in self.sizes)

    def __str__(self) -> str:
        facts = [*(_range_text(span) for span in self.spans), *sorted(self.flags)]
        said = (f" [{', '.join(facts)}]" if facts else "") + (f": {'; '.join(self.texts)}" if self.texts else "")
        return f"{self.size_text()} {self.kind}".strip() + said

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        values: dict[str, Any] = {"class": self.kind, "size": self.size_text()}
        if self.spans:
            values["range"] = list(self.spans[0])
        if self.flags:
            values["flags"] = sorted(self.flags)
        if self.texts:
            values["texts"] = list(self.texts)
        if self.fields:
            values["fields"] = {name: node.as_dict() for name, node in self.fields}
        if self.elements:
            values["elements"] = [{"which": one.which_text(), **one.node.as_dict()} for one in self.elements]
        return values


@dataclass(frozen=True, slots=True, kw_only=True)
class Elements:
    """Elements of one form: their places in the array, from 1, and what they are."""

    which: frozenset[int]
    node: Node

    def which_text(self) -> str:
        """`2..7, 9`."""
        places = np.sort(np.fromiter(self.which, dtype=np.int64))
        runs = np.split(places, np.flatnonzero(np.diff(places) != 1) + 1)
        return listed([_range_text((run[0], run[-1])) for run in runs], most=_MOST_RANGES)


def elements_of(nodes: Iterable[Node]) -> tuple[Elements, ...]:
    """The elements of an array, those of one form together."""
    return group_elements(Elements(which=frozenset((place,)), node=node) for place, node in enumerate(nodes, start=1))


def group_elements(elements: Iterable[Elements]) -> tuple[Elements, ...]:
    """Elements of one form put together, in the order in which the forms occur."""
    return tuple(
        Elements(
            which=frozenset().union(*(one.which for one in group)),
            node=reduce(Node.merged, (one.node for one in group)),
        )
        for group in grouped(elements, lambda one: one.node.form).values()
    )


def lines_of(name: str, node: Node, *, indent: int = 0) -> list[str]:
    """A node and all below it, a line each."""
    text = f"{'  ' * indent}{name}: {node}"
    only = node.elements[0].node if len(node.elements) == 1 else None
    if only is not None and not only.fields and not only.elements:
        return [f"{text} of {only}"]
    brackets = "{}" if node.kind == "cell" else "()"
    shown = [(f"{brackets[0]}{one.which_text()}{brackets[1]}", one.node) for one in node.elements[:_MOST_FORMS]]
    below = [line for part in (*node.fields, *shown) for line in lines_of(*part, indent=indent + 1)]
    if len(node.elements) > _MOST_FORMS:
        below.append(f"{'  ' * (indent + 1)}… and elements of {len(node.elements) - _MOST_FORMS} more forms")
    return [text, *below]


def _range_text(span: tuple[Any, Any]) -> str:
    low, high = (f"{end:g}" if isinstance(end, float) else str(end) for end in span)
    return low if low == high else f"{low}..{high}"


def _span(spans: Sequence[tuple[Any, Any]]) -> tuple[Any, Any]:
    """What reaches over all of them."""
    return min(low for low, _ in spans), max(high for _, high in spans)


def as_sizes(shape: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """The sizes of one value."""
    return tuple((int(length), int(length)) for length in shape)

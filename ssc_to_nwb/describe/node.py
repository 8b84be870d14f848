"""The tree of a MATLAB file without its values: classes, sizes and a few facts, equal neighbours put together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

from ssc_to_nwb.quantities import listed

# Elements of more forms than this, and more texts than that, are counted rather than shown.
_MOST_FORMS = 8
_MOST_RANGES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is said of values without showing them.

    low, high: of whole numbers that are indices; flags: such as `NaN`; texts: masked, with how often each occurs.
    """

    low: float | None = None
    high: float | None = None
    flags: frozenset[str] = frozenset()
    texts: tuple[str, ...] = ()

    def merged(self, other: Facts) -> Facts:
        """What is true of the values of both together."""
        lows = [low for low in (self.low, other.low) if low is not None]
        highs = [high for high in (self.high, other.high) if high is not None]
        return Facts(
            low=min(lows, default=None),
            high=max(highs, default=None),
            flags=self.flags | other.flags,
            texts=tuple(dict.fromkeys((*self.texts, *other.texts))),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One value, or several of one form.

    kind: class in MATLAB; sizes: least and greatest length of each dimension; fields: of a struct, by name;
    elements: of a cell or struct array, those of one form together.
    """

    kind: str
    sizes: tuple[tuple[int, int], ...] = ()
    facts: Facts = field(default_factory=Facts)
    fields: tuple[tuple[str, Node], ...] = ()
    elements: tuple[Elements, ...] = ()

    @property
    def form(self) -> Any:
        """Equal for nodes that differ in sizes and facts alone."""
        fields = tuple((name, node.form) for name, node in self.fields)
        return self.kind, len(self.sizes), fields, frozenset(one.node.form for one in self.elements)

    def merged(self, other: Node) -> Node:
        """Both together; they must be of one form."""
        sizes = tuple(
            (min(mine[0], its[0]), max(mine[1], its[1])) for mine, its in zip(self.sizes, other.sizes, strict=True)
        )
        fields = tuple(
            (name, node.merged(its)) for (name, node), (_, its) in zip(self.fields, other.fields, strict=True)
        )
        return replace(
            self,
            sizes=sizes,
            facts=self.facts.merged(other.facts),
            fields=fields,
            elements=group_elements([*self.elements, *other.elements]),
        )

    def size_text(self) -> str:
        """`2x9..31`; empty where nothing is known of it."""
        return "x".join(str(low) if low == high else f"{low}..{high}" for low, high in self.sizes)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        values: dict[str, Any] = {"class": self.kind, "size": self.size_text()}
        if self.facts.low is not None:
            values["range"] = [self.facts.low, self.facts.high]
        if self.facts.flags:
            values["flags"] = sorted(self.facts.flags)
        if self.facts.texts:
            values["texts"] = list(self.facts.texts)
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
        ranges: list[list[int]] = []
        for place in sorted(self.which):
            if ranges and place == ranges[-1][1] + 1:
                ranges[-1][1] = place
            else:
                ranges.append([place, place])
        texts = [str(first) if first == last else f"{first}..{last}" for first, last in ranges]
        return listed(texts, most=_MOST_RANGES)


def elements_of(nodes: Iterable[Node]) -> tuple[Elements, ...]:
    """The elements of an array, those of one form together."""
    return group_elements(Elements(which=frozenset((place,)), node=node) for place, node in enumerate(nodes, start=1))


def group_elements(elements: Iterable[Elements]) -> tuple[Elements, ...]:
    """Elements of one form put together, in the order in which the forms occur."""
    groups: dict[Any, list[Elements]] = {}
    for one in elements:
        groups.setdefault(one.node.form, []).append(one)
    return tuple(
        Elements(
            which=frozenset().union(*(one.which for one in group)),
            node=reduce(Node.merged, (one.node for one in group)),
        )
        for group in groups.values()
    )


def lines_of(name: str, node: Node, *, indent: int = 0) -> list[str]:
    """A node and all below it, a line each."""
    inline = _sole_leaf(node)
    text = f"{node.size_text()} {node.kind}".strip() + _facts_text(node.facts)
    if inline is not None:
        return [f"{'  ' * indent}{name}: {text} of {inline.size_text()} {inline.kind}{_facts_text(inline.facts)}"]
    lines = [f"{'  ' * indent}{name}: {text}"]
    for field_name, child in node.fields:
        lines += lines_of(field_name, child, indent=indent + 1)
    brackets = "{}" if node.kind == "cell" else "()"
    for one in node.elements[:_MOST_FORMS]:
        lines += lines_of(f"{brackets[0]}{one.which_text()}{brackets[1]}", one.node, indent=indent + 1)
    if len(node.elements) > _MOST_FORMS:
        lines.append(f"{'  ' * (indent + 1)}… and elements of {len(node.elements) - _MOST_FORMS} more forms")
    return lines


def _sole_leaf(node: Node) -> Node | None:
    """The form of all elements, where they have one and it has no parts."""
    if len(node.elements) != 1:
        return None
    only = node.elements[0].node
    return None if only.fields or only.elements else only


def _facts_text(facts: Facts) -> str:
    parts: list[str] = []
    if facts.low is not None and facts.high is not None:
        parts.append(f"{facts.low:g}" if facts.low == facts.high else f"{facts.low:g}..{facts.high:g}")
    parts += sorted(facts.flags)
    texts = "; ".join(facts.texts)
    return (f" [{', '.join(parts)}]" if parts else "") + (f": {texts}" if texts else "")


def as_sizes(shape: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """The sizes of one value."""
    return tuple((int(length), int(length)) for length in shape)

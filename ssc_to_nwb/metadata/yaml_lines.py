"""YAML files with the line of every key, so that an error can point at it.

Every value is the text that the file has, or nothing: the schema decides whether it is a number. YAML's own guesses
would turn `15:45:46` into a number of seconds, `10.60` into 10.6 and `no` into false.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from ssc_to_nwb.metadata.text_file import read_text
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import SscError, error

__all__ = ["KeyPath", "LinedMapping", "Place", "load_yaml"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a value is: file and 1-based line."""

    file: Path
    line: int

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinedMapping:
    """A mapping merged from YAML files, and the place of every key in them."""

    values: dict[str, Any] = field(default_factory=dict)
    places: dict[KeyPath, Place] = field(default_factory=dict)

    def place(self, key: KeyPath) -> Place | None:
        """The place of a key, or of the nearest key above it that a file has."""
        for length in range(len(key), 0, -1):
            if key[:length] in self.places:
                return self.places[key[:length]]
        return None

    def without(self, key: str) -> LinedMapping:
        """The same without one key of the top and all below it."""
        return LinedMapping(
            values={name: value for name, value in self.values.items() if name != key},
            places={path: place for path, place in self.places.items() if path[0] != key},
        )

    def merged_with(self, other: LinedMapping) -> LinedMapping:
        """Return this mapping with the other's values on top: mappings are merged, everything else is replaced."""
        kept = {key: place for key, place in self.places.items() if not other.replaces(key)}
        return LinedMapping(values=_merge(self.values, other.values), places={**kept, **other.places})

    def replaces(self, key: KeyPath) -> bool:
        """Whether a key of a mapping below this one is gone: one above it has another value here than a mapping."""
        value: Any = self.values
        for part in key[:-1]:
            if not isinstance(value, dict) or part not in value:
                return False
            value = value[part]
            if not isinstance(value, dict):
                return True
        return False


def _merge(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        if isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = _merge(merged[key], value)
        else:
            merged[key] = value
    return merged


def load_yaml(path: Path) -> LinedMapping:
    """Read one YAML file whose top is a mapping.

    Raises metadata-file-unreadable, metadata-file-encoding, metadata-value-invalid.
    """
    return _read(read_text(path), path)


@lru_cache(maxsize=16)
def _read(text: str, path: Path) -> LinedMapping:
    """The text of one file, read once: the packaged files are asked for several times per session."""
    node = composed(text, path)
    if node is None:
        return LinedMapping()
    reader = NodeReader(path=path)
    values = reader.read_top(node)
    places = {key: Place(file=path, line=line) for key, line in reader.lines.items()}
    return LinedMapping(values=values, places=places)


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


KeyPath = tuple[str | int, ...]

_TAG = "tag:yaml.org,2002:"
_TEXT, _NULL = f"{_TAG}str", f"{_TAG}null"


class _Loader(BoundedLoader):
    """A plain scalar is nothing or a text. The types of PyYAML know nothing of the methods of its parts."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - the loader's own name for it


_Loader.add_implicit_resolver(_NULL, re.compile(r"(?:~|null|Null|NULL|)\Z"), ["~", "n", "N", ""])


def composed(text: str, path: Path) -> yaml.Node | None:
    """The node of a whole document, None where it holds nothing. Raises metadata-file-unreadable with the line."""
    try:
        return yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as failure:
        raise _not_yaml(path, failure) from failure
    except yaml.reader.ReaderError as failure:
        line = text.count("\n", 0, failure.position) + 1
        found = f"the control character U+{ord(text[failure.position]):04X}"
        raise error(kinds.METADATA_FILE_UNREADABLE, file=f"{path}, line {line}", found=found) from failure


def _not_yaml(path: Path, failure: yaml.MarkedYAMLError) -> SscError:
    mark = failure.problem_mark or failure.context_mark
    place = path if mark is None else f"{path}, line {mark.line + 1}, column {mark.column + 1}"
    found = ", ".join(part for part in (failure.context, failure.problem) if part)
    tab = "'\\t'" in found
    return error(kinds.METADATA_FILE_UNREADABLE, file=place, expected="spaces to indent" if tab else None, found=found)


@dataclass(slots=True, kw_only=True)
class NodeReader:
    """Reads the nodes of one file; `lines` has the 1-based line of every key and list item read."""

    path: Path
    lines: dict[KeyPath, int] = field(default_factory=dict)

    def read_top(self, node: yaml.Node) -> dict[str, Any]:
        """The mapping at the top. Raises metadata-value-invalid, also for what is not a text, a list or a mapping."""
        if not isinstance(node, yaml.MappingNode):
            form = "a list" if isinstance(node, yaml.SequenceNode) else "a single value"
            raise error(kinds.METADATA_VALUE_INVALID, file=self.path, expected="a mapping of sections", found=form)
        return self._mapping(node, ())

    def _value(self, node: yaml.Node, key: KeyPath) -> Any:
        if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
            return self._mapping(node, key)
        if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
            return self._list(node, key)
        if isinstance(node, yaml.ScalarNode) and node.tag in (_TEXT, _NULL):
            return node.value if node.tag == _TEXT else None
        found = f"the tag {node.tag.replace(_TAG, '!!')}"
        raise self._invalid(key, expected="a text, a number, a list or a mapping, without a tag", found=found)

    def _mapping(self, node: yaml.MappingNode, above: KeyPath) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, value in node.value:
            line = name.start_mark.line + 1
            if not isinstance(name, yaml.ScalarNode):
                raise self._invalid(above, line=line, expected="keys that are texts", found="a list or mapping as key")
            key = (*above, name.value)
            if name.value in values:
                raise self._invalid(key, line=line, expected="every key once", found=f"also in line {self.lines[key]}")
            self.lines[key] = line
            values[name.value] = self._value(value, key)
        return values

    def _list(self, node: yaml.SequenceNode, above: KeyPath) -> list[Any]:
        values = []
        for number, item in enumerate(node.value):
            key = (*above, number)
            self.lines[key] = item.start_mark.line + 1
            values.append(self._value(item, key))
        return values

    def _invalid(self, key: KeyPath, *, expected: str, found: str, line: int | None = None) -> SscError:
        line = self.lines.get(key) if line is None else line
        return error(
            kinds.METADATA_VALUE_INVALID,
            file=self.path if line is None else f"{self.path}, line {line}",
            field=".".join(map(str, key)) or None,
            expected=expected,
            found=found,
        )

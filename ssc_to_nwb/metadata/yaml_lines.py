"""YAML files with the line of every key, so that an error can point at it.

Every value is the text that the file has, or nothing: the schema decides whether it is a number. YAML's own guesses
would turn `15:45:46` into a number of seconds, `10.60` into 10.6 and `no` into false.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from ssc_to_nwb.metadata.text_file import read_text
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import SscError, error

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a value is: file and 1-based line."""

    file: Path
    line: int

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lined:
    """A value with its place: a text, nothing, or a mapping or list of such values; a whole file has no place."""

    content: dict[str, Lined] | tuple[Lined, ...] | str | None
    place: Place | None = None

    @property
    def value(self) -> Any:
        """The value without places."""
        if isinstance(self.content, dict):
            return {name: one.value for name, one in self.content.items()}
        return [one.value for one in self.content] if isinstance(self.content, tuple) else self.content

    def at(self, key: KeyPath) -> Lined | None:
        """What is under a key; None where there is nothing."""
        found: Lined | None = self
        for part in key:
            found = None if found is None else found._parts.get(part)
        return found

    @property
    def _parts(self) -> dict[Any, Lined]:
        if isinstance(self.content, tuple):
            return dict(enumerate(self.content))
        return self.content if isinstance(self.content, dict) else {}

    def place_of(self, key: KeyPath) -> Place | None:
        """The place of a key, or of the nearest key above it that a file has."""
        found = [self.at(key[:length]) for length in range(len(key), -1, -1)]
        return next(one.place for one in found if one is not None)

    def without(self, *keys: str) -> Lined:
        """The mapping without some of its keys."""
        return replace(self, content={name: one for name, one in self._parts.items() if name not in keys})

    def merged_with(self, other: Lined) -> Lined:
        """The same with the other's values on top: mappings are merged, everything else is replaced."""
        if not isinstance(self.content, dict) or not isinstance(other.content, dict):
            return other
        merged = dict(self.content)
        for name, one in other.content.items():
            merged[name] = merged[name].merged_with(one) if name in merged else one
        return replace(other, content=merged)


def load_yaml(path: Path) -> Lined:
    """Read one YAML file whose top is a mapping.

    Raises metadata-file-unreadable, metadata-file-encoding, metadata-value-invalid.
    """
    return _read(read_text(path), path)


@lru_cache(maxsize=16)
def _read(text: str, path: Path) -> Lined:
    """The text of one file, read once: the packaged files are asked for several times per session."""
    node = composed(text, path)
    if node is None:
        return Lined(content={})
    if not isinstance(node, yaml.MappingNode):
        form = "a list" if isinstance(node, yaml.SequenceNode) else "a single value"
        raise error(kinds.METADATA_VALUE_INVALID, file=path, expected="a mapping of sections", found=form)
    return Lined(content=_mapping(node, path, ()))


# The schema of the metadata is six levels deep, that of a dandiset seven.
MOST_LEVELS = 20
MOST_NODES = 50_000


class BoundedLoader(yaml.SafeLoader):
    """Refuses a document that unfolds too far while it is composed, before any value is made of it."""

    def __init__(self, stream: Any) -> None:
        super().__init__(stream)
        self._level = self._deepest = self._nodes = 0
        # How far a node unfolds: nodes with all below it, and levels below it.
        self._extents: dict[int, tuple[int, int]] = {}

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """One node and all below it. Raises ComposerError."""
        before, deepest = self._nodes, self._deepest
        event = self.peek_event()  # type: ignore[no-untyped-call]
        repeats = isinstance(event, yaml.AliasEvent) and event.anchor in self.anchors
        extent = self._extents.get(id(self.anchors[event.anchor])) if repeats else (1, 0)
        if extent is None:
            raise _refused("an alias of what it is part of", event)
        self._level += 1
        self._nodes += extent[0]
        self._deepest = self._level + extent[1]
        if self._deepest > MOST_LEVELS:
            raise _refused(f"more than {MOST_LEVELS} levels of nesting", event)
        if self._nodes > MOST_NODES:
            raise _refused(f"more than {MOST_NODES:,} values, with what aliases repeat", event)
        node = super().compose_node(parent, index)
        if not repeats:
            self._extents[id(node)] = (self._nodes - before, self._deepest - self._level)
        self._level -= 1
        self._deepest = max(deepest, self._deepest)
        return node


def _refused(problem: str, event: Any) -> yaml.composer.ComposerError:
    return yaml.composer.ComposerError(None, None, problem, event.start_mark)


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


def _value(node: yaml.Node, path: Path, key: KeyPath, line: int) -> Lined:
    """The value of a node. Raises metadata-value-invalid for what is not a text, a list or a mapping."""
    place = Place(file=path, line=line)
    if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
        return Lined(content=_mapping(node, path, key), place=place)
    if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
        items = (_value(item, path, (*key, number), item.start_mark.line + 1) for number, item in enumerate(node.value))
        return Lined(content=tuple(items), place=place)
    if isinstance(node, yaml.ScalarNode) and node.tag in (_TEXT, _NULL):
        return Lined(content=node.value if node.tag == _TEXT else None, place=place)
    found = f"the tag {node.tag.replace(_TAG, '!!')}"
    raise _invalid(place, key, expected="a text, a number, a list or a mapping, without a tag", found=found)


def _mapping(node: yaml.MappingNode, path: Path, above: KeyPath) -> dict[str, Lined]:
    values: dict[str, Lined] = {}
    for name, value in node.value:
        place = Place(file=path, line=name.start_mark.line + 1)
        if not isinstance(name, yaml.ScalarNode):
            raise _invalid(place, above, expected="keys that are texts", found="a list or mapping as key")
        key = (*above, name.value)
        before = values.get(name.value)
        if before is not None and before.place is not None:
            raise _invalid(place, key, expected="every key once", found=f"also in line {before.place.line}")
        values[name.value] = _value(value, path, key, place.line)
    return values


def _invalid(place: Place, key: KeyPath, *, expected: str, found: str) -> SscError:
    field = ".".join(map(str, key)) or None
    return error(kinds.METADATA_VALUE_INVALID, file=place, field=field, expected=expected, found=found)

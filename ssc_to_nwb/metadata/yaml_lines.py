"""YAML files with the line of every key, so that an error can point at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ssc_to_nwb.problems import metadata_kinds as kinds
from ssc_to_nwb.problems.model import error

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a value stands: file and 1-based line."""

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
        """The place of a key, or of the nearest key above it that stands in a file."""
        for length in range(len(key), 0, -1):
            if key[:length] in self.places:
                return self.places[key[:length]]
        return None

    def merged_with(self, other: LinedMapping) -> LinedMapping:
        """This mapping with the other's values on top: mappings are merged, everything else is replaced."""
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
    """Read one YAML file whose top is a mapping. Raises metadata-file-unreadable, metadata-value-invalid."""
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        values = yaml.safe_load(text)
    except (OSError, ValueError, yaml.YAMLError) as failure:
        # ValueError: not UTF-8, or a scalar that looks like a date and is none.
        raise error(kinds.METADATA_FILE_UNREADABLE, file=path, found=failure) from failure
    if node is None:
        return LinedMapping()
    if not isinstance(node, yaml.MappingNode):
        raise error(kinds.METADATA_VALUE_INVALID, file=path, expected="a mapping of sections", found=_form(node))
    places: dict[KeyPath, Place] = {}
    _collect(node, path=path, prefix=(), places=places)
    return LinedMapping(values=values, places=places)


def _form(node: yaml.Node) -> str:
    return "a list" if isinstance(node, yaml.SequenceNode) else "a single value"


def _collect(node: yaml.Node, *, path: Path, prefix: KeyPath, places: dict[KeyPath, Place]) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name = str(key.value)
            full: KeyPath = (*prefix, name)
            if full in places:
                raise error(
                    kinds.METADATA_VALUE_INVALID,
                    file=f"{path}, line {key.start_mark.line + 1}",
                    field=".".join(map(str, full)),
                    expected="every key once",
                    found=f"also in line {places[full].line}",
                )
            places[full] = Place(file=path, line=key.start_mark.line + 1)
            _collect(value, path=path, prefix=full, places=places)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            full = (*prefix, number)
            places[full] = Place(file=path, line=item.start_mark.line + 1)
            _collect(item, path=path, prefix=full, places=places)

"""YAML files with the line of every key, so that an error can point at it.

Every value is the text that the file has, or nothing: the schema decides whether it is a number. YAML's own guesses
would turn `15:45:46` into a number of seconds, `10.60` into 10.6 and `no` into false.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from ssc_to_nwb.metadata.text_file import read_text
from ssc_to_nwb.metadata.yaml_nodes import KeyPath, NodeReader, composed

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

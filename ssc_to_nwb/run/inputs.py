"""Everything the content of a session's NWB file depends on, in a form that can be written down and compared."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from ssc_to_nwb._version import __version__

if TYPE_CHECKING:
    from ssc_to_nwb.converter.options import ConversionOptions
    from ssc_to_nwb.metadata.model import Metadata

# Options that change what is in the file; the others say how fast it is made, or what becomes of an older one.
_CONTENT_OPTIONS = ("raw", "keep_going", "compression", "chunk_mb", "stub", "allow_unmapped", "backend")
# Sections of the metadata that go elsewhere than into NWB files.
_OTHER_SECTIONS = frozenset({"dandiset"})
_HASH_CHARACTERS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionInputs:
    """What a session is made from.

    source: digest of the state of its source files; source_files, source_bytes: how many and how large;
    metadata: a short hash of each section; options: those that change the content; version: of this project.
    """

    source: str
    source_files: int
    source_bytes: int
    metadata: Mapping[str, str]
    options: Mapping[str, Any]
    version: str = __version__

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> SessionInputs:
        """What `as_dict` gave. Raises TypeError where a key is unknown or missing."""
        return cls(**values)

    def changes_since(self, earlier: SessionInputs) -> tuple[str, ...]:
        """What differs from earlier inputs, in words, source files aside; empty where nothing does."""
        return tuple(_differences(earlier, self))


def metadata_hashes(metadata: Metadata) -> dict[str, str]:
    """A short hash of every section of validated metadata that goes into NWB files."""
    return {
        name: hashlib.sha256(_canonical(value)).hexdigest()[:_HASH_CHARACTERS]
        for name, value in metadata.model_dump(mode="json").items()
        if name not in _OTHER_SECTIONS
    }


def content_options(options: ConversionOptions) -> dict[str, Any]:
    """The options that change what is in the file."""
    return {name: getattr(options, name) for name in _CONTENT_OPTIONS}


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False).encode()


def _differences(earlier: SessionInputs, later: SessionInputs) -> Iterator[str]:
    for name in sorted({*earlier.metadata, *later.metadata}):
        if earlier.metadata.get(name) != later.metadata.get(name):
            yield f"metadata, section {name}"
    for name in sorted({*earlier.options, *later.options}):
        old, new = earlier.options.get(name), later.options.get(name)
        if old != new:
            yield f"option {name}: {old} then, {new} now"
    if earlier.version != later.version:
        yield f"version of ssc_to_nwb: {earlier.version} then, {later.version} now"

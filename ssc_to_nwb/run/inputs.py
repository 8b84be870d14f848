"""Everything the content of a session's NWB file depends on, in a form that can be written down and compared."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from ssc_to_nwb._version import __version__

if TYPE_CHECKING:
    from ssc_to_nwb.metadata.model import Metadata
    from ssc_to_nwb.run.source_state import SourceState

# Sections of the metadata that go elsewhere than into NWB files.
_OTHER_SECTIONS = frozenset({"dandiset"})
_HASH_CHARACTERS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionInputs:
    """What a session is made from.

    source: digest of the state of its source files; source_files, source_bytes: how many and how large;
    metadata: a short hash of each section; given: the same of the values that the user's own files give, None in
    records from before it was written; options: those that decide the content or its storage; version: of this project.
    """

    metadata: Mapping[str, str]
    options: Mapping[str, Any]
    source: str = ""
    source_files: int = 0
    source_bytes: int = 0
    version: str = __version__
    given: Mapping[str, str] | None = None

    def with_source(self, state: SourceState) -> SessionInputs:
        """The same from the source in another state."""
        return replace(self, source=state.digest, source_files=len(state.files), source_bytes=state.byte_size)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> SessionInputs:
        """What `as_dict` gave. Raises TypeError where a key is unknown or missing."""
        return cls(**values)


def metadata_hashes(metadata: Metadata) -> dict[str, str]:
    """A short hash of every section of validated metadata that goes into NWB files."""
    return section_hashes(file_metadata(metadata))


def file_metadata(metadata: Metadata) -> dict[str, Any]:
    """The sections of validated metadata that go into NWB files, in the form that JSON gives them."""
    dumped: dict[str, Any] = json.loads(metadata.model_dump_json(exclude=set(_OTHER_SECTIONS)))
    return dumped


def section_hashes(sections: Mapping[str, Any]) -> dict[str, str]:
    """A short hash of every section, but for those that go elsewhere than into NWB files."""
    return {
        name: hashlib.sha256(_canonical(value)).hexdigest()[:_HASH_CHARACTERS]
        for name, value in sections.items()
        if name not in _OTHER_SECTIONS
    }


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False).encode()

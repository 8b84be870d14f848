"""Where an NWB file comes from, as the file itself says: source files, tool, options, metadata, the ledger in short."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ssc_to_nwb import naming
from ssc_to_nwb.reading.nwb_table import SessionTable, processed, read_table

if TYPE_CHECKING:
    from pynwb import NWBFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a file comes from, as it says itself.

    items: texts by item: `tool`, `tool_version`, `options`, `metadata_sha256` and others; source_files: the files it
    was made from, with sizes and SHA-256.
    """

    items: Mapping[str, str]
    source_files: SessionTable | None

    @property
    def ledger(self) -> Mapping[str, Mapping[str, int]]:
        """By what became of the source's fields and files: counts `leaves`, `bytes`, `files`, `file_bytes`."""
        return _mapping(self.items.get("ledger"))

    @property
    def is_stub(self) -> bool:
        """Whether the file was made with `--stub`, and so holds a few trials of its session only."""
        return bool(_mapping(self.items.get("options")).get("stub", False))

    @property
    def layout(self) -> int:
        """Number of the layout of the file's contents; 1 in files from before it was written."""
        return int(self.items.get(naming.FILE_LAYOUT_ITEM, 1))

    @property
    def metadata(self) -> Mapping[str, Any]:
        """The metadata the conversion used."""
        return _mapping(self.items.get("metadata"))


def read_provenance(nwbfile: NWBFile) -> Provenance | None:
    """The provenance in a file; None where it says nothing of it."""
    source = processed(nwbfile, naming.SOURCE_MODULE)
    if naming.PROVENANCE not in source:
        return None
    table = read_table(source[naming.PROVENANCE])
    files = source.get(naming.SOURCE_FILES)
    return Provenance(
        items=dict(zip(table.texts("item").tolist(), table.texts("value").tolist(), strict=True)),
        source_files=None if files is None else read_table(files),
    )


def _mapping(text: str | None) -> Mapping[str, Any]:
    if text is None:
        return {}
    value = json.loads(text)
    return value if isinstance(value, dict) else {}

"""Where a file comes from: source files with hashes, the tool, the metadata and options used, the ledger in short.

Only what decides the content is recorded, and no path of the machine: converting the same source elsewhere, with
other workers or chunks, gives the same tables.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from hdmf.common import DynamicTable
from pynwb import NWBFile

from ssc_to_nwb import naming
from ssc_to_nwb._version import __version__
from ssc_to_nwb.data_types.columns import column, plain_table, text_column
from ssc_to_nwb.data_types.modules import get_module
from ssc_to_nwb.ledger.ledger import FileEntry, Ledger
from ssc_to_nwb.metadata.model import Metadata
from ssc_to_nwb.session.context import SessionContext


def add_provenance(nwbfile: NWBFile, *, ledger: Ledger, context: SessionContext, options: Mapping[str, Any]) -> None:
    """Add the tables `source_files` and `provenance` to the module `source`.

    ledger: with its files, hashed as far as is wanted; options: of the conversion, JSON-ready, and only those that
    decide what is in the file.
    """
    module, metadata = get_module(nwbfile, naming.SOURCE_MODULE), context.metadata
    module.add(_files_table(ledger.files))
    texts = {
        "tool": "ssc_to_nwb",
        "tool_version": __version__,
        naming.FILE_LAYOUT_ITEM: str(naming.FILE_LAYOUT),
        "source_variable": ledger.variable,
        "touch_sample_ms": f"{context.touch_sample_ms:.17g}",
        "options": canonical_json(options),
        "metadata": metadata_json(metadata),
        "metadata_sha256": metadata_sha256(metadata),
        "ledger": canonical_json(ledger.summary()),
        "ledger_rules": canonical_json(dict(ledger.by_rule())),
    }
    module.add(
        plain_table(
            naming.PROVENANCE,
            "How this file was made: the tool, its version, and the number of the layout of its files; the name of "
            "the session struct in its MATLAB file (source_variable); by how many ms touches stop later than in the "
            "source (touch_sample_ms); the options that decide what is in the file; the metadata used, with its "
            "SHA-256; and the ledger in short: fields of the session file by what became of them (leaves, bytes, "
            "files, file_bytes), and number of fields by rule. "
            "Values are JSON where they are more than one word.",
            [
                text_column("item", "What the value is.", list(texts)),
                text_column("value", "The value.", list(texts.values())),
            ],
        )
    )


def _files_table(files: Sequence[FileEntry]) -> DynamicTable:
    columns = [
        text_column("role", "What the file is.", [file.role for file in files]),
        text_column(
            "path",
            "Path relative to the folder of the session file; as the source lists it where the file is missing.",
            [file.source for file in files],
        ),
        column("bytes", "Size in bytes; 0 where the file is missing.", np.array([f.bytes for f in files], np.int64)),
        text_column("sha256", "SHA-256 of the file; empty where it was not hashed.", [f.sha256 or "" for f in files]),
        text_column("disposition", "written, or left out.", [file.disposition.value for file in files]),
        text_column("reason", "Why the file is left out.", [file.reason for file in files]),
    ]
    return plain_table(
        naming.SOURCE_FILES, "The files this file was made from, and those beside them that were left out.", columns
    )


def canonical_json(value: Any) -> str:
    """JSON that is the same for equal values: keys sorted, no spaces."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def metadata_json(metadata: Metadata) -> str:
    """All metadata that decides what is in the file, defaults included, as canonical JSON.

    What the archive shows of the whole data set (section dandiset) decides nothing in a file.
    """
    return canonical_json(metadata.model_dump(mode="json", exclude={"dandiset"}))


def metadata_sha256(metadata: Metadata) -> str:
    """SHA-256 of `metadata_json`, in hexadecimal."""
    return hashlib.sha256(metadata_json(metadata).encode()).hexdigest()

"""The form of the source's session struct with the values that NWB has no place for; and where a file comes from.

Of the latter only what decides the content is recorded, and no path of the machine: converting the same source
elsewhere, with other workers or chunks, gives the same tables.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from pynwb import NWBFile

from ssc_to_nwb import naming
from ssc_to_nwb._version import __version__
from ssc_to_nwb.data_types.declared import SOURCE
from ssc_to_nwb.data_types.events.source import touch_sample
from ssc_to_nwb.data_types.from_layout import find_object, make_table
from ssc_to_nwb.data_types.source_struct.layout import FILES, ITEMS
from ssc_to_nwb.ledger.ledger import FileEntry, Ledger
from ssc_to_nwb.session.context import SessionContext


def add_provenance(nwbfile: NWBFile, *, ledger: Ledger, context: SessionContext, options: Mapping[str, Any]) -> None:
    """Add the tables `source_files` and `provenance` to the module `source`.

    options: of the conversion, JSON-ready, and only those that decide what is in the file.
    """
    metadata = _canonical_json(context.metadata.contents())
    texts = {
        "tool": "ssc_to_nwb",
        "tool_version": __version__,
        naming.FILE_LAYOUT_ITEM: str(naming.FILE_LAYOUT),
        "source_variable": ledger.variable,
        "touch_sample_ms": f"{touch_sample(context)[0]:.17g}",
        "options": _canonical_json(options),
        "metadata": metadata,
        "metadata_sha256": hashlib.sha256(metadata.encode()).hexdigest(),
        "ledger": _canonical_json(ledger.summary()),
        "ledger_rules": _canonical_json(dict(ledger.by_rule())),
    }
    items = {"item": list(texts), "value": list(texts.values())}
    module = find_object(nwbfile, SOURCE.path)
    module.add(make_table(FILES, _file_values(ledger.files)))
    module.add(make_table(ITEMS, items))


def _file_values(files: Sequence[FileEntry]) -> dict[str, list[Any]]:
    return {
        "role": [file.role for file in files],
        "path": [file.source for file in files],
        "bytes": [file.bytes for file in files],
        "sha256": [file.sha256 or "" for file in files],
        "disposition": [file.disposition.value for file in files],
        "reason": [file.reason for file in files],
    }


def _canonical_json(value: Any) -> str:
    """JSON that is the same for equal values: keys sorted, no spaces."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

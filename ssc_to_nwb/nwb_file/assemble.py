"""Puts the data types together: one NWBFile with everything that belongs to a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pynwb import NWBFile

from ssc_to_nwb.data_types import registry
from ssc_to_nwb.data_types.declared import Sources, Storage
from ssc_to_nwb.data_types.from_layout import add_data_type
from ssc_to_nwb.data_types.session.interface import make_nwbfile
from ssc_to_nwb.data_types.source_struct.interface import add_provenance
from ssc_to_nwb.ledger.ledger import Ledger
from ssc_to_nwb.ledger.raw_ledger import file_entries
from ssc_to_nwb.session.context import SessionContext
from ssc_to_nwb.session.raw_data import RawData


def assemble_nwbfile(
    context: SessionContext,
    *,
    raw: RawData | None,
    storage: Storage,
    ledger: Ledger,
    hashes: Mapping[Path, str],
    options: Mapping[str, object],
) -> tuple[NWBFile, Ledger]:
    """An NWBFile in memory with every data type of the session, and the ledger with the source files in it.

    raw: the raw files that are converted; ledger: of the session file's fields; hashes: SHA-256 of source files by
    path, as far as they are known; options: those that decide what is in the file, for its provenance.
    """
    nwbfile = make_nwbfile(context)
    sources = Sources(context=context, raw=raw, log=context.log, leaves=ledger.leaves, storage=storage)
    for data_type in registry.data_types():
        add_data_type(nwbfile, data_type, sources)
    files = file_entries(context.session, raw, problems=context.log.problems, hashes=hashes)
    ledger = replace(ledger, files=files)
    add_provenance(nwbfile, ledger=ledger, context=context, options=options)
    return nwbfile, ledger

"""The form of the source's session struct, what became of each field, and the values that NWB has no place for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from hdmf.common import DynamicTable
from pynwb import NWBFile

from ssc_to_nwb.data_types.from_layout import get_module, make_table
from ssc_to_nwb.data_types.source_struct.form import FormRow, form_rows, run_lengths, value_json
from ssc_to_nwb.data_types.source_struct.layout import STRUCT, as_json, flat_parts, large_tables
from ssc_to_nwb.ledger.ledger import Ledger
from ssc_to_nwb.session.session import Session


def add_source_struct(nwbfile: NWBFile, *, ledger: Ledger, session: Session) -> None:
    """Write the form of the session struct with what the ledger says of its leaves, in the struct's order."""
    rows = form_rows(session, ledger)
    module = get_module(nwbfile, STRUCT.path)
    kept = dict(item for row in rows for item in row.kept)
    tables = large_tables(kept.items())
    for path, table in tables.items():
        module.add(make_table(table, flat_parts(kept[path]), table_class=DynamicTable))
    names = {path: table.name for path, table in tables.items()}
    values = {
        "path": [row.path for row in rows],
        "key": [row.key for row in rows],
        "matlab_class": [row.matlab_class for row in rows],
        "size": [run_lengths(row.sizes) for row in rows],
        "whole": [run_lengths(row.whole) for row in rows],
        "how": [row.how for row in rows],
        "rule": [row.rule for row in rows],
        "objects": [json.dumps(row.objects) if row.objects else "" for row in rows],
        "value": [value_json(row, _kept_texts(row, names)) for row in rows],
    }
    module.add(make_table(STRUCT, values, table_class=DynamicTable))


def _kept_texts(row: FormRow, tables: Mapping[str, str]) -> Sequence[str]:
    return [json.dumps({"table": tables[path]}) if path in tables else as_json(value) for path, value in row.kept]

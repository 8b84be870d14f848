"""The form of the source's session struct, what became of each field, and the values that NWB has no place for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from pynwb import NWBFile

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.base import SessionInterface
from ssc_to_nwb.data_types.columns import plain_table, text_column
from ssc_to_nwb.data_types.modules import get_module
from ssc_to_nwb.data_types.source_struct import matlab_json
from ssc_to_nwb.data_types.source_struct.form import FormRow, form_rows, run_lengths, value_json
from ssc_to_nwb.ledger.ledger import Ledger, build_ledger
from ssc_to_nwb.session.session import Session

_TEXT = (
    "The source's session struct: every container and every field of it, so that the MATLAB variable can be made again "
    "from this file. Neighbours that are alike are one row, whose path has ranges such as (1..240), counted with the "
    "last one fastest."
)
# What a column with one text per field has.
_EACH = "one for all fields of the row, or one each, such as 1x3*5, 1x4 for five of 1x3 and one of 1x4."
_COLUMNS = {
    "path": "Path of the field in MATLAB's notation.",
    "key": "Keys of the hashes on the way to the field, from the outermost; empty where there is none.",
    "matlab_class": "MATLAB's class of the field.",
    "size": f"Size of the field in MATLAB: {_EACH}",
    "whole": f"Whether all numbers of the field, NaN aside, are whole (yes, no); empty without numbers: {_EACH}",
    "how": (
        "What became of the field: written (objects hold its values), derived (they follow from objects and value), "
        "kept (value holds it); empty for a struct or cell that holds other fields."
    ),
    "rule": "Identifier of the rule of the field map by which it did.",
    "objects": "Paths of the objects of this file that the field became, in the source's order, as a JSON list.",
    "value": (
        'JSON: {"fields": [...]} of a struct or struct array, its field names in order; how a derived field is made: '
        '{"text": ..., "number": field} is the text and the number of the same place in the field beside it, '
        '{"same_as": field} the value of that field of the struct; of a field that is kept its value: '
        f'{matlab_json.TEXT}; {{"each": [...]}} where the fields of the row have different values.'
    ),
}
_LARGE_TEXT = "Values of {path} of the source, flattened column by column; its row in {table} has the size."


class SourceStructInterface(SessionInterface):
    """The form of the session struct, and the fields that are kept verbatim."""

    display_name = "CRCNS ssc source struct"
    info = "Form of the source's struct, and what became of each field."
    ledger: Ledger | None = None
    """The session's ledger; made by the interface, which then refuses unknown fields, where none is given."""

    def add(self, nwbfile: NWBFile) -> None:
        """Add /processing/source/source_struct. Raises unmapped-leaf."""
        ledger = self.ledger
        if ledger is None:
            ledger = build_ledger(self.context.session, allow_unmapped=False, log=self.context.log)
        add_source_struct(nwbfile, ledger=ledger, session=self.context.session)


def add_source_struct(nwbfile: NWBFile, *, ledger: Ledger, session: Session) -> None:
    """Write the form of the session struct with what the ledger says of its leaves, in the struct's order."""
    rows = form_rows(session, ledger)
    module = get_module(nwbfile, naming.SOURCE_MODULE)
    large = [(path, value) for row in rows for path, value in row.kept if matlab_json.is_large(value)]
    names = {path: naming.kept_array(number) for number, (path, _) in enumerate(large, start=1)}
    for path, value in large:
        text = _LARGE_TEXT.format(path=path, table=naming.SOURCE_STRUCT)
        module.add(matlab_json.large_table(names[path], text=text, path=path, value=value))
    columns = {
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
    table = [text_column(name, _COLUMNS[name], texts) for name, texts in columns.items()]
    module.add(plain_table(naming.SOURCE_STRUCT, _TEXT, table))


def _kept_texts(row: FormRow, tables: Mapping[str, str]) -> Sequence[str]:
    return [
        json.dumps({"table": tables[path]}) if path in tables else matlab_json.as_json(value)
        for path, value in row.kept
    ]

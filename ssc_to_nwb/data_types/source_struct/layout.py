"""Where the form of the session struct is in the NWB file, how kept values are written, and how the file was made."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.declared import SOURCE, TEXT, Column, DeclaredObject, Sources, Table
from ssc_to_nwb.data_types.source_struct.form import form_rows, run_lengths, value_json
from ssc_to_nwb.matlab.tree import MatChar, MatSparse, MatStruct, MatStructArray, MatValue

# An array of more elements is no reading matter: it has a table of its own.
LARGE_ELEMENTS = 10_000
# How a value is written in the file, for the table's description.
_VALUE_TEXT = (
    "a row of char as a text, other char arrays as the list of their rows; numbers as nested lists in MATLAB's shape, "
    'null for NaN, "Infinity" and "-Infinity"; a sparse matrix as {"row": [...], "column": [...], "value": [...]}, '
    'counted from 1; {"table": name} where they are in a table of this module of that name, flattened column by '
    'column; a struct array without elements or fields as {"fields": [...]}'
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
        f'{_VALUE_TEXT}; {{"each": [...]}} where the fields of the row have different values.'
    ),
}
STRUCT = Table(
    path=naming.STRUCT_TABLE,
    text=(
        "The source's session struct: every container and every field of it, so that the MATLAB variable can be made "
        "again from this file. Neighbours that are alike are one row, whose path has ranges such as (1..240), counted "
        "with the last one fastest."
    ),
    columns=tuple(Column(name, TEXT, text) for name, text in _COLUMNS.items()),
)
_LARGE_TEXT = "Values of {path} of the source, flattened column by column; its row in {table} has the size."
FILES = Table(
    path=f"{SOURCE.path}/{naming.SOURCE_FILES}",
    text="The files this file was made from, and those beside them that were left out.",
    columns=(
        Column("role", TEXT, "What the file is."),
        Column(
            "path",
            TEXT,
            "Path relative to the folder of the session file; as the source lists it where the file is missing.",
        ),
        Column("bytes", np.int64, "Size in bytes; 0 where the file is missing."),
        Column("sha256", TEXT, "SHA-256 of the file; empty where it was not hashed."),
        Column("disposition", TEXT, "written, or left out."),
        Column("reason", TEXT, "Why the file is left out."),
    ),
)
ITEMS = Table(
    path=f"{SOURCE.path}/{naming.PROVENANCE}",
    text=(
        "How this file was made: the tool, its version, and the number of the layout of its files; the name of "
        "the session struct in its MATLAB file (source_variable); by how many ms touches stop later than in the "
        "source (touch_sample_ms); the options that decide what is in the file; the metadata used, with its "
        "SHA-256; and the ledger in short: fields of the session file by what became of them (leaves, bytes, "
        "files, file_bytes), and number of fields by rule. "
        "Values are JSON where they are more than one word."
    ),
    columns=(
        Column("item", TEXT, "What the value is."),
        Column("value", TEXT, "The value."),
    ),
)


def is_large(value: MatValue) -> bool:
    """Whether a value has a table of its own."""
    stored = value.values if isinstance(value, MatSparse) else value
    return isinstance(stored, np.ndarray) and stored.size > LARGE_ELEMENTS


def _flat_parts(value: MatValue) -> dict[str, np.ndarray]:
    """The numbers of a large value in a column, or those of a sparse matrix with their rows and columns."""
    return _triplets(value) if isinstance(value, MatSparse) else {"value": np.asarray(value).reshape(-1, order="F")}


def _triplets(value: MatSparse) -> dict[str, np.ndarray]:
    """Rows, columns and values of a sparse matrix as MATLAB's `find` gives them, counted from 1."""
    return {"row": value.row_index + 1, "column": value.column_index + 1, "value": value.values}


def as_json(value: MatValue) -> str:
    """A leaf as JSON from which it can be had back, given its class and shape."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, MatChar):
        return json.dumps(value.rows, ensure_ascii=False)
    if isinstance(value, MatSparse):
        return json.dumps({part: _plain(data) for part, data in _triplets(value).items()}, allow_nan=False)
    if isinstance(value, MatStruct | MatStructArray):
        # As a leaf, a struct is one without fields, a struct array one without elements or fields.
        return json.dumps({"fields": list(value.field_names) if isinstance(value, MatStructArray) else []})
    if not isinstance(value, np.ndarray):
        return "[]"
    return json.dumps(_plain(value), allow_nan=False)


def _plain(value: np.ndarray) -> Any:
    """Nested lists of Python numbers; what JSON has no number for becomes null or a text."""
    if value.dtype.kind != "f" or np.isfinite(value).all():
        return value.tolist()
    values = value.astype(object)
    for special, written in ((np.isnan, None), (np.isposinf, "Infinity"), (np.isneginf, "-Infinity")):
        values[special(value)] = written
    return values.tolist()


def objects(sources: Sources) -> Iterator[DeclaredObject]:
    """The tables of the struct, of the files and of how the file was made; one for each large array that is kept."""
    session = sources.session
    yield from (SOURCE, replace(STRUCT, values=partial(_struct_values, sources)), FILES, ITEMS)
    paths = {entry.source for entry in sources.leaves if entry.kept}
    kept = [(path, value) for path, value in session.leaves if path in paths and is_large(value)]
    if len(kept) > 1:
        # Which of them is first, the rows say.
        kept = [item for row in form_rows(session, sources.leaves) for item in row.kept]
    yield from _large_tables(kept).values()


def _struct_values(sources: Sources) -> dict[str, list[str]]:
    """The form of the session struct with what became of its leaves, in the struct's order."""
    rows = form_rows(sources.session, sources.leaves)
    kept = dict(item for row in rows for item in row.kept)
    tables = _large_tables(kept.items())
    texts = {
        path: json.dumps({"table": tables[path].name}) if path in tables else as_json(value)
        for path, value in kept.items()
    }
    return {
        "path": [row.path for row in rows],
        "key": [row.key for row in rows],
        "matlab_class": [row.matlab_class for row in rows],
        "size": [run_lengths(row.sizes) for row in rows],
        "whole": [run_lengths(row.whole) for row in rows],
        "how": [row.how for row in rows],
        "rule": [row.rule for row in rows],
        "objects": [json.dumps(row.objects) if row.objects else "" for row in rows],
        "value": [value_json(row, [texts[path] for path, _ in row.kept]) for row in rows],
    }


def _large_tables(kept: Iterable[tuple[str, MatValue]]) -> dict[str, Table]:
    """By path, the table of each leaf that is too large for a text. kept: paths and values, in the rows' order."""
    large = [(path, value) for path, value in kept if is_large(value)]
    return {path: _large_table(path, value, number) for number, (path, value) in enumerate(large, start=1)}


def _large_table(path: str, value: MatValue, number: int) -> Table:
    what = f"{{part}} of {path}, as MATLAB's find." if isinstance(value, MatSparse) else f"Values of {path}."
    parts = _flat_parts(value)
    return Table(
        path=f"{SOURCE.path}/{naming.kept_array(number)}",
        text=_LARGE_TEXT.format(path=path, table=naming.SOURCE_STRUCT),
        columns=tuple(Column(part, data.dtype, what.replace("{part}", part)) for part, data in parts.items()),
        values=lambda: parts,
    )

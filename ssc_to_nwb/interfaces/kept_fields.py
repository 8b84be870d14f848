"""Source fields that NWB has no place for, verbatim, in a table that any reader of NWB files can open."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from hdmf.common import DynamicTable
from pynwb import NWBFile

from ssc_to_nwb import naming
from ssc_to_nwb.interfaces.base import SessionInterface
from ssc_to_nwb.interfaces.columns import column, plain_table, text_column
from ssc_to_nwb.interfaces.modules import get_module
from ssc_to_nwb.mapping.ledger import Ledger, build_ledger
from ssc_to_nwb.source.mat_tree import MatChar, MatSparse, MatStruct, MatStructArray, MatValue, row_texts, walk_leaves
from ssc_to_nwb.source.matlab_class import matlab_class, matlab_shape
from ssc_to_nwb.source.session import Session

# An array of more elements is no reading matter: it has a table of its own.
LARGE_ELEMENTS = 10_000
_KEY_NAME = re.compile(r"(.*)\.keyNames(?:\{(\d+)\})?")
_HASH_PART = re.compile(r"\.(?:value|descr|descrHash|keyNames)(?:\{(\d+)\})?(?=[.({]|$)")
_TEXT = (
    "Fields of the source's session struct that have no place of their own in NWB, or whose exact form such a place "
    "does not keep, one row each. value is JSON: a row of char as a text, other char arrays as the list of their rows; "
    "numbers as nested lists in MATLAB's shape, null "
    'for NaN, "Infinity" and "-Infinity"; a sparse matrix as {"row": [...], "column": [...], "value": [...]}, counted '
    'from 1; {"table": name} where they '
    "stand in a table of this module of that name, flattened column by column; a struct array without elements or "
    'fields as {"fields": [...]}.'
)
_LARGE_TEXT = "Values of {path} of the source, flattened column by column; its row in {table} tells the shape."


class KeptFieldsInterface(SessionInterface):
    """Fields of the session struct that are kept verbatim."""

    display_name = "CRCNS ssc kept fields"
    info = "Source fields without a place of their own in NWB."
    ledger: Ledger | None = None
    """The session's ledger; made anew, with unknown fields refused, where none is given."""

    def add(self, nwbfile: NWBFile) -> None:
        """Add /processing/source/kept_source_fields. Raises unmapped-leaf."""
        ledger = self.ledger
        if ledger is None:
            ledger = build_ledger(self.context.session, allow_unmapped=False, log=self.context.log)
        add_kept_fields(nwbfile, ledger=ledger, session=self.context.session)


def add_kept_fields(nwbfile: NWBFile, *, ledger: Ledger, session: Session) -> None:
    """Write the leaves that the ledger keeps into the table of kept fields, in the order of the struct."""
    kept = ledger.kept_paths()
    leaves = [(path, value) for path, value in walk_leaves(session.tree, session.variable) if path in kept]
    keys = hash_keys(session)
    module = get_module(nwbfile, naming.SOURCE_MODULE)
    large = {path: naming.kept_array(number) for number, path in enumerate(_large_paths(leaves), start=1)}
    for path, value in leaves:
        if path in large:
            module.add(_large_table(large[path], path=path, value=value))
    columns = [
        text_column("path", "Path of the field in MATLAB's notation.", [path for path, _ in leaves]),
        text_column(
            "key",
            "Keys of the hashes on the way to the field, from the outermost; empty where there is none.",
            [key_path(path, keys) for path, _ in leaves],
        ),
        text_column("matlab_class", "MATLAB's class of the field.", [matlab_class(value) for _, value in leaves]),
        text_column(
            "shape",
            "Size of the field in MATLAB, such as 1x3.",
            ["x".join(map(str, matlab_shape(value))) for _, value in leaves],
        ),
        text_column(
            "value",
            "Value of the field as JSON.",
            [json.dumps({"table": large[path]}) if path in large else as_json(value) for path, value in leaves],
        ),
    ]
    module.add(plain_table(naming.KEPT_FIELDS, _TEXT, columns))


def _large_paths(leaves: Sequence[tuple[str, MatValue]]) -> list[str]:
    return [
        path
        for path, value in leaves
        if isinstance(value, np.ndarray | MatSparse) and _stored_numbers(value).size > LARGE_ELEMENTS
    ]


def _stored_numbers(value: np.ndarray | MatSparse) -> np.ndarray:
    return value.values if isinstance(value, MatSparse) else value


def _large_table(name: str, *, path: str, value: MatValue) -> DynamicTable:
    text = _LARGE_TEXT.format(path=path, table=naming.KEPT_FIELDS)
    if isinstance(value, MatSparse):
        columns = [
            column(part, f"{part} of {path}, as MATLAB's find.", data) for part, data in _triplets(value).items()
        ]
        return plain_table(name, text, columns)
    data = column("value", f"Values of {path}.", np.asarray(value).reshape(-1, order="F"))
    return plain_table(name, text, [data])


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
    values = value.tolist()
    return values if value.dtype.kind != "f" or np.isfinite(value).all() else _without_specials(values)


def _without_specials(values: Any) -> Any:
    if isinstance(values, list):
        return [_without_specials(one) for one in values]
    if math.isnan(values):
        return None
    if math.isinf(values):
        return "Infinity" if values > 0 else "-Infinity"
    return values


def hash_keys(session: Session) -> dict[tuple[str, int], str]:
    """Every key of every Hash of the struct, by path of the Hash and place of the key (from 1)."""
    keys = {}
    for path, value in walk_leaves(session.tree, session.variable):
        match = _KEY_NAME.fullmatch(path)
        if match is not None:
            keys.update(
                {(match[1], place): key for place, key in enumerate(row_texts(value), start=int(match[2] or 1))}
            )
    return keys


def key_path(path: str, keys: Mapping[tuple[str, int], str]) -> str:
    """The keys a path passes through, such as `touches/kappaMaxAbsOverTouch`."""
    found = [keys.get((path[: match.start()], int(match[1] or 1))) for match in _HASH_PART.finditer(path)]
    return "/".join(key for key in found if key)

"""The table of the source struct against the source: every container and leaf once, as it is, and what it became."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.rule import Disposition
from ssc_to_nwb.ledger.ledger import LedgerEntry
from ssc_to_nwb.matlab.tree import MatSparse, MatValue
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.proof import struct_nodes
from ssc_to_nwb.proof.comparison import Comparison
from ssc_to_nwb.restoring.struct_table import StructRow

_HOW = {Disposition.WRITTEN: "written", Disposition.DERIVED: "derived", Disposition.KEPT: "kept"}
_PLACE = f"{naming.STRUCT_TABLE}/value"


def compare_source_struct(work: Comparison) -> None:
    """See that the rows cover the source's struct, each node once and in order, and say of each what is so."""
    source = dict(struct_nodes.nodes(work.session.tree, work.session.variable))
    rows = work.view.struct.rows
    _compare_coverage(work, rows, source)
    keys = struct_nodes.KeyPaths(work.source_values)
    for row in rows:
        if all(path in source for path in row.paths):
            _compare_form(work, row, {path: source[path] for path in row.paths}, keys=keys)
            _compare_content(work, row, source)
    _find_objects(work, rows)


def _compare_coverage(work: Comparison, rows: Sequence[StructRow], source: Mapping[str, MatValue]) -> None:
    places = {path: place for place, path in enumerate(source)}
    covered = [path for row in rows for path in row.paths]
    found = sorted(covered, key=lambda path: places.get(path, len(places)))
    work.equal(f"{naming.STRUCT_TABLE}/path", expected=list(source), found=found)
    order = [places.get(row.paths[0], len(places)) for row in rows]
    work.equal(f"{naming.STRUCT_TABLE}/path", expected=sorted(order), found=order, accounts=True)


def _compare_form(
    work: Comparison, row: StructRow, values: Mapping[str, MatValue], *, keys: struct_nodes.KeyPaths
) -> None:
    """Class, size, whether whole, and keys of all nodes of a row."""
    expected = {
        "matlab_class": [struct_nodes.class_of(value) for value in values.values()],
        "size": [struct_nodes.size_of(value) for value in values.values()],
        "whole": [struct_nodes.whole_of(value) for value in values.values()],
        "key": [keys.of(path, value) for path, value in values.items()],
    }
    for name, texts in expected.items():
        in_runs = name in ("size", "whole")
        found = row.each(name) if in_runs else [row.texts[name]] * len(row.paths)
        work.equal(f"{naming.STRUCT_TABLE}/{name}", expected=texts, found=found, leaf=row.paths[0], accounts=True)


def _compare_content(work: Comparison, row: StructRow, source: Mapping[str, MatValue]) -> None:
    """What became of the nodes of a row, and what `value` says of them."""
    first = row.paths[0]
    leaves = [work.entries[path] for path in row.paths if path in work.entries]
    expected = [_declared(entry) for entry in leaves] or [("", "", ())] * len(row.paths)
    objects = tuple(json.loads(row.texts["objects"] or "[]"))
    found = [(row.texts["how"], row.texts["rule"], objects)] * len(row.paths)
    for place, name in enumerate(("how", "rule", "objects")):
        work.equal(
            f"{naming.STRUCT_TABLE}/{name}", expected=[one[place] for one in expected],
            found=[one[place] for one in found], leaf=first, accounts=True,
        )  # fmt: skip
    work.reader.accounted.add(_PLACE)
    if not work.kept.isdisjoint(row.paths):
        for path in row.paths:
            _compare_kept(work, path, source[path])
        work.proven_kept.update(row.paths)
        return
    for path in row.paths:
        names = struct_nodes.field_names(source[path])
        made_from = work.entries[path].made_from if path in work.entries else ""
        value = {"fields": names} if names is not None else json.loads(made_from or "{}")
        content = json.loads(row.texts["value"]) if row.texts["value"] else {}
        work.equal(_PLACE, expected=value, found=content, leaf=path)


def _declared(entry: LedgerEntry) -> tuple[str, str, tuple[str, ...]]:
    """How, rule and objects of a leaf, as the rules have them."""
    how = _HOW[entry.disposition]
    if entry.kept and how != "kept":
        how = f"{how}, kept"
    return how, entry.rule, tuple(place for place in entry.nwb if place != naming.STRUCT_TABLE)


def _find_objects(work: Comparison, rows: Sequence[StructRow]) -> None:
    """Every object that a row names is in the file."""
    for path in dict.fromkeys(path for row in rows for path in json.loads(row.texts["objects"] or "[]")):
        if not work.reader.has(path):
            work.problem(kinds.VERIFY_OBJECT_MISSING, path, expected="an object that a source field became")


def _compare_kept(work: Comparison, path: str, value: MatValue) -> None:
    """Compare a leaf with the value that its row gives. Raises KeyError, TypeError, ValueError."""
    found = work.view.kept(work.view.node(path))
    if isinstance(value, np.ndarray) and isinstance(found, np.ndarray):
        work.dtype(_PLACE, found.dtype, expected=value.dtype, leaf=path)
        work.numbers(_PLACE, expected=value, found=found, leaf=path)
    elif isinstance(value, MatSparse) and isinstance(found, MatSparse):
        work.dtype(_PLACE, found.values.dtype, expected=value.values.dtype, leaf=path)
        for part in ("row_index", "column_start", "values"):
            work.numbers(_PLACE, expected=getattr(value, part), found=getattr(found, part), leaf=path)
    else:
        work.equal(_PLACE, expected=value, found=found, leaf=path)

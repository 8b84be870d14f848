"""The table of the source struct against the source: every container and leaf once, as it is, and what it became."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.rule import Disposition
from ssc_to_nwb.ledger.ledger import LedgerEntry
from ssc_to_nwb.matlab.tree import MatCell, MatChar, MatSparse, MatStruct, MatStructArray, MatValue
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.proof.comparison import Comparison, texts_of
from ssc_to_nwb.restoring.struct_table import StructRow

_HOW = {Disposition.WRITTEN: "written", Disposition.DERIVED: "derived", Disposition.KEPT: "kept"}
_PLACE = f"{naming.STRUCT_TABLE}/value"
_LOOKED_AT = 1 << 18
_HASH_PART = re.compile(r"(value|descrHash|descr|keyNames)(?:\{(\d+)\})?([{(].*)?")


def compare_source_struct(work: Comparison) -> None:
    """See that the rows cover the source's struct, each node once and in order, and say of each what is so."""
    source = dict(_nodes(work.session.tree, work.session.variable))
    rows = work.view.struct.rows
    _compare_coverage(work, rows, source)
    keys = _KeyPaths(work.source_values)
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


def _compare_form(work: Comparison, row: StructRow, values: Mapping[str, MatValue], *, keys: _KeyPaths) -> None:
    """Class, size, whether whole, and keys of all nodes of a row."""
    expected = {
        "matlab_class": [_class_of(value) for value in values.values()],
        "size": [_size_of(value) for value in values.values()],
        "whole": [_whole_of(value) for value in values.values()],
        "key": [keys.of(path, value) for path, value in values.items()],
    }
    found = {name: [getattr(row, name)] * len(row.paths) for name in ("matlab_class", "key")}
    found |= {name: row.each(name) for name in ("size", "whole")}
    work.columns(naming.STRUCT_TABLE, expected=expected, found=found, leaf=row.paths[0])


def _compare_content(work: Comparison, row: StructRow, source: Mapping[str, MatValue]) -> None:
    """What became of the nodes of a row, and what `value` says of them."""
    leaves = [work.entries[path] for path in row.paths if path in work.entries]
    declared = [_declared(entry) for entry in leaves] or [{"how": "", "rule": "", "objects": ()}] * len(row.paths)
    said = {"how": row.how, "rule": row.rule, "objects": row.places}
    work.columns(
        naming.STRUCT_TABLE,
        expected={name: [one[name] for one in declared] for name in said},
        found={name: [one] * len(row.paths) for name, one in said.items()},
        leaf=row.paths[0],
    )
    work.reader.accounted.add(_PLACE)
    if not work.kept.isdisjoint(row.paths):
        for path in row.paths:
            _compare_kept(work, path, source[path])
        work.proven_kept.update(row.paths)
        return
    for path in row.paths:
        names = _field_names(source[path])
        made_from = work.entries[path].made_from if path in work.entries else ""
        value = {"fields": names} if names is not None else json.loads(made_from or "{}")
        content = json.loads(row.value) if row.value else {}
        work.equal(_PLACE, expected=value, found=content, leaf=path)


def _declared(entry: LedgerEntry) -> dict[str, object]:
    """How, rule and objects of a leaf, as the rules have them."""
    how = _HOW[entry.disposition]
    if entry.kept and how != "kept":
        how = f"{how}, kept"
    objects = tuple(place for place in entry.nwb if place != naming.STRUCT_TABLE)
    return {"how": how, "rule": entry.rule, "objects": objects}


def _find_objects(work: Comparison, rows: Sequence[StructRow]) -> None:
    """Every object that a row names is in the file."""
    for path in dict.fromkeys(path for row in rows for path in row.places):
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


# What the source's struct is like, node by node, in verification's own words.


def _nodes(value: MatValue, path: str) -> Iterator[tuple[str, MatValue]]:
    """A value and all below it, with their paths: containers before what they hold."""
    yield path, value
    if isinstance(value, MatStruct):
        for name, child in value.fields.items():
            yield from _nodes(child, f"{path}.{name}")
    elif isinstance(value, MatCell):
        for place, item in enumerate(value.items, start=1):
            yield from _nodes(item, f"{path}{{{place}}}")
    elif isinstance(value, MatStructArray):
        for place, element in enumerate(value.elements, start=1):
            for name, child in element.fields.items():
                yield from _nodes(child, f"{path}({place}).{name}")


@cache
def _class_name(dtype: np.dtype) -> str:
    return {"float64": "double", "float32": "single", "bool": "logical"}.get(dtype.name, dtype.name)


def _class_of(value: MatValue) -> str:
    """MATLAB's class."""
    if isinstance(value, str | MatChar):
        return "char"
    if isinstance(value, np.ndarray | MatSparse):
        stored = value if isinstance(value, np.ndarray) else value.values
        name = _class_name(stored.dtype)
        return name if stored is value else f"sparse {name}"
    return "cell" if isinstance(value, MatCell) else "struct"


def _size_of(value: MatValue) -> str:
    """MATLAB's size, such as 1x3."""
    if isinstance(value, str):
        # MATLAB counts units of UTF-16: a character beyond the first plane is two of them.
        return f"1x{sum(1 + (ord(letter) > 0xFFFF) for letter in value)}" if value else "0x0"
    return "x".join(str(length) for length in getattr(value, "shape", (1, 1)))


def _whole_of(value: MatValue) -> str:
    """Whether all numbers, NaN aside, are whole; empty without numbers."""
    stored = value.values if isinstance(value, MatSparse) else value
    if not isinstance(stored, np.ndarray):
        return ""
    if stored.dtype.kind in "biu":
        return "yes"
    if stored.size == 1:
        # Most fields are one number each.
        number = stored.item()
        return "yes" if math.isnan(number) or (math.isfinite(number) and number % 1 == 0) else "no"
    numbers = stored.ravel(order="K")
    # Part by part: an array of traces is large, and seldom whole.
    parts = (numbers[start : start + _LOOKED_AT] for start in range(0, numbers.size, _LOOKED_AT))
    with np.errstate(invalid="ignore"):
        return "yes" if all((np.isnan(part) | (np.mod(part, 1) == 0)).all() for part in parts) else "no"


def _field_names(value: MatValue) -> list[str] | None:
    """Fields of a struct or struct array, in their order; None for all else."""
    if isinstance(value, MatStruct):
        return list(value.fields)
    return list(value.field_names) if isinstance(value, MatStructArray) else None


def _hash_keys(leaves: Mapping[str, MatValue]) -> dict[tuple[str, int], str]:
    """Keys of every Hash, by its path and the key's place."""
    keys = {}
    for path, value in leaves.items():
        holder, separator, place = path.rpartition(".keyNames")
        if separator and (not place or place.startswith("{")):
            for number, key in enumerate(texts_of(value), start=int(place[1:-1]) if place else 1):
                keys[holder, number] = key
    return keys


class _KeyPaths:
    """The keys on the way to a node: of `value{3}`, `descr{3}`, `descrHash{3}` and `keyNames{3}` the third.

    A cell of all values has no key of them.
    """

    def __init__(self, leaves: Mapping[str, MatValue]) -> None:
        self._keys = _hash_keys(leaves)
        # Most nodes are fields of records, whose way is the same but for the last part.
        self._above: dict[str, tuple[str, ...]] = {}

    def of(self, path: str, value: MatValue) -> str:
        """The keys on the way to this value, from the outermost, with slashes between."""
        holder, _, part = path.rpartition(".")
        match = _HASH_PART.fullmatch(part)
        of_all = match is not None and match[2] is None and isinstance(value, MatCell) and bool(value.items)
        return "/".join(self._way(holder) if of_all else self._way(path))

    def _way(self, path: str) -> tuple[str, ...]:
        if path not in self._above:
            holder, dot, part = path.rpartition(".")
            match = _HASH_PART.fullmatch(part) if dot else None
            key = None if match is None else self._keys.get((holder, int(match[2] or 1)))
            self._above[path] = (*(self._way(holder) if dot else ()), *((key,) if key else ()))
        return self._above[path]

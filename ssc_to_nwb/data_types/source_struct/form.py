"""The form of a session struct as rows: every container and leaf once, equal neighbours as one row with a range.

`s.timeSeriesArrayHash.descrHash{2}.value{1}(1..3).rois(1..240).id` is one row where all of them become the same.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.rule import Disposition
from ssc_to_nwb.ledger.ledger import LedgerEntry
from ssc_to_nwb.matlab.leaves import is_leaf, matlab_class, matlab_shape
from ssc_to_nwb.matlab.tree import MatCell, MatSparse, MatStruct, MatStructArray, MatValue, row_texts
from ssc_to_nwb.session.session import Session

KEPT = "kept"
# Fields of a Hash that run parallel: the place in one of them says which key it is.
_HASH_FIELDS = ("keyNames", "value", "descr", "descrHash")
_LOOKED_AT = 1 << 20


class FormRow(NamedTuple):
    """One row: a container or leaf, or equal neighbours.

    path: with ranges; field_names: of a struct, in its order, None for all else; made_from: how a derived leaf is made,
    as JSON. sizes, whole, and the values and single paths of `kept` are in the order of the struct, one each.
    """

    path: str
    matlab_class: str
    key: str
    how: str = ""
    rule: str = ""
    objects: tuple[str, ...] = ()
    field_names: tuple[str, ...] | None = None
    made_from: str = ""
    sizes: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    kept: tuple[tuple[str, MatValue], ...] = ()

    @property
    def alike(self) -> tuple[object, ...]:
        """What neighbours must agree in to be one row: all but what each field has of its own."""
        return self[:-3]


def form_rows(session: Session, leaves: Iterable[LedgerEntry]) -> list[FormRow]:
    """Every container and leaf of the session struct, in its order."""
    form = _Form({entry.source: entry for entry in leaves})
    return form.rows(session.tree, path=session.variable, shown=session.variable, key="", keys={})


def run_lengths(texts: Sequence[str]) -> str:
    """The one text that all are, or those that follow one another with their counts: `1x3*5, 1x4, 1x3*2`."""
    runs = [(text, sum(1 for _ in run)) for text, run in groupby(texts)]
    if len(runs) == 1:
        return runs[0][0]
    return ", ".join(text if count == 1 else f"{text}*{count}" for text, count in runs)


def wholeness(value: MatValue) -> str:
    """`yes` or `no`: whether all numbers of a leaf, NaN aside, are whole; empty for what holds no numbers."""
    numbers = value.values if isinstance(value, MatSparse) else value
    if not isinstance(numbers, np.ndarray):
        return ""
    if numbers.dtype.kind != "f":
        return "yes"
    flat = numbers.ravel(order="K")
    # Most arrays that are not whole show it at once.
    parts = (flat[start : start + _LOOKED_AT] for start in range(0, flat.size, _LOOKED_AT))
    return "yes" if all(map(_is_whole, parts)) else "no"


def _is_whole(numbers: np.ndarray) -> bool:
    if numbers.size == 1:
        number = float(numbers[0])
        return number.is_integer() or math.isnan(number)
    same = numbers == np.rint(numbers)
    if not same.all():
        same |= np.isnan(numbers)
    return bool(same.all() and not np.isinf(numbers).any())


class _Form:
    """Walks a tree.

    shown: the path of a value's rows as far as it is known: below the nearest array, whose merged rows put their
    ranges before it. path: its own path in the struct.
    """

    def __init__(self, entries: Mapping[str, LedgerEntry]) -> None:
        self._entries = entries

    def rows(self, value: MatValue, *, path: str, shown: str, key: str, keys: Mapping[int, str]) -> list[FormRow]:
        """Rows of a value; keys: of the Hash whose field it is, by place. Only an item of a cell has a place."""
        leaf = is_leaf(value)
        if not isinstance(value, MatCell) or leaf:
            key = _joined(key, keys.get(1))
        if leaf:
            return [self._leaf(value, path=path, shown=shown, key=key)]
        own = FormRow(
            path=shown, matlab_class=matlab_class(value), key=key, field_names=_field_names(value),
            sizes=(_size(value),), whole=("",),
        )  # fmt: skip
        if isinstance(value, MatStruct):
            return [own, *self._fields(value, path=path, shown=shown, key=key)]
        if isinstance(value, MatStructArray):
            elements = [
                self._fields(element, path=f"{path}({place})", shown="", key=key)
                for place, element in enumerate(value.elements, start=1)
            ]
            return [own, *_merged(elements, shown, "()")]
        items = [
            self.rows(item, path=f"{path}{{{place}}}", shown="", key=_joined(key, keys.get(place)), keys={})
            for place, item in enumerate(value.items if isinstance(value, MatCell) else (), start=1)
        ]
        return [own, *_merged(items, shown, "{}")]

    def _fields(self, struct: MatStruct, *, path: str, shown: str, key: str) -> list[FormRow]:
        keys = hash_keys(struct)
        found: list[FormRow] = []
        for name, child in struct.fields.items():
            of_child = keys if name in _HASH_FIELDS else {}
            found += self.rows(child, path=f"{path}.{name}", shown=f"{shown}.{name}", key=key, keys=of_child)
        return found

    def _leaf(self, value: MatValue, *, path: str, shown: str, key: str) -> FormRow:
        entry = self._entries[path]
        return FormRow(
            path=shown,
            matlab_class=entry.matlab_class,
            key=key,
            how=how(entry),
            rule=entry.rule,
            objects=tuple(place for place in entry.nwb if place != naming.STRUCT_TABLE),
            made_from="" if entry.kept else entry.made_from,
            sizes=(_size(value),),
            whole=(wholeness(value),),
            kept=((path, value),) if entry.kept else (),
        )


def how(entry: LedgerEntry) -> str:
    """`written`, `derived` or `kept`; `written, kept` where the leaf is kept besides."""
    alone = KEPT if entry.disposition is Disposition.KEPT else entry.disposition.value
    return f"{alone}, {KEPT}" if entry.kept and alone != KEPT else alone


def hash_keys(struct: MatStruct) -> dict[int, str]:
    """The keys of a Hash by place, from 1; none where the struct is no Hash."""
    names = struct.fields.get("keyNames")
    items = names.items if isinstance(names, MatCell) else (() if names is None else (names,))
    keys: dict[int, str] = {}
    for place, item in enumerate(items, start=1):
        keys.update(enumerate(row_texts(item), start=place))
    return keys


def value_json(row: FormRow, texts: Sequence[str]) -> str:
    """The value of a row as JSON: field names, how it is made, or the values that are kept, one JSON text each."""
    if row.field_names is not None:
        return json.dumps({"fields": list(row.field_names)})
    if len(set(texts)) > 1:
        return f'{{"each": [{", ".join(texts)}]}}'
    return texts[0] if texts else row.made_from


def _merged(elements: Iterable[list[FormRow]], shown: str, brackets: str) -> list[FormRow]:
    """The rows of the elements of an array, those of equal neighbours joined; shown: the path of the array."""
    result: list[FormRow] = []
    numbered = enumerate(elements, start=1)
    for _, run in groupby(numbered, key=lambda one: [row.alike for row in one[1]]):
        group = list(run)
        first, last = group[0][0], group[-1][0]
        index = f"{first}..{last}" if last > first else f"{first}"
        each = zip(*(rows for _, rows in group), strict=True)
        result += [_join(rows, f"{shown}{brackets[0]}{index}{brackets[1]}") for rows in each]
    return result


def _join(rows: Sequence[FormRow], before: str) -> FormRow:
    return rows[0]._replace(
        path=f"{before}{rows[0].path}",
        sizes=tuple(size for row in rows for size in row.sizes),
        whole=tuple(one for row in rows for one in row.whole),
        kept=tuple(one for row in rows for one in row.kept),
    )


def _field_names(value: MatValue) -> tuple[str, ...] | None:
    if isinstance(value, MatStruct):
        return tuple(value.fields)
    return value.field_names if isinstance(value, MatStructArray) else None


def _joined(key: str, further: str | None) -> str:
    return "/".join(part for part in (key, further) if part)


def _size(value: MatValue) -> str:
    return "x".join(map(str, matlab_shape(value)))

"""The form of a session struct as rows: every container and leaf once, equal neighbours as one row with a range.

`s.timeSeriesArrayHash.descrHash{2}.value{1}(1..3).rois(1..240).id` is one row where all of them become the same.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.rule import Disposition
from ssc_to_nwb.ledger.ledger import LedgerEntry
from ssc_to_nwb.matlab.leaves import matlab_class, matlab_shape, parts_of
from ssc_to_nwb.matlab.tree import MatCell, MatSparse, MatStruct, MatStructArray, MatValue, row_texts
from ssc_to_nwb.session.session import Session

# Fields of a Hash that run parallel: the place in one of them says which key it is.
_HASH_FIELDS = ("keyNames", "value", "descr", "descrHash")
_LOOKED_AT = 1 << 20


class FormRow(NamedTuple):
    """One row: a container or leaf, or equal neighbours.

    path: with ranges; content: as JSON, the field names of a struct, or how a derived leaf is made. sizes, whole, and
    the values and single paths of `kept` are in the order of the struct, one each.
    """

    path: str
    matlab_class: str
    key: str
    how: str = ""
    rule: str = ""
    objects: tuple[str, ...] = ()
    content: str = ""
    sizes: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    kept: tuple[tuple[str, MatValue], ...] = ()

    @property
    def alike(self) -> tuple[object, ...]:
        """What neighbours must agree in to be one row: all but what each field has of its own."""
        return self[:-3]


def form_rows(session: Session, leaves: Iterable[LedgerEntry]) -> list[FormRow]:
    """Every container and leaf of the session struct, in its order, in which `leaves` are too."""
    return _rows(session.tree, iter(leaves), path=session.variable, key="", keys={})


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
    # There are tens of thousands of short arrays, of which this counts faster than `all` and `any`.
    others = np.count_nonzero(numbers != np.rint(numbers))
    return others in (0, np.count_nonzero(np.isnan(numbers))) and not np.count_nonzero(np.isinf(numbers))


def _rows(
    value: MatValue, leaves: Iterator[LedgerEntry], *, path: str, key: str, keys: Mapping[int, str]
) -> list[FormRow]:
    """Rows of a value.

    leaves: what became of its leaves, and of those behind it; path: as far as it is known, below the nearest array,
    whose merged rows put their ranges before it; keys: of the Hash whose field it is, by place. Only an item of a cell
    has a place.
    """
    is_lone = not parts_of(value)
    if is_lone or not isinstance(value, MatCell):
        key = _joined(key, keys.get(1))
    if is_lone:
        return [_leaf_row(value, next(leaves), path=path, key=key)]
    own = FormRow(path, matlab_class(value), key, content=_field_names(value), sizes=(_size(value),), whole=("",))
    if isinstance(value, MatStruct):
        return [own, *_fields(value, leaves, path=path, key=key)]
    if isinstance(value, MatStructArray):
        elements = [_fields(element, leaves, path="", key=key) for element in value.elements]
        return [own, *_merged(elements, path, "()")]
    items = [
        _rows(item, leaves, path="", key=_joined(key, keys.get(place)), keys={})
        for place, item in enumerate(value.items if isinstance(value, MatCell) else (), start=1)
    ]
    return [own, *_merged(items, path, "{}")]


def _fields(struct: MatStruct, leaves: Iterator[LedgerEntry], *, path: str, key: str) -> list[FormRow]:
    keys = _hash_keys(struct)
    found: list[FormRow] = []
    for name, child in struct.fields.items():
        found += _rows(child, leaves, path=f"{path}.{name}", key=key, keys=keys if name in _HASH_FIELDS else {})
    return found


def _leaf_row(value: MatValue, entry: LedgerEntry, *, path: str, key: str) -> FormRow:
    return FormRow(
        path=path,
        matlab_class=entry.matlab_class,
        key=key,
        how=_how(entry),
        rule=entry.rule,
        objects=tuple(place for place in entry.nwb if place != naming.STRUCT_TABLE),
        content="" if entry.kept else entry.made_from,
        sizes=(_size(value),),
        whole=(wholeness(value),),
        kept=((entry.source, value),) if entry.kept else (),
    )


def _how(entry: LedgerEntry) -> str:
    """`written`, `derived` or `kept`; `written, kept` where the leaf is kept besides."""
    if entry.disposition is Disposition.KEPT:
        return "kept"
    return f"{entry.disposition.value}, kept" if entry.kept else entry.disposition.value


def _hash_keys(struct: MatStruct) -> dict[int, str]:
    """The keys of a Hash by place, from 1; none where the struct is no Hash."""
    names = struct.fields.get("keyNames")
    items = names.items if isinstance(names, MatCell) else (() if names is None else (names,))
    keys: dict[int, str] = {}
    for place, item in enumerate(items, start=1):
        keys.update(enumerate(row_texts(item), start=place))
    return keys


def value_json(row: FormRow, texts: Sequence[str]) -> str:
    """The value of a row as JSON: its content, or the values that are kept, one JSON text each."""
    if len(set(texts)) > 1:
        return f'{{"each": [{", ".join(texts)}]}}'
    return texts[0] if texts else row.content


def _merged(elements: Iterable[list[FormRow]], path: str, brackets: str) -> list[FormRow]:
    """The rows of the elements of an array, those of equal neighbours joined. path: of the array."""
    result: list[FormRow] = []
    numbered = enumerate(elements, start=1)
    for _, run in groupby(numbered, key=lambda one: [row.alike for row in one[1]]):
        group = list(run)
        first, last = group[0][0], group[-1][0]
        index = f"{first}..{last}" if last > first else f"{first}"
        each = zip(*(rows for _, rows in group), strict=True)
        result += [_join(rows, f"{path}{brackets[0]}{index}{brackets[1]}") for rows in each]
    return result


def _join(rows: Sequence[FormRow], before: str) -> FormRow:
    return rows[0]._replace(
        path=f"{before}{rows[0].path}",
        sizes=tuple(size for row in rows for size in row.sizes),
        whole=tuple(one for row in rows for one in row.whole),
        kept=tuple(one for row in rows for one in row.kept),
    )


def _field_names(value: MatValue) -> str:
    """Those of a struct, in its order, as JSON; empty for a cell."""
    if not isinstance(value, MatStruct | MatStructArray):
        return ""
    names = value.fields if isinstance(value, MatStruct) else value.field_names
    return json.dumps({"fields": list(names)})


def _joined(key: str, further: str | None) -> str:
    return "/".join(part for part in (key, further) if part)


def _size(value: MatValue) -> str:
    return "x".join(map(str, matlab_shape(value)))

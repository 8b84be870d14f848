"""The table of the source struct as read from the file, its ranges of paths and lists of sizes counted out."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np

from ssc_to_nwb.grouping import grouped
from ssc_to_nwb.matlab.leaves import CLASS_TYPES
from ssc_to_nwb.matlab.tree import MatCell, MatChar, MatSparse, MatStruct, MatStructArray, MatValue
from ssc_to_nwb.restoring.nwb_reader import NwbTable
from ssc_to_nwb.restoring.pieces import Piece

_RANGE = re.compile(r"(?<=[{(])(\d+)\.\.(\d+)(?=[)}])")
_REPEATED = re.compile(r"(.*)\*(\d+)")
_LAST_INDEX = re.compile(r"[{(](\d+)[)}]$")
_ANY_INDEX = re.compile(r"[{(][\d.]+[)}]")
# No session has as many fields; a range beyond it is damage.
_MOST = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StructNode:
    """A container or leaf of the source struct, as its row has it.

    path: in MATLAB's notation, the variable's name included; key: keys of the hashes on the way; size: MATLAB's; whole:
    whether all its numbers, NaN aside, are whole; how: written, derived, kept, "written, kept", or empty for a
    container; rule: identifier of the claim; objects: paths of the objects that it became; content: what `value` holds.
    """

    path: str
    key: str
    matlab_class: str
    size: tuple[int, ...]
    whole: bool
    how: str
    rule: str
    objects: tuple[str, ...]
    content: Any

    @property
    def kept(self) -> bool:
        """Whether the table holds the value verbatim."""
        return "kept" in self.how

    @property
    def parent(self) -> str:
        """Path of the struct that the leaf is a field of, whether or not the field is a cell."""
        return self.path.rpartition(".")[0]

    @property
    def table(self) -> str:
        """Path of the table that the leaf became a column of."""
        return self.objects[0].rpartition("/")[0]

    @property
    def column(self) -> str:
        """Name of that column, or of whatever object the leaf became."""
        return self.objects[0].rpartition("/")[2]

    def piece(self, values: np.ndarray | tuple[str, ...], *, place: str = "", **further: Any) -> Piece:
        """What an object gives of this leaf; the one that it became where no place is given."""
        return Piece(leaves=(self.path,), place=place or self.objects[0], values=values, **further)

    def elements(self, which: slice | np.ndarray) -> tuple[np.ndarray, ...]:
        """The index into the leaf of some of its elements, counted from 0 column by column."""
        return np.unravel_index(np.arange(math.prod(self.size))[which], self.size, order="F")

    @property
    def index(self) -> int | None:
        """The last index of the path, from 1: of an item in a cell, or of an element; None where it ends in a name."""
        match = _LAST_INDEX.search(self.path)
        return None if match is None else int(match[1])


@dataclass(frozen=True)
class StructRow:
    """One row: its texts by column."""

    path: str
    key: str
    matlab_class: str
    size: str
    whole: str
    how: str
    rule: str
    objects: str
    value: str

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Paths of the fields it describes, the last range counted fastest. Raises ValueError."""
        return tuple(counted_paths(self.path))

    @property
    def count(self) -> int:
        """Number of the fields it describes."""
        return math.prod(int(last) - int(first) + 1 for first, last in _RANGE.findall(self.path))

    @property
    def places(self) -> tuple[str, ...]:
        """Paths of the objects that the fields became. Raises ValueError."""
        return tuple(json.loads(self.objects or "[]"))

    @cached_property
    def nodes(self) -> tuple[StructNode, ...]:
        """The fields it describes. Raises ValueError."""
        sizes, whole = self.each("size"), self.each("whole")
        contents = self.contents() if self.value else [None] * len(self.paths)
        objects = self.places
        return tuple(
            StructNode(
                path=path,
                key=self.key,
                matlab_class=self.matlab_class,
                size=tuple(int(length) for length in size.split("x")),
                whole=one == "yes",
                how=self.how,
                rule=self.rule,
                objects=objects,
                content=content,
            )
            for path, size, one, content in zip(self.paths, sizes, whole, contents, strict=True)
        )

    def each(self, column: str) -> list[str]:
        """The text of every field of the row. Raises ValueError where their number is another."""
        texts = counted_out(getattr(self, column))
        if len(texts) == 1:
            return texts * len(self.paths)
        if len(texts) != len(self.paths):
            raise ValueError(f"{column} of {self.path} has {len(texts)} items for {len(self.paths)} fields")
        return texts

    def contents(self) -> list[Any]:
        """What `value` holds of every field, from JSON. Raises ValueError."""
        content = json.loads(self.value)
        if not (isinstance(content, dict) and "each" in content):
            return [content] * len(self.paths)
        if len(content["each"]) != len(self.paths):
            raise ValueError(f"{len(content['each'])} values of {self.path}, expected {len(self.paths)}")
        return list(content["each"])


class StructTable:
    """The rows of the table. Raises ObjectError, ValueError on the first use of a row that makes no sense."""

    def __init__(self, table: NwbTable) -> None:
        self._table = table
        self._of_form: dict[str, dict[str, StructNode]] = {}

    @cached_property
    def rows(self) -> Sequence[StructRow]:
        """All rows in their order."""
        columns = [self._table.texts(column.name) for column in fields(StructRow)]
        return [StructRow(*texts) for texts in zip(*columns, strict=True)]

    def nodes(self) -> Iterator[StructNode]:
        """Every container and leaf, in the order of the rows. Raises ValueError."""
        return (node for row in self.rows for node in row.nodes)

    def node(self, path: str) -> StructNode | None:
        """One container or leaf; only the rows that may hold it are counted out. Raises ValueError."""
        form = _ANY_INDEX.sub("", path)
        if form not in self._of_form:
            rows = self._rows_of_form.get(form, ())
            self._of_form[form] = {node.path: node for row in rows for node in row.nodes}
        return self._of_form[form].get(path)

    def claimed(self, rule: str) -> list[StructNode]:
        """All leaves of one claim, in the order of the struct. Raises ValueError."""
        return [node for row in self.rows if row.rule == rule for node in row.nodes]

    @cached_property
    def _rows_of_form(self) -> dict[str, list[StructRow]]:
        return grouped(self.rows, lambda row: _ANY_INDEX.sub("", row.path))

    def large_tables(self) -> list[str]:
        """Names of the tables of the large arrays that are kept, in the order of the rows."""
        contents = [one for row in self.rows if '"table"' in row.value for one in row.contents()]
        return [str(one["table"]) for one in contents if isinstance(one, dict) and "table" in one]


def counted_paths(path: str) -> list[str]:
    """`s.a{1..2}.b` as `s.a{1}.b`, `s.a{2}.b`; several ranges like the digits of a number. Raises ValueError."""
    pieces = _RANGE.split(path)
    ends = [(int(first), int(last)) for first, last in zip(pieces[1::3], pieces[2::3], strict=True)]
    if any(last < first for first, last in ends) or math.prod(last - first + 1 for first, last in ends) > _MOST:
        raise ValueError(f"the ranges of {path} make no sense")
    texts = pieces[0::3]
    return [
        texts[0] + "".join(f"{place}{text}" for place, text in zip(places, texts[1:], strict=True))
        for places in product(*(range(first, last + 1) for first, last in ends))
    ]


def counted_out(text: str) -> list[str]:
    """`1x3*2, 1x4` as `1x3`, `1x3`, `1x4`."""
    found: list[str] = []
    for item in text.split(", "):
        match = _REPEATED.fullmatch(item)
        if match is not None and int(match[2]) > _MOST:
            raise ValueError(f"{text!r} counts too many")
        found += [item] if match is None else [match[1]] * int(match[2])
    return found


_SPARSE = ("row", "column", "value")


def dtype_of(matlab_class: str) -> np.dtype:
    """Element type of a class of numbers. Raises KeyError for any other class."""
    return np.dtype(CLASS_TYPES[matlab_class])


def kept_value(node: StructNode, *, table: Callable[[str], NwbTable]) -> MatValue:
    """The value of a leaf that its row keeps.

    table: gives the table of this name in `processing/source`, which holds a large array. Raises KeyError, TypeError,
    ValueError where the row makes no sense.
    """
    if node.matlab_class == "char":
        rows = node.content
        return rows if isinstance(rows, str) else MatChar(shape=node.size, rows=tuple(rows))
    if node.matlab_class == "cell":
        return MatCell(shape=node.size, items=())
    if node.matlab_class == "struct":
        return empty_struct(node.size, tuple(node.content["fields"]))
    in_table = isinstance(node.content, dict) and "table" in node.content
    large = table(node.content["table"]) if in_table else None
    sparse_of = node.matlab_class.removeprefix("sparse ")
    dtype = dtype_of(sparse_of)
    if sparse_of != node.matlab_class:
        parts = node.content if large is None else {part: large.column(part) for part in _SPARSE}
        return _sparse(parts, node.size, dtype)
    if large is not None:
        return large.column("value").astype(dtype, copy=False).reshape(node.size, order="F")
    return _array(node.content, dtype).reshape(node.size)


def empty_struct(size: tuple[int, ...], names: tuple[str, ...]) -> MatStruct | MatStructArray:
    """A struct without fields, or a struct array without elements or without fields."""
    if size == (1, 1) and not names:
        return MatStruct(fields={})
    elements = () if names else (MatStruct(fields={}),) * int(np.prod(size))
    return MatStructArray(shape=size, field_names=names, elements=elements)


def _sparse(parts: dict[str, Any], size: tuple[int, ...], dtype: np.dtype) -> MatSparse:
    """Rows and columns count from 1 in the file."""
    rows, columns = (_array(parts[name], np.dtype(np.int64)) - 1 for name in ("row", "column"))
    values = _array(parts["value"], dtype)
    starts = np.searchsorted(columns, np.arange(size[1] + 1))
    return MatSparse.from_columns(size, row_index=rows, column_start=starts, values=values)


def _array(content: Any, dtype: np.dtype) -> np.ndarray:
    if isinstance(content, np.ndarray):
        return content.astype(dtype, copy=False)
    if dtype.kind != "f":
        return np.array(content, dtype=dtype)
    # numpy takes None as NaN, and "Infinity" as what it says.
    return np.array(content, dtype=object).astype(np.float64).astype(dtype)

"""The table of the source struct as it stands in the file, its ranges of paths and lists of sizes counted out."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

from ssc_to_nwb.data_types.rule import STRUCT_TABLE
from ssc_to_nwb.proof.nwb_table import NwbTable

COLUMNS = ("path", "key", "matlab_class", "size", "whole", "how", "rule", "objects", "value")
_RANGE = re.compile(r"(?<=[{(])(\d+)\.\.(\d+)(?=[)}])")
_REPEATED = re.compile(r"(.*)\*(\d+)")
# No session has as many fields; a range beyond it is damage.
_MOST = 10_000_000


@dataclass(frozen=True)
class StructRow:
    """One row: its texts by column, and the paths of the fields it stands for, the last range counted fastest."""

    texts: dict[str, str]
    paths: tuple[str, ...]

    def each(self, column: str) -> list[str]:
        """The text of every field of the row. Raises ValueError where their number is another."""
        texts = counted_out(self.texts[column])
        if len(texts) == 1:
            return texts * len(self.paths)
        if len(texts) != len(self.paths):
            raise ValueError(f"{column} of {self.texts['path']} has {len(texts)} items for {len(self.paths)} fields")
        return texts

    def contents(self) -> list[Any]:
        """What `value` holds of every field, from JSON. Raises ValueError."""
        content = json.loads(self.texts["value"])
        if not (isinstance(content, dict) and "each" in content):
            return [content] * len(self.paths)
        if len(content["each"]) != len(self.paths):
            raise ValueError(f"{len(content['each'])} values of {self.texts['path']}, expected {len(self.paths)}")
        return list(content["each"])


class StructTable:
    """The rows of the table. Raises ObjectError, ValueError on the first use of a table that makes no sense."""

    def __init__(self, table: NwbTable) -> None:
        self._table = table

    @cached_property
    def rows(self) -> Sequence[StructRow]:
        """All rows in their order."""
        columns = {name: self._table.texts(name) for name in COLUMNS}
        return [
            StructRow(texts=dict(zip(columns, texts, strict=True)), paths=tuple(counted_paths(texts[0])))
            for texts in zip(*columns.values(), strict=True)
        ]

    @cached_property
    def _by_path(self) -> dict[str, StructRow]:
        return {path: row for row in self.rows for path in row.paths}

    def row_of(self, path: str) -> StructRow:
        """The row of one field. Raises ValueError where there is none."""
        if path not in self._by_path:
            raise ValueError(f"{path} is in no row of {STRUCT_TABLE}")
        return self._by_path[path]

    def large(self) -> list[tuple[str, str]]:
        """Class and name of the table of every large array that is kept, in the order of the rows."""
        found = []
        for row in self.rows:
            contents = row.contents() if '"table"' in row.texts["value"] else []
            names = [one["table"] for one in contents if isinstance(one, dict) and "table" in one]
            found += [(row.texts["matlab_class"], str(name)) for name in names]
        return found


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

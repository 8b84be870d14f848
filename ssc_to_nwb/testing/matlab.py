"""MATLAB values as the generator builds them, and files of formats 5 and 7.3 with them.

A struct is a dict (field order kept), a struct array a `StructArray`, a cell array a `Cell`, a char row a str. Numbers
are numpy arrays of two or more dimensions, float64 for MATLAB's double. Bare numbers are 1x1 doubles. All else
is written as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ssc_to_nwb.matlab import tree
from ssc_to_nwb.matlab import write_mat5 as format5
from ssc_to_nwb.matlab import write_mat73 as format73

MatValue = Any
MatStruct = dict[str, Any]


class Cell(list[MatValue]):
    """A cell array, items in MATLAB's column-major order. Shape 1xN (0x0 where empty) where none is given."""

    def __init__(self, items: Iterable[MatValue] = (), *, shape: tuple[int, int] | None = None) -> None:
        super().__init__(items)
        self._shape = shape

    @property
    def shape(self) -> tuple[int, int]:
        """Rows, columns."""
        return self._shape or ((1, len(self)) if self else (0, 0))


class StructArray(list[MatStruct]):
    """A struct array, 1xN where no shape is given: all elements have the same fields in the same order."""

    def __init__(
        self,
        elements: Iterable[Mapping[str, MatValue]],
        *,
        field_names: Sequence[str] = (),
        shape: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(dict(element) for element in elements)
        self._field_names = tuple(field_names)
        self._shape = shape

    @property
    def field_names(self) -> tuple[str, ...]:
        """The fields, in order; kept for an array without elements too."""
        return tuple(self[0]) if self else self._field_names

    @property
    def shape(self) -> tuple[int, int]:
        """Rows, columns."""
        return self._shape or (1, len(self))


EMPTY = np.zeros((0, 0))


def row(values: Any) -> np.ndarray:
    """A 1xN double; 0x0 for no values, as MATLAB's `[]`."""
    array = np.asarray(values, dtype=np.float64).reshape(1, -1)
    return array if array.size else EMPTY


def to_tree(value: MatValue) -> Any:
    """A value in the form of the tree, if it has one."""
    if isinstance(value, Mapping):
        return tree.MatStruct(fields=_in_tree(value))
    if isinstance(value, StructArray):
        return tree.struct_value(value.shape, value.field_names, tuple(map(to_tree, value)))
    if isinstance(value, Cell):
        return tree.MatCell(shape=value.shape, items=tuple(map(to_tree, value)))
    if not isinstance(value, np.ndarray | np.generic | float | int):
        return value
    array = np.atleast_2d(value)
    # Python's whole numbers are MATLAB's doubles.
    return array.astype(np.float64) if array.dtype == np.int64 else array


def hash_struct(entries: Sequence[tuple[str, str, MatValue]]) -> MatStruct:
    """A Hash with descr: `entries` are (key, description, value)."""
    return {
        "keyNames": Cell(key for key, _, _ in entries),
        "descr": Cell(text for _, text, _ in entries),
        "value": Cell(value for _, _, value in entries),
    }


def write_mat5(*, path: Path, variables: Mapping[str, MatValue], compressed: bool = True) -> None:
    """Write `variables` to `path`, format 5."""
    format5.write_mat5(path, variables=_in_tree(variables), compressed=compressed)


def write_mat73(*, path: Path, variables: Mapping[str, MatValue]) -> None:
    """Write `variables` to `path`, format 7.3."""
    format73.write_mat73(path, variables=_in_tree(variables))


def _in_tree(variables: Mapping[str, MatValue]) -> dict[str, Any]:
    return {name: to_tree(value) for name, value in variables.items()}

"""Files of format 7.3, which are HDF5, by h5py, as a tree.

Every object names its class in the attribute MATLAB_class. Arrays lie transposed; cells, and the fields of struct
arrays, are data sets of references; an empty array is a data set of its sizes with the attribute MATLAB_empty.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ssc_to_nwb.hdf5_files import place_of_values
from ssc_to_nwb.matlab.bounds import Bounds
from ssc_to_nwb.matlab.stored_chars import Storage, StoredChars
from ssc_to_nwb.matlab.tree import MatCell, MatSparse, MatStruct, MatUnsupported, MatValue, struct_value
from ssc_to_nwb.proof.source_reading.text import ProofTexts

_TYPES = {"double": np.float64, "single": np.float32, "logical": np.bool_} | {
    f"{sign}int{bits}": np.dtype(f"{sign}int{bits}") for sign in ("", "u") for bits in (8, 16, 32, 64)
}
_STORAGES: dict[int, Storage] = {1: "8-bit", 2: "16-bit", 4: "utf-32"}
# A place of a cell that nothing was ever put into.
_NEVER_FILLED = "canonical empty"


def read_format73(path: Path, *, texts: ProofTexts, bounds: Bounds) -> dict[str, MatValue]:
    """All variables by name. Raises whatever h5py raises on a file that it cannot read, ValueError beyond bounds."""
    with h5py.File(path, "r") as file:
        objects = _Objects(file, texts=texts, bounds=bounds)
        return {name: objects.member(file, name, part=name) for name in file if not name.startswith("#")}


class _Objects:
    """The objects of one file as values of the tree."""

    def __init__(self, file: h5py.File, *, texts: ProofTexts, bounds: Bounds) -> None:
        self._file = file
        self._texts = texts
        self._bounds = bounds

    def member(self, group: h5py.Group, name: str, *, part: str) -> MatValue:
        """The value of a member of a group."""
        with self._bounds.within(part):
            return self._value(_own(group, name))

    def _value(self, item: h5py.Group | h5py.Dataset) -> MatValue:
        kind = _class(item)
        if kind == "function_handle":
            return MatUnsupported(matlab_class=kind, reason="a function handle")
        if "MATLAB_object_decode" in item.attrs:
            return MatUnsupported(matlab_class=kind, reason="an object")
        if isinstance(item, h5py.Group):
            if "MATLAB_sparse" in item.attrs:
                return self._sparse(item, kind)
            return self._struct(item) if kind == "struct" else _unknown(kind)
        if item.attrs.get("MATLAB_empty", 0):
            return self._empty(item, kind)
        if _is_references(item) and kind in ("cell", ""):
            return self._cell(item)
        if kind == "char":
            return self._chars(item)
        return self._numbers(item, kind or "double")

    def _array(self, item: h5py.Dataset) -> np.ndarray:
        """What a data set holds, in MATLAB's axes."""
        elsewhere = place_of_values(item)
        if elsewhere is not None:
            raise ValueError(f"the values of the array are in another file ({elsewhere})")
        if h5py.check_vlen_dtype(item.dtype) is not None or h5py.check_string_dtype(item.dtype) is not None:
            raise ValueError(f"values stored as {item.dtype}")
        self._bounds.hold(item.nbytes)
        array = np.asarray(item[()]).T
        return array if array.ndim > 1 else array.reshape(1, -1)

    def _referred(self, reference: h5py.Reference, part: str) -> MatValue:
        with self._bounds.within(part):
            return self._value(_checked(self._file[reference]))

    def _cell(self, item: h5py.Dataset) -> MatCell:
        self._meet(item)
        array = self._array(item)
        self._bounds.count(array.size)
        places = enumerate(array.ravel(order="F"), start=1)
        return MatCell(shape=array.shape, items=tuple(self._referred(one, f"{{{place}}}") for place, one in places))

    def _struct(self, group: h5py.Group) -> MatValue:
        self._meet(group)
        names = _field_names(group)
        self._bounds.count(len(names))
        members = [_own(group, name) for name in names]
        if not (members and all(_is_column(member) for member in members)):
            return MatStruct(fields={name: self.member(group, name, part=f".{name}") for name in names})
        columns = [self._array(member) for member in members]
        shape = columns[0].shape
        if any(column.shape != shape for column in columns):
            raise ValueError("fields of a struct array that differ in size")
        self._bounds.count(math.prod(shape) * len(names))
        records = zip(*(column.ravel(order="F") for column in columns), strict=True)
        elements = tuple(
            MatStruct(
                fields={name: self._referred(one, f"({place}).{name}") for name, one in zip(names, record, strict=True)}
            )
            for place, record in enumerate(records, start=1)
        )
        return struct_value(shape, names, elements)

    def _chars(self, item: h5py.Dataset) -> MatValue:
        if item.dtype.kind != "u" or item.dtype.itemsize not in _STORAGES:
            return MatUnsupported(matlab_class="char", reason=f"characters stored as {item.dtype}")
        array = self._array(item)
        units = array.ravel(order="F").astype(array.dtype.newbyteorder("="))
        return self._texts.leaf(StoredChars(shape=array.shape, storage=_STORAGES[item.dtype.itemsize], units=units))

    def _numbers(self, item: h5py.Dataset, kind: str) -> MatValue:
        if kind not in _TYPES:
            return _unknown(kind)
        if item.dtype.names is not None:
            return MatUnsupported(matlab_class="complex", reason="complex numbers", shape=item.shape[::-1])
        if item.dtype.kind not in "biuf":
            return MatUnsupported(matlab_class=kind, reason=f"values stored as {item.dtype}")
        return self._array(item).astype(_TYPES[kind], copy=False)

    def _empty(self, item: h5py.Dataset, kind: str) -> MatValue:
        shape = tuple(int(length) for length in self._array(item).ravel())
        if kind == _NEVER_FILLED:
            return np.zeros((0, 0))
        if kind == "struct":
            self._bounds.count(math.prod(shape))
            return struct_value(shape, _field_names(item))
        if math.prod(shape) or len(shape) < 2:
            raise ValueError(f"an empty {kind} of size {shape}")
        if kind == "char":
            return self._texts.leaf(StoredChars(shape=shape, storage="16-bit", units=np.zeros(0, dtype=np.uint16)))
        if kind == "cell":
            return MatCell(shape=shape, items=())
        return np.zeros(shape, dtype=_TYPES[kind]) if kind in _TYPES else _unknown(kind, shape)

    def _sparse(self, group: h5py.Group, kind: str) -> MatValue:
        """A sparse matrix: its number of rows is an attribute; rows and values are there where it has any."""
        starts = self._array(_own(group, "jc")).ravel().astype(np.int64)
        shape = (int(group.attrs["MATLAB_sparse"]), starts.size - 1)
        rows, values = np.zeros(0, dtype=np.int64), np.zeros(0)
        if "data" in group:
            data = _own(group, "data")
            if data.dtype.names is not None:
                return MatUnsupported(matlab_class="complex", reason="complex numbers", shape=shape)
            rows, values = self._array(_own(group, "ir")).ravel(), self._array(data).ravel()
        count = int(starts[-1])
        if min(rows.size, values.size) < count or (np.diff(starts) < 0).any():
            raise ValueError(f"the arrays of a sparse matrix of size {shape} do not fit together")
        return MatSparse(
            shape=shape,
            row_index=rows[:count].astype(np.int64),
            column_start=starts,
            values=values[:count].astype(_TYPES.get(kind, np.float64)),
        )

    def _meet(self, item: h5py.Group | h5py.Dataset) -> None:
        self._bounds.meet(int(h5py.h5o.get_info(item.id).addr))


def _own(group: h5py.Group, name: str) -> Any:
    """A member that lies in this file."""
    if not isinstance(group.get(name, getlink=True), h5py.HardLink):
        raise ValueError(f"{name} is no object of this file")
    return _checked(group[name])


def _checked(item: Any) -> h5py.Group | h5py.Dataset:
    if not isinstance(item, h5py.Group | h5py.Dataset):
        raise ValueError("a data type in the place of a value")
    return item


def _class(item: h5py.Group | h5py.Dataset) -> str:
    """MATLAB's class; a group without one is a struct, a data set without one holds references."""
    noted = item.attrs.get("MATLAB_class", b"struct" if isinstance(item, h5py.Group) else b"")
    return noted.decode() if isinstance(noted, bytes) else str(noted)


def _is_references(item: h5py.Dataset) -> bool:
    return h5py.check_ref_dtype(item.dtype) is h5py.Reference


def _is_column(item: h5py.Group | h5py.Dataset) -> bool:
    """Whether a member of a struct holds the field of all elements of a struct array."""
    return isinstance(item, h5py.Dataset) and "MATLAB_class" not in item.attrs and _is_references(item)


def _field_names(item: h5py.Group | h5py.Dataset) -> tuple[str, ...]:
    """In MATLAB's order, where the attribute MATLAB_fields has it, a list of letters for each."""
    listed = item.attrs.get("MATLAB_fields")
    if listed is None:
        return tuple(item) if isinstance(item, h5py.Group) else ()
    return tuple(b"".join(np.atleast_1d(letters).tolist()).decode() for letters in listed)


def _unknown(kind: str, shape: tuple[int, ...] = (1, 1)) -> MatUnsupported:
    return MatUnsupported(matlab_class=kind, reason="an unknown class", shape=shape)

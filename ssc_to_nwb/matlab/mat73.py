"""MATLAB files of format 7.3, which are HDF5, read with h5py.

MATLAB marks every object with the attribute MATLAB_class, stores arrays transposed, cells as data sets of object
references, the fields of struct arrays likewise, and marks empties with MATLAB_empty (the data are then the size).
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb.matlab.text import Storage, StoredChars, TextReader
from ssc_to_nwb.matlab.tree import (
    MatCell,
    MatSparse,
    MatStruct,
    MatStructArray,
    MatUnsupported,
    MatValue,
)
from ssc_to_nwb.problems import mat_kinds as kinds
from ssc_to_nwb.problems.model import error

if TYPE_CHECKING:
    import h5py

# The class of the one object that every cell which was never filled refers to.
_NEVER_FILLED = "canonical empty"
_NUMBER_TYPES = {
    "double": "f8", "single": "f4", "logical": "?", "int8": "i1", "uint8": "u1", "int16": "i2", "uint16": "u2",
    "int32": "i4", "uint32": "u4", "int64": "i8", "uint64": "u8",
}  # fmt: skip
_CHAR_STORAGE: dict[str, Storage] = {"u1": "8-bit", "u2": "16-bit", "u4": "utf-32"}
_MOST_WITHOUT_BYTES = 1 << 20
_DAMAGE = (OSError, RuntimeError, KeyError, ValueError, TypeError, OverflowError, MemoryError)


def read_mat73(path: Path, *, texts: TextReader) -> dict[str, MatValue]:
    """All variables of a format 7.3 file, in the same terms as `read_mat5` gives them.

    texts: decodes the char arrays. Raises mat-unreadable on a damaged file, and where data lie in another file.
    """
    import h5py

    place = _Place()
    try:
        with h5py.File(path, "r") as file:
            reader = _Reader(file, texts=texts, place=place)
            return {name: reader.member(file, name, field=name) for name in file if not name.startswith("#")}
    except _DAMAGE as damage:
        raise error(
            kinds.MAT_UNREADABLE,
            file=path,
            field=place.field or None,
            expected="a MATLAB file of format 7.3 (HDF5)",
            found=f"{type(damage).__name__}: {damage}",
        ) from damage


class _Place:
    """The field that is being read, for the message where that fails."""

    field: str = ""


class _Reader:
    """Reads the objects of one file."""

    def __init__(self, file: h5py.File, *, texts: TextReader, place: _Place) -> None:
        self._file = file
        self._texts = texts
        self._place = place

    def member(self, group: h5py.Group, name: str, *, field: str) -> MatValue:
        """A member of a group. Raises ValueError where the member lies in another file."""
        return self._value(_own_member(group, name), field=field)

    def _value(self, item: h5py.Group | h5py.Dataset, *, field: str) -> MatValue:
        import h5py

        self._place.field = field
        matlab_class = _matlab_class(item)
        if "MATLAB_object_decode" in item.attrs or matlab_class == "function_handle":
            reason = "a function handle" if matlab_class == "function_handle" else "an object"
            return MatUnsupported(matlab_class=matlab_class, reason=reason)
        if isinstance(item, h5py.Group):
            if "MATLAB_sparse" in item.attrs:
                return _sparse(item, matlab_class)
            if matlab_class == "struct":
                return self._struct(item, field=field)
            return MatUnsupported(matlab_class=matlab_class, reason="a class that nobody knows")
        _check_own_data(item)
        if item.attrs.get("MATLAB_empty", 0):
            return self._empty(item, matlab_class)
        if matlab_class in ("cell", "") and _holds_references(item):
            return self._cell(item, field=field)
        if matlab_class == "char":
            return self._char(item)
        return _numbers(item, matlab_class or "double")

    def _struct(self, group: h5py.Group, *, field: str) -> MatValue:
        import h5py

        columns = {name: _own_member(group, name) for name in _field_names(group)}
        # In a struct array every field is a data set of references without a class of its own.
        is_array = bool(columns) and all(
            isinstance(column, h5py.Dataset) and "MATLAB_class" not in column.attrs and _holds_references(column)
            for column in columns.values()
        )
        if not is_array:
            return MatStruct(fields={n: self._value(c, field=f"{field}.{n}") for n, c in columns.items()})
        references = {name: column[()].T for name, column in columns.items()}
        shape = next(iter(references.values())).shape
        if any(one.shape != shape for one in references.values()):
            raise ValueError("fields of a struct array that differ in size")
        elements = tuple(
            MatStruct(
                fields={
                    name: self._referred(refs.ravel(order="F")[number], field=f"{field}({number + 1}).{name}")
                    for name, refs in references.items()
                }
            )
            for number in range(math.prod(shape))
        )
        if len(elements) == 1:
            return elements[0]
        return MatStructArray(shape=shape, field_names=tuple(columns), elements=elements)

    def _referred(self, reference: h5py.Reference, *, field: str) -> MatValue:
        self._place.field = field
        return self._value(self._file[reference], field=field)

    def _cell(self, item: h5py.Dataset, *, field: str) -> MatCell:
        references = item[()].T
        items = tuple(
            self._referred(reference, field=f"{field}{{{number}}}")
            for number, reference in enumerate(references.ravel(order="F"), start=1)
        )
        return MatCell(shape=references.shape, items=items)

    def _char(self, item: h5py.Dataset) -> MatValue:
        storage = _CHAR_STORAGE.get(item.dtype.str[1:])
        if storage is None:
            return MatUnsupported(matlab_class="char", reason=f"characters stored as {item.dtype}")
        codes = item[()].T
        units = codes.reshape(-1, order="F").astype(codes.dtype.newbyteorder("="))
        return self._texts.read(StoredChars(shape=_matlab_size(codes), storage=storage, units=units))

    def _empty(self, item: h5py.Dataset, matlab_class: str) -> MatValue:
        shape = tuple(int(length) for length in item[()].ravel())
        if matlab_class == _NEVER_FILLED:
            return np.zeros((0, 0))
        if matlab_class == "struct":
            return _empty_struct(shape, field_names=_field_names(item))
        if 0 not in shape or len(shape) < 2:
            raise ValueError(f"an empty {matlab_class} of size {shape}")
        if matlab_class == "char":
            return self._texts.read(StoredChars(shape=shape, storage="16-bit", units=np.zeros(0, dtype=np.uint16)))
        if matlab_class == "cell":
            return MatCell(shape=shape, items=())
        if matlab_class not in _NUMBER_TYPES:
            return MatUnsupported(matlab_class=matlab_class, reason="a class that nobody knows", shape=shape)
        return np.zeros(shape, dtype=_NUMBER_TYPES[matlab_class])


def _own_member(group: h5py.Group, name: str) -> h5py.Group | h5py.Dataset:
    import h5py

    if isinstance(group.get(name, getlink=True), h5py.ExternalLink):
        raise ValueError(f"{name} is a link into another file")
    return group[name]


def _holds_references(item: h5py.Dataset) -> bool:
    import h5py

    return h5py.check_ref_dtype(item.dtype) is h5py.Reference


def _check_own_data(item: h5py.Dataset) -> None:
    if item.external or item.is_virtual:
        raise ValueError("the numbers of the array lie in another file")


def _matlab_class(item: h5py.Group | h5py.Dataset) -> str:
    """The class that MATLAB notes; '' for an array without one, which MATLAB itself writes for references alone."""
    name = item.attrs.get("MATLAB_class", b"" if hasattr(item, "dtype") else b"struct")
    return name.decode() if isinstance(name, bytes) else str(name)


def _field_names(item: h5py.Group | h5py.Dataset) -> tuple[str, ...]:
    """Field names in MATLAB's order, which the attribute MATLAB_fields keeps as arrays of characters."""
    listed = item.attrs.get("MATLAB_fields")
    if listed is not None:
        return tuple(b"".join(np.atleast_1d(letters).tolist()).decode() for letters in listed)
    return tuple(item) if hasattr(item, "keys") else ()


def _empty_struct(shape: tuple[int, ...], *, field_names: tuple[str, ...]) -> MatValue:
    """A struct array without elements, or without fields: neither has data."""
    count = math.prod(shape)
    if count and (field_names or count > _MOST_WITHOUT_BYTES):
        raise ValueError(f"a struct array of size {shape} without data")
    if shape == (1, 1):
        return MatStruct(fields={})
    return MatStructArray(shape=shape, field_names=field_names, elements=(MatStruct(fields={}),) * count)


def _matlab_size(array: np.ndarray) -> tuple[int, ...]:
    return array.shape if array.ndim >= 2 else (1, array.size)


def _numbers(item: h5py.Dataset, matlab_class: str) -> MatValue:
    if matlab_class not in _NUMBER_TYPES:
        return MatUnsupported(matlab_class=matlab_class, reason="a class that nobody knows")
    if item.dtype.names is not None:
        return MatUnsupported(matlab_class="complex", reason="complex numbers", shape=item.shape[::-1])
    if item.dtype.kind not in "biuf":
        return MatUnsupported(matlab_class=matlab_class, reason=f"values stored as {item.dtype}")
    array = np.asarray(item[()]).T
    return array.reshape(_matlab_size(array)).astype(_NUMBER_TYPES[matlab_class], copy=False)


def _sparse(group: h5py.Group, matlab_class: str) -> MatValue:
    """A sparse matrix: its rows stand in an attribute, its values in up to three arrays."""
    starts = _own_member(group, "jc")[()]
    shape = (int(group.attrs["MATLAB_sparse"]), starts.size - 1)
    rows = values = np.zeros(0)
    if "data" in group:
        data, indices = _own_member(group, "data"), _own_member(group, "ir")
        for part in (data, indices):
            _check_own_data(part)
        if data.dtype.names is not None:
            return MatUnsupported(matlab_class="complex", reason="complex numbers", shape=shape)
        rows, values = indices[()], data[()]
    values = values.astype(_NUMBER_TYPES.get(matlab_class, "f8"))
    return MatSparse.from_columns(shape, row_index=rows, column_start=starts, values=values)

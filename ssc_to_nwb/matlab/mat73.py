"""MATLAB files of format 7.3, which are HDF5, read with h5py.

MATLAB marks every object with the attribute MATLAB_class, stores arrays transposed, cells as data sets of object
references, the fields of struct arrays likewise, and marks empties with MATLAB_empty (the data are then the size).
It writes hard links alone, and all data into the file itself.
"""

from __future__ import annotations

import math
from pathlib import Path

import h5py
import numpy as np

from ssc_to_nwb.hdf5_files import place_of_values
from ssc_to_nwb.matlab.bounds import Bounds
from ssc_to_nwb.matlab.leaves import CLASS_TYPES
from ssc_to_nwb.matlab.stored_chars import Storage, StoredChars
from ssc_to_nwb.matlab.text import TextReader
from ssc_to_nwb.matlab.tree import MatCell, MatSparse, MatStruct, MatUnsupported, MatValue, struct_value

# The class of the one object that every cell which was never filled refers to.
_NEVER_FILLED = "canonical empty"
_CHAR_STORAGE: dict[str, Storage] = {"u1": "8-bit", "u2": "16-bit", "u4": "utf-32"}


def read_mat73(path: Path, *, texts: TextReader, bounds: Bounds) -> dict[str, MatValue]:
    """All variables of a format 7.3 file, in the same terms as `read_mat5` gives them.

    texts: decodes the char arrays. Raises ValueError on a file that unfolds beyond bounds, and where values lie in
    another file; what h5py raises on a damaged one.
    """
    with h5py.File(path, "r") as file:
        reader = _Reader(file, texts=texts, bounds=bounds)
        return {name: reader.variable(name) for name in file if not name.startswith("#")}


class _Reader:
    """Reads the objects of one file."""

    def __init__(self, file: h5py.File, *, texts: TextReader, bounds: Bounds) -> None:
        self._file = file
        self._texts = texts
        self._bounds = bounds

    def variable(self, name: str) -> MatValue:
        """The value of a variable. Raises ValueError where any of it lies in another file or is beyond bounds."""
        with self._bounds.within(name):
            return self._value(own_member(self._file, name))

    def _value(self, item: h5py.Group | h5py.Dataset) -> MatValue:
        matlab_class = _matlab_class(item)
        if "MATLAB_object_decode" in item.attrs or matlab_class == "function_handle":
            reason = "a function handle" if matlab_class == "function_handle" else "an object"
            return MatUnsupported(matlab_class=matlab_class, reason=reason)
        if isinstance(item, h5py.Group):
            if "MATLAB_sparse" in item.attrs:
                return self._sparse(item, matlab_class)
            if matlab_class == "struct":
                return self._struct(item)
            return MatUnsupported(matlab_class=matlab_class, reason="an unknown class")
        if item.attrs.get("MATLAB_empty", 0):
            return self._empty(item, matlab_class)
        if matlab_class in ("cell", "") and _holds_references(item):
            return self._cell(item)
        if matlab_class == "char":
            return self._char(item)
        return self._numbers(item, matlab_class or "double")

    def _stored(self, item: h5py.Dataset) -> np.ndarray:
        """What a dataset of this file stores. Raises ValueError where it lies in another, or is beyond bounds."""
        check_stored_here(item)
        if item.dtype.kind == "O" and not _holds_references(item):
            raise ValueError(f"values stored as {item.dtype}, each of a length of its own")
        self._bounds.hold(item.nbytes)
        return np.asarray(item[()])

    def _struct(self, group: h5py.Group) -> MatValue:
        self._bounds.meet(_address(group))
        columns: dict[str, h5py.Group | h5py.Dataset] = {}
        for name in _field_names(group):
            with self._bounds.within(f".{name}"):
                columns[name] = own_member(group, name)
        self._bounds.count(len(columns))
        # In a struct array every field is a data set of references without a class of its own.
        if columns and all(
            isinstance(column, h5py.Dataset) and "MATLAB_class" not in column.attrs and _holds_references(column)
            for column in columns.values()
        ):
            return self._struct_array(columns)
        fields: dict[str, MatValue] = {}
        for name, column in columns.items():
            with self._bounds.within(f".{name}"):
                fields[name] = self._value(column)
        return MatStruct(fields=fields)

    def _struct_array(self, columns: dict[str, h5py.Dataset]) -> MatValue:
        references: dict[str, np.ndarray] = {}
        for name, column in columns.items():
            with self._bounds.within(f".{name}"):
                references[name] = self._stored(column).T
        shape, *others = {one.shape for one in references.values()}
        if others:
            raise ValueError("fields of a struct array that differ in size")
        self._bounds.count(math.prod(shape) * len(columns))
        records = zip(*(one.ravel(order="F") for one in references.values()), strict=True)
        elements = tuple(
            MatStruct(
                fields={
                    name: self._referred(f"({place}).{name}", one) for name, one in zip(columns, record, strict=True)
                }
            )
            for place, record in enumerate(records, start=1)
        )
        return struct_value(shape, tuple(columns), elements)

    def _referred(self, part: str, reference: h5py.Reference) -> MatValue:
        with self._bounds.within(part):
            return self._value(referred(self._file, reference))

    def _cell(self, item: h5py.Dataset) -> MatCell:
        self._bounds.meet(_address(item))
        references = self._stored(item).T
        self._bounds.count(references.size)
        places = enumerate(references.ravel(order="F"), start=1)
        items = tuple(self._referred(f"{{{place}}}", reference) for place, reference in places)
        return MatCell(shape=references.shape, items=items)

    def _char(self, item: h5py.Dataset) -> MatValue:
        storage = _CHAR_STORAGE.get(item.dtype.str[1:])
        if storage is None:
            return MatUnsupported(matlab_class="char", reason=f"characters stored as {item.dtype}")
        codes = self._stored(item).T
        units = codes.reshape(-1, order="F").astype(codes.dtype.newbyteorder("="))
        return self._texts.read(StoredChars(shape=_matlab_size(codes), storage=storage, units=units))

    def _empty(self, item: h5py.Dataset, matlab_class: str) -> MatValue:
        shape = tuple(int(length) for length in self._stored(item).ravel())
        if matlab_class == _NEVER_FILLED:
            return np.zeros((0, 0))
        if matlab_class == "struct":
            self._bounds.count(math.prod(shape))
            return struct_value(shape, _field_names(item))
        if 0 not in shape or len(shape) < 2:
            raise ValueError(f"an empty {matlab_class} of size {shape}")
        if matlab_class == "char":
            return self._texts.read(StoredChars(shape=shape, storage="16-bit", units=np.zeros(0, dtype=np.uint16)))
        if matlab_class == "cell":
            return MatCell(shape=shape, items=())
        if matlab_class not in CLASS_TYPES:
            return MatUnsupported(matlab_class=matlab_class, reason="an unknown class", shape=shape)
        return np.zeros(shape, dtype=CLASS_TYPES[matlab_class])

    def _numbers(self, item: h5py.Dataset, matlab_class: str) -> MatValue:
        if matlab_class not in CLASS_TYPES:
            return MatUnsupported(matlab_class=matlab_class, reason="an unknown class")
        if item.dtype.names is not None:
            return MatUnsupported(matlab_class="complex", reason="complex numbers", shape=item.shape[::-1])
        if item.dtype.kind not in "biuf":
            return MatUnsupported(matlab_class=matlab_class, reason=f"values stored as {item.dtype}")
        array = self._stored(item).T
        return array.reshape(_matlab_size(array)).astype(CLASS_TYPES[matlab_class], copy=False)

    def _sparse(self, group: h5py.Group, matlab_class: str) -> MatValue:
        """A sparse matrix: the number of its rows is an attribute, its values are in up to three arrays."""
        starts = self._stored(own_member(group, "jc"))
        shape = (int(group.attrs["MATLAB_sparse"]), starts.size - 1)
        rows = values = np.zeros(0)
        if "data" in group:
            data = own_member(group, "data")
            if data.dtype.names is not None:
                return MatUnsupported(matlab_class="complex", reason="complex numbers", shape=shape)
            rows, values = self._stored(own_member(group, "ir")), self._stored(data)
        values = values.astype(CLASS_TYPES.get(matlab_class, "f8"))
        return MatSparse.from_columns(shape, row_index=rows, column_start=starts, values=values)


def own_member(group: h5py.Group, name: str) -> h5py.Group | h5py.Dataset:
    """A member of a group, which lies in the same file. Raises ValueError where only a link is there."""
    if not isinstance(group.get(name, getlink=True), h5py.HardLink):
        raise ValueError(f"{name} is a link, which may lead into another file")
    return _object(group[name])


def referred(file: h5py.File, reference: h5py.Reference) -> h5py.Group | h5py.Dataset:
    """What a reference leads to. Raises ValueError where that is no array and no group."""
    return _object(file[reference])


def check_stored_here(item: h5py.Dataset) -> None:
    """See that the values of an array lie in its file. Raises ValueError."""
    elsewhere = place_of_values(item)
    if elsewhere is not None:
        raise ValueError(f"the values of the array are in another file ({elsewhere})")


def _object(item: h5py.Group | h5py.Dataset | h5py.Datatype) -> h5py.Group | h5py.Dataset:
    if isinstance(item, h5py.Datatype):
        raise ValueError("a data type in the place of a value")
    return item


def _address(item: h5py.Group | h5py.Dataset) -> int:
    return int(h5py.h5o.get_info(item.id).addr)


def _holds_references(item: h5py.Dataset) -> bool:
    return h5py.check_ref_dtype(item.dtype) is h5py.Reference


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


def _matlab_size(array: np.ndarray) -> tuple[int, ...]:
    return array.shape if array.ndim >= 2 else (1, array.size)

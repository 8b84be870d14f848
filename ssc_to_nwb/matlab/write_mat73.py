"""Writes MATLAB files of format 7.3 from the tree: HDF5 behind a 512-byte MATLAB header.

The layout is MATLAB's own: every variable has the attribute `MATLAB_class`; arrays are stored transposed; structs are
groups, struct arrays groups of reference datasets, cells datasets of references into `#refs#`; chars are uint16 with
`MATLAB_int_decode` 2; an empty array is a dataset of its sizes with `MATLAB_empty` 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import singledispatch
from pathlib import Path
from typing import Any

import numpy as np

from ssc_to_nwb.matlab.leaves import CLASS_TYPES, matlab_class
from ssc_to_nwb.matlab.text import utf16_units
from ssc_to_nwb.matlab.tree import MatCell, MatChar, MatSparse, MatStruct, MatStructArray, MatValue

REFERENCES = "#refs#"
_HEADER_TEXT = b"MATLAB 7.3 MAT-file, Platform: GLNXA64, Created by: ssc-to-nwb HDF5 schema 1.00 ."
_USERBLOCK_BYTES = 512
_COMPRESS_FROM_BYTES = 4096


def write_mat73(path: Path, *, variables: Mapping[str, MatValue]) -> None:
    """Write `variables` to `path`. Raises ValueError for a value that cannot be written, OSError."""
    import h5py

    with h5py.File(path, "w", userblock_size=_USERBLOCK_BYTES) as file:
        for name, value in variables.items():
            _put_named(value, file, name)
    with path.open("r+b") as stream:
        stream.write(_HEADER_TEXT.ljust(116, b" ") + bytes(8) + b"\x00\x02IM")


def _put_named(value: MatValue, group: Any, name: str) -> None:
    if "/" in name or name in ("", "."):
        raise ValueError(f"{name!r} is no name for a variable or a field")
    put(value, group, name)


@singledispatch
def put(value: MatValue, group: Any, name: str) -> Any:  # noqa: ARG001
    """Write a value as `name` into a group, by what it is; the HDF5 object made."""
    raise ValueError(f"a value of class {matlab_class(value)} cannot be written")


@put.register
def _(value: MatStruct, group: Any, name: str) -> Any:
    made = described(group.create_group(name), "struct")
    for field, content in value.fields.items():
        _put_named(content, made, field)
    return _with_fields(made, value.fields)


@put.register
def _(value: MatStructArray, group: Any, name: str) -> Any:
    if value.shape == (1, 1):
        return put(value.elements[0], group, name)
    if not value.elements or not value.field_names:
        return _with_fields(put_empty(group, name, value.shape, "struct"), value.field_names)
    made = described(group.create_group(name), "struct")
    for field in value.field_names:
        _put_references([one.fields[field] for one in value.elements], made, field, value.shape)
    return _with_fields(made, value.field_names)


@put.register
def _(value: MatCell, group: Any, name: str) -> Any:
    if not value.items:
        return put_empty(group, name, value.shape, "cell")
    return described(_put_references(value.items, group, name, value.shape), "cell")


@put.register
def _(value: str | MatChar, group: Any, name: str) -> Any:
    return put_chars(group, name, utf16_units(value))


@put.register
def _(value: MatSparse, group: Any, name: str) -> Any:
    made = described(group.create_group(name), matlab_class(value.values))
    made.attrs["MATLAB_sparse"] = np.uint64(value.shape[0])
    made["jc"] = value.column_start.astype(np.uint64)
    if value.values.size:
        made["ir"] = value.row_index.astype(np.uint64)
        made["data"] = _storable(value.values)
    return made


@put.register
def _(value: np.ndarray, group: Any, name: str) -> Any:
    kind = matlab_class(value)
    if value.dtype.kind == "c" or kind not in CLASS_TYPES or value.ndim < 2:
        raise ValueError(f"an array of {value.ndim} dimensions and {value.dtype} cannot be written")
    if value.size == 0:
        return put_empty(group, name, value.shape, kind)
    made = put_array(group, name, _storable(value), kind)
    if kind == "logical":
        made.attrs["MATLAB_int_decode"] = np.int32(1)
    return made


def put_chars(group: Any, name: str, units: np.ndarray) -> Any:
    """Write a char array from its characters, uint16 in MATLAB's size of it."""
    if units.size:
        made = described(group.create_dataset(name, data=units.T), "char")
    else:
        made = put_empty(group, name, units.shape, "char")
    made.attrs["MATLAB_int_decode"] = np.int32(2)
    return made


def put_empty(group: Any, name: str, shape: tuple[int, ...], kind: str) -> Any:
    """Write an empty array of a class: its size alone."""
    made = described(group.create_dataset(name, data=np.array(shape, dtype=np.uint64)), kind)
    made.attrs["MATLAB_empty"] = np.uint8(1)
    return made


def put_array(group: Any, name: str, stored: np.ndarray, kind: str) -> Any:
    """Write numbers as they are, transposed, under a class."""
    is_large = stored.nbytes >= _COMPRESS_FROM_BYTES
    options = {"compression": "gzip", "compression_opts": 3} if is_large else {}
    return described(group.create_dataset(name, data=stored.T, **options), kind)


def described(made: Any, kind: str) -> Any:
    """Note the class of an HDF5 object; the object."""
    made.attrs["MATLAB_class"] = np.bytes_(kind)
    return made


def _put_references(values: Iterable[MatValue], group: Any, name: str, shape: tuple[int, ...]) -> Any:
    """Write values into `#refs#`, under running names, and a dataset of references to them."""
    import h5py

    # It has its name before what it refers to is given names.
    made = group.create_dataset(name, shape=shape[::-1], dtype=h5py.ref_dtype)
    store = group.file.require_group(REFERENCES)
    references = [put(value, store, f"r{len(store) + 1:06d}").ref for value in values]
    made[...] = np.array(references, dtype=h5py.ref_dtype).reshape(made.shape)
    return made


def _storable(array: np.ndarray) -> np.ndarray:
    return array.astype(np.uint8) if array.dtype == np.bool_ else array


def _with_fields(made: Any, names: Iterable[str]) -> Any:
    """Note the order of the fields, which HDF5 does not keep; as in MATLAB, a list of lists of characters."""
    import h5py

    names = tuple(names)
    letters = np.empty(len(names), dtype=object)
    letters[:] = [np.frombuffer(name.encode(), dtype="S1") for name in names]
    made.attrs.create("MATLAB_fields", letters, dtype=h5py.vlen_dtype(np.dtype("S1")))
    return made

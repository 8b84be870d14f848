"""Writes MATLAB 7.3 files: HDF5 behind a 512-byte MATLAB header.

The layout is MATLAB's own: every variable bears `MATLAB_class`; arrays are stored transposed; structs are groups,
struct arrays groups of reference datasets, cells datasets of references into `#refs#`; chars are uint16 with
`MATLAB_int_decode` 2; an empty array is a dataset of its sizes with `MATLAB_empty` 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ssc_to_nwb.testing.matlab import (
    NEVER_FILLED,
    Cell,
    Chars,
    Handle,
    MatValue,
    Sparse,
    StructArray,
    as_array,
)

_HEADER_TEXT = "MATLAB 7.3 MAT-file, Platform: GLNXA64, Created on: Fri Mar  8 12:00:00 2013 HDF5 schema 1.00 ."
_USERBLOCK = 512
_CLASS_OF = {"f8": "double", "f4": "single", "b1": "logical"}
_COMPRESS_FROM_BYTES = 4096


def write_mat73(*, path: Path, variables: Mapping[str, MatValue], compressed: bool = True) -> None:
    """Write `variables` to `path`."""
    import h5py

    with h5py.File(path, "w", userblock_size=_USERBLOCK) as file:
        writer = _Writer(file, compressed=compressed)
        for name, value in variables.items():
            writer.put(file, name, value)
    with path.open("r+b") as stream:
        stream.write(_HEADER_TEXT.encode().ljust(116, b" ") + bytes(8) + b"\x00\x02IM")


class _Writer:
    """Puts values into groups; what a reference points to gets a running name in `#refs#`."""

    def __init__(self, file: Any, *, compressed: bool) -> None:
        self._file = file
        self._compressed = compressed
        self._n_references = 0

    def put(self, group: Any, name: str, value: MatValue) -> Any:
        """Write `value` as `name` into `group`; the HDF5 object made."""
        if value is NEVER_FILLED:
            # Only places in cells and struct arrays share one object for it.
            return self._empty(group, name, (0, 0), "double")
        if isinstance(value, Mapping):
            return self._struct(group, name, value)
        if isinstance(value, StructArray):
            return self._struct_array(group, name, value)
        if isinstance(value, Cell):
            if len(value) == 0:
                return self._empty(group, name, value.shape, "cell")
            return self._described(self._references(group, name, value.items, value.shape), "cell")
        if isinstance(value, str):
            codes = np.frombuffer(value.encode("utf-16-le"), dtype=np.uint16)
            return self._char(group, name, codes, shape=(1, codes.size) if value else (0, 0))
        if isinstance(value, Chars):
            return self._char(group, name, np.array(value.units, dtype=np.uint16), shape=value.shape)
        if isinstance(value, Handle):
            made = self._described(group.create_dataset(name, data=np.zeros((1, 6), np.uint32)), value.matlab_class)
            made.attrs["MATLAB_object_decode"] = np.int32(3)
            return made
        if isinstance(value, Sparse):
            return self._sparse(group, name, value)
        return self._numeric(group, name, as_array(value))

    def _struct(self, group: Any, name: str, value: Mapping[str, MatValue]) -> Any:
        made = self._described(group.create_group(name), "struct")
        for field, content in value.items():
            self.put(made, field, content)
        self._name_fields(made, value)
        return made

    def _struct_array(self, group: Any, name: str, value: StructArray) -> Any:
        if len(value) == 1:
            return self._struct(group, name, value[0])
        if len(value) == 0 or not value.field_names:
            made = self._empty(group, name, value.shape, "struct")
            self._name_fields(made, value.field_names)
            return made
        made = self._described(group.create_group(name), "struct")
        for field in value.field_names:
            self._references(made, field, [element[field] for element in value], value.shape)
        self._name_fields(made, value.field_names)
        return made

    def _references(self, group: Any, name: str, items: Iterable[MatValue], shape: tuple[int, int]) -> Any:
        import h5py

        references = np.array([self._refer(item) for item in items], dtype=h5py.ref_dtype)
        return group.create_dataset(name, data=references.reshape(shape[::-1]), dtype=h5py.ref_dtype)

    def _refer(self, value: MatValue) -> Any:
        store = self._file.require_group("#refs#")
        if value is NEVER_FILLED:
            if "a" not in store:
                self._empty(store, "a", (0, 0), "canonical empty")
            return store["a"].ref
        self._n_references += 1
        return self.put(store, f"r{self._n_references:06d}", value).ref

    def _char(self, group: Any, name: str, codes: np.ndarray, *, shape: tuple[int, ...]) -> Any:
        if not codes.size:
            made = self._empty(group, name, shape, "char")
        else:
            made = self._described(group.create_dataset(name, data=codes.reshape(shape[::-1])), "char")
        made.attrs["MATLAB_int_decode"] = np.int32(2)
        return made

    def _sparse(self, group: Any, name: str, value: Sparse) -> Any:
        kind = _CLASS_OF.get(value.values.dtype.str[1:], value.values.dtype.name)
        made = self._described(group.create_group(name), kind)
        made.attrs["MATLAB_sparse"] = np.uint64(value.shape[0])
        made["jc"] = value.starts.astype(np.uint64)
        if value.values.size:
            made["ir"] = value.rows.astype(np.uint64)
            made["data"] = value.values.astype(np.uint8) if kind == "logical" else value.values
        return made

    def _numeric(self, group: Any, name: str, array: np.ndarray) -> Any:
        code = array.dtype.str[1:]
        kind = _CLASS_OF.get(code, array.dtype.name)
        if array.size == 0:
            return self._empty(group, name, array.shape, kind)
        stored = array.astype(np.uint8) if kind == "logical" else array
        if array.dtype.kind == "c":
            kind = "double"
            stored = np.zeros(array.shape, dtype=[("real", "f8"), ("imag", "f8")])
            stored["real"], stored["imag"] = array.real, array.imag
        options: dict[str, object] = {}
        if self._compressed and stored.nbytes >= _COMPRESS_FROM_BYTES:
            options = {"compression": "gzip", "compression_opts": 3}
        made = self._described(group.create_dataset(name, data=stored.T, **options), kind)
        if kind == "logical":
            made.attrs["MATLAB_int_decode"] = np.int32(1)
        return made

    def _empty(self, group: Any, name: str, shape: tuple[int, ...], kind: str) -> Any:
        made = self._described(group.create_dataset(name, data=np.array(shape, dtype=np.uint64)), kind)
        made.attrs["MATLAB_empty"] = np.uint8(1)
        return made

    @staticmethod
    def _described(made: Any, kind: str) -> Any:
        made.attrs["MATLAB_class"] = np.bytes_(kind)
        return made

    @staticmethod
    def _name_fields(made: Any, names: Iterable[str]) -> None:
        """The order of the fields, which HDF5 does not keep; as in MATLAB, a list of lists of characters."""
        import h5py

        names = tuple(names)
        letters = np.empty(len(names), dtype=object)
        letters[:] = [np.array([letter.encode() for letter in name], dtype="S1") for name in names]
        made.attrs.create("MATLAB_fields", letters, dtype=h5py.vlen_dtype(np.dtype("S1")))

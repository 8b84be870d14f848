"""Writes MATLAB files of format 7.3 from the tree: HDF5 behind a 512-byte MATLAB header.

The layout is MATLAB's own: every variable has the attribute `MATLAB_class`; arrays are stored transposed; structs are
groups, struct arrays groups of reference datasets, cells datasets of references into `#refs#`; chars are uint16 with
`MATLAB_int_decode` 2; an empty array is a dataset of its sizes with `MATLAB_empty` 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ssc_to_nwb.matlab.leaves import CLASS_TYPES, matlab_class
from ssc_to_nwb.matlab.text import utf16_units
from ssc_to_nwb.matlab.tree import MatCell, MatChar, MatSparse, MatStruct, MatStructArray, MatUnsupported, MatValue

_HEADER_TEXT = "MATLAB 7.3 MAT-file, Platform: GLNXA64, Created by: ssc-to-nwb HDF5 schema 1.00 ."
_USERBLOCK_BYTES = 512
_COMPRESS_FROM_BYTES = 4096


class Mat73Writer:
    """Puts values into groups; what a reference points to gets a running name in `#refs#`.

    What else a value may be, a subclass says (`put`, `refer`). header_text: ASCII, of up to 116 characters; compressed:
    whether large arrays are.
    """

    def __init__(self, *, header_text: str = _HEADER_TEXT, compressed: bool = True) -> None:
        self._header_text = header_text
        self._compressed = compressed
        self._reference_count = 0
        self._file: Any = None

    def write(self, path: Path, *, variables: Mapping[str, MatValue]) -> None:
        """Write `variables` to `path`. Raises ValueError for a value that cannot be written, OSError."""
        import h5py

        with h5py.File(path, "w", userblock_size=_USERBLOCK_BYTES) as self._file:
            for name, value in variables.items():
                self.put(self._file, name, value)
        with path.open("r+b") as stream:
            stream.write(self._header_text.encode("ascii").ljust(116, b" ") + bytes(8) + b"\x00\x02IM")

    def put(self, group: Any, name: str, value: MatValue) -> Any:
        """Write `value` as `name` into `group`; the HDF5 object made."""
        if "/" in name or name in ("", "."):
            raise ValueError(f"{name!r} is no name for a variable or a field")
        if isinstance(value, MatStruct):
            return self._struct(group, name, value)
        if isinstance(value, MatStructArray):
            return self._struct_array(group, name, value)
        if isinstance(value, MatCell):
            if not value.items:
                return self.put_empty(group, name, value.shape, "cell")
            return described(self._references(group, name, value.items, value.shape), "cell")
        if isinstance(value, str | MatChar):
            return self.put_chars(group, name, utf16_units(value))
        if isinstance(value, MatSparse):
            return self._sparse(group, name, value)
        if isinstance(value, MatUnsupported):
            raise ValueError(f"a value of class {value.matlab_class} cannot be written")
        return self._numbers(group, name, value)

    def refer(self, value: MatValue) -> Any:
        """Write `value` into `#refs#`; a reference to it."""
        self._reference_count += 1
        return self.put(self.references, f"r{self._reference_count:06d}", value).ref

    @property
    def references(self) -> Any:
        """The group of what references point to."""
        return self._file.require_group("#refs#")

    def put_chars(self, group: Any, name: str, units: np.ndarray) -> Any:
        """Write a char array from its characters, uint16 in MATLAB's size of it."""
        if units.size:
            made = described(group.create_dataset(name, data=units.T), "char")
        else:
            made = self.put_empty(group, name, units.shape, "char")
        made.attrs["MATLAB_int_decode"] = np.int32(2)
        return made

    def put_empty(self, group: Any, name: str, shape: tuple[int, ...], kind: str) -> Any:
        """Write an empty array of a class: its size alone."""
        made = described(group.create_dataset(name, data=np.array(shape, dtype=np.uint64)), kind)
        made.attrs["MATLAB_empty"] = np.uint8(1)
        return made

    def put_array(self, group: Any, name: str, stored: np.ndarray, kind: str) -> Any:
        """Write numbers as they are, transposed, under a class."""
        options: dict[str, object] = {}
        if self._compressed and stored.nbytes >= _COMPRESS_FROM_BYTES:
            options = {"compression": "gzip", "compression_opts": 3}
        return described(group.create_dataset(name, data=stored.T, **options), kind)

    def _struct(self, group: Any, name: str, value: MatStruct) -> Any:
        made = described(group.create_group(name), "struct")
        for field, content in value.fields.items():
            self.put(made, field, content)
        _name_fields(made, value.fields)
        return made

    def _struct_array(self, group: Any, name: str, value: MatStructArray) -> Any:
        if value.shape == (1, 1):
            return self._struct(group, name, value.elements[0])
        if not value.elements or not value.field_names:
            made = self.put_empty(group, name, value.shape, "struct")
        else:
            made = described(group.create_group(name), "struct")
            for field in value.field_names:
                self._references(made, field, [one.fields[field] for one in value.elements], value.shape)
        _name_fields(made, value.field_names)
        return made

    def _references(self, group: Any, name: str, items: Iterable[MatValue], shape: tuple[int, ...]) -> Any:
        import h5py

        references = np.array([self.refer(item) for item in items], dtype=h5py.ref_dtype)
        return group.create_dataset(name, data=references.reshape(shape[::-1]), dtype=h5py.ref_dtype)

    def _sparse(self, group: Any, name: str, value: MatSparse) -> Any:
        kind = matlab_class(value.values)
        made = described(group.create_group(name), kind)
        made.attrs["MATLAB_sparse"] = np.uint64(value.shape[0])
        made["jc"] = value.column_start.astype(np.uint64)
        if value.values.size:
            made["ir"] = value.row_index.astype(np.uint64)
            made["data"] = value.values.astype(np.uint8) if kind == "logical" else value.values
        return made

    def _numbers(self, group: Any, name: str, array: np.ndarray) -> Any:
        kind = matlab_class(array)
        if array.dtype.kind == "c" or kind not in CLASS_TYPES or array.ndim < 2:
            raise ValueError(f"an array of {array.ndim} dimensions and {array.dtype} cannot be written")
        if array.size == 0:
            return self.put_empty(group, name, array.shape, kind)
        made = self.put_array(group, name, array.astype(np.uint8) if kind == "logical" else array, kind)
        if kind == "logical":
            made.attrs["MATLAB_int_decode"] = np.int32(1)
        return made


def described(made: Any, kind: str) -> Any:
    """Note the class of an HDF5 object; the object."""
    made.attrs["MATLAB_class"] = np.bytes_(kind)
    return made


def _name_fields(made: Any, names: Iterable[str]) -> None:
    """The order of the fields, which HDF5 does not keep; as in MATLAB, a list of lists of characters."""
    import h5py

    names = tuple(names)
    letters = np.empty(len(names), dtype=object)
    letters[:] = [np.frombuffer(name.encode(), dtype="S1") for name in names]
    made.attrs.create("MATLAB_fields", letters, dtype=h5py.vlen_dtype(np.dtype("S1")))

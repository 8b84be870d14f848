"""Reads a file with the library HDF5 1.8 that old wheels of h5py bring, called by its C functions.

    python with_hdf5_18.py FOLDER FILE PLANE

FOLDER is where h5py 2.7.1 for CPython 3.6 was unpacked: its Python part fits no Python of today, its libraries do.
"""

import ctypes
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from stored import found_in

_INTEGER, _FLOAT, _STRING = 0, 1, 3
_ALL = 0


class Library:
    """HDF5's C functions; what is below 0 is an error."""

    def __init__(self, folder: Path) -> None:
        libraries = sorted((folder / "h5py" / ".libs").iterdir(), key=lambda path: "hdf5" in path.name)
        for path in libraries:
            if "hdf5_hl" not in path.name:
                library = ctypes.CDLL(str(path), mode=ctypes.RTLD_GLOBAL)
        self._library = library

    def __getattr__(self, name: str) -> Any:
        function = getattr(self._library, name)

        def call(*arguments: Any) -> int:
            result = function(*arguments)
            if result < 0:
                raise OSError(f"{name}{arguments} failed")
            return int(result)

        return call

    def version(self) -> str:
        """`1.8.18`"""
        numbers = [ctypes.c_uint() for _ in range(3)]
        self.H5get_libversion(*map(ctypes.byref, numbers))
        return ".".join(str(number.value) for number in numbers)


class Opened:
    """A file, whose data sets are read whole."""

    def __init__(self, library: Library, path: str) -> None:
        self._library = library
        self._file = library.H5Fopen(path.encode(), 0, 0)

    def __getitem__(self, path: str) -> np.ndarray:
        call = self._library
        dataset = call.H5Dopen2(self._file, path.encode(), 0)
        space, stored = call.H5Dget_space(dataset), call.H5Dget_type(dataset)
        shape = (ctypes.c_uint64 * call.H5Sget_simple_extent_ndims(space))()
        call.H5Sget_simple_extent_dims(space, shape, None)
        kind, size = call.H5Tget_class(stored), call.H5Tget_size(stored)
        values = np.empty(tuple(shape), dtype=_dtype(kind, size, signed=kind == _INTEGER and call.H5Tget_sign(stored)))
        call.H5Dread(dataset, stored, _ALL, _ALL, 0, values.ctypes.data_as(ctypes.c_void_p))
        if kind == _STRING:
            return np.array([ctypes.string_at(int(place)) for place in values.ravel()], dtype=object).reshape(shape)
        return values


def _dtype(kind: int, size: int, *, signed: int) -> str:
    """The type of the values in memory; a text is the address of its characters."""
    letters = {_INTEGER: "i" if signed else "u", _FLOAT: "f", _STRING: "u"}
    return f"<{letters[kind]}{size}"


if __name__ == "__main__":
    folder, path, plane = sys.argv[1:]
    library = Library(Path(folder))
    print(json.dumps({"version": library.version(), **found_in(Opened(library, path), plane)}))

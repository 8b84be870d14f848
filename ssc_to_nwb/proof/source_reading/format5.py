"""Files of format 5 and 7 by `scipy.io.loadmat`, as a tree; what scipy does not say comes from a look at the file.

scipy gets what that look has inflated, which takes half the time, without its texts, which it cannot decode in every
file.
"""

from __future__ import annotations

import warnings
from io import BufferedReader
from pathlib import Path
from typing import Any

import numpy as np
from scipy.io import loadmat

from ssc_to_nwb.matlab.bounds import Bounds
from ssc_to_nwb.matlab.tree import MatCell, MatSparse, MatStruct, MatStructArray, MatUnsupported, MatValue
from ssc_to_nwb.proof.source_reading.format5_bytes import PlainFile
from ssc_to_nwb.proof.source_reading.format5_look import Look, look_at
from ssc_to_nwb.proof.source_reading.text import ProofTexts

_BUFFER_BYTES = 1 << 16


def read_format5(path: Path, *, texts: ProofTexts, bounds: Bounds) -> dict[str, MatValue]:
    """All variables by name. Raises whatever scipy raises on a file that it cannot read."""
    looks, pieces = look_at(path, texts=texts, bounds=bounds)
    named = {look.name: look for look in looks if look.name}
    if len(named) < sum(bool(look.name) for look in looks):
        raise ValueError("two variables of one name")
    wanted = [name for name, look in named.items() if not isinstance(look.unsaid.get(0), MatUnsupported)]
    loaded = _load(BufferedReader(PlainFile(pieces), _BUFFER_BYTES), wanted)
    return {
        name: _Arrays(look).value(loaded.pop(name)) if name in loaded else look.unsaid[0]
        for name, look in named.items()
    }


def _load(file: BufferedReader, names: list[str]) -> dict[str, Any]:
    """The variables in MATLAB's classes and sizes."""
    with warnings.catch_warnings():
        # Complex numbers are refused by their header.
        warnings.simplefilter("ignore", np.exceptions.ComplexWarning)
        found: dict[str, Any] = loadmat(file, variable_names=names, mat_dtype=True, chars_as_strings=False)
    return {name: found[name] for name in names}


class _Arrays:
    """The arrays of one variable, numbered as they come in the file."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._next = 0

    def value(self, found: Any) -> MatValue:
        """An array of scipy as a value of the tree."""
        number, self._next = self._next, self._next + 1
        if number in self._look.unsaid:
            return self._look.unsaid[number]
        if not isinstance(found, np.ndarray):
            return _sparse(found, is_logical=number in self._look.sparse_logical)
        if found.dtype.kind in "biuf":
            return found if found.dtype.isnative else found.astype(found.dtype.newbyteorder("="))
        in_order = found.reshape(-1, order="F").tolist()
        if found.dtype.names is not None:
            return self._struct(found.shape, found.dtype.names, in_order)
        if found.dtype.kind != "O":
            raise ValueError(f"values of {found.dtype} in the place of numbers")
        return MatCell(shape=found.shape, items=tuple(map(self.value, in_order)))

    def _struct(self, shape: tuple[int, ...], names: tuple[str, ...], records: list[tuple[Any, ...]]) -> MatValue:
        elements = tuple(
            MatStruct(fields={name: self.value(one) for name, one in zip(names, record, strict=True)})
            for record in records
        )
        return elements[0] if shape == (1, 1) else MatStructArray(shape=shape, field_names=names, elements=elements)


def _sparse(found: Any, *, is_logical: bool) -> MatSparse:
    return MatSparse(
        shape=tuple(int(length) for length in found.shape),
        row_index=found.indices.astype(np.int64),
        column_start=found.indptr.astype(np.int64),
        values=found.data.astype(np.bool_ if is_logical else np.float64),
    )

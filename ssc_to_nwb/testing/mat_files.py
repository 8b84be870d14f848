"""Writes made-up MATLAB files of formats 5 and 7.3, with values in them that only MATLAB itself makes."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ssc_to_nwb.matlab import mat5
from ssc_to_nwb.matlab.tree import MatStruct
from ssc_to_nwb.matlab.write_mat5 import Mat5Writer, Piece, element, header
from ssc_to_nwb.matlab.write_mat73 import Mat73Writer, described
from ssc_to_nwb.testing.matlab import NEVER_FILLED, Chars, Handle, MatValue, to_tree

_CHAR_BYTES = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 16: "u1", 17: "u2", 18: "u4"}
_DOUBLE = next(number for number, code in mat5.NUMBER_CLASSES.items() if code == "f8")
_COMPLEX_FLAG = mat5.COMPLEX_FLAG
_HEADER_TEXT = "MATLAB 5.0 MAT-file, Platform: GLNXA64, Created on: Fri Mar  8 12:00:00 2013 (synthetic)"


def write_mat5(*, path: Path, variables: Mapping[str, MatValue], compressed: bool = True) -> None:
    """Write `variables` to `path`, format 5."""
    writer = _Writer(header_text=_HEADER_TEXT, compressed=compressed)
    writer.write(path, variables={name: to_tree(value) for name, value in variables.items()})


class _Writer(Mat5Writer):
    def matrix(self, name: str, value: Any) -> list[Piece]:
        """As of any value; without a byte for what was never filled."""
        return [struct.pack("<II", mat5.MI_MATRIX, 0)] if value is NEVER_FILLED else super().matrix(name, value)

    def body(self, name: str, value: Any) -> list[Piece]:
        """As of any value; and of what the tree does not have."""
        if isinstance(value, Chars):
            units = np.array(list(value.units), dtype="<u4").astype(f"<{_CHAR_BYTES[value.stored_as]}")
            return header(name, mat5.MX_CHAR, value.shape) + element(value.stored_as, units.tobytes())
        if isinstance(value, Handle):
            return self._handle(name, value)
        if isinstance(value, np.ndarray) and value.dtype.kind == "c":
            parts = [part.astype("<f8").tobytes(order="F") for part in (value.real, value.imag)]
            pieces = header(name, _DOUBLE, value.shape, _COMPLEX_FLAG)
            return [*pieces, *element(mat5.MI_DOUBLE, parts[0]), *element(mat5.MI_DOUBLE, parts[1])]
        return super().body(name, value)

    def _handle(self, name: str, value: Handle) -> list[Piece]:
        """The outline of a function handle or an object; what it refers to is left out."""
        if value.matlab_class == "function_handle":
            return header(name, mat5.MX_FUNCTION, (1, 1)) + self.matrix("", MatStruct(fields={"function": "sin"}))
        names = (name, "MCOS", value.matlab_class)
        flags = element(mat5.MI_UINT32, struct.pack("<II", mat5.MX_OPAQUE, 0))
        texts = [piece for text in names for piece in element(mat5.MI_INT8, text.encode("ascii"))]
        return [*flags, *texts, *self.matrix("", np.array([[3707764736.0]]))]


_HEADER_TEXT_73 = "MATLAB 7.3 MAT-file, Platform: GLNXA64, Created on: Fri Mar  8 12:00:00 2013 HDF5 schema 1.00 ."


def write_mat73(*, path: Path, variables: Mapping[str, MatValue], compressed: bool = True) -> None:
    """Write `variables` to `path`."""
    writer = _Writer73(header_text=_HEADER_TEXT_73, compressed=compressed)
    writer.write(path, variables={name: to_tree(value) for name, value in variables.items()})


class _Writer73(Mat73Writer):
    def put(self, group: Any, name: str, value: Any) -> Any:
        """As any value; and what the tree does not have."""
        if value is NEVER_FILLED:
            # Only places in cells and struct arrays share one object for it.
            return self.put_empty(group, name, (0, 0), "double")
        if isinstance(value, Chars):
            units = np.array(list(value.units), dtype=np.uint16).reshape(value.shape, order="F")
            return self.put_chars(group, name, units)
        if isinstance(value, Handle):
            made = described(group.create_dataset(name, data=np.zeros((1, 6), np.uint32)), value.matlab_class)
            made.attrs["MATLAB_object_decode"] = np.int32(3)
            return made
        if isinstance(value, np.ndarray) and value.dtype.kind == "c":
            parts = np.zeros(value.shape, dtype=[("real", "f8"), ("imag", "f8")])
            parts["real"], parts["imag"] = value.real, value.imag
            return self.put_array(group, name, parts, "double")
        return super().put(group, name, value)

    def refer(self, value: Any) -> Any:
        """As of any value; of all that was never filled, to one object."""
        if value is not NEVER_FILLED:
            return super().refer(value)
        store = self.references
        if "a" not in store:
            self.put_empty(store, "a", (0, 0), "canonical empty")
        return store["a"].ref

"""Writes made-up MATLAB files of format 5, with values in them that only MATLAB itself makes."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ssc_to_nwb.matlab.mat5_numbers import (
    COMPLEX_FLAG,
    MI_DOUBLE,
    MI_INT8,
    MI_MATRIX,
    MI_UINT32,
    MX_CHAR,
    MX_FUNCTION,
    MX_OPAQUE,
    NUMBER_CLASSES,
)
from ssc_to_nwb.matlab.tree import MatStruct
from ssc_to_nwb.matlab.write_mat5 import Mat5Writer, Piece, element, header
from ssc_to_nwb.testing.matlab import NEVER_FILLED, Chars, Handle, MatValue, to_tree

_CHAR_BYTES = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 16: "u1", 17: "u2", 18: "u4"}
_DOUBLE = next(number for number, code in NUMBER_CLASSES.items() if code == "f8")
_HEADER_TEXT = "MATLAB 5.0 MAT-file, Platform: GLNXA64, Created on: Fri Mar  8 12:00:00 2013 (synthetic)"


def write_mat5(*, path: Path, variables: Mapping[str, MatValue], compressed: bool = True) -> None:
    """Write `variables` to `path`."""
    writer = _Writer(header_text=_HEADER_TEXT, compressed=compressed)
    writer.write(path, variables={name: to_tree(value) for name, value in variables.items()})


class _Writer(Mat5Writer):
    def matrix(self, name: str, value: Any) -> list[Piece]:
        """As of any value; without a byte for what was never filled."""
        return [struct.pack("<II", MI_MATRIX, 0)] if value is NEVER_FILLED else super().matrix(name, value)

    def body(self, name: str, value: Any) -> list[Piece]:
        """As of any value; and of what the tree does not have."""
        if isinstance(value, Chars):
            units = np.array(value.units, dtype="<u4").astype(f"<{_CHAR_BYTES[value.stored_as]}")
            return header(name, MX_CHAR, value.shape) + element(value.stored_as, units.tobytes())
        if isinstance(value, Handle):
            return self._handle(name, value)
        if isinstance(value, np.ndarray) and value.dtype.kind == "c":
            parts = [part.astype("<f8").tobytes(order="F") for part in (value.real, value.imag)]
            pieces = header(name, _DOUBLE, value.shape, COMPLEX_FLAG)
            return [*pieces, *element(MI_DOUBLE, parts[0]), *element(MI_DOUBLE, parts[1])]
        return super().body(name, value)

    def _handle(self, name: str, value: Handle) -> list[Piece]:
        """The outline of a function handle or an object; what it refers to is left out."""
        if value.matlab_class == "function_handle":
            return header(name, MX_FUNCTION, (1, 1)) + self.matrix("", MatStruct(fields={"function": "sin"}))
        names = (name, "MCOS", value.matlab_class)
        flags = element(MI_UINT32, struct.pack("<II", MX_OPAQUE, 0))
        texts = [piece for text in names for piece in element(MI_INT8, text.encode("ascii"))]
        return [*flags, *texts, *self.matrix("", np.array([[3707764736.0]]))]

"""Writes made-up MATLAB files of format 7.3, with values in them that only MATLAB itself makes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ssc_to_nwb.matlab.write_mat73 import Mat73Writer, described, write_mat73_file
from ssc_to_nwb.testing.matlab import NEVER_FILLED, Chars, Handle, MatValue, to_tree

_HEADER_TEXT = "MATLAB 7.3 MAT-file, Platform: GLNXA64, Created on: Fri Mar  8 12:00:00 2013 HDF5 schema 1.00 ."


def write_mat73(*, path: Path, variables: Mapping[str, MatValue], compressed: bool = True) -> None:
    """Write `variables` to `path`."""
    write_mat73_file(
        path,
        variables={name: to_tree(value) for name, value in variables.items()},
        writer=lambda file: _Writer(file, compressed=compressed),
        header_text=_HEADER_TEXT,
    )


class _Writer(Mat73Writer):
    def put(self, group: Any, name: str, value: Any) -> Any:
        """As any value; and what the tree does not have."""
        if value is NEVER_FILLED:
            # Only places in cells and struct arrays share one object for it.
            return self.put_empty(group, name, (0, 0), "double")
        if isinstance(value, Chars):
            units = np.array(value.units, dtype=np.uint16).reshape(value.shape, order="F")
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

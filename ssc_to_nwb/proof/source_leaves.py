"""Single leaves of a MATLAB file, read by scipy or h5py: how the conversion reads the file is no part of its proof."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import h5py

_STEP = re.compile(r"\.(?P<name>\w+)|\{(?P<item>\d+)\}|\((?P<element>\d+)\)")


def read_number_leaves(path: Path, leaves: Iterable[str]) -> dict[str, np.ndarray]:
    """Arrays of a MATLAB file by their paths in MATLAB's notation, in MATLAB's shape.

    Parameters
    ----------
    path
        A file of format 5, 7 or 7.3.
    leaves
        Paths of numbers that the file has, all of one variable: `s.timeSeriesArrayHash.value{2}.imagingPlane{1}.ids`.

    Raises whatever scipy or h5py raises on a file that it can't read, such as UnicodeDecodeError where scipy cannot
    decode a text of the variable.
    """
    import h5py

    if h5py.is_hdf5(path):
        with h5py.File(path, "r") as file:
            return {leaf: _number_of_group(file, leaf) for leaf in leaves}
    return _read_with_scipy(path, list(leaves))


def _steps(leaf: str) -> tuple[str, Iterator[re.Match[str]]]:
    """The variable, and the steps from it to the leaf."""
    variable = re.split(r"[.{(]", leaf, maxsplit=1)[0]
    return variable, _STEP.finditer(leaf, len(variable))


def _read_with_scipy(path: Path, leaves: list[str]) -> dict[str, np.ndarray]:
    from scipy.io import loadmat

    names = {_steps(leaf)[0] for leaf in leaves}
    variables = loadmat(str(path), variable_names=names, struct_as_record=False, appendmat=False)
    # Copies, so that the rest of the variable is not held.
    return {leaf: _number_of_struct(variables, leaf).copy() for leaf in leaves}


def _number_of_struct(variables: dict[str, Any], leaf: str) -> np.ndarray:
    """Structs come as objects, arrays of structs and cells as arrays of objects."""
    name, steps = _steps(leaf)
    value = variables[name]
    for step in steps:
        if step["name"]:
            struct = value.item() if isinstance(value, np.ndarray) else value
            value = getattr(struct, step["name"])
        else:
            value = value.ravel(order="F")[int(step["item"] or step["element"]) - 1]
    return np.asarray(value.toarray() if hasattr(value, "toarray") else value)


def _number_of_group(file: h5py.File, leaf: str) -> np.ndarray:
    """Structs are groups; cells, and the fields of struct arrays, hold references; all of it lies transposed."""
    name, steps = _steps(leaf)
    value = file[name]
    element = 0
    for step in steps:
        if step["element"]:
            element = int(step["element"]) - 1
        elif step["item"]:
            value = file[value[()].ravel()[int(step["item"]) - 1]]
        else:
            value = value[step["name"]]
            if "MATLAB_class" not in value.attrs:
                # A field of a struct array.
                value = file[value[()].ravel()[element]]
            element = 0
    shape = tuple(int(length) for length in value[()]) if value.attrs.get("MATLAB_empty", 0) else None
    return np.asarray(value[()]).T if shape is None else np.zeros(shape)

"""The leaves of a MATLAB value: what has no values below it, each with its path."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ssc_to_nwb.matlab.tree import MatCell, MatChar, MatSparse, MatStruct, MatStructArray, MatValue, char_units


def is_leaf(value: MatValue) -> bool:
    """Whether a value is a leaf, as `walk_leaves` has it: nothing is below it.

    Parameters
    ----------
    value : MatValue
        Any value of the tree.

    Returns
    -------
    bool
        False where `walk_leaves` would go on below the value.
    """
    if isinstance(value, MatStruct):
        return not value.fields
    if isinstance(value, MatStructArray):
        return not (value.elements and value.field_names)
    return not (isinstance(value, MatCell) and value.items)


def walk_leaves(value: MatValue, path: str) -> Iterator[tuple[str, MatValue]]:
    """Walk through every leaf of a value, depth first.

    Leaves are numbers, texts, values that cannot be read, and what has a size but no content: empty cells, empty struct
    arrays, structs and struct arrays without fields.

    Parameters
    ----------
    value : MatValue
        Any value of the tree.
    path : str
        Its own path; those of the leaves begin with it.

    Yields
    ------
    tuple of str and MatValue
        Path in MATLAB's notation, such as `s.a.value{2}(3).id`, and value.
    """
    # A generator in a generator for every level costs several times as much.
    waiting = [(path, value)]
    while waiting:
        path, value = waiting.pop()
        if is_leaf(value):
            yield path, value
        elif isinstance(value, MatStruct):
            waiting += [(f"{path}.{name}", child) for name, child in reversed(value.fields.items())]
        elif isinstance(value, MatStructArray):
            numbered = enumerate(value.elements, start=1)
            waiting += reversed([(f"{path}({number})", element) for number, element in numbered])
        elif isinstance(value, MatCell):
            waiting += reversed([(f"{path}{{{number}}}", item) for number, item in enumerate(value.items, start=1)])


def leaf_bytes(value: MatValue) -> int:
    """Size of a leaf in memory.

    Parameters
    ----------
    value : MatValue
        A leaf.

    Returns
    -------
    int
        Bytes of the array, of what a sparse matrix stores, or of the text in UTF-16; 0 for all else.
    """
    if isinstance(value, np.ndarray):
        return int(value.nbytes)
    if isinstance(value, MatSparse):
        return int(value.values.nbytes + value.row_index.nbytes + value.column_start.nbytes)
    if isinstance(value, str):
        return 2 * char_units(value)
    return 2 * sum(map(char_units, value.rows)) if isinstance(value, MatChar) else 0

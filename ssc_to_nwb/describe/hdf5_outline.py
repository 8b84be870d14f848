"""The tree of a file of format 7.3 that cannot be read as a whole: each object by its marks, without its values."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb.describe.node import Elements, Node, as_sizes, group_elements

if TYPE_CHECKING:
    import h5py

_DAMAGE = (OSError, RuntimeError, KeyError, ValueError, TypeError, MemoryError, AttributeError, UnicodeDecodeError)
_DEEPEST = 32


def outline_hdf5(path: Path) -> Iterator[tuple[str, Node]]:
    """Name and tree of each variable, with `unreadable` where an object cannot be opened; none of a broken file."""
    import h5py

    try:
        file = h5py.File(path, "r")
    except _DAMAGE:
        return
    with file:
        for name in _names(file):
            if not name.startswith("#"):
                yield name, _node(file, name, depth=0)


def _names(group: h5py.Group) -> tuple[str, ...]:
    try:
        return tuple(group)
    except _DAMAGE:
        return ()


def _node(parent: h5py.Group, key: str | h5py.Reference, *, depth: int) -> Node:
    try:
        return _node_of(parent[key], depth=depth)
    except _DAMAGE as failure:
        return Node(kind=f"unreadable ({type(failure).__name__})")


def _node_of(item: h5py.Group | h5py.Dataset, *, depth: int) -> Node:
    import h5py

    mark = item.attrs.get("MATLAB_class", b"struct" if isinstance(item, h5py.Group) else b"unmarked")
    kind = mark.decode() if isinstance(mark, bytes) else str(mark)
    if depth > _DEEPEST:
        return Node(kind=kind)
    if isinstance(item, h5py.Group):
        fields = tuple((name, _node(item, name, depth=depth + 1)) for name in _names(item))
        return Node(kind=kind, sizes=as_sizes((1, 1)), fields=fields if kind == "struct" else ())
    if item.attrs.get("MATLAB_empty", 0):
        return Node(kind=kind, sizes=as_sizes(np.asarray(item[()]).ravel().tolist()))
    sizes = as_sizes(item.shape[::-1])
    if item.dtype != h5py.ref_dtype:
        return Node(kind=kind, sizes=sizes)
    references = np.asarray(item[()]).T.ravel(order="F")
    elements = (
        Elements(which=frozenset((place,)), node=_node(item.file, reference, depth=depth + 1))
        for place, reference in enumerate(references, start=1)
    )
    return Node(kind="cell" if kind == "unmarked" else kind, sizes=sizes, elements=group_elements(elements))

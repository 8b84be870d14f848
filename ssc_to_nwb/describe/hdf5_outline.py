"""The tree of a file of format 7.3 that cannot be read as a whole: each object by its marks, without its values.

It has as many objects as are shown of an honest file; where references multiply, those beyond are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb.describe.node import Elements, Node, as_sizes, group_elements
from ssc_to_nwb.matlab.mat73 import check_stored_here, own_member, referred

if TYPE_CHECKING:
    import h5py

_DAMAGE = (OSError, RuntimeError, KeyError, ValueError, TypeError, MemoryError, AttributeError, UnicodeDecodeError)
_DEEPEST = 32
_MOST_OBJECTS = 20_000
_MOST_DIMENSIONS = 32


def outline_hdf5(path: Path) -> Iterator[tuple[str, Node]]:
    """Name and tree of each variable, with `unreadable` where an object cannot be opened; none of a broken file."""
    import h5py

    try:
        file = h5py.File(path, "r")
    except _DAMAGE:
        return
    with file:
        outline = _Outline(file)
        for name in _names(file):
            if not name.startswith("#"):
                yield name, outline.member(file, name, depth=0)


def _names(group: h5py.Group) -> tuple[str, ...]:
    """Names of the members; one that is not UTF-8 as its bytes are written in Python."""
    try:
        return tuple(name if isinstance(name, str) else repr(name) for name in group)
    except _DAMAGE:
        return ()


class _Outline:
    """Makes the nodes of one file."""

    def __init__(self, file: h5py.File) -> None:
        self._file = file
        self._objects_left = _MOST_OBJECTS

    def member(self, group: h5py.Group, name: str, *, depth: int) -> Node:
        """The node of a member of a group; one that lies in another file is unreadable."""
        try:
            return self._node(own_member(group, name), depth=depth)
        except _DAMAGE as failure:
            return _unreadable(failure)

    def _referred(self, reference: h5py.Reference, *, depth: int) -> Node:
        try:
            return self._node(referred(self._file, reference), depth=depth)
        except _DAMAGE as failure:
            return _unreadable(failure)

    def _node(self, item: h5py.Group | h5py.Dataset, *, depth: int) -> Node:
        import h5py

        mark = item.attrs.get("MATLAB_class", b"struct" if isinstance(item, h5py.Group) else b"unmarked")
        kind = mark.decode() if isinstance(mark, bytes) else str(mark)
        self._objects_left -= 1
        if depth > _DEEPEST or self._objects_left < 0:
            return Node(kind=kind)
        if isinstance(item, h5py.Group):
            fields = tuple((name, self.member(item, name, depth=depth + 1)) for name in _names(item))
            return Node(kind=kind, sizes=as_sizes((1, 1)), fields=fields if kind == "struct" else ())
        check_stored_here(item)
        sizes = as_sizes(item.shape[::-1])
        if item.attrs.get("MATLAB_empty", 0) and item.size <= _MOST_DIMENSIONS:
            return Node(kind=kind, sizes=as_sizes(np.asarray(item[()]).ravel().tolist()))
        if item.dtype != h5py.ref_dtype or item.size > self._objects_left:
            return Node(kind=kind, sizes=sizes)
        references = np.asarray(item[()]).T.ravel(order="F")
        elements = (
            Elements(which=frozenset((place,)), node=self._referred(reference, depth=depth + 1))
            for place, reference in enumerate(references, start=1)
        )
        return Node(kind="cell" if kind == "unmarked" else kind, sizes=sizes, elements=group_elements(elements))


def _unreadable(failure: Exception) -> Node:
    return Node(kind=f"unreadable ({type(failure).__name__})")

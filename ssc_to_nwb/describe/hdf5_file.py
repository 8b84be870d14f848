"""What an HDF5 file holds, whatever is broken: MATLAB's variables as trees, the objects of NWB by name and type."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TypeAlias

import h5py
import numpy as np

from ssc_to_nwb.describe.node import DAMAGE, Node, as_sizes, elements_of
from ssc_to_nwb.describe.shown_text import Masking
from ssc_to_nwb.matlab.mat73 import check_stored_here, own_member, referred
from ssc_to_nwb.quantities import listed

Item: TypeAlias = h5py.Group | h5py.Dataset
Objects = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Names by group and type; those of tables with the number of their rows."""
_SHOWN = 5
_DEEPEST = 32
_MOST_OBJECTS = 20_000
_MOST_DIMENSIONS = 32


def outline_hdf5(path: Path) -> Iterator[tuple[str, Node]]:
    """Name and tree of each variable, with `unreadable` where an object cannot be opened; none of a broken file."""
    try:
        file = h5py.File(path, "r")
    except DAMAGE:
        return
    with file:
        outline = _Outline(file)
        yield from ((name, outline.member(file, name)) for name in _names(file) if not name.startswith("#"))


def _names(group: h5py.Group) -> tuple[str, ...]:
    """Names of the members; one that is not UTF-8 as its bytes are written in Python."""
    try:
        return tuple(name if isinstance(name, str) else repr(name) for name in group)
    except DAMAGE:
        return ()


class _Outline:
    """Makes the nodes of one file."""

    def __init__(self, file: h5py.File) -> None:
        self._file = file
        self._objects_left = _MOST_OBJECTS

    def member(self, group: h5py.Group, name: str, *, depth: int = 0) -> Node:
        """The node of a member of a group; one that lies in another file is unreadable."""
        return self._found(partial(own_member, group, name), depth=depth)

    def _found(self, find: Callable[[], Item], *, depth: int) -> Node:
        try:
            return self._node(find(), depth=depth)
        except DAMAGE as failure:
            return Node(kind=f"unreadable ({type(failure).__name__})")

    def _node(self, item: Item, *, depth: int) -> Node:
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
        elements = elements_of(self._found(partial(referred, self._file, one), depth=depth + 1) for one in references)
        return Node(kind="cell" if kind == "unmarked" else kind, sizes=sizes, elements=elements)


def nwb_objects(path: Path) -> Objects | None:
    """The objects of an NWB file, without those that are parts of others; None where it is none."""
    groups: dict[str, dict[str, tuple[str, ...]]] = {}
    try:
        with h5py.File(path, "r") as file:
            if "nwb_version" not in file.attrs:
                return None
            for group, kind, name in _objects_below(file, "", Masking()):
                types = groups.setdefault(group, {})
                types[kind] = (*types.get(kind, ()), name)
    except DAMAGE:
        return None
    return groups


def _objects_below(group: h5py.Group, path: str, masking: Masking) -> Iterator[tuple[str, str, str]]:
    for name, item in group.items():
        kind = item.attrs.get("neurodata_type")
        if kind in (None, "ProcessingModule") and isinstance(item, h5py.Group):
            yield from _objects_below(item, f"{path}/{name}".strip("/"), masking)
        elif kind is not None:
            rows = f" with {len(item['id']):,} rows" if isinstance(item, h5py.Group) and "id" in item else ""
            yield path, str(kind), f"{masking.name(name)}{rows}"


def object_lines(objects: Objects) -> Iterator[str]:
    """A line for each type in each group, and where to read on."""
    for group, types in objects.items():
        for kind, names in types.items():
            yield f"{group}: {len(names)} {kind} ({listed(names, most=_SHOWN)})"
    yield "This is no session file of MATLAB, which `describe` is for: nothing is compared. --json has every object."
    yield "`ssc-to-nwb methods FILE` says what was recorded, `report` draws it, and `ledger` says where it is from."

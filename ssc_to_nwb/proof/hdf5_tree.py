"""A finished NWB file as an `ArrayTree`: an HDF5 file, or a Zarr store that was exported from one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ssc_to_nwb.hdf5_files import Linked, hdf5_fault, own_objects
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.proof.chunk_reader import add_values, can_read_chunks, read_blocks
from ssc_to_nwb.restoring.nwb_reader import ArrayTree, Node, NodeKind
from ssc_to_nwb.source_files.disk_walk import in_place_of

# From this size on chunks are inflated in threads; below, a thread costs more than it saves.
_LARGE_BYTES = 2**20
# Up to so many values are kept: what restores, what follows and the digest each ask for them.
_SMALL_SIZE = 1000
_WORKERS = 2
_MEMORY_MB = 64.0


class Hdf5Tree(ArrayTree):
    """Reads with h5py.

    objects: of the file, opened in one pass: to ask HDF5 for each by its path takes several times as long; digests:
    takes SHA-256 of the values of large data sets by path, made as they are read; None: none is made.
    """

    def __init__(self, file: h5py.File, objects: dict[str, Linked], *, digests: dict[str, str] | None = None) -> None:
        super().__init__(file)
        self._digests = digests
        self._objects = {"/": Linked(address=h5py.h5o.get_info(file.id).addr, opened=file.id), **objects}
        self._members: dict[str, list[str]] = {}
        for path, (_, opened) in objects.items():
            holder, _, own_name = path.rpartition("/")
            self._members.setdefault(holder or "/", []).append(own_name)
            if isinstance(opened, h5py.h5g.GroupID):
                self._items[path] = h5py.Group(opened)
            elif isinstance(opened, h5py.h5d.DatasetID):
                self._items[path] = h5py.Dataset(opened)
        self._attributes: dict[tuple[str, str], Any] = {}
        self._small: dict[str, np.ndarray] = {}

    def _look_up(self, path: str) -> Node | None:
        if path not in self._objects:
            return None
        if self._objects[path].opened is None:
            return Node(path=path, kind="link", target=self.root.id.links.get_val(path.encode()).decode())
        item = self.dataset(path)
        kind: NodeKind = "group" if isinstance(item, h5py.Group) else "dataset"
        return Node(path=path, kind=kind, attributes=tuple(item.attrs))

    def members(self, path: str) -> tuple[str, ...]:
        """Names in a group, sorted by HDF5."""
        return tuple(self._members.get(path, ()))

    def values(self, path: str) -> np.ndarray:
        """All values; texts as `str` objects. Small ones are read once, and cannot be changed."""
        if path in self._small:
            return self._small[path]
        values = self._read(path)
        if values.size <= _SMALL_SIZE:
            values.flags.writeable = False
            self._small[path] = values
        return values

    def _read(self, path: str) -> np.ndarray:
        dataset = self.dataset(path)
        if h5py.check_string_dtype(dataset.dtype) is not None:
            return np.asarray(dataset.asstr(errors="surrogateescape")[()], dtype=object)
        if dataset.nbytes < _LARGE_BYTES or not can_read_chunks(dataset):
            return np.asarray(dataset[()])
        values = np.empty(dataset.shape, dtype=dataset.dtype)
        digest, start = hashlib.sha256(), 0
        with ThreadPoolExecutor(max_workers=_WORKERS, thread_name_prefix="values") as pool:
            for block in read_blocks(dataset, pool, workers=_WORKERS, memory_mb=_MEMORY_MB):
                values[start : start + len(block)] = block
                start += len(block)
                if self._digests is not None:
                    add_values(digest, block)
        if self._digests is not None:
            self._digests[path] = digest.hexdigest()
        return values

    def blocks(self, path: str, *, pool: ThreadPoolExecutor, workers: int, memory_mb: float) -> Iterator[np.ndarray]:
        """Chunk by chunk, inflated in threads; a small data set in one."""
        if self.dataset(path).size <= _SMALL_SIZE:
            yield self.values(path)
            return
        yield from read_blocks(self.dataset(path), pool, workers=workers, memory_mb=memory_mb)

    def is_numeric(self, path: str) -> bool:
        """Integers, floats, booleans and complex numbers, not scalar."""
        dataset = self.dataset(path)
        return dataset.dtype.kind in "biufc" and dataset.ndim > 0 and dataset.size > 0

    def attribute(self, path: str, name: str) -> Any:
        """An attribute, read once; references as the path they point to, bytes not UTF-8 as single surrogates."""
        place = (path, name)
        if place not in self._attributes:
            self._attributes[place] = self._read_attribute(path, name)
        return self._attributes[place]

    def _read_attribute(self, path: str, name: str) -> Any:
        value = self.dataset(path).attrs.get(name)
        if isinstance(value, h5py.Reference):
            return self._target(value)
        if isinstance(value, bytes):
            return value.decode(errors="surrogateescape")
        if isinstance(value, np.ndarray):
            return tuple(value.tolist())
        return value.item() if isinstance(value, np.generic) else value

    def _target(self, reference: h5py.Reference) -> str | None:
        """Path of the object a reference points to; None where that is in no group any more."""
        return self._paths.get(h5py.h5o.get_info(self.root[reference].id).addr) if reference else ""

    @cached_property
    def _paths(self) -> dict[int, str]:
        """Path of every object by its address: for the name of one, HDF5 would search the whole file each time."""
        return {one.address: path for path, one in reversed(self._objects.items()) if one.opened is not None}


@contextmanager
def open_tree(path: Path, *, digests: dict[str, str] | None = None) -> Iterator[ArrayTree]:
    """The file, or the Zarr folder, as a tree for the time of the block; digests: as of `Hdf5Tree`.

    Raises verify-unreadable, verify-values-elsewhere, and extra-not-installed where zarr is needed and absent.
    """
    if path.is_dir():
        yield _open_zarr(path)
        return
    if path.exists() and not path.is_file():
        raise error(kinds.VERIFY_UNREADABLE, file=path, expected="an NWB file, HDF5", found=in_place_of(path))
    try:
        # Objects stay open, and each would keep a cache of chunks that are read once.
        file = h5py.File(path, "r", rdcc_nbytes=0)
    except OSError as failure:
        expected, found = "an NWB file, HDF5", hdf5_fault(failure)
        raise error(kinds.VERIFY_UNREADABLE, file=path, expected=expected, found=found) from failure
    with file:
        try:
            tree = Hdf5Tree(file, own_objects(file, path=path), digests=digests)
        except (OSError, RuntimeError, KeyError, ValueError, TypeError, SystemError) as failure:
            # h5py raises SystemError at names of objects that are not UTF-8, caused by the error that says so.
            raise error(kinds.VERIFY_UNREADABLE, file=path, found=failure.__cause__ or failure) from failure
        yield tree


def _open_zarr(path: Path) -> ArrayTree:
    try:
        from ssc_to_nwb.proof.zarr_tree import ZarrTree

        return ZarrTree(path)
    except ImportError as failure:
        raise error(kinds.EXTRA_NOT_INSTALLED, expected="pip install 'ssc-to-nwb[zarr]'", found=failure) from failure
    except (OSError, ValueError, KeyError) as failure:
        raise error(kinds.VERIFY_UNREADABLE, file=path, found=failure) from failure

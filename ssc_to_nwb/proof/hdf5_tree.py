"""A finished NWB file as an `ArrayTree`: an HDF5 file, or a Zarr store that was exported from one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

import h5py
import numpy as np

from ssc_to_nwb.hdf5_files import check_own_values, hdf5_fault
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.proof.chunk_reader import can_read_chunks, read_blocks
from ssc_to_nwb.restoring.nwb_reader import ArrayTree, Node, NodeKind

# From this size on chunks are inflated in threads; below, a thread costs more than it saves.
_LARGE_BYTES = 2**20
# Up to so many values are kept: what restores, what follows and the digest each ask for them.
_SMALL_SIZE = 1000
_WORKERS = 2
_MEMORY_MB = 64.0


def little_endian(values: np.ndarray) -> np.ndarray:
    """The same values in the byte order that digests are of."""
    return values.astype(values.dtype.newbyteorder("<"), copy=False)


class ValuesDigest:
    """SHA-256 over the values of a data set, taken in as they come in order."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def update(self, values: np.ndarray) -> None:
        """Take in the next values; the byte order they have in memory does not matter."""
        self._digest.update(np.ascontiguousarray(little_endian(values)).data)

    def hexdigest(self) -> str:
        """The digest so far."""
        return self._digest.hexdigest()


class Hdf5Tree(ArrayTree):
    """Reads with h5py; to be used in a `with` statement. Raises OSError where the file can't be opened.

    digests: takes SHA-256 of the values of large data sets by path, made as they are read; None: none is made.
    """

    def __init__(self, path: Path, *, digests: dict[str, str] | None = None) -> None:
        self._digests = digests
        # Objects stay open, and each would keep a cache of chunks that are read once.
        self._file = h5py.File(path, "r", rdcc_nbytes=0)
        self._nodes: dict[str, Node | None] = {}
        self._items: dict[str, h5py.Group | h5py.Dataset] = {}
        self._attributes: dict[tuple[str, str], Any] = {}
        self._small: dict[str, np.ndarray] = {}

    def __enter__(self) -> Hdf5Tree:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()

    def check_own_values(self, path: Path) -> None:
        """See that all values lie in the file. Raises verify-values-elsewhere."""
        check_own_values(self._file, path=path)

    def node(self, path: str) -> Node | None:
        """The object at this path; soft and external links are not followed. The file is not expected to change."""
        if path not in self._nodes:
            self._nodes[path] = self._look_up(path)
        return self._nodes[path]

    def _look_up(self, path: str) -> Node | None:
        if path == "/":
            return Node(path=path, kind="group", attributes=tuple(self._file.attrs))
        parent, _, name = path.rpartition("/")
        holder = self.node(parent or "/")
        if holder is None or holder.kind != "group":
            return None
        link = self._item(parent or "/").get(name, getlink=True)
        if link is None:
            return None
        if isinstance(link, h5py.SoftLink):
            return Node(path=path, kind="link", target=link.path)
        if isinstance(link, h5py.ExternalLink):
            return Node(path=path, kind="link", target=f"{link.filename}:{link.path}")
        item = self._item(path)
        kind: NodeKind = "group" if isinstance(item, h5py.Group) else "dataset"
        return Node(path=path, kind=kind, attributes=tuple(item.attrs))

    def _item(self, path: str) -> h5py.Group | h5py.Dataset:
        """The object itself, links followed; opened once."""
        if path not in self._items:
            self._items[path] = self._file[path]
        return self._items[path]

    def members(self, path: str) -> tuple[str, ...]:
        """Names in a group, sorted by HDF5."""
        return tuple(self._item(path))

    def dataset(self, path: str) -> h5py.Dataset:
        """The data set itself."""
        return self._item(path)

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
        dataset = self._item(path)
        if h5py.check_string_dtype(dataset.dtype) is not None:
            return np.asarray(dataset.asstr(errors="surrogateescape")[()], dtype=object)
        if dataset.nbytes < _LARGE_BYTES or not can_read_chunks(dataset):
            return np.asarray(dataset[()])
        values = np.empty(dataset.shape, dtype=dataset.dtype)
        digest = None if self._digests is None else ValuesDigest()
        with ThreadPoolExecutor(max_workers=_WORKERS, thread_name_prefix="values") as pool:
            start = 0
            for block in read_blocks(dataset, pool, workers=_WORKERS, memory_mb=_MEMORY_MB):
                values[start : start + len(block)] = block
                start += len(block)
                if digest is not None:
                    digest.update(block)
        if digest is not None and self._digests is not None:
            self._digests[path] = digest.hexdigest()
        return values

    def blocks(self, path: str, *, pool: ThreadPoolExecutor, workers: int, memory_mb: float) -> Iterator[np.ndarray]:
        """Chunk by chunk, inflated in threads; a small data set in one."""
        if self._item(path).size <= _SMALL_SIZE:
            yield self.values(path)
            return
        yield from read_blocks(self._item(path), pool, workers=workers, memory_mb=memory_mb)

    def is_numeric(self, path: str) -> bool:
        """Integers, floats, booleans and complex numbers, not scalar."""
        dataset = self._item(path)
        return dataset.dtype.kind in "biufc" and dataset.ndim > 0 and dataset.size > 0

    def attribute(self, path: str, name: str) -> Any:
        """An attribute, read once; references as the path they point to, bytes not UTF-8 as single surrogates."""
        place = (path, name)
        if place not in self._attributes:
            self._attributes[place] = self._read_attribute(path, name)
        return self._attributes[place]

    def _read_attribute(self, path: str, name: str) -> Any:
        value = self._item(path).attrs.get(name)
        if isinstance(value, h5py.Reference):
            return self._target(value)
        if isinstance(value, bytes):
            return value.decode(errors="surrogateescape")
        if isinstance(value, np.ndarray):
            return tuple(value.tolist())
        return value.item() if isinstance(value, np.generic) else value

    def _target(self, reference: h5py.Reference) -> str:
        """Path of the object a reference points to."""
        return self._paths[h5py.h5o.get_info(self._file[reference].id).addr] if reference else ""

    @cached_property
    def _paths(self) -> dict[int, str]:
        """Path of every object by its address: for the name of one, HDF5 would search the whole file each time."""
        paths = {h5py.h5o.get_info(self._file.id).addr: "/"}

        def note(name: bytes, link: h5py.h5l.LinkInfo) -> None:
            if link.type == h5py.h5l.TYPE_HARD:
                paths.setdefault(link.u, f"/{name.decode()}")

        self._file.id.links.visit(note, info=True)
        return paths


@contextmanager
def open_tree(path: Path, *, digests: dict[str, str] | None = None) -> Iterator[ArrayTree]:
    """The file, or the Zarr folder, as a tree for the time of the block; digests: as of `Hdf5Tree`.

    Raises verify-unreadable, verify-values-elsewhere, and extra-not-installed where zarr is needed and absent.
    """
    if path.is_dir():
        yield _open_zarr(path)
        return
    try:
        tree = Hdf5Tree(path, digests=digests)
    except OSError as failure:
        raise error(
            kinds.VERIFY_UNREADABLE, file=path, expected="an NWB file, HDF5", found=hdf5_fault(failure)
        ) from failure
    with tree:
        _check_own_values(tree, path)
        yield tree


def _check_own_values(tree: Hdf5Tree, path: Path) -> None:
    try:
        tree.check_own_values(path)
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, SystemError) as failure:
        # h5py raises SystemError at names of objects that are not UTF-8, caused by the error that says so.
        raise error(kinds.VERIFY_UNREADABLE, file=path, found=failure.__cause__ or failure) from failure


def _open_zarr(path: Path) -> ArrayTree:
    try:
        from ssc_to_nwb.proof.zarr_tree import ZarrTree

        return ZarrTree(path)
    except ImportError as failure:
        raise error(kinds.EXTRA_NOT_INSTALLED, expected="pip install 'ssc-to-nwb[zarr]'", found=failure) from failure
    except (OSError, ValueError, KeyError) as failure:
        raise error(kinds.VERIFY_UNREADABLE, file=path, found=failure) from failure

"""A Zarr folder of hdmf-zarr as an `ArrayTree`.

hdmf-zarr keeps links and references as JSON in attributes, and marks single values as arrays of one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from ssc_to_nwb.parallel import map_in_order
from ssc_to_nwb.restoring.nwb_reader import ArrayTree, Node

_LINKS = "zarr_link"
_MARK = "zarr_dtype"
_STORAGE_ATTRIBUTES = (_MARK, _LINKS, "_ARRAY_DIMENSIONS")
_METADATA_FILES = (".zattrs", ".zgroup", ".zarray")
_CONSOLIDATED = ".zmetadata"
_AHEAD_PER_WORKER = 2


class ZarrTree(ArrayTree):
    """Reads with zarr.

    Raises OSError where the folder is no Zarr group, its copy of all metadata is out of date, or objects are pickled.
    """

    def __init__(self, path: Path) -> None:
        import zarr

        try:
            super().__init__(zarr.open_group(str(path), mode="r"))
        except (ValueError, KeyError, TypeError, zarr.errors.GroupNotFoundError) as failure:
            raise OSError(f"{path} can't be opened as a Zarr group: {failure}") from failure
        self._path = path
        self._check_consolidated()

    def _check_consolidated(self) -> None:
        """Readers take all metadata from one file; it must say what the files of the objects say."""
        copies = json.loads((self._path / _CONSOLIDATED).read_text(encoding="utf-8"))["metadata"]
        files = {
            file.relative_to(self._path).as_posix(): file for name in _METADATA_FILES for file in self._path.rglob(name)
        }
        for name, head in copies.items():
            # Pickles run code as they are read, some as soon as the array is opened; files of this project have none.
            if any(codec["id"] == "pickle" for codec in head.get("filters") or ()):
                raise OSError(f"{name} is of pickled objects, which can run any code: they are not read")
        for name in sorted(set(copies) ^ set(files)):
            raise OSError(f"{name} is not both in {_CONSOLIDATED} and a file of its own")
        for name, file in files.items():
            if json.loads(file.read_text(encoding="utf-8")) != copies[name]:
                raise OSError(f"{_CONSOLIDATED} has other metadata than {name}")

    def _look_up(self, path: str) -> Node | None:
        """Links are entries in the attributes of their group. Attributes that say how an object is stored are none."""
        if path != "/":
            parent, _, name = path.rpartition("/")
            holder = self.node(parent or "/")
            if holder is None or holder.kind != "group":
                return None
            target = self._links(parent or "/").get(name)
            if target is not None:
                return Node(path=path, kind="link", target=target)
            if name not in self.dataset(parent or "/"):
                return None
        item = self.dataset(path)
        attributes = tuple(name for name in item.attrs.asdict() if name not in _STORAGE_ATTRIBUTES)
        return Node(path=path, kind="dataset" if hasattr(item, "dtype") else "group", attributes=attributes)

    def _links(self, path: str) -> dict[str, str]:
        """Targets by name of the links in a group; those into other files have the file's name."""
        links = self.dataset(path).attrs.asdict().get(_LINKS, [])
        return {link["name"]: _target(link) for link in links}

    def dataset(self, path: str) -> Any:
        """The array or group itself, links followed."""
        node = self._nodes.get(path)
        return super().dataset(node.target if node is not None and node.target else path)

    def members(self, path: str) -> tuple[str, ...]:
        """Names in a group, links last."""
        return (*sorted(self.dataset(path)), *self._links(path))

    def values(self, path: str) -> np.ndarray:
        """All values; a single value without axes."""
        item = self.dataset(path)
        values = np.asarray(item[...])
        if values.dtype.kind == "O":
            texts = [value.decode() if isinstance(value, bytes) else value for value in values.reshape(-1).tolist()]
            values = np.array([*texts, None], dtype=object)[:-1].reshape(values.shape)
        return values.reshape(()) if self._is_scalar(path) else values

    def _is_scalar(self, path: str) -> bool:
        return bool(self.dataset(path).attrs.asdict().get(_MARK) == "scalar")

    def blocks(self, path: str, *, pool: ThreadPoolExecutor, workers: int, memory_mb: float) -> Iterator[np.ndarray]:
        """Chunk by chunk, read in threads."""
        item = self.dataset(path)
        rows = int(item.chunks[0])
        chunk_mb = rows * item.dtype.itemsize * int(np.prod(item.shape[1:], dtype=np.int64)) / 2**20
        ahead = max(1, min(workers * _AHEAD_PER_WORKER, int(memory_mb / (2 * chunk_mb)) if chunk_mb else 1))
        slices = (slice(start, start + rows) for start in range(0, item.shape[0], rows))
        yield from map_in_order(item.__getitem__, slices, pool=pool, ahead=ahead)

    def is_numeric(self, path: str) -> bool:
        """Integers, floats, booleans and complex numbers, not a single value."""
        item = self.dataset(path)
        return item.dtype.kind in "biufc" and item.size > 0 and not self._is_scalar(path)

    def attribute(self, path: str, name: str) -> Any:
        """An attribute; references as the path they point to, lists as tuples."""
        value = self.dataset(path).attrs.asdict().get(name)
        if isinstance(value, dict):
            return _target(value["value"])
        return _as_tuple(value) if isinstance(value, list) else value


def _as_tuple(values: list[Any]) -> tuple[Any, ...]:
    return tuple(_as_tuple(value) if isinstance(value, list) else value for value in values)


def _target(reference: dict[str, str]) -> str:
    """Path of the object that a reference means; one into another file has the file's name."""
    source, path = reference["source"], reference["path"]
    return path if source == "." else f"{source}:{path}"

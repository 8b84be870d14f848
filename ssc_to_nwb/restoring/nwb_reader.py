"""Reads a finished NWB file, HDF5 or Zarr: groups, data sets, tables; remembers which values are known to be right."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

NodeKind = Literal["group", "dataset", "link"]


class ObjectError(Exception):
    """An object of the file is absent, of another kind, or can't be read."""

    def __init__(self, path: str, *, expected: str, found: str) -> None:
        super().__init__(f"{path}: expected {expected}, found {found}")
        self.path = path
        self.expected = expected
        self.found = found


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """An object of the file; links are not followed, their target is given."""

    path: str
    kind: NodeKind
    attributes: tuple[str, ...] = ()
    target: str | None = None


class ArrayTree(ABC):
    """A file of groups, data sets, links and attributes, which is not expected to change.

    root: its outermost group; groups are mappings, as those of h5py and zarr, and each object is opened once.
    """

    def __init__(self, root: Any) -> None:
        self.root = root
        self._nodes: dict[str, Node | None] = {}
        self._items: dict[str, Any] = {"/": root}

    def node(self, path: str) -> Node | None:
        """The object at this path, None where there is none. A link is an object of its own."""
        if path not in self._nodes:
            self._nodes[path] = self._look_up(path)
        return self._nodes[path]

    @abstractmethod
    def _look_up(self, path: str) -> Node | None:
        """As `node`, which asks for each path once."""

    @abstractmethod
    def members(self, path: str) -> tuple[str, ...]:
        """Names of the objects in a group, links included."""

    def dataset(self, path: str) -> Any:
        """A data set with `shape`, `dtype` and slicing, or a group; links are followed."""
        if path not in self._items:
            self._items[path] = self.root[path.strip("/")]
        return self._items[path]

    @abstractmethod
    def values(self, path: str) -> np.ndarray:
        """All values of a data set: numbers, compounds of numbers, or `str` objects."""

    @abstractmethod
    def blocks(self, path: str, *, pool: ThreadPoolExecutor, workers: int, memory_mb: float) -> Iterator[np.ndarray]:
        """All values of a data set of numbers with one axis or more, in order, some of them at a time.

        pool: of at least `workers` threads; memory_mb: room for values on their way, in 2^20 bytes.
        """

    @abstractmethod
    def is_numeric(self, path: str) -> bool:
        """Whether a data set holds plain numbers, and can be read in blocks."""

    @abstractmethod
    def attribute(self, path: str, name: str) -> Any:
        """An attribute: number, str, tuple, or the path an object reference points to; None where there is none."""

    def walk(self, path: str = "/") -> Iterator[Node]:
        """Every object below a group, itself included."""
        node = self.node(path)
        if node is None:
            return
        yield node
        if node.kind == "group":
            for name in self.members(path):
                yield from self.walk(f"{path.rstrip('/')}/{name}")


@dataclass(slots=True)
class NwbReader:
    """Reads from a tree, and remembers which values are known to be right.

    accounted: paths of datasets whose values are known to be right, since they were restored, follow from others or
    were compared; of a compound `<path>.<field>`, field by field. recording: whether what is handed out is restored.
    """

    tree: ArrayTree
    accounted: set[str] = field(default_factory=set)
    recording: bool = False

    def has(self, path: str) -> bool:
        """Whether there is an object at this path."""
        return self.tree.node(path) is not None

    def members(self, path: str) -> tuple[str, ...]:
        """Names of the objects in a group. Raises ObjectError."""
        self.group(path)
        return self.tree.members(path)

    def group(self, path: str) -> None:
        """See that there is a group. Raises ObjectError."""
        self._expect(path, "group")

    def link(self, path: str) -> str:
        """The path a link points to. Raises ObjectError where there is no link."""
        return self._expect(path, "link").target or ""

    def dataset(self, path: str) -> Any:
        """A data set, not read yet. Raises ObjectError."""
        self._expect(path, "dataset")
        return self.tree.dataset(path)

    def values(self, path: str) -> np.ndarray:
        """All values of a data set. Raises ObjectError."""
        self._expect(path, "dataset")
        try:
            values = self.tree.values(path)
            self.hand_out(path, values)
            return values
        except (OSError, RuntimeError, ValueError) as failure:
            raise ObjectError(path, expected="readable values", found=str(failure)) from failure

    def text(self, path: str) -> str:
        """A data set of one text. Raises ObjectError."""
        values = self.values(path)
        if values.shape != () or not isinstance(values.item(), str):
            raise ObjectError(path, expected="one text", found=f"{values.dtype} of shape {values.shape}")
        return str(values.item())

    def texts(self, path: str) -> list[str]:
        """A data set of texts in a row. Raises ObjectError."""
        values = self.values(path)
        if values.ndim != 1 or not all(isinstance(one, str) for one in values.tolist()):
            raise ObjectError(path, expected="a row of texts", found=f"{values.dtype} of shape {values.shape}")
        return list(values.tolist())

    def attribute(self, path: str, name: str) -> Any:
        """An attribute, None where there is none."""
        return self.tree.attribute(path, name)

    @contextmanager
    def restoring(self) -> Iterator[None]:
        """For the time of the block, what is handed out is accounted for."""
        self.recording = True
        try:
            yield
        finally:
            self.recording = False

    def hand_out(self, path: str, values: np.ndarray, *, field: str | None = None) -> None:
        """Note that values of a dataset, or of one field of a compound, are used to restore the source."""
        if self.recording and (field is not None or values.dtype.names is None):
            self.accounted.add(path if field is None else f"{path}.{field}")

    def _expect(self, path: str, kind: NodeKind) -> Node:
        node = self.tree.node(path)
        if node is None:
            raise ObjectError(path, expected=f"a {kind}", found="nothing")
        if node.kind != kind:
            raise ObjectError(path, expected=f"a {kind}", found=f"a {node.kind}")
        return node


@dataclass
class NwbTable:
    """Columns of a table; what is read is kept."""

    reader: NwbReader
    path: str
    _columns: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def ids(self) -> np.ndarray:
        """Row ids, (n,)."""
        return self.column("id")

    @property
    def rows(self) -> int:
        """Number of rows, from the ids."""
        return int(self.ids.size)

    def column(self, name: str) -> np.ndarray:
        """Values of a column, one per row, or all items of a ragged one. Raises ObjectError."""
        path = f"{self.path}/{name}"
        if name not in self._columns:
            self._columns[name] = self.reader.values(path)
        self.reader.hand_out(path, self._columns[name])
        return self._columns[name]

    def field_of(self, name: str, part: str) -> np.ndarray:
        """One field of a column of compounds, all items. Raises ObjectError."""
        values = self.column(name)
        path = f"{self.path}/{name}"
        if part not in (values.dtype.names or ()):
            raise ObjectError(path, expected=f"a compound with the field {part}", found=str(values.dtype))
        self.reader.hand_out(path, values, field=part)
        return values[part]

    def texts(self, name: str) -> list[str]:
        """A column of texts. Raises ObjectError."""
        values = self.column(name).tolist()
        if not all(isinstance(value, str) for value in values):
            raise ObjectError(f"{self.path}/{name}", expected="texts", found=str(self.column(name).dtype))
        return list(values)

    def has(self, name: str) -> bool:
        """Whether the table has the column."""
        return self.reader.has(f"{self.path}/{name}")

    def ends(self, name: str) -> np.ndarray:
        """Where each row of a ragged column ends, int64 (n,). Raises ObjectError where that makes no sense.

        A ragged column is not in the file where every row is empty; its ends are all 0.
        """
        if not self.has(name):
            return np.zeros(self.rows, dtype=np.int64)
        ends = self.column(f"{name}_index").astype(np.int64)
        length = len(self.column(name))
        steps = np.diff(np.concatenate([[0], ends]))
        if (steps < 0).any() or (ends[-1] if ends.size else 0) != length:
            raise ObjectError(
                f"{self.path}/{name}_index",
                expected=f"ends that grow to {length}",
                found=f"ends up to {ends.max() if ends.size else 0}",
            )
        return ends

    def parts(self, name: str, *, field: str | None = None) -> list[np.ndarray]:
        """The rows of a ragged column, or of one field of its compounds; without the column, all are empty."""
        if not self.has(name):
            return [np.zeros(0) for _ in range(self.rows)]
        values = self.column(name) if field is None else self.field_of(name, field)
        return np.split(values, self.ends(name)[:-1]) if self.rows else []

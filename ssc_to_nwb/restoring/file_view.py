"""An NWB file as the ways back see it: its objects and tables, the table of the source struct, the struct itself."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeVar, cast

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.registry import having
from ssc_to_nwb.grouping import grouped
from ssc_to_nwb.matlab.tree import MatCell, MatChar, MatStruct, MatStructArray, MatValue, row_texts
from ssc_to_nwb.restoring.nwb_reader import ArrayTree, NwbReader, NwbTable
from ssc_to_nwb.restoring.pieces import Piece, RestoreError, Restores
from ssc_to_nwb.restoring.struct_table import StructNode, StructTable, dtype_of, empty_struct, kept_value

Computed = TypeVar("Computed")
_SOURCE = f"/processing/{naming.SOURCE_MODULE}"


class FileView:
    """One NWB file, read for the way back. What is read once is kept, but for the arrays of series."""

    def __init__(self, tree: ArrayTree) -> None:
        self.reader = NwbReader(tree=tree)
        self._tables: dict[str, NwbTable] = {}
        self._values: dict[str, MatValue] = {}
        self._computed: dict[str, Any] = {}

    @cached_property
    def restores(self) -> Restores:
        """The ways back of all data types, by the identifiers of their claims."""
        return {rule: restore for _, restores in having("restore", "RESTORES") for rule, restore in restores.items()}

    # -- objects

    def table(self, path: str) -> NwbTable:
        """A table of the file, read once."""
        if path not in self._tables:
            self._tables[path] = NwbTable(reader=self.reader, path=path)
        return self._tables[path]

    def dataset(self, path: str) -> Any:
        """A dataset, not read yet, whether it has its own values or links to another's. Raises ObjectError."""
        return self.reader.dataset(self._followed(path))

    def stamps(self, series: str) -> np.ndarray:
        """Time stamps of a series in seconds, whether it has its own or links to another's. Raises ObjectError."""
        return self.reader.values(self._followed(f"{series}/timestamps"))

    def _followed(self, path: str) -> str:
        node = self.reader.tree.node(path)
        return node.target if node is not None and node.target else path

    def once(self, name: str, compute: Callable[[], Computed]) -> Computed:
        """What is computed from the file under this name, once."""
        if name not in self._computed:
            self._computed[name] = compute()
        return cast("Computed", self._computed[name])

    @cached_property
    def provenance(self) -> dict[str, str]:
        """Items of the table of provenance. Raises ObjectError."""
        table = self.table(f"{_SOURCE}/{naming.PROVENANCE}")
        return dict(zip(table.texts("item"), table.texts("value"), strict=True))

    @cached_property
    def assumptions(self) -> dict[str, Any]:
        """What the metadata of the conversion assume of the source."""
        return dict(self.metadata["assumptions"])

    @cached_property
    def metadata(self) -> dict[str, Any]:
        """The metadata of the conversion, by section."""
        return dict(json.loads(self.provenance["metadata"]))

    # -- the source struct

    @cached_property
    def struct(self) -> StructTable:
        """The table of the source struct, read once."""
        return StructTable(self.table(naming.STRUCT_TABLE))

    @property
    def variable(self) -> str:
        """Name of the session variable."""
        return self.struct.rows[0].path

    def node(self, path: str) -> StructNode:
        """A container or leaf of the source. Raises ValueError where there is none."""
        node = self.struct.node(path)
        if node is None:
            raise ValueError(f"{path} is in no row of {naming.STRUCT_TABLE}")
        return node

    def has(self, path: str) -> bool:
        """Whether the source has this container or leaf."""
        return self.struct.node(path) is not None

    def value(self, path: str) -> MatValue:
        """The value of a leaf, restored. Raises RestoreError, ValueError."""
        if path not in self._values:
            node = self.node(path)
            found = self.kept(node) if node.kept else assemble(node, self.pieces(node.rule, [node]))
            self._values[path] = found
        return self._values[path]

    def pieces(self, rule: str, nodes: Sequence[StructNode]) -> Iterator[Piece]:
        """What the way back of a claim gives of its leaves, each piece of one leaf. Raises RestoreError."""
        restore = self.restores.get(rule)
        if restore is None:
            raise RestoreError(
                naming.STRUCT_TABLE, leaf=nodes[0].path, expected="a claim with a way back", found=rule or "none"
            )
        for piece in restore(self, nodes):
            yield from single(piece)

    def kept(self, node: StructNode) -> MatValue:
        """The value that the table keeps of a leaf. Raises KeyError, TypeError, ValueError."""
        return kept_value(node, table=lambda name: self.table(f"{_SOURCE}/{name}"))

    def row(self, path: str) -> np.ndarray:
        """The numbers of a leaf as a row, (n,). Raises ValueError for texts and structs."""
        value = self.value(path)
        if isinstance(value, MatCell | MatStructArray) and 0 in value.shape:
            return np.zeros(0)
        if isinstance(value, str | MatChar):
            raise ValueError(f"{path} holds no numbers")
        return np.asarray(value).reshape(-1, order="F")

    def texts(self, path: str) -> list[str]:
        """The texts of a char row, of the rows of a char matrix, or of the items of a cell of them; empty for all else.

        An item that is no text is an empty text.
        """
        node = self.node(path)
        if node.matlab_class == "cell":
            items = [f"{path}{{{place}}}" for place in range(1, int(np.prod(node.size)) + 1)]
            return [text for item in items for text in (row_texts(self.value(item)) or ("",))]
        value = self.value(path)
        return list(row_texts(value)) if isinstance(value, str | MatChar) else []

    def first_of(self, parent: str, *names: str) -> str | None:
        """Path of the first of these fields that a struct of the source has."""
        return next((f"{parent}.{name}" for name in names if self.has(f"{parent}.{name}")), None)

    def claimed(self, rule: str) -> list[StructNode]:
        """All leaves of one claim, in the order of the struct."""
        return self.struct.claimed(rule)


def assemble(node: StructNode, pieces: Iterable[Piece]) -> MatValue:
    """The value of one leaf from its pieces, in MATLAB's class and size.

    pieces: of this leaf alone. Raises RestoreError where an element has no value, or one that the class cannot hold.
    """
    own = list(pieces)
    if node.matlab_class == "char":
        texts = [text for piece in own for text in piece.values]
        if len(texts) == 1:
            return str(texts[0])
        raise RestoreError(naming.STRUCT_TABLE, leaf=node.path, expected="one text", found=f"{len(texts)} texts")
    dtype = dtype_of(node.matlab_class)
    values = np.zeros(node.size, dtype=dtype, order="F")
    filled = np.zeros(node.size, dtype=bool, order="F")
    for piece in own:
        part = _to_class(np.asarray(piece.values), dtype, piece=piece, node=node)
        try:
            if piece.where is None:
                part = part.reshape(node.size, order="F")
            where = ... if piece.where is None else piece.where
            values[where] = part
            filled[where] = np.ones(part.shape, dtype=bool)
        except (ValueError, IndexError) as failure:
            raise RestoreError(
                piece.place, leaf=node.path, expected=f"values for size {_size(node.size)}", found=_size(part.shape)
            ) from failure
    if not filled.all():
        place = own[0].place if own else naming.STRUCT_TABLE
        missing = int((~filled).sum())
        raise RestoreError(place, leaf=node.path, expected=f"{filled.size} values", found=f"{missing} are missing")
    return values


def single(piece: Piece) -> Iterable[Piece]:
    """A piece of several leaves as pieces of one each. Raises RestoreError where it has values for others."""
    if len(piece.leaves) == 1:
        yield piece
        return
    lengths = piece.lengths or (1,) * len(piece.leaves)
    if sum(lengths) != len(piece.values) or len(lengths) != len(piece.leaves):
        raise RestoreError(
            piece.place, leaf=piece.leaves[0], expected=f"values of {len(piece.leaves)} fields",
            found=f"{len(piece.values)} values",
        )  # fmt: skip
    ends = np.cumsum(lengths).tolist()
    for leaf, length, end in zip(piece.leaves, lengths, ends, strict=True):
        yield replace(piece, leaves=(leaf,), values=piece.values[end - length : end], lengths=None)


def _to_class(values: np.ndarray, dtype: np.dtype, *, piece: Piece, node: StructNode) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        cast = values.astype(dtype)
    same = (cast == values) | ((cast != cast) & (values != values))
    # Scaled values are as near as their rounding; others must be equal.
    if not same.all() and not (dtype.kind == "f" and np.any(piece.rounding)):
        wrong = values.reshape(-1)[int((~same).reshape(-1).argmax())]
        raise RestoreError(
            piece.place, leaf=node.path, expected=f"values that {node.matlab_class} holds", found=str(wrong)
        )
    return cast


def _size(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) or "1"


def restore_struct(file: FileView) -> MatValue:
    """The value of the session variable, every leaf in MATLAB's class and size, fields in their order.

    Raises ObjectError, RestoreError, ValueError where the file does not give it back.
    """
    leaves = _leaves(file)
    return _built(file, file.variable, leaves)


def _leaves(file: FileView) -> dict[str, MatValue]:
    """All leaves by path; those of one claim are restored together."""
    leaves = [node for node in file.struct.nodes() if node.how]
    found = {node.path: file.kept(node) for node in leaves if node.kept}
    for rule, nodes in grouped((node for node in leaves if not node.kept), lambda node: node.rule).items():
        pieces = grouped(file.pieces(rule, nodes), lambda piece: piece.leaves[0])
        for node in nodes:
            found[node.path] = assemble(node, pieces.pop(node.path, []))
    return found


def _built(file: FileView, path: str, leaves: dict[str, MatValue]) -> MatValue:
    if path in leaves:
        return leaves.pop(path)
    node = file.node(path)
    count = math.prod(node.size)
    if node.matlab_class == "cell":
        items = tuple(_built(file, f"{path}{{{place}}}", leaves) for place in range(1, count + 1))
        return MatCell(shape=node.size, items=items)
    if node.matlab_class != "struct":
        raise RestoreError(naming.STRUCT_TABLE, leaf=path, expected="a cell or struct", found=node.matlab_class)
    names = tuple(node.content["fields"])
    if not names or not count:
        return empty_struct(node.size, names)
    if node.size == (1, 1):
        return _struct(file, path, names, leaves)
    elements = tuple(_struct(file, f"{path}({place})", names, leaves) for place in range(1, count + 1))
    return MatStructArray(shape=node.size, field_names=names, elements=elements)


def _struct(file: FileView, path: str, names: tuple[str, ...], leaves: dict[str, MatValue]) -> MatStruct:
    return MatStruct(fields={name: _built(file, f"{path}.{name}", leaves) for name in names})

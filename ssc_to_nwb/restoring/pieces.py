"""What a data type's way back hands out: values of source leaves, each with the object of the file they come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ssc_to_nwb.restoring.nwb_reader import ObjectError

if TYPE_CHECKING:
    from ssc_to_nwb.restoring.file_view import FileView
    from ssc_to_nwb.restoring.struct_table import StructNode


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Piece:
    """What one object of the file gives of one source leaf, or of several, by their paths.

    place: path of the object; values: numbers in the source's unit, in the size that `where` selects, for several
    leaves the numbers of all, one leaf after the other, each column by column, or texts, in the order of the leaves;
    lengths: how many of the numbers belong to each of several leaves; where: which elements of a single leaf these are,
    an index into the leaf in MATLAB's size, None for all of them; rounding: how far the numbers may be from the
    source's, because they were scaled or shifted on the way.
    """

    leaves: tuple[str, ...]
    place: str
    values: np.ndarray | tuple[str, ...]
    lengths: tuple[int, ...] | None = None
    where: Any = None
    rounding: np.ndarray | float = 0.0


Restore: TypeAlias = "Callable[[FileView, Sequence[StructNode]], Iterable[Piece]]"
"""Takes all leaves of one claim, in the order of the struct."""
Restores: TypeAlias = Mapping[str, Restore]
"""The ways back by the identifier of the claim."""


def each(restore: Callable[[FileView, StructNode], Iterable[Piece]]) -> Restore:
    """The way back of a claim whose leaves come back one by one."""
    return lambda file, nodes: (piece for node in nodes for piece in restore(file, node))


class RestoreError(ObjectError):
    """The file does not give back a leaf of the source: what is wrong, and at which object."""

    def __init__(self, place: str, *, leaf: str, expected: str, found: str) -> None:
        super().__init__(place, expected=expected, found=f"{found} (source field {leaf})")

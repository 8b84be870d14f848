"""From a series of trial numbers back to the `trial` of an array: the number of every sample's trial."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.pieces import Piece
from ssc_to_nwb.restoring.struct_table import StructNode


def labels(file: FileView, nodes: Sequence[StructNode]) -> Iterator[Piece]:
    """The trial number of every sample of an array, NaN for none."""
    for node in nodes:
        found = file.reader.values(node.objects[0])
        yield Piece(leaves=(node.path,), place=node.objects[0], values=found)

"""What every entry of timeSeriesArrayHash has, from the file: its times, and the unit they are in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.pieces import Piece, Restores
from ssc_to_nwb.restoring.struct_table import StructNode


def labels(file: FileView, nodes: Sequence[StructNode]) -> Iterator[Piece]:
    """The trial number of every sample of an array, NaN for none."""
    for node in nodes:
        found = file.reader.values(node.objects[0])
        yield Piece(leaves=(node.path,), place=node.objects[0], values=found)


def times(file: FileView, nodes: Sequence[StructNode]) -> Iterator[Piece]:
    """Time stamps of the first series on the clock of an entry; the others link to them."""
    for node in nodes:
        place = node.objects[0]
        seconds = file.reader.values(place)
        found, rounding = file.unit(f"{node.parent}.timeUnit").restored(seconds, whole=node.whole)
        yield Piece(leaves=(node.path,), place=place, values=found, rounding=rounding)


def time_unit(file: FileView, nodes: Sequence[StructNode]) -> Iterator[Piece]:
    """The id that another field of the struct holds."""
    for node in nodes:
        same = file.row(f"{file.variable}.{node.content['same_as']}")
        yield Piece(leaves=(node.path,), place=naming.STRUCT_TABLE, values=np.asarray(same))


RESTORES: Restores = {"time-unit": time_unit}

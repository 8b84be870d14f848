"""What every entry of timeSeriesArrayHash has, from the file: its times, and the unit they are in."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.restoring.clocks import unit_of
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.pieces import Piece, Restores, each
from ssc_to_nwb.restoring.struct_table import StructNode


@each
def whole(file: FileView, node: StructNode) -> Iterator[Piece]:
    """The values of the object that a leaf became, as they are: the trial number of every sample, NaN for none."""
    yield node.piece(file.reader.values(node.objects[0]))


@each
def times(file: FileView, node: StructNode) -> Iterator[Piece]:
    """Time stamps of the first series on the clock of an entry; the others link to them."""
    seconds = file.reader.values(node.objects[0])
    found, rounding = unit_of(file, f"{node.parent}.timeUnit").restored(seconds, whole=node.whole)
    yield node.piece(found, rounding=rounding)


@each
def time_unit(file: FileView, node: StructNode) -> Iterator[Piece]:
    """The id that another field of the struct holds."""
    same = file.row(f"{file.variable}.{node.content['same_as']}")
    yield node.piece(np.asarray(same), place=naming.STRUCT_TABLE)


RESTORES: Restores = {"time-unit": time_unit}

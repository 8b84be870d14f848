"""From the series of running speed back to the entry `runningSpeed`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ssc_to_nwb.data_types.arrays.restore import labels, times
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.pieces import Piece, Restores
from ssc_to_nwb.restoring.struct_table import StructNode


def values(file: FileView, nodes: Sequence[StructNode]) -> Iterator[Piece]:
    """The one row of valueMatrix."""
    for node in nodes:
        place = node.objects[0]
        yield Piece(leaves=(node.path,), place=place, values=file.reader.values(place))


RESTORES: Restores = {"running-values": values, "running-times": times, "running-trials": labels}

"""From the whisker series back to the whisker entry of timeSeriesArrayHash."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.trial_labels.restore import labels
from ssc_to_nwb.data_types.trials.restore import trial_column
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.pieces import Piece, Restores
from ssc_to_nwb.restoring.struct_table import StructNode


def values(file: FileView, nodes: Sequence[StructNode]) -> Iterator[Piece]:
    """A row of valueMatrix per series, in the order of the source."""
    for node in nodes:
        for row, place in enumerate(node.objects):
            found = file.reader.values(place)
            yield Piece(
                leaves=(node.path,), place=place, values=found, where=(row, slice(None)), stored=found.dtype
            )  # fmt: skip


def times(file: FileView, nodes: Sequence[StructNode]) -> Iterator[Piece]:
    """Time stamps of the first series on the clock of an entry; the others link to them."""
    for node in nodes:
        place = node.objects[0]
        seconds = file.reader.values(place)
        found, rounding = file.unit(f"{node.parent}.timeUnit").restored(seconds, whole=node.whole)
        yield Piece(leaves=(node.path,), place=place, values=found, rounding=rounding, stored=seconds.dtype)


def valid_trials(file: FileView, nodes: Sequence[StructNode]) -> Iterator[Piece]:
    """Numbers of the trials whose row says that whisker data are valid."""
    for node in nodes:
        valid = trial_column(file, "whisker_valid")
        found = trial_column(file, "trial_number")[valid.astype(bool)]
        yield Piece(leaves=(node.path,), place=node.objects[0], values=found, stored=valid.dtype)


def time_unit(file: FileView, nodes: Sequence[StructNode]) -> Iterator[Piece]:
    """The id that another field of the struct holds."""
    for node in nodes:
        same = file.row(f"{file.variable}.{node.content['same_as']}")
        yield Piece(leaves=(node.path,), place=naming.STRUCT_TABLE, values=np.asarray(same))


RESTORES: Restores = {
    "whisker-values": values,
    "whisker-times": times,
    "whisker-trials": labels,
    "whisker-valid-trials": valid_trials,
    "time-unit": time_unit,
}

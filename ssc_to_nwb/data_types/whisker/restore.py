"""From the whisker series back to the whisker entry of timeSeriesArrayHash."""

from __future__ import annotations

from collections.abc import Iterator

from ssc_to_nwb.data_types.arrays.restore import times, whole
from ssc_to_nwb.data_types.trials.restore import trial_column
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.pieces import Piece, Restores, each
from ssc_to_nwb.restoring.struct_table import StructNode


@each
def values(file: FileView, node: StructNode) -> Iterator[Piece]:
    """A row of valueMatrix per series, in the order of the source."""
    for row, place in enumerate(node.objects):
        yield node.piece(file.reader.values(place), place=place, where=(row, slice(None)))


@each
def valid_trials(file: FileView, node: StructNode) -> Iterator[Piece]:
    """Numbers of the trials whose row says that whisker data are valid."""
    valid = trial_column(file, "whisker_valid").astype(bool)
    yield node.piece(trial_column(file, "trial_number")[valid])


RESTORES: Restores = {
    "whisker-values": values,
    "whisker-times": times,
    "whisker-trials": whole,
    "whisker-valid-trials": valid_trials,
}
AS_LONG = ("whisker-times", "whisker-trials")
AS_LONG_AS_COLUMNS = ("whisker-values",)

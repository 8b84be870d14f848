"""From the whisker series back to the whisker entry of timeSeriesArrayHash."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ssc_to_nwb.data_types.arrays.restore import labels, times
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
                leaves=(node.path,), place=place, values=found, where=(row, slice(None))
            )  # fmt: skip


def valid_trials(file: FileView, nodes: Sequence[StructNode]) -> Iterator[Piece]:
    """Numbers of the trials whose row says that whisker data are valid."""
    for node in nodes:
        valid = trial_column(file, "whisker_valid")
        found = trial_column(file, "trial_number")[valid.astype(bool)]
        yield Piece(leaves=(node.path,), place=node.objects[0], values=found)


RESTORES: Restores = {
    "whisker-values": values,
    "whisker-times": times,
    "whisker-trials": labels,
    "whisker-valid-trials": valid_trials,
}
AS_LONG = ("whisker-times", "whisker-trials")
AS_LONG_AS_COLUMNS = ("whisker-values",)

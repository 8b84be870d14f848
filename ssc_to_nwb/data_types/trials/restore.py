"""From the trials table back to trialIds, trialStartTimes, trialTypeMat and the trial properties."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.grouping import grouped
from ssc_to_nwb.restoring.clocks import unit_of
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.nwb_reader import ObjectError
from ssc_to_nwb.restoring.pieces import Piece, Restores, each
from ssc_to_nwb.restoring.struct_table import StructNode

TRIALS = f"/intervals/{naming.TRIALS}"
_POSITION = f"{TRIALS}/source_position"
_NO_TYPE = "none"


def source_order(file: FileView) -> np.ndarray:
    """Rows of the trials table in the order of the source's lists, int64 (T,). Raises ObjectError."""
    table = file.table(TRIALS)
    if not table.has("source_position"):
        return np.arange(table.rows)
    positions = table.column("source_position")
    if not np.array_equal(np.sort(positions), np.arange(1, table.rows + 1)):
        raise ObjectError(_POSITION, expected=f"each place from 1 to {table.rows} once", found="others")
    return np.argsort(positions)


def trial_column(file: FileView, name: str) -> np.ndarray:
    """A column of the trials table, its rows in the order of the source. Raises ObjectError."""
    values: np.ndarray = file.table(TRIALS).column(name)[source_order(file)]
    return values


@each
def starts(file: FileView, node: StructNode) -> Iterator[Piece]:
    """Start times in the unit of trialTimeUnit; 0 where the start was not measured."""
    measured, seconds = trial_column(file, "start_measured").astype(bool), trial_column(file, "start_time")
    found, rounding = unit_of(file, f"{file.variable}.trialTimeUnit").restored(seconds, whole=node.whole)
    for name, rows in (("start_time", np.flatnonzero(measured)), ("start_measured", np.flatnonzero(~measured))):
        if rows.size or name == "start_time":
            yield node.piece(
                found[rows] if name == "start_time" else np.zeros(rows.size),
                place=f"{TRIALS}/{name}",
                where=None if rows.size == seconds.size else node.elements(rows),
                rounding=rounding[rows] if isinstance(rounding, np.ndarray) else rounding,
            )


@each
def types(file: FileView, node: StructNode) -> Iterator[Piece]:
    """The matrix of 0 and 1 (types, trials), from trial_type and the source's list of types."""
    names, texts = file.texts(f"{file.variable}.trialTypeStr"), trial_column(file, "trial_type").tolist()
    unknown = sorted(set(texts) - {*names, _NO_TYPE})
    if unknown:
        raise ObjectError(f"{TRIALS}/trial_type", expected=f"one of {', '.join(names)}", found=unknown[0])
    found = np.array([[text == name for text in texts] for name in names], dtype=np.float64)
    yield node.piece(found.reshape(len(names), len(texts)), place=f"{TRIALS}/trial_type")


def columns(file: FileView, nodes: Sequence[StructNode]) -> Iterator[Piece]:
    """A column per leaf; where its values are texts, a leaf per trial."""
    for (place,), group in grouped(nodes, lambda node: node.objects).items():
        values = trial_column(file, group[0].column)
        if values.dtype.kind != "O":
            yield from (node.piece(values) for node in group)
            continue
        if len(group) > 1 or values.size == 1:
            values = values[[(node.index or 1) - 1 for node in group]]
        yield Piece(leaves=tuple(node.path for node in group), place=place, values=tuple(values.tolist()))


RESTORES: Restores = {
    "trial-numbers": columns,
    "trial-starts": starts,
    "trial-types": types,
    "trial-property-values": columns,
}
AS_LONG = ("trial-numbers", "trial-starts")

"""From the ROI response series back to the calcium entries of timeSeriesArrayHash."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from ssc_to_nwb.data_types.arrays.restore import labels, times
from ssc_to_nwb.data_types.trials.restore import TRIALS, source_order, trial_column
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.nwb_reader import ObjectError
from ssc_to_nwb.restoring.pieces import Piece, Restores
from ssc_to_nwb.restoring.struct_table import StructNode

# The number of the subvolume in the names of its trial numbers, and of its planes (two digits and three of the plane).
_SUBVOLUME = re.compile(r"_subvolume_(\d+)|_fov_(\d+)\d{3}")


def rois(file: FileView, nodes: Sequence[StructNode]) -> Iterator[Piece]:
    """ROI numbers of the columns of every series, in the order of the planes.

    Where the source mixes the planes, this is the order of the planes still, and the row of the source struct has the
    source's.
    """
    for node in nodes:
        parts = [_roi_numbers(file, place, file.reader.values(place)) for place in node.objects]
        if node.kept:
            yield Piece(leaves=(node.path,), place=node.objects[0], values=np.concatenate([np.zeros(0), *parts]))
            continue
        start = 0
        for place, found in zip(node.objects, parts, strict=True):
            where = slice(start, start + found.size)
            start += found.size
            yield Piece(leaves=(node.path,), place=place, values=found, where=where)


def _roi_numbers(file: FileView, place: str, region: np.ndarray) -> np.ndarray:
    """ROI numbers of rows of the table that a region refers to, int64 (r,). Raises ObjectError."""
    table = file.reader.attribute(place, "table")
    if not isinstance(table, str):
        raise ObjectError(place, expected="a reference to a table of ROIs", found=repr(table))
    ids = file.table(table).ids
    if region.size and (region.min() < 0 or region.max() >= ids.size):
        raise ObjectError(place, expected=f"rows from 0 to {ids.size - 1}", found=f"{region.min()} to {region.max()}")
    numbers: np.ndarray = ids[region]
    return numbers


def row_labels(file: FileView, nodes: Sequence[StructNode]) -> Iterator[Piece]:
    """The text that the table of the source struct has once for all labels of an array, and the row's ROI number."""
    groups: dict[tuple[str, str], list[StructNode]] = {}
    for node in nodes:
        groups.setdefault((f"{node.parent}.{node.content['number']}", node.content["text"]), []).append(node)
    for (number_field, text), group in groups.items():
        numbers = file.row(number_field).tolist()
        texts = tuple(f"{text}{int(numbers[(node.index or 1) - 1])}" for node in group)
        yield Piece(leaves=tuple(node.path for node in group), place=group[0].objects[0], values=texts)


def values(file: FileView, nodes: Sequence[StructNode]) -> Iterator[Piece]:
    """Rows of valueMatrix by ROI number: each series has the columns of its plane."""
    for node in nodes:
        ids = file.first_of(node.parent, "ids", "id")
        row_of = {} if ids is None else {number: row for row, number in enumerate(file.row(ids).tolist())}
        for place in node.objects:
            rois_path = f"{place.rpartition('/')[0]}/rois"
            numbers = _roi_numbers(file, rois_path, file.reader.values(rois_path)).tolist()
            unknown = [number for number in numbers if number not in row_of]
            if unknown:
                raise ObjectError(rois_path, expected=f"ROI numbers of {node.parent}.ids", found=str(unknown[0]))
            rows = np.array([row_of[number] for number in numbers], dtype=np.int64)
            found = file.reader.values(place)
            yield Piece(
                leaves=(node.path,), place=place, values=found.T, where=(rows, slice(None))
            )  # fmt: skip


def valid_trials(file: FileView, nodes: Sequence[StructNode]) -> Iterator[Piece]:
    """Numbers of the trials whose row names the subvolume."""
    path = f"{TRIALS}/imaging_valid_subvolumes"
    for node in nodes:
        number = _subvolume_number(file, node)
        table = file.table(TRIALS)
        ends = table.ends("imaging_valid_subvolumes")
        members = table.column("imaging_valid_subvolumes") if table.has("imaging_valid_subvolumes") else np.zeros(0)
        row_of_member = np.searchsorted(ends, np.flatnonzero(members == number), side="right")
        named = np.zeros(table.rows, dtype=bool)
        named[row_of_member] = True
        found = trial_column(file, "trial_number")[named[source_order(file)]]
        yield Piece(leaves=(node.path,), place=path, values=found)


def _subvolume_number(file: FileView, node: StructNode) -> int:
    """The number of the subvolume whose entry of descrHash a leaf belongs to: the entry of `value` at the same place.

    Raises ValueError where nothing of that entry is in the file.
    """
    entry = re.match(r"(.*?)\.descrHash(\{\d+\})?", node.path)
    head = f"{entry[1]}.value{entry[2] or ''}." if entry else ""
    for path, other in file.struct.nodes.items():
        if head and path.startswith(head):
            for place in other.objects:
                match = _SUBVOLUME.search(place)
                if match:
                    return int(match[1] or match[2])
    raise ValueError(f"no object of the file is of the array that {node.path} describes")


RESTORES: Restores = {
    "calcium-rois": rois,
    "calcium-row-label": row_labels,
    "calcium-values": values,
    "calcium-times": times,
    "calcium-trials": labels,
    "imaging-valid-trials": valid_trials,
}
AS_LONG = ("calcium-times", "calcium-trials")
AS_LONG_AS_COLUMNS = ("calcium-values",)

"""From the ROI response series back to the calcium entries of timeSeriesArrayHash."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from ssc_to_nwb.data_types.arrays.restore import times, whole
from ssc_to_nwb.data_types.trials.restore import TRIALS, source_order, trial_column
from ssc_to_nwb.grouping import grouped
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.nwb_reader import ObjectError
from ssc_to_nwb.restoring.pieces import Piece, Restores, each
from ssc_to_nwb.restoring.struct_table import StructNode

# The number of the subvolume in the names of its trial numbers, and of its planes (two digits and three of the plane).
_SUBVOLUME = re.compile(r"_subvolume_(\d+)|_fov_(\d+)\d{3}")


@each
def rois(file: FileView, node: StructNode) -> Iterator[Piece]:
    """ROI numbers of the columns of every series, in the order of the planes.

    Where the source mixes the planes, this is the order of the planes still, and the row of the source struct has the
    source's.
    """
    parts = [_roi_numbers(file, place) for place in node.objects]
    if node.kept:
        yield node.piece(np.concatenate([np.zeros(0), *parts]))
        return
    ends = np.cumsum([part.size for part in parts]).tolist()
    for place, found, end in zip(node.objects, parts, ends, strict=True):
        yield node.piece(found, place=place, where=node.elements(slice(end - found.size, end)))


def _roi_numbers(file: FileView, place: str) -> np.ndarray:
    """ROI numbers of rows of the table that a region refers to, int64 (r,). Raises ObjectError."""
    region, table = file.reader.values(place), file.reader.attribute(place, "table")
    if not isinstance(table, str):
        raise ObjectError(place, expected="a reference to a table of ROIs", found=repr(table))
    ids = file.table(table).ids
    if region.size and (region.min() < 0 or region.max() >= ids.size):
        raise ObjectError(place, expected=f"rows from 0 to {ids.size - 1}", found=f"{region.min()} to {region.max()}")
    numbers: np.ndarray = ids[region]
    return numbers


def row_labels(file: FileView, nodes: Sequence[StructNode]) -> Iterator[Piece]:
    """The text that the table of the source struct has once for all labels of an array, and the row's ROI number."""
    groups = grouped(nodes, lambda node: (f"{node.parent}.{node.content['number']}", str(node.content["text"])))
    for (number_field, text), group in groups.items():
        numbers = file.row(number_field).tolist()
        texts = tuple(f"{text}{int(numbers[(node.index or 1) - 1])}" for node in group)
        yield Piece(leaves=tuple(node.path for node in group), place=group[0].objects[0], values=texts)


@each
def values(file: FileView, node: StructNode) -> Iterator[Piece]:
    """Rows of valueMatrix by ROI number: each series has the columns of its plane."""
    ids = file.first_of(node.parent, "ids", "id")
    row_of = {} if ids is None else {number: row for row, number in enumerate(file.row(ids).tolist())}
    for place in node.objects:
        rois_path = f"{place.rpartition('/')[0]}/rois"
        numbers = _roi_numbers(file, rois_path).tolist()
        unknown = [number for number in numbers if number not in row_of]
        if unknown:
            raise ObjectError(rois_path, expected=f"ROI numbers of {node.parent}.ids", found=str(unknown[0]))
        rows = np.array([row_of[number] for number in numbers], dtype=np.int64)
        yield node.piece(file.reader.values(place).T, place=place, where=(rows, slice(None)))


@each
def valid_trials(file: FileView, node: StructNode) -> Iterator[Piece]:
    """Numbers of the trials whose row names the subvolume."""
    number, parts = _subvolume_number(file, node), file.table(TRIALS).parts("imaging_valid_subvolumes")
    named = np.array([number in part for part in parts], dtype=bool)
    found = trial_column(file, "trial_number")[named[source_order(file)]]
    yield node.piece(found, place=f"{TRIALS}/imaging_valid_subvolumes")


def _subvolume_number(file: FileView, node: StructNode) -> int:
    """The number of the subvolume whose entry of descrHash a leaf belongs to: the entry of `value` at the same place.

    Raises ValueError where nothing of that entry is in the file.
    """
    entry = re.match(r"(.*?)\.descrHash(\{\d+\})?", node.path)
    head = f"{entry[1]}.value{entry[2] or ''}." if entry else node.path
    of_entry = (other for other in file.struct.nodes() if other.path.startswith(head))
    for place in (place for other in of_entry for place in other.objects):
        match = _SUBVOLUME.search(place)
        if match:
            return int(match[1] or match[2])
    raise ValueError(f"no object of the file is of the array that {node.path} describes")


RESTORES: Restores = {
    "calcium-rois": rois,
    "calcium-row-label": row_labels,
    "calcium-values": values,
    "calcium-times": times,
    "calcium-trials": whole,
    "imaging-valid-trials": valid_trials,
}
AS_LONG = ("calcium-times", "calcium-trials")
AS_LONG_AS_COLUMNS = ("calcium-values",)

"""From the ROI response series back to the calcium entries of timeSeriesArrayHash."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.rois.source import Plane
from ssc_to_nwb.data_types.rule import Leaf
from ssc_to_nwb.proof.comparison import OPHYS, SEGMENTATION, TRIALS, Comparison, row
from ssc_to_nwb.proof.leaves_whisker import compare_timestamps, compare_valid_trials
from ssc_to_nwb.proof.trial_labels import compare_labels, subvolume_labels
from ssc_to_nwb.proof.trials_table import trial_column, trial_parts


def series_path(plane: Plane, kind: str) -> str:
    """Path of the series of a plane and kind of array."""
    return f"{OPHYS}/{naming.RESPONSE_CONTAINERS[kind]}/{naming.response_series(kind, plane.name)}"


def entry_series(work: Comparison, entry: int) -> list[tuple[Plane, str]]:
    """Planes with rows in a calcium entry, and the paths of their series, in the order of the planes."""
    return [(plane, series_path(plane, kind)) for plane, kind in work.facts.series_planes(entry)]


def roi_numbers_of(work: Comparison, plane: Plane, path: str) -> np.ndarray:
    """ROI number of each column of a series, by its region of the plane's table, int64 (r,)."""
    region = work.reader.values(f"{path}/rois")
    return work.table(f"{SEGMENTATION}/{naming.plane_segmentation(plane.name)}").ids[region]


def calcium_rois(work: Comparison, leaves: Sequence[Leaf]) -> None:
    """ROI numbers of the columns of all planes, joined in the order of the planes."""
    for leaf in leaves:
        expected = row(leaf.value)
        series = entry_series(work, leaf.indices[0])
        if leaf.path in work.kept:
            # Rows of several planes are mixed; the kept copy has their order, the series have them plane by plane.
            own = [expected[np.isin(expected, plane.all_roi_numbers)] for plane, _ in series]
        else:
            own = np.split(expected, np.cumsum([roi_numbers_of(work, plane, path).size for plane, path in series])[:-1])
        for (plane, path), numbers in zip(series, own, strict=True):
            found = roi_numbers_of(work, plane, path)
            work.proof.numbers(f"{path}/rois", expected=numbers, found=found, leaf=leaf.path)
        work.proof.prove([leaf.path])


def calcium_row_label(work: Comparison, leaves: Sequence[Leaf]) -> None:
    """The text that the file has once for all labels of an array, and the ROI number of the row."""
    numbers: dict[int, dict[int, str]] = {}
    for leaf in leaves:
        entry, place = leaf.indices
        if entry not in numbers:
            stated = work.struct.row_of(leaf.path).contents()[0]
            numbers[entry] = _labels_by_row(work, entry, text=stated["text"])
        found = numbers[entry].get(place, "nothing")
        if found != leaf.value:
            first = entry_series(work, entry)[0][1]
            work.proof.equal(f"{first}/rois", expected=leaf.value, found=found, leaf=leaf.path)
        work.proof.prove([leaf.path])


def _labels_by_row(work: Comparison, entry: int, *, text: str) -> dict[int, str]:
    """Labels by 1-based row of the source's matrix, from the file's own text and ROI numbers."""
    of_row = row(work.facts.calcium[entry].array.roi_numbers).tolist()
    in_file = {
        number for plane, path in entry_series(work, entry) for number in roi_numbers_of(work, plane, path).tolist()
    }
    return {place: f"{text}{number}" for place, number in enumerate(of_row, start=1) if number in in_file}


def calcium_values(work: Comparison, leaves: Sequence[Leaf]) -> None:
    """Each ROI's column against its row of valueMatrix, joined by ROI number."""
    for leaf in leaves:
        matrix = np.asarray(leaf.value)
        kind = matrix.dtype if matrix.dtype.kind == "f" else np.dtype(np.float64)
        row_of = {number: place for place, number in enumerate(_source_ids(work, leaf))}
        if not matrix.size:
            # MATLAB's [] stands for no frames of any number of ROIs.
            matrix = np.zeros((len(row_of), 0))
        for plane, path in entry_series(work, leaf.indices[0]):
            found = work.reader.values(f"{path}/data")
            rows = [row_of[number] for number in roi_numbers_of(work, plane, path).tolist()]
            work.proof.dtype(f"{path}/data", found.dtype, expected=kind, leaf=leaf.path)
            work.proof.numbers(
                f"{path}/data", expected=matrix[rows].astype(kind, copy=False), found=found.T, leaf=leaf.path
            )
        work.proof.prove([leaf.path])


def _source_ids(work: Comparison, leaf: Leaf) -> list[int]:
    entry = leaf.path.rpartition(".")[0]
    leaves = work.proof.leaves
    value = leaves.get(f"{entry}.ids", leaves.get(f"{entry}.id"))
    return [int(number) for number in row(value).tolist()]


def calcium_times(work: Comparison, leaves: Sequence[Leaf]) -> None:
    """Time stamps of the subvolume's first series, or of its trial numbers where it has no traces."""
    for leaf in leaves:
        entry = leaf.indices[0]
        owner = work.facts.first_series[entry]
        labels = subvolume_labels(work.facts.calcium[entry].subvolume)
        compare_timestamps(work, leaf, owner=labels if owner is None else series_path(*owner))


def calcium_trials(work: Comparison, leaves: Sequence[Leaf]) -> None:
    """The trial number of every time stamp of the subvolume."""
    for leaf in leaves:
        compare_labels(work, [leaf], subvolume_labels(work.facts.calcium[leaf.indices[0]].subvolume))


def imaging_valid_trials(work: Comparison, leaves: Sequence[Leaf]) -> None:
    """Numbers of the trials whose row names the subvolume."""
    path = f"{TRIALS}/imaging_valid_subvolumes"
    for leaf in leaves:
        subvolume = work.facts.calcium[leaf.indices[0]].subvolume
        written = work.facts.listed_trials(subvolume.number)
        if subvolume.valid_trials is None or written is None:
            # The subvolume's other arrays tell; this list is kept verbatim alone.
            work.proof.prove([leaf.path])
            continue
        parts = trial_parts(work, "imaging_valid_subvolumes")
        named = np.array([subvolume.number in part for part in parts], dtype=bool)
        listed = written if leaf.path in work.kept else row(leaf.value)
        compare_valid_trials(work, path, leaf, found=trial_column(work, "trial_number")[named], listed=listed)

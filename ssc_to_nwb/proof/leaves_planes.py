"""From the planes' tables and images back to imagingPlane and the records in descrHash."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.rois.source import Plane
from ssc_to_nwb.data_types.rule import Leaf
from ssc_to_nwb.proof.comparison import OPHYS, SEGMENTATION, SOURCE, Comparison, row, texts_of
from ssc_to_nwb.proof.nwb_table import NwbTable

# What source_lists names, by the source's three lists of a plane's ROIs.
IN_PLANE, IN_RECORD, IN_ROIS = "imagingPlane.ids", "roiIds", "rois"


def segmentation_path(plane: Plane) -> str:
    """Path of a plane's table of ROIs."""
    return f"{SEGMENTATION}/{naming.plane_segmentation(plane.name)}"


def _listed(table: NwbTable, name: str) -> np.ndarray:
    """ROI numbers of the rows that name this list of the source, in the order of the rows."""
    member = [name in text.split(", ") for text in table.texts("source_lists")]
    return table.ids[np.array(member, dtype=bool)]


def plane_rois(work: Comparison, leaves: Sequence[Leaf]) -> None:
    """imagingPlane{p}.ids: the rows that name it, in their order."""
    for leaf in leaves:
        plane = work.facts.plane(leaf.indices[0], leaf.indices[1])
        path = segmentation_path(plane)
        found = _listed(work.table(path), IN_PLANE)
        work.proof.numbers(f"{path}/id", expected=row(leaf.value), found=found, leaf=leaf.path)
        work.proof.prove([leaf.path])


def plane_recorded_rois(work: Comparison, leaves: Sequence[Leaf]) -> None:
    """roiIds: the rows that name it; in the table's order where the kept copy has the source's."""
    for leaf in leaves:
        plane = work.facts.plane(leaf.indices[0], leaf.indices[-1])
        path = segmentation_path(plane)
        found = _listed(work.table(path), IN_RECORD)
        _compare_order(work, f"{path}/id", [leaf], expected=row(leaf.value), found=found)


def roi_number(work: Comparison, leaves: Sequence[Leaf]) -> None:
    """The numbers of all records of a plane, in the order of the records."""
    for plane, records in _by_record(work, leaves):
        path = segmentation_path(plane)
        expected = np.array([float(row(leaf.value)[0]) for leaf in records])
        _compare_order(work, f"{path}/id", records, expected=expected, found=_listed(work.table(path), IN_ROIS))


def _compare_order(
    work: Comparison, path: str, leaves: Sequence[Leaf], *, expected: np.ndarray, found: np.ndarray
) -> None:
    if any(leaf.path in work.kept for leaf in leaves):
        expected, found = np.sort(expected), np.sort(found)
    work.proof.numbers(path, expected=expected, found=found, leaf=leaves[0].path)
    work.proof.prove(leaf.path for leaf in leaves)


def _by_record(work: Comparison, leaves: Sequence[Leaf]) -> Iterable[tuple[Plane, list[Leaf]]]:
    """Leaves of ROI records, those of one plane's record together."""
    groups: dict[str, list[Leaf]] = defaultdict(list)
    for leaf in leaves:
        groups[leaf.path[: leaf.path.rindex(".rois")]].append(leaf)
    for group in groups.values():
        first = group[0].indices
        yield work.facts.plane(first[0], first[-2]), group


def roi_outline(work: Comparison, leaves: Sequence[Leaf]) -> None:
    """cornersXY: 2 x C, x above y, counted from the source's first index."""
    first_index = work.context.metadata.assumptions.corners_first_index
    for plane, records in _by_record(work, leaves):
        path = segmentation_path(plane)
        parts = _parts_by_number(work, path, "outline")
        if work.table(path).has("outline"):
            work.proof.dtype(f"{path}/outline", work.table(path).column("outline").dtype, expected=np.float64)

        def rebuilt(number: int, parts: dict[int, np.ndarray] = parts) -> np.ndarray:
            return (parts[number].reshape(-1, 2) + first_index).T.reshape(-1)

        _compare_records(work, f"{path}/outline", records, rebuilt=rebuilt, rounded=True)


def roi_pixels(work: Comparison, leaves: Sequence[Leaf]) -> None:
    """indicesWithinImage: column * rows + row + 1, in the order of the pixels; every weight is 1."""
    for plane, records in _by_record(work, leaves):
        path = segmentation_path(plane)
        table = work.table(path)
        linear = _linear_pixels(work, path, plane)
        parts = dict(zip(table.ids.tolist(), np.split(linear, table.ends("pixel_mask")[:-1]), strict=True))
        _compare_records(work, f"{path}/pixel_mask", records, rebuilt=parts.__getitem__, rounded=False)


def _linear_pixels(work: Comparison, path: str, plane: Plane) -> np.ndarray:
    """The pixels of all masks of a plane, int64 (n,), as the source counts them; each has the weight 1."""
    mask, rows = work.table(path).column("pixel_mask"), plane.image_shape[0]
    work.proof.numbers(f"{path}/pixel_mask", expected=np.ones(mask.shape), found=mask["weight"].astype(np.float64))
    columns = mask["x"].astype(np.int64)
    inside = bool((mask["y"] < rows).all() and (columns < plane.image_shape[1]).all())
    work.proof.equal(f"{path}/pixel_mask", expected="pixels inside the image", found=_inside_text(inside))
    return columns * rows + mask["y"].astype(np.int64) + 1


def _inside_text(inside: bool) -> str:
    return "pixels inside the image" if inside else "a pixel outside"


def _parts_by_number(work: Comparison, path: str, column: str) -> dict[int, np.ndarray]:
    table = work.table(path)
    return dict(zip(table.ids.tolist(), table.parts(column), strict=True))


def _compare_records(
    work: Comparison, path: str, leaves: Sequence[Leaf], *, rebuilt: Callable[[int], np.ndarray], rounded: bool
) -> None:
    """Compare what every record of a plane holds with what the file gives for its ROI number."""
    for leaf in leaves:
        number = _number_of_record(work, leaf)
        expected = _column_by_column(leaf.value, rounded=rounded)
        found = rebuilt(number)
        tolerance: np.ndarray | float = 0.0
        if rounded and expected.shape == found.shape:
            # One is taken away on the way into the file, and added on the way back.
            tolerance = 2 * np.spacing(np.maximum(np.abs(expected), 1.0))
        work.proof.numbers(path, expected=expected, found=found, leaf=leaf.path, tolerance=tolerance)
        work.proof.prove([leaf.path])


def _column_by_column(value: object, *, rounded: bool) -> np.ndarray:
    array = np.asarray(value)
    return array.astype(np.float64).reshape(-1) if rounded else array.reshape(-1)


def _number_of_record(work: Comparison, leaf: Leaf) -> int:
    return int(row(work.proof.leaves[f"{leaf.path.rpartition('.')[0]}.id"])[0])


def plane_master_image(work: Comparison, leaves: Sequence[Leaf]) -> None:
    """Rows x columns x channels from the images, whose axes are (column, row)."""
    for leaf in leaves:
        plane = work.facts.plane(leaf.indices[0], leaf.indices[-1])
        image = np.asarray(leaf.value)
        channels = image[:, :, np.newaxis] if image.ndim == 2 else image
        for number, channel in zip(range(channels.shape[2]), naming.CHANNELS, strict=False):
            path = f"{OPHYS}/{naming.images(plane.name)}/{naming.image('master', channel)}"
            found = work.reader.values(path)
            work.proof.dtype(path, found.dtype, expected=image.dtype, leaf=leaf.path)
            work.proof.numbers(path, expected=channels[:, :, number], found=found.T, leaf=leaf.path)
        work.proof.prove([leaf.path])


def plane_files(work: Comparison, leaves: Sequence[Leaf]) -> None:
    """Listed paths by plane and number."""
    path = f"{SOURCE}/{naming.SOURCE_STACKS}"
    table = work.table(path)
    numbers = table.column("file_number").tolist()
    rows = dict(zip(zip(table.texts("plane"), numbers, strict=True), table.texts("listed_path"), strict=True))
    for leaf in leaves:
        plane = work.facts.plane(leaf.indices[0], leaf.indices[1])
        for number, listed in enumerate(texts_of(leaf.value), start=leaf.indices[2]):
            found = rows.get((plane.name, number), "nothing")
            work.proof.equal(f"{path}/listed_path", expected=listed, found=found, leaf=leaf.path)
        work.proof.prove([leaf.path])


def plane_frames(work: Comparison, leaves: Sequence[Leaf]) -> None:
    """2 x F: file above frame, NaN where the table has 0."""
    for leaf in leaves:
        plane = work.facts.plane(leaf.indices[0], leaf.indices[1])
        path = f"{SOURCE}/{naming.frame_index(plane.name)}"
        table = work.table(path)
        columns = [table.column("file_number"), table.column("frame_number")]
        found = np.array([np.where(column == 0, np.nan, column) for column in columns], dtype=np.float64)
        expected = np.asarray(leaf.value, dtype=np.float64)
        if not expected.size:
            # No list and no index: no time stamp has a frame.
            expected = np.full(found.shape, np.nan)
        work.proof.numbers(path, expected=expected, found=found, leaf=leaf.path)
        work.proof.prove([leaf.path])

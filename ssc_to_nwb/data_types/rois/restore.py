"""From the tables of ROIs and the master images back to imagingPlane.ids and the records in descrHash."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ssc_to_nwb.grouping import grouped
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.nwb_reader import NwbTable, ObjectError
from ssc_to_nwb.restoring.pieces import Piece, Restore, Restores, each
from ssc_to_nwb.restoring.struct_table import StructNode

# What source_lists names, by the source's three lists of a plane's ROIs.
IN_PLANE, IN_RECORD, IN_ROIS = "imagingPlane.ids", "roiIds", "rois"


def _listed(table: NwbTable, name: str) -> np.ndarray:
    """ROI numbers of the rows that name this list of the source, in the order of the rows."""
    member = [name in text.split(", ") for text in table.texts("source_lists")]
    ids: np.ndarray = table.ids[np.array(member, dtype=bool)]
    return ids


def _list(name: str) -> Restore:
    """The way back to one of the lists, in the order of the table."""
    return each(lambda file, node: [node.piece(_listed(file.table(node.table), name))])


def record_numbers(file: FileView, nodes: Sequence[StructNode]) -> Iterator[Piece]:
    """The numbers of all records of a plane, in the order of the table."""
    for table, group in _by_plane(file, nodes):
        yield _piece(group, f"{table.path}/id", _listed(table, IN_ROIS), lengths=[1] * len(group))


def outlines(file: FileView, nodes: Sequence[StructNode]) -> Iterator[Piece]:
    """cornersXY: 2 x C, x above y, counted from the source's first index."""
    first_index = float(file.assumptions["corners_first_index"])
    for table, group in _by_plane(file, nodes):
        corners, counts = _of_records(file, table, "outline", group)
        values, lengths = corners.reshape(-1) + first_index, [2 * count for count in counts]
        # One is taken away on the way into the file, and added on the way back.
        rounding = 2 * np.spacing(np.maximum(np.abs(values), 1.0))
        whole = np.repeat([node.whole for node in group], lengths)
        with np.errstate(invalid="ignore"):
            # A corner may be infinite.
            near = whole & (np.abs(values - np.rint(values)) <= rounding)
        values = np.where(near, np.rint(values), values)
        yield _piece(group, f"{table.path}/outline", values, lengths=lengths, rounding=rounding)


def pixels(file: FileView, nodes: Sequence[StructNode]) -> Iterator[Piece]:
    """indicesWithinImage: column * rows + row + 1, in the order of the pixels; every weight is 1."""
    for table, group in _by_plane(file, nodes):
        rows, columns = file.node(f"{_plane_record(group[0])}.masterImage").size[:2]
        place = f"{table.path}/pixel_mask"
        x, lengths = _of_records(file, table, "pixel_mask", group, field="x")
        y, weight = (_of_records(file, table, "pixel_mask", group, field=name)[0] for name in ("y", "weight"))
        if (x >= columns).any() or (y >= rows).any() or (weight != 1).any():
            raise ObjectError(place, expected="pixels inside the image, of weight 1", found="others")
        yield _piece(group, place, x.astype(np.float64) * rows + y + 1, lengths=lengths)


def _piece(group: Sequence[StructNode], place: str, values: np.ndarray, *, lengths: Sequence[int], **of: Any) -> Piece:
    """What the object gives of several leaves, so many numbers each."""
    several = tuple(lengths) if len(group) > 1 else None
    return Piece(leaves=tuple(node.path for node in group), place=place, values=values, lengths=several, **of)


def _plane_record(node: StructNode) -> str:
    """Path of the record of the plane whose ROI a leaf is of."""
    return node.path[: node.path.rindex(".rois")]


def _by_plane(file: FileView, nodes: Sequence[StructNode]) -> Iterator[tuple[NwbTable, list[StructNode]]]:
    """Leaves of ROI records by the record of their plane, with the table of that plane.

    The number beside an empty leaf says of which table it is. Each array of a subvolume has records of its own.
    """
    for group in grouped(nodes, _plane_record).values():
        yield file.table(file.node(f"{group[0].parent}.id").table), group


def _of_records(
    file: FileView, table: NwbTable, column: str, group: Sequence[StructNode], *, field: str | None = None
) -> tuple[np.ndarray, list[int]]:
    """What the table has in a ragged column, or in one field of it, of the records' ROIs; how much of each."""
    parts = dict(zip(table.ids.tolist(), table.parts(column, field=field), strict=True))
    by_plane = file.once("numbers of ROI records", lambda: grouped(file.claimed("roi-number"), _plane_record))
    of_record = _numbers(file, table, by_plane[_plane_record(group[0])])
    numbers = [of_record[node.parent] for node in group]
    missing = [number for number in numbers if number not in parts]
    if missing:
        raise ObjectError(f"{table.path}/id", expected=f"a row of ROI {missing[0]}", found="none")
    found = [parts[number] for number in numbers]
    return np.concatenate(found), [len(part) for part in found]


def _numbers(file: FileView, table: NwbTable, records: Sequence[StructNode]) -> dict[str, int]:
    """ROI number by record of a plane: kept, or those of the table in the order of the records."""
    if any(node.kept for node in records):
        return {node.parent: int(file.row(node.path)[0]) for node in records}
    listed = _listed(table, IN_ROIS).tolist()
    if len(listed) != len(records):
        expected = f"{len(records)} rows that name {IN_ROIS}"
        raise ObjectError(f"{table.path}/source_lists", expected=expected, found=str(len(listed)))
    return {node.parent: int(number) for node, number in zip(records, listed, strict=True)}


@each
def master_images(file: FileView, node: StructNode) -> Iterator[Piece]:
    """Rows x columns x channels from images whose axes are (column, row)."""
    for channel, place in enumerate(node.objects):
        where = None if len(node.size) == 2 else (slice(None), slice(None), channel)
        yield node.piece(file.reader.values(place).T, place=place, where=where)


RESTORES: Restores = {
    "plane-rois": _list(IN_PLANE),
    "plane-recorded-rois": _list(IN_RECORD),
    "plane-master-image": master_images,
    "roi-number": record_numbers,
    "roi-outline": outlines,
    "roi-pixels": pixels,
}

"""From the tables of ROIs and the master images back to imagingPlane.ids and the records in descrHash."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.nwb_reader import NwbTable, ObjectError
from ssc_to_nwb.restoring.pieces import Piece, Restore, Restores, each
from ssc_to_nwb.restoring.struct_table import StructNode, grouped

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
        found = _listed(table, IN_ROIS)
        lengths = (1,) * len(group) if len(group) > 1 else None
        yield Piece(leaves=tuple(node.path for node in group), place=f"{table.path}/id", values=found, lengths=lengths)


def outlines(file: FileView, nodes: Sequence[StructNode]) -> Iterator[Piece]:
    """cornersXY: 2 x C, x above y, counted from the source's first index."""
    first_index = float(file.assumptions["corners_first_index"])
    for table, group in _by_plane(file, nodes):
        parts = [part.reshape(-1) + first_index for part in _of_records(file, table, "outline", group)]
        joined = np.concatenate([np.zeros(0), *parts])
        # One is taken away on the way into the file, and added on the way back.
        rounding = 2 * np.spacing(np.maximum(np.abs(joined), 1.0))
        whole = np.repeat([node.whole for node in group], [part.size for part in parts])
        with np.errstate(invalid="ignore"):
            # A corner may be infinite.
            near = whole & (np.abs(joined - np.rint(joined)) <= rounding)
        values = np.where(near, np.rint(joined), joined)
        yield _piece(group, f"{table.path}/outline", parts, values=values, rounding=rounding)


def pixels(file: FileView, nodes: Sequence[StructNode]) -> Iterator[Piece]:
    """indicesWithinImage: column * rows + row + 1, in the order of the pixels; every weight is 1."""
    for table, group in _by_plane(file, nodes):
        rows, columns = file.node(f"{_plane_record(group[0])}.masterImage").size[:2]
        x, y, weight = (_of_records(file, table, "pixel_mask", group, field=name) for name in ("x", "y", "weight"))
        if not _inside(x, columns) or not _inside(y, rows) or not all((one == 1).all() for one in weight):
            place = f"{table.path}/pixel_mask"
            raise ObjectError(place, expected="pixels inside the image, of weight 1", found="others")
        parts = [column.astype(np.float64) * rows + row + 1 for column, row in zip(x, y, strict=True)]
        yield _piece(group, f"{table.path}/pixel_mask", parts)


def _piece(
    group: Sequence[StructNode], place: str, parts: Sequence[np.ndarray], *, values: np.ndarray | None = None, **of: Any
) -> Piece:
    """What the object gives of several leaves, a part each; values: the parts joined."""
    return Piece(
        leaves=tuple(node.path for node in group),
        place=place,
        values=np.concatenate([np.zeros(0), *parts]) if values is None else values,
        lengths=tuple(part.size for part in parts) if len(parts) > 1 else None,
        **of,
    )


def _inside(parts: Sequence[np.ndarray], length: int) -> bool:
    return all((part < length).all() for part in parts)


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
) -> list[np.ndarray]:
    """What the table has in a ragged column, or in one field of it, of each record's ROI."""
    parts = dict(zip(table.ids.tolist(), table.parts(column, field=field), strict=True))
    by_plane = file.once("numbers of ROI records", lambda: grouped(file.claimed("roi-number"), _plane_record))
    numbers = _numbers(file, table, by_plane[_plane_record(group[0])])
    missing = [numbers[node.parent] for node in group if numbers[node.parent] not in parts]
    if missing:
        raise ObjectError(f"{table.path}/id", expected=f"a row of ROI {missing[0]}", found="none")
    return [parts[numbers[node.parent]] for node in group]


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

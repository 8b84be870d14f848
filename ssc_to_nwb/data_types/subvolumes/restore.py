"""From the lists of stacks and the frame indices back to what imagingPlane says of the files of each plane."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.nwb_reader import ObjectError
from ssc_to_nwb.restoring.pieces import Piece, Restores
from ssc_to_nwb.restoring.struct_table import StructNode

_STACKS = f"/processing/{naming.SOURCE_MODULE}/{naming.SOURCE_STACKS}"
_FRAME_INDEX = naming.frame_index("")


def files(file: FileView, nodes: Sequence[StructNode]) -> Iterator[Piece]:
    """Paths as sourceFileList has them: a leaf per file, or one for all files of a plane."""
    table = file.table(_STACKS)
    numbers, planes = table.column("file_number").tolist(), table.texts("plane")
    listed = dict(zip(zip(planes, numbers, strict=True), table.texts("listed_path"), strict=True))
    for node in nodes:
        plane = plane_of(file, node)
        places = [number for name, number in listed if name == plane]
        if node.index and node.path.endswith("}"):
            places = [node.index]
        missing = next((place for place in places if (plane, place) not in listed), None)
        if missing is not None:
            raise ObjectError(f"{_STACKS}/listed_path", expected=f"file {missing} of {plane}", found="no row")
        texts = tuple(listed[plane, place] for place in places)
        yield Piece(leaves=(node.path,), place=f"{_STACKS}/listed_path", values=texts)


def plane_of(file: FileView, node: StructNode) -> str:
    """Name of the plane, such as fov_01002, of a leaf of imagingPlane: its frame index is named after it."""
    index = file.node(f"{node.parent}.sourceFileFrameIdx").objects[0]
    return index.rpartition("/")[2].removeprefix(_FRAME_INDEX)


def frames(file: FileView, nodes: Sequence[StructNode]) -> Iterator[Piece]:
    """2 x F: file above frame, NaN where the plane has no frame."""
    for node in nodes:
        table = file.table(node.objects[0])
        for row, name in enumerate(("file_number", "frame_number")):
            found = table.column(name)
            yield Piece(
                leaves=(node.path,), place=f"{node.objects[0]}/{name}", where=(row, slice(None)),
                values=np.where(found == 0, np.nan, found),
            )  # fmt: skip


RESTORES: Restores = {"plane-files": files, "plane-frames": frames}

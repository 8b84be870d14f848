"""From the lists of stacks and the frame indices back to what imagingPlane says of the files of each plane."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.nwb_reader import ObjectError
from ssc_to_nwb.restoring.pieces import Piece, Restores, each
from ssc_to_nwb.restoring.struct_table import StructNode

_STACKS = f"/processing/{naming.SOURCE_MODULE}/{naming.SOURCE_STACKS}"
_FRAME_INDEX = naming.frame_index("")


def files(file: FileView, nodes: Sequence[StructNode]) -> Iterator[Piece]:
    """Paths as sourceFileList has them: a leaf per file, or one for all files of a plane."""
    table = file.table(_STACKS)
    numbers, planes = table.column("file_number").tolist(), table.texts("plane")
    listed = dict(zip(zip(planes, numbers, strict=True), table.texts("listed_path"), strict=True))
    for node in nodes:
        # The frame index of a plane is named after it.
        plane = file.node(f"{node.parent}.sourceFileFrameIdx").column.removeprefix(_FRAME_INDEX)
        places = [number for name, number in listed if name == plane]
        if node.index and node.path.endswith("}"):
            places = [node.index]
        missing = next((place for place in places if (plane, place) not in listed), None)
        if missing is not None:
            raise ObjectError(f"{_STACKS}/listed_path", expected=f"file {missing} of {plane}", found="no row")
        texts = tuple(listed[plane, place] for place in places)
        yield node.piece(texts)


@each
def frames(file: FileView, node: StructNode) -> Iterator[Piece]:
    """2 x F: file above frame, NaN where the plane has no frame."""
    for row, name in enumerate(("file_number", "frame_number")):
        found = file.table(node.objects[0]).column(name)
        place = f"{node.objects[0]}/{name}"
        yield node.piece(np.where(found == 0, np.nan, found), place=place, where=(row, slice(None)))


RESTORES: Restores = {"plane-files": files, "plane-frames": frames}

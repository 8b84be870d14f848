"""What the lists of stacks and the frame indices say a second time: places in a list, frames of a plane's series."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.restoring.clocks import imaged_planes
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.following import Followed, Follows

_SOURCE = f"/processing/{naming.SOURCE_MODULE}"
_STACKS = f"{_SOURCE}/{naming.SOURCE_STACKS}"


def stacks(file: FileView) -> Iterator[Followed]:
    """The stacks of each plane together, planes in the order of the source, files counted from 1."""
    planes = [plane.name for plane in imaged_planes(file)]
    if not planes:
        return
    table = file.table(_STACKS)
    names = table.texts("plane")
    counts = [(name, names.count(name)) for name in planes]
    expected = [name for name, count in counts for _ in range(count)]
    numbers = [place for _, run in groupby(names) for place, _ in enumerate(run, start=1)]
    yield Followed(f"{_STACKS}/plane", expected, names)
    yield Followed(f"{_STACKS}/file_number", np.array(numbers, dtype=np.int64), table.column("file_number"))


def frames(file: FileView) -> Iterator[Followed]:
    """Stacks that are listed, or none; frames of the series counted in the order of the time stamps."""
    for plane in imaged_planes(file):
        table = file.table(plane.frame_index)
        files, numbers = table.column("file_number"), table.column("frame_number")
        listed = file.table(_STACKS).texts("plane").count(plane.name)
        yield Followed(f"{table.path}/file_number", np.clip(files, 0, listed), files, covers=())
        yield Followed(f"{table.path}/frame_number", files > 0, numbers > 0, covers=())
        if table.has(naming.TWO_PHOTON_FRAME):
            found = table.column(naming.TWO_PHOTON_FRAME)
            there = (found != 0) & (files > 0)
            place = f"{table.path}/{naming.TWO_PHOTON_FRAME}"
            yield Followed(place, np.cumsum(there) * there, found)
            series = f"/acquisition/{naming.two_photon_series(plane.name, naming.CHANNELS[0])}/data"
            count = file.reader.dataset(series).shape[0] if file.reader.has(series) else 0
            yield Followed(place, int(count), int(there.sum()))


FOLLOWS: Follows = {f"{_STACKS}/plane": stacks, f"{_SOURCE}/{naming.TWO_PHOTON_FRAME}": frames}

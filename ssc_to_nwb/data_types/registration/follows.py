"""The time stamps of registration shifts are some of those of the plane's subvolume."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.restoring.clocks import OPHYS, clock_of, imaged_planes, nearest
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.following import Followed, Follows, rounding


def times(file: FileView) -> Iterator[Followed]:
    """One per shift, each of them a time stamp of the subvolume, and rising."""
    for plane in imaged_planes(file):
        path = f"{OPHYS}/{naming.registration_shift(plane.name)}"
        if file.reader.has(path) and plane.clock is not None:
            place = f"{path}/timestamps"
            seconds, clock = file.stamps(path), clock_of(file, plane.clock).seconds
            expected = np.unique(clock[nearest(clock, seconds)]) if clock.size else clock
            node = file.reader.tree.node(place)
            is_own = node is not None and node.kind == "dataset"
            yield Followed(place, expected, seconds, tolerance=rounding(seconds), covers=None if is_own else ())
            count = int(file.reader.dataset(f"{path}/data").shape[0])
            yield Followed(place, count, int(seconds.size), covers=())


FOLLOWS: Follows = {f"{OPHYS}/registration_shift": times}

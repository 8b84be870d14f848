"""Traces of many planes, each read while the one before it is worked on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from ssc_to_nwb.reading.imaged_plane import ImagedPlane, ResponseKind, RoiTraces


def traces_ahead(
    planes: Sequence[ImagedPlane], *kinds: ResponseKind
) -> Iterator[tuple[ImagedPlane, tuple[RoiTraces | None, ...]]]:
    """The traces of one plane after the other, as `ImagedPlane.traces` has them.

    HDF5 unpacks without Python's lock, so that a second processor reads the next plane meanwhile. Two planes are in
    memory at a time.

    Parameters
    ----------
    planes : sequence of ImagedPlane
        Planes of an open file.
    *kinds : ResponseKind
        `raw`, `dff` or `event`, as many as are wanted.

    Yields
    ------
    tuple of ImagedPlane and tuple of RoiTraces or None
        A plane, and its traces of each kind; None where the file has none of the kind.
    """

    def read(plane: ImagedPlane) -> tuple[RoiTraces | None, ...]:
        return tuple(plane.traces(kind) for kind in kinds)

    with ThreadPoolExecutor(max_workers=1) as reader:
        coming = [reader.submit(read, plane) for plane in planes[:1]]
        for number, plane in enumerate(planes):
            read_now = coming.pop().result()
            coming += [reader.submit(read, one) for one in planes[number + 1 : number + 2]]
            yield plane, read_now
            del read_now

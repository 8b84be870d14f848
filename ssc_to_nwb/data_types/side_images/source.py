"""Side images of a plane: master images and projections per channel, one page each, or one page per trial."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog, SscError, error
from ssc_to_nwb.source_files.raw_inventory import SideImageFile
from ssc_to_nwb.tif.index import TifError, TifIndex, index_tif

if TYPE_CHECKING:
    from ssc_to_nwb.session.raw_data import RawData
    from ssc_to_nwb.session.session import Session


def read_files(session: Session, raw: RawData, *, log: ProblemLog) -> Iterator[tuple[str, SideImageFile, TifIndex]]:
    """All side images, checked but not read: name of the plane, file, pages. log: takes the problems of those left out.

    Raises SscError of kind SIDE_IMAGE_UNREADABLE, where raw files must not be left out.
    """
    shapes = {plane.name: plane.image_shape for plane in session.planes}
    for plane in raw.inventory.planes:
        for file in plane.side_images:
            try:
                index = open_side_image(file, plane_name=plane.plane_name, image_shape=shapes[plane.plane_name])
            except SscError as failure:
                log.overcome(failure, keep_going=raw.keep_going)
            else:
                yield plane.plane_name, file, index


def open_side_image(file: SideImageFile, *, plane_name: str, image_shape: tuple[int, int]) -> TifIndex:
    """Index one side image, which has the (rows, columns) of the plane's frames. Raises side-image-unreadable."""
    place = f"plane {plane_name}"
    try:
        index = index_tif(file.path)
    except TifError as failure:
        problem = failure.problem
        field = ", ".join(part for part in (place, problem.field) if part)
        unreadable = replace(problem, kind=kinds.SIDE_IMAGE_UNREADABLE, field=field, detail=problem.said)
        raise SscError(unreadable) from failure
    if index.image_shape != image_shape:
        expected = f"{image_shape[0]} x {image_shape[1]} as the plane's master image"
        found = f"{index.image_shape[0]} x {index.image_shape[1]}"
        raise error(kinds.SIDE_IMAGE_UNREADABLE, file=file.path, field=place, expected=expected, found=found)
    return index

"""Side images: every page of every tif, pixel by pixel."""

from __future__ import annotations

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.side_images.source import SideImage, open_side_image
from ssc_to_nwb.problems.model import ProblemLog, SscError
from ssc_to_nwb.proof.comparison import OPHYS, Comparison
from ssc_to_nwb.proof.objects import check_image, check_table
from ssc_to_nwb.proof.source_pages import read_pages
from ssc_to_nwb.session.raw_data import RawData

# Pages that are compared at a time where they stand in no chunks, so that memory does not grow with their number.
_PAGES = 16


def check_side_images(work: Comparison, raw: RawData, *, log: ProblemLog) -> None:
    """Compare the side images of every plane. Raises SscError where one can't be read and none may be left out."""
    shapes = {plane.name: plane.image_shape for plane in work.session.planes}
    for plane in raw.inventory.planes:
        for file in plane.side_images:
            try:
                image = open_side_image(file, plane_name=plane.plane_name, image_shape=shapes[plane.plane_name])
            except SscError as failure:
                if not raw.keep_going:
                    raise
                log.add_overcome(failure.problem)
                continue
            place = _place(plane.plane_name, image)
            work.proof.guarded(place, _check, work, plane.plane_name, image)


def _place(plane: str, image: SideImage) -> str:
    if image.index.page_count > 1:
        return f"{OPHYS}/{naming.image_pages(plane, image.kind, image.channel)}"
    return f"{OPHYS}/{naming.images(plane)}/{naming.image(image.kind, image.channel)}"


def _check(work: Comparison, plane: str, image: SideImage) -> None:
    path = _place(plane, image)
    parts = (image.channel, image.index.path.name)
    if image.index.page_count == 1:
        check_image(work, path, parts=parts)
        found = work.reader.values(path)
        work.proof.dtype(path, found.dtype, expected=image.index.native_dtype)
        work.proof.numbers(path, expected=read_pages(image.index, 0, 1)[0], found=found.T)
        return
    table = check_table(work, path, columns=["image"], axes={"image": 3}, parts=parts)
    work.proof.equal(f"{path}/id", expected=image.index.page_count, found=table.rows)
    column = f"{path}/image"
    dataset = work.reader.dataset(column)
    work.proof.dtype(column, dataset.dtype, expected=image.index.native_dtype)
    step = int(dataset.chunks[0]) if dataset.chunks else _PAGES
    for start in range(0, image.index.page_count, step):
        stop = min(start + step, image.index.page_count)
        found = np.asarray(dataset[start:stop])
        if not work.proof.numbers(column, expected=read_pages(image.index, start, stop), found=found.swapaxes(-1, -2)):
            return

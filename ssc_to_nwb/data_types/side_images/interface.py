"""Side images: projections over the session into the plane's Images, those with a page per trial as tables of images.

A page per trial makes hundreds of images per plane. As a column of a table they are one data set each, which opens as
fast as one image does; no time stamps are made up for them, as the source does not say which page is which trial.
"""

from __future__ import annotations

from hdmf.common import DynamicTable, VectorData
from pynwb import NWBFile
from pynwb.image import GrayscaleImage

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.modules import get_module
from ssc_to_nwb.data_types.raw_base import RawInterface
from ssc_to_nwb.data_types.rois.interface import get_images
from ssc_to_nwb.data_types.side_images.source import SideImage, open_side_image
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.tif.lazy_pages import LazyImage, LazyPages

_MEANINGS = {
    "master_imreg_image": "Master image of the registration",
    "session_mean": "Mean over the session",
    "session_maxproj": "Maximum over the session",
    "session_sdmean": "Mean of the standard deviations of the session's files",
    "session_sdmax": "Maximum of the standard deviations of the session's files",
    "session_pertrial_mean": "Mean per trial",
    "session_pertrial_sd": "Standard deviation per trial",
}


class SideImagesInterface(RawInterface):
    """Master images and projections that lie beside the stacks."""

    display_name = "CRCNS ssc side images"
    info = "Master image and projections of every plane and channel, from the tifs beside the stacks."

    def add(self, nwbfile: NWBFile) -> None:
        """Add every side image of every plane."""
        if self.raw is None:
            return
        shapes = {plane.name: plane.image_shape for plane in self.context.session.planes}
        for plane in self.raw.inventory.planes:
            for file in plane.side_images:
                try:
                    image = open_side_image(file, plane_name=plane.plane_name, image_shape=shapes[plane.plane_name])
                except SscError as failure:
                    if not self.raw.keep_going:
                        raise
                    self.context.log.add_overcome(failure.problem)
                    continue
                add_side_image(nwbfile, plane_name=plane.plane_name, image=image)


def add_side_image(nwbfile: NWBFile, *, plane_name: str, image: SideImage) -> GrayscaleImage | DynamicTable:
    """Add one side image, values and type as in its tif, axes (column, row)."""
    meaning = f"{_MEANINGS[image.kind]}, {image.channel} channel ({image.index.path.name})"
    if image.index.page_count > 1:
        return _add_page_table(nwbfile, plane_name=plane_name, image=image, meaning=meaning)
    picture = GrayscaleImage(
        name=naming.image(image.kind, image.channel),
        description=f"{meaning}; data[x, y] is column x, row y.",
        data=LazyImage(index=image.index),
    )
    get_images(nwbfile, plane_name).add_image(picture)
    return picture


def _add_page_table(nwbfile: NWBFile, *, plane_name: str, image: SideImage, meaning: str) -> DynamicTable:
    pages = image.index.page_count
    table = DynamicTable(
        name=naming.image_pages(plane_name, image.kind, image.channel),
        description=f"{meaning} of {plane_name}: one row per page of the tif, in its order.",
        id=list(range(pages)),
        colnames=["image"],
        columns=[
            VectorData(
                name="image",
                description="The page; image[row][x, y] is column x, row y.",
                data=LazyPages(index=image.index),
            )
        ],
    )
    get_module(nwbfile, naming.OPHYS_MODULE).add(table)
    return table

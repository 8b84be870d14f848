"""Side images: projections over the session into the plane's Images, those with a page per trial as tables of images.

A page per trial makes hundreds of images per plane. As a column of a table they are one data set each, which opens as
fast as one image does; no time stamps are made up for them, as the source does not say which page is which trial.
"""

from __future__ import annotations

from hdmf.common import DynamicTable
from pynwb import NWBFile
from pynwb.image import GrayscaleImage

from ssc_to_nwb.data_types.base import RawInterface
from ssc_to_nwb.data_types.from_layout import get_module, make_table
from ssc_to_nwb.data_types.rois.interface import get_images
from ssc_to_nwb.data_types.side_images.layout import page_table, single_image
from ssc_to_nwb.data_types.side_images.source import SideImage, session_side_images
from ssc_to_nwb.tif.lazy_pages import LazyImage, LazyPages


class SideImagesInterface(RawInterface):
    """Master images and projections that lie beside the stacks."""

    display_name = "CRCNS ssc side images"
    info = "Master image and projections of every plane and channel, from the tifs beside the stacks."

    def add(self, nwbfile: NWBFile) -> None:
        """Add every side image of every plane, values and type as in its tif, axes (column, row)."""
        if self.raw is None:
            return
        for plane_name, image in session_side_images(self.context.session, self.raw, log=self.context.log):
            if image.index.page_count > 1:
                _add_pages(nwbfile, plane_name=plane_name, image=image)
            else:
                declared = single_image(plane_name, image)
                picture = GrayscaleImage(
                    name=declared.name, description=declared.text, data=LazyImage(index=image.index)
                )
                get_images(nwbfile, plane_name).add_image(picture)


def _add_pages(nwbfile: NWBFile, *, plane_name: str, image: SideImage) -> None:
    declared = page_table(plane_name, image)
    table = make_table(
        declared,
        {"image": LazyPages(index=image.index)},
        table_class=DynamicTable,
        id=list(range(image.index.page_count)),
    )
    get_module(nwbfile, declared.path).add(table)


INTERFACE = SideImagesInterface

"""Side images: projections over the session into the plane's Images, those with a page per trial as tables of images.

A page per trial makes hundreds of images per plane. As a column of a table they are one data set each, which opens as
fast as one image does; no time stamps are made up for them, as the source does not say which page is which trial.
"""

from __future__ import annotations

from pynwb import NWBFile
from pynwb.image import GrayscaleImage

from ssc_to_nwb.data_types.base import RawInterface
from ssc_to_nwb.data_types.from_layout import get_module, make_table
from ssc_to_nwb.data_types.rois.interface import get_images
from ssc_to_nwb.data_types.side_images.layout import page_table, single_image
from ssc_to_nwb.data_types.side_images.source import read_files
from ssc_to_nwb.tif.lazy_pages import LazyImage, LazyPages


class SideImagesInterface(RawInterface):
    """Master images and projections that lie beside the stacks."""

    display_name = "CRCNS ssc side images"
    info = "Master image and projections of every plane and channel, from the tifs beside the stacks."

    def add(self, nwbfile: NWBFile) -> None:
        """Add every side image of every plane, values and type as in its tif, axes (column, row)."""
        if self.raw is None:
            return
        for plane_name, image in read_files(self.context.session, self.raw, log=self.context.log):
            if image.index.page_count > 1:
                table = page_table(plane_name, image)
                rows = list(range(image.index.page_count))
                made = make_table(table, {"image": LazyPages(index=image.index)}, id=rows)
                get_module(nwbfile, table.path).add(made)
            else:
                declared, data = single_image(plane_name, image), LazyImage(index=image.index)
                picture = GrayscaleImage(name=declared.name, description=declared.text, data=data)
                get_images(nwbfile, plane_name).add_image(picture)


INTERFACE = SideImagesInterface

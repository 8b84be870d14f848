"""Side images: projections over the session into the plane's Images, those with a page per trial as tables of images.

A page per trial makes hundreds of images per plane. As a column of a table they are one data set each, which opens as
fast as one image does; no time stamps are made up for them, as the source does not say which page is which trial.
"""

from __future__ import annotations

from ssc_to_nwb.data_types.base import RawInterface


class SideImagesInterface(RawInterface):
    """Master images and projections that lie beside the stacks, values and type as in their tifs."""

    display_name = "CRCNS ssc side images"
    info = "Master image and projections of every plane and channel, from the tifs beside the stacks."


INTERFACE = SideImagesInterface

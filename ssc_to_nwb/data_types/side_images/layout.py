"""Where side images are in the NWB file: among the plane's images, or, with a page per trial, in a table of pages."""

from __future__ import annotations

from collections.abc import Iterator

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.declared import OPHYS, Column, DeclaredObject, Image, Sources, Table
from ssc_to_nwb.data_types.rois.layout import images
from ssc_to_nwb.data_types.side_images.source import SideImage, session_side_images

_MEANINGS = {
    "master_imreg_image": "Master image of the registration",
    "session_mean": "Mean over the session",
    "session_maxproj": "Maximum over the session",
    "session_sdmean": "Mean of the standard deviations of the session's files",
    "session_sdmax": "Maximum of the standard deviations of the session's files",
    "session_pertrial_mean": "Mean per trial",
    "session_pertrial_sd": "Standard deviation per trial",
}


def objects(sources: Sources) -> Iterator[DeclaredObject]:
    """The images of all planes."""
    if sources.raw is None:
        return
    for plane_name, image in session_side_images(sources.session, sources.raw, log=sources.log):
        yield OPHYS
        if image.index.page_count > 1:
            yield page_table(plane_name, image)
        else:
            yield images(plane_name)
            yield single_image(plane_name, image)


def single_image(plane_name: str, image: SideImage) -> Image:
    """An image of one page."""
    return Image(
        path=image_path(plane_name, image.kind, image.channel),
        text=f"{_meaning(image)}; data[x, y] is column x, row y.",
        dtype=image.index.native_dtype,
    )


def page_table(plane_name: str, image: SideImage) -> Table:
    """An image of several pages."""
    text = "The page; image[row][x, y] is column x, row y."
    return Table(
        path=pages_path(plane_name, image.kind, image.channel),
        text=f"{_meaning(image)} of {plane_name}: one row per page of the tif, in its order.",
        columns=(Column(name="image", text=text, dtype=image.index.native_dtype, axes=3),),
    )


def _meaning(image: SideImage) -> str:
    return f"{_MEANINGS[image.kind]}, {image.channel} channel ({image.index.path.name})"


def image_path(plane_name: str, kind: str, channel: naming.Channel) -> str:
    """Path of an image of one page."""
    return f"{images(plane_name).path}/{naming.image(kind, channel)}"


def pages_path(plane_name: str, kind: str, channel: naming.Channel) -> str:
    """Path of the table of an image of several pages."""
    return f"{OPHYS.path}/{naming.image_pages(plane_name, kind, channel)}"

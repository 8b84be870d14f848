"""Where side images are in the NWB file: among the plane's images, or, a page per trial, in a table; their files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.declared import OPHYS, Column, DeclaredObject, Image, Sources, Table
from ssc_to_nwb.data_types.rois.layout import images
from ssc_to_nwb.data_types.rule import written
from ssc_to_nwb.data_types.side_images.source import SideImage, read_files
from ssc_to_nwb.ledger.ledger import FileEntry
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.source_files.raw_files import RawFileKind
from ssc_to_nwb.source_files.raw_inventory import SideImageFile
from ssc_to_nwb.tif.index import index_tif

if TYPE_CHECKING:
    from ssc_to_nwb.ledger.raw_ledger import SourceFiles
    from ssc_to_nwb.session.raw_data import RawData
    from ssc_to_nwb.source_files.raw_inventory import PlaneFiles

_MEANINGS = {
    "master_imreg_image": "Master image of the registration",
    "session_mean": "Mean over the session",
    "session_maxproj": "Maximum over the session",
    "session_sdmean": "Mean of the standard deviations of the session's files",
    "session_sdmax": "Maximum of the standard deviations of the session's files",
    "session_pertrial_mean": "Mean per trial",
    "session_pertrial_sd": "Standard deviation per trial",
}
ROLE = ("side image", RawFileKind.SIDE_IMAGE)
LEAVES_OUT = (kinds.SIDE_IMAGE_UNREADABLE,)


def objects(sources: Sources) -> Iterator[DeclaredObject]:
    """The images of all planes."""
    if sources.raw is None:
        return
    for plane_name, image in read_files(sources.session, sources.raw, log=sources.log):
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
        columns=(Column("image", image.index.native_dtype, text, axes=3),),
    )


def _meaning(image: SideImage) -> str:
    return f"{_MEANINGS[image.kind]}, {image.channel} channel ({image.index.path.name})"


def image_path(plane_name: str, kind: str, channel: naming.Channel) -> str:
    """Path of an image of one page."""
    return f"{images(plane_name).path}/{naming.image(kind, channel)}"


def pages_path(plane_name: str, kind: str, channel: naming.Channel) -> str:
    """Path of the table of an image of several pages."""
    return f"{OPHYS.path}/{naming.image_pages(plane_name, kind, channel)}"


_RULE = written(
    "side-image",
    "fov_VVPPP/fluo_batch_out/{master_imreg_image,session_*}_chan_NN.tif",
    nwb=(images("{plane}").path,),
    text="An image per channel and kind, axes (column, row), values unchanged.",
)
RAW_RULES = (_RULE,)


def plane_entries(plane: PlaneFiles, raw: RawData, files: SourceFiles) -> Iterator[FileEntry]:  # noqa: ARG001
    """The side images of a plane in the ledger."""
    for image in plane.side_images:
        yield files.entry(image.path, _RULE, role=ROLE[0], nwb=_place(plane.plane_name, image))


def _place(plane: str, image: SideImageFile) -> tuple[str, ...]:
    kind, channel = image.name.kind, naming.CHANNELS[image.name.channel - 1]
    try:
        pages = index_tif(image.path).page_count
    except SscError:
        return ()
    if pages > 1:
        return (pages_path(plane, kind, channel),)
    return (image_path(plane, kind, channel),)

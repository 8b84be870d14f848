"""Where side images are in the NWB file: among the plane's images, or, a page per trial, in a table; their files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.declared import OPHYS, Column, DeclaredObject, Image, Sources, Table
from ssc_to_nwb.data_types.rois.layout import images
from ssc_to_nwb.data_types.rule import written
from ssc_to_nwb.data_types.side_images.source import read_files
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
    for plane_name, file, index in read_files(sources.session, sources.raw, log=sources.log):
        yield OPHYS
        path = _path(plane_name, file, pages=index.page_count)
        meaning = f"{_MEANINGS[file.kind]}, {naming.CHANNELS[file.channel - 1]} channel ({index.path.name})"
        if index.page_count > 1:
            text = "The page; image[row][x, y] is column x, row y."
            yield Table(
                path=path,
                text=f"{meaning} of {plane_name}: one row per page of the tif, in its order.",
                columns=(Column("image", index.native_dtype, text, axes=3, values=index),),
            )
        else:
            yield images(plane_name)
            text = f"{meaning}; data[x, y] is column x, row y."
            yield Image(path=path, text=text, dtype=index.native_dtype, values=index)


def _path(plane_name: str, file: SideImageFile, *, pages: int) -> str:
    """Path of an image of one page, or of the table of those of several pages."""
    channel = naming.CHANNELS[file.channel - 1]
    if pages > 1:
        return f"{OPHYS.path}/{naming.image_pages(plane_name, file.kind, channel)}"
    return f"{images(plane_name).path}/{naming.image(file.kind, channel)}"


_RULE = written(
    "side-image",
    "fov_VVPPP/fluo_batch_out/{master_imreg_image,session_*}_chan_NN.tif",
    nwb=(images("{plane}").path,),
    text="An image per channel and kind, axes (column, row), values unchanged.",
)
RAW_RULES = (_RULE,)


def plane_entries(plane: PlaneFiles, raw: RawData, files: SourceFiles) -> Iterator[FileEntry]:  # noqa: ARG001
    """The side images of a plane in the ledger."""
    for file in plane.side_images:
        nwb: tuple[str, ...] = ()
        # One that can't be read has no place.
        with suppress(SscError):
            nwb = (_path(plane.plane_name, file, pages=index_tif(file.path).page_count),)
        yield files.used(file.path, _RULE, role=ROLE[0], nwb=nwb)

"""Side images among a session's raw files, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.rois.layout import images
from ssc_to_nwb.data_types.rule import Disposition, Rule
from ssc_to_nwb.data_types.side_images import problems
from ssc_to_nwb.data_types.side_images.layout import image_path, pages_path
from ssc_to_nwb.data_types.side_images.source import session_side_images
from ssc_to_nwb.ledger.ledger import FileEntry
from ssc_to_nwb.problems.model import ProblemLog, SscError
from ssc_to_nwb.source_files.raw_files import RawFileKind
from ssc_to_nwb.source_files.raw_inventory import SideImageFile
from ssc_to_nwb.tif.index import index_tif

if TYPE_CHECKING:
    from ssc_to_nwb.ledger.raw_ledger import SourceFiles
    from ssc_to_nwb.session.raw_data import RawData
    from ssc_to_nwb.session.session import Session
    from ssc_to_nwb.source_files.raw_inventory import PlaneFiles

ROLE = ("side image", RawFileKind.SIDE_IMAGE)
_RULE = Rule(
    identifier="side-image",
    patterns=("fov_VVPPP/fluo_batch_out/{master_imreg_image,session_*}_chan_NN.tif",),
    disposition=Disposition.WRITTEN,
    nwb=(images("{plane}").path,),
    text="An image per channel and kind, axes (column, row), values unchanged.",
)
RAW_RULES = (_RULE,)
LEAVES_OUT = (problems.SIDE_IMAGE_UNREADABLE,)


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


def judge_files(session: Session, raw: RawData, *, log: ProblemLog) -> None:
    """Log the side images that cannot be used."""
    for _ in session_side_images(session, raw, log=log):
        pass

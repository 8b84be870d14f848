"""Puts the interfaces together: one NWBFile with everything that belongs to a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pynwb import NWBFile

from ssc_to_nwb.interfaces.base import SessionInterface
from ssc_to_nwb.interfaces.context import SessionContext
from ssc_to_nwb.interfaces.events import EventsInterface
from ssc_to_nwb.interfaces.file_metadata import make_nwbfile
from ssc_to_nwb.interfaces.imaging_stacks import ImagingStacksInterface
from ssc_to_nwb.interfaces.provenance import add_provenance
from ssc_to_nwb.interfaces.registration import RegistrationInterface
from ssc_to_nwb.interfaces.roi_responses import RoiResponsesInterface
from ssc_to_nwb.interfaces.roi_segmentation import RoiSegmentationInterface
from ssc_to_nwb.interfaces.side_images import SideImagesInterface
from ssc_to_nwb.interfaces.source_frames import SourceFramesInterface
from ssc_to_nwb.interfaces.source_struct import add_source_struct
from ssc_to_nwb.interfaces.trial_numbers import TrialNumbersInterface
from ssc_to_nwb.interfaces.trials import TrialsInterface
from ssc_to_nwb.interfaces.whisker import WhiskerInterface
from ssc_to_nwb.interfaces.whisker_video import WhiskerVideoInterface
from ssc_to_nwb.mapping.ledger import Ledger
from ssc_to_nwb.mapping.raw_ledger import file_entries
from ssc_to_nwb.source.raw_data import RawData

# In the order in which they are added: trial numbers link to the time stamps of the traces before them.
SESSION_INTERFACES: Mapping[str, type[SessionInterface]] = {
    "whisker": WhiskerInterface,
    "roi_segmentation": RoiSegmentationInterface,
    "roi_responses": RoiResponsesInterface,
    "trial_numbers": TrialNumbersInterface,
    "events": EventsInterface,
    "trials": TrialsInterface,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoPlace:
    """Where the videos are put while the file is built, and the name the folder will have."""

    folder: Path
    final_name: str


def assemble_nwbfile(
    context: SessionContext,
    *,
    raw: RawData | None,
    ledger: Ledger,
    hashes: Mapping[Path, str],
    options: Mapping[str, object],
    video_place: VideoPlace,
    chunk_mb: float,
) -> tuple[NWBFile, Ledger]:
    """An NWBFile in memory with every data type of the session, and the ledger with the source files in it.

    ledger: of the session file's fields; hashes: SHA-256 of source files by path, as far as they are known; options:
    those that decide what is in the file, for its provenance; chunk_mb: of frames, in 2^20 bytes.
    """
    nwbfile = make_nwbfile(context)
    for interface in SESSION_INTERFACES.values():
        interface.from_context(context).add(nwbfile)
    _add_raw(nwbfile, context, raw=raw, video_place=video_place, chunk_mb=chunk_mb)
    add_source_struct(nwbfile, ledger=ledger, session=context.session)
    files = file_entries(context.session, raw, problems=context.log.problems, hashes=hashes)
    ledger = replace(ledger, files=files)
    add_provenance(nwbfile, ledger=ledger, context=context, options=options)
    return nwbfile, ledger


def _add_raw(
    nwbfile: NWBFile, context: SessionContext, *, raw: RawData | None, video_place: VideoPlace, chunk_mb: float
) -> None:
    SourceFramesInterface.from_raw(context, raw).add(nwbfile)
    stacks = ImagingStacksInterface.from_raw(context, raw)
    stacks.chunk_mb = chunk_mb
    stacks.add(nwbfile)
    RegistrationInterface.from_raw(context, raw).add(nwbfile)
    SideImagesInterface.from_raw(context, raw).add(nwbfile)
    videos = WhiskerVideoInterface.from_raw(context, raw)
    videos.place_in, videos.folder_name = video_place.folder, video_place.final_name
    videos.add(nwbfile)

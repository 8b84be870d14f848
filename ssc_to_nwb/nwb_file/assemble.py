"""Puts the interfaces together: one NWBFile with everything that belongs to a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pynwb import NWBFile

from ssc_to_nwb.data_types.base import SessionInterface
from ssc_to_nwb.data_types.events.interface import EventsInterface
from ssc_to_nwb.data_types.imaging_stacks.interface import ImagingStacksInterface
from ssc_to_nwb.data_types.registration.interface import RegistrationInterface
from ssc_to_nwb.data_types.roi_traces.interface import RoiResponsesInterface
from ssc_to_nwb.data_types.rois.interface import RoiSegmentationInterface
from ssc_to_nwb.data_types.session.interface import make_nwbfile
from ssc_to_nwb.data_types.side_images.interface import SideImagesInterface
from ssc_to_nwb.data_types.source_struct.interface import add_source_struct
from ssc_to_nwb.data_types.subvolumes.interface import SourceFramesInterface
from ssc_to_nwb.data_types.trial_labels.interface import TrialNumbersInterface
from ssc_to_nwb.data_types.trials.interface import TrialsInterface
from ssc_to_nwb.data_types.whisker.interface import WhiskerInterface
from ssc_to_nwb.data_types.whisker_videos.interface import WhiskerVideoInterface
from ssc_to_nwb.ledger.ledger import Ledger
from ssc_to_nwb.ledger.raw_ledger import file_entries
from ssc_to_nwb.nwb_file.provenance import add_provenance
from ssc_to_nwb.session.context import SessionContext
from ssc_to_nwb.session.raw_data import RawData

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
    """Where the videos are put while the file is built, the name the folder will have, and whether links will do."""

    folder: Path
    final_name: str
    link: bool = False


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
    videos.link = video_place.link
    videos.add(nwbfile)

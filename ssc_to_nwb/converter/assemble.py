"""Puts the interfaces together: one NWBFile with everything that belongs to a session."""

from __future__ import annotations

from collections.abc import Mapping

from pynwb import NWBFile

from ssc_to_nwb.interfaces.base import SessionInterface
from ssc_to_nwb.interfaces.context import SessionContext
from ssc_to_nwb.interfaces.events import EventsInterface
from ssc_to_nwb.interfaces.file_metadata import make_nwbfile
from ssc_to_nwb.interfaces.roi_responses import RoiResponsesInterface
from ssc_to_nwb.interfaces.roi_segmentation import RoiSegmentationInterface
from ssc_to_nwb.interfaces.trials import TrialsInterface
from ssc_to_nwb.interfaces.whisker import WhiskerInterface

# In the order in which they are added. Trials come last: they refer to the samples of every other series.
SESSION_INTERFACES: Mapping[str, type[SessionInterface]] = {
    "whisker": WhiskerInterface,
    "roi_segmentation": RoiSegmentationInterface,
    "roi_responses": RoiResponsesInterface,
    "events": EventsInterface,
}


def assemble_nwbfile(context: SessionContext) -> NWBFile:
    """An NWBFile in memory with every data type of the session."""
    nwbfile = make_nwbfile(context)
    for interface in SESSION_INTERFACES.values():
        interface.from_context(context).add(nwbfile)
    TrialsInterface.from_context(context).add(nwbfile)
    return nwbfile

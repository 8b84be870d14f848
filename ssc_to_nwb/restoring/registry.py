"""The ways back of all data types by the identifiers of their claims, and what follows from the rest of a file."""

from __future__ import annotations

from ssc_to_nwb.data_types.events import follows as events_follows
from ssc_to_nwb.data_types.events import restore as events
from ssc_to_nwb.data_types.imaging_stacks import follows as imaging_stacks_follows
from ssc_to_nwb.data_types.registration import follows as registration_follows
from ssc_to_nwb.data_types.roi_traces import restore as roi_traces
from ssc_to_nwb.data_types.rois import follows as rois_follows
from ssc_to_nwb.data_types.rois import restore as rois
from ssc_to_nwb.data_types.session import follows as session_follows
from ssc_to_nwb.data_types.source_struct import follows as source_struct_follows
from ssc_to_nwb.data_types.subvolumes import follows as subvolumes_follows
from ssc_to_nwb.data_types.subvolumes import restore as subvolumes
from ssc_to_nwb.data_types.trials import follows as trials_follows
from ssc_to_nwb.data_types.trials import restore as trials
from ssc_to_nwb.data_types.whisker import restore as whisker
from ssc_to_nwb.data_types.whisker_videos import follows as whisker_videos_follows
from ssc_to_nwb.restoring.following import Follows
from ssc_to_nwb.restoring.pieces import Restores

RESTORES: Restores = {
    **trials.RESTORES,
    **whisker.RESTORES,
    **subvolumes.RESTORES,
    **roi_traces.RESTORES,
    **rois.RESTORES,
    **events.RESTORES,
}

FOLLOWS: Follows = {
    **session_follows.FOLLOWS,
    **trials_follows.FOLLOWS,
    **events_follows.FOLLOWS,
    **rois_follows.FOLLOWS,
    **subvolumes_follows.FOLLOWS,
    **imaging_stacks_follows.FOLLOWS,
    **registration_follows.FOLLOWS,
    **whisker_videos_follows.FOLLOWS,
    **source_struct_follows.FOLLOWS,
}

"""The ways back of all data types, by the identifiers of their claims."""

from __future__ import annotations

from ssc_to_nwb.data_types.events import restore as events
from ssc_to_nwb.data_types.roi_traces import restore as roi_traces
from ssc_to_nwb.data_types.rois import restore as rois
from ssc_to_nwb.data_types.subvolumes import restore as subvolumes
from ssc_to_nwb.data_types.trials import restore as trials
from ssc_to_nwb.data_types.whisker import restore as whisker
from ssc_to_nwb.restoring.pieces import Restores

RESTORES: Restores = {
    **trials.RESTORES,
    **whisker.RESTORES,
    **subvolumes.RESTORES,
    **roi_traces.RESTORES,
    **rois.RESTORES,
    **events.RESTORES,
}

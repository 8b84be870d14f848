"""Sessions that differ in what the layout of the data set allows, each by the fields of its spec."""

from __future__ import annotations

from typing import Any

from ssc_to_nwb.testing.spec import SubvolumeSpec

ONE_PLANE = (SubvolumeSpec(number=3, planes=(2,), rois_per_plane=3),)
VARIANTS: dict[str, dict[str, Any]] = {
    "well-behaved": {},
    "ssc-2": {"data_set": "ssc-2", "variable_name": "dat"},
    "format 7.3": {"mat_format": "7.3", "subvolumes": ONE_PLANE},
    "minutes": {"time_unit_id": 3, "subvolumes": ONE_PLANE},
    "no whisker data": {"whisker_data": False, "subvolumes": ONE_PLANE},
    "no imaging": {"subvolumes": ()},
    "dF/F alone": {"arrays": ("dff",), "arrays_without_row_names": True, "subvolumes": ONE_PLANE},
    "planes mixed": {"shuffled_rows": True, "rois_without_trace": 1, "traces_without_roi": 1},
    "paths without fov": {"listed_without_fov": True},
    "plane without files": {"planes_without_files": ((1, 3),)},
    "empty events": {"empty_event_series": ("touches", "leftLicks", "rewardCue"), "subvolumes": ONE_PLANE},
    "one event": {"one_event_series": ("touches", "leftLicks", "leftReward"), "plural_event_fields": True},
    "gaps": {"blank_time_point": True, "short_last_file": True, "late_first_file": True, "unknown_trial_frames": True},
}

"""Sessions that differ in what the layout of the data set allows, each by the fields of its spec."""

from __future__ import annotations

from datetime import date
from typing import Any

from ssc_to_nwb.testing.spec import SessionSpec, SubvolumeSpec

ONE_PLANE = (SubvolumeSpec(number=3, planes=(2,), rois_per_plane=3),)
SEVERAL = SessionSpec().subvolumes
# Sessions of one animal: two of the same tissue, and one of other tissue on the second day.
TISSUE = {"subvolumes": (SubvolumeSpec(planes=(2, 3)),)}
DAYS = (
    {**TISSUE},
    {**TISSUE, "date": date(2013, 3, 10)},
    {**TISSUE, "date": date(2013, 3, 10), "letter": "b", "seed": 5},
)
# ROIs that were made to respond to touch or to whisking, and others, in enough trials to be found.
RESPONDING = SessionSpec(
    animal="an900011",
    n_trials=32,
    trial_seconds=4.0,
    subvolumes=(
        SubvolumeSpec(number=1, planes=(2, 3), rois_per_plane=30),
        SubvolumeSpec(number=2, planes=(2,), rois_per_plane=30),
    ),
    image_shape=(64, 96),
    rejected_file=True,
    rois_without_trace=2,
)
VARIANTS: dict[str, dict[str, Any]] = {
    "well-behaved": {},
    "ssc-2": {"data_set": "ssc-2", "variable_name": "dat", "subvolumes": SEVERAL},
    "format 7.3": {"mat_format": "7.3", "subvolumes": ONE_PLANE},
    "minutes": {"time_unit_id": 3, "subvolumes": ONE_PLANE},
    "no whisker data": {"whisker_data": False, "subvolumes": ONE_PLANE},
    "no imaging": {"subvolumes": ()},
    "dF/F alone": {"arrays": ("dff",), "arrays_without_row_names": True, "subvolumes": ONE_PLANE},
    "planes mixed": {"shuffled_rows": True, "rois_without_trace": 1, "traces_without_roi": 1, "subvolumes": SEVERAL},
    "paths without fov": {"listed_without_fov": True, "subvolumes": SEVERAL},
    "plane without files": {"planes_without_files": ((1, 3),), "subvolumes": SEVERAL},
    "empty events": {"empty_event_series": ("touches", "leftLicks", "rewardCue"), "subvolumes": ONE_PLANE},
    "one event": {
        "one_event_series": ("touches", "leftLicks", "leftReward"),
        "plural_event_fields": True,
        "subvolumes": SEVERAL,
    },
    "gaps": {
        "blank_time_point": True,
        "short_last_file": True,
        "late_first_file": True,
        "unknown_trial_frames": True,
        "subvolumes": SEVERAL,
    },
}


def lone_plane_spec() -> SessionSpec:
    """A session with the longest subvolume of the data set, as an197522_2013_03_08 has it.

    One plane alone, 11,705 frames at 28 Hz, plane 001 of subvolume 4, as the last array, its ROIs numbered from 27000.
    The whisker is sampled slowly, so that the session stays small.
    """
    return SessionSpec(
        animal="an900004",
        seed=11,
        n_trials=10,
        trial_seconds=83.6,
        whisker_rate_hz=20.0,
        trials_without_whisker=(),
        trial_number_gap_after=(),
        subvolumes=(
            SubvolumeSpec(number=5, planes=(2, 3), rois_per_plane=(1, 2)),
            SubvolumeSpec(number=4, planes=(1,), rois_per_plane=2, first_roi=27000, imaging_rate_hz=28.0),
        ),
        image_shape=(20, 30),
    )

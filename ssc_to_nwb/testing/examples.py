"""Ready-made specs: the demo's two sessions, and a session of full size.

Sizes follow the census of the real sessions (`metadata/census`).
"""

from __future__ import annotations

from datetime import date

from ssc_to_nwb.testing.spec import SessionSpec, StackSpec, SubvolumeSpec

FULL_SIZE_ROIS = (762, 1496, 1396, 1332, 1250, 2009)
"""ROIs of the subvolumes of an229719_2013_12_05."""
_DEMO_SHARE = 40
"""The demo has one ROI for so many."""


def demo_specs() -> tuple[SessionSpec, SessionSpec]:
    """Two small sessions, rich enough for a report that shows something; the first in the proportions of a real one."""
    first = SessionSpec(
        animal="an900001",
        date=date(2013, 3, 8),
        seed=1,
        n_trials=18,
        trial_seconds=4.0,
        trials_without_whisker=(5,),
        trial_number_gap_after=(9, 14),
        subvolumes=(
            SubvolumeSpec(number=1, planes=(2, 3, 4), rois_per_plane=_shared(FULL_SIZE_ROIS[0] // _DEMO_SHARE, 3)),
            SubvolumeSpec(number=2, planes=(2, 3), rois_per_plane=_shared(FULL_SIZE_ROIS[1] // _DEMO_SHARE, 2)),
        ),
        image_shape=(64, 96),
        further_touch_properties=("thetaAtTouchOnset",),
    )
    second = SessionSpec(
        animal="an900002",
        date=date(2013, 12, 2),
        time_of_day="135712",
        seed=2,
        n_trials=16,
        trial_seconds=4.0,
        trials_without_whisker=(),
        trial_number_gap_after=(6,),
        whiskers=("c1", "c2"),
        subvolumes=(
            SubvolumeSpec(number=4, planes=(2, 3), rois_per_plane=8),
            SubvolumeSpec(number=5, planes=(3,), rois_per_plane=8),
        ),
        image_shape=(64, 96),
        trials_not_imaged=(15,),
        blank_time_point=True,
        rejected_file=True,
        listed_without_fluo_batch_out=True,
        rois_without_trace=1,
        stacks=StackSpec(imreg_files=True),
    )
    return first, second


def full_size_spec() -> SessionSpec:
    """A session as large as one of the data set, an229719_2013_12_05: 8,245 ROIs in 6 subvolumes of 3 planes.

    About as many trials and frames as that one as well; an array of all its ROIs takes 200 MB.
    """
    return SessionSpec(
        animal="an900003",
        seed=3,
        n_trials=237,
        trial_seconds=11.0,
        inter_trial_seconds=2.0,
        trials_without_whisker=(7, 150),
        trial_number_gap_after=(40, 200),
        subvolumes=tuple(
            SubvolumeSpec(number=number, planes=(2, 3, 4), rois_per_plane=_shared(rois, 3))
            for number, rois in enumerate(FULL_SIZE_ROIS, start=1)
        ),
        image_shape=(512, 512),
        further_touch_properties=("thetaAtTouchOnset",),
    )


def _shared(rois: int, planes: int) -> tuple[int, ...]:
    """A subvolume's ROIs, shared out among its planes."""
    return tuple(len(range(plane, rois, planes)) for plane in range(planes))

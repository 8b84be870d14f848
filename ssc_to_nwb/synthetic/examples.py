"""Ready-made specs: the demo's two sessions and a session of the data set's full size."""

from __future__ import annotations

from datetime import date

from ssc_to_nwb.synthetic.spec import SessionSpec, StackSpec, SubvolumeSpec


def demo_specs() -> tuple[SessionSpec, SessionSpec]:
    """Two small sessions, rich enough for a report that shows something."""
    first = SessionSpec(
        animal="an900001",
        date=date(2013, 3, 8),
        seed=1,
        n_trials=18,
        trial_seconds=4.0,
        trials_without_whisker=(5,),
        trial_number_gap_after=(9, 14),
        subvolumes=(
            SubvolumeSpec(number=1, planes=(2, 3, 4), rois_per_plane=9),
            SubvolumeSpec(number=2, planes=(2, 3), rois_per_plane=9),
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
    """A session as large as those of the data set: a mat file of about 175 MB."""
    return SessionSpec(
        animal="an900003",
        seed=3,
        n_trials=500,
        trial_seconds=10.0,
        inter_trial_seconds=2.0,
        trials_without_whisker=(7, 250),
        trial_number_gap_after=(40, 300),
        subvolumes=tuple(SubvolumeSpec(number=number, planes=(2, 3, 4), rois_per_plane=60) for number in range(1, 13)),
        image_shape=(512, 512),
        further_touch_properties=("thetaAtTouchOnset",),
    )

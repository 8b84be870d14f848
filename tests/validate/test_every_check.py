"""Every check of this project: the sound file passes it, and one change to the file trips it, and names the object.

Each change is made in the HDF5 file itself, as damage or a faulty converter would make it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from check_runs import RunCheck, Spoil, run_all_over

from ssc_to_nwb.problems.catalogue import read_area
from ssc_to_nwb.validate.inspection import project_checks
from ssc_to_nwb.validate.project_check import kind_of

CHECKS = {check.__name__: check for check in project_checks()}
WHISKER = "/processing/behavior/whisker_angle_c2"
SEGMENTATION = "/processing/ophys/ImageSegmentation/plane_segmentation_fov_01002"
DFF = "/processing/ophys/DfOverF/dff_fov_01002"
EVENTS = "/processing/ophys/CalciumEvents/calcium_events_fov_01002"
FRAMES = "/acquisition/two_photon_series_fov_01002_green"
VIDEO = "/acquisition/whisker_video"


def put(path: str, index: object, value: object) -> Spoil:
    """Change one value of a data set."""

    def spoil(file: h5py.File) -> None:
        file[path][index] = value

    return spoil


def put_mask(row: int, *, x: int, y: int) -> Spoil:
    """Move one pixel of a mask."""

    def spoil(file: h5py.File) -> None:
        masks = file[f"{SEGMENTATION}/pixel_mask"]
        pixel = masks[row]
        pixel["x"], pixel["y"] = x, y
        masks[row] = pixel

    return spoil


def replace(path: str, change: Callable[[np.ndarray], np.ndarray], **storage: object) -> Spoil:
    """Put another data set with the same attributes in the place of one."""

    def spoil(file: h5py.File) -> None:
        values, attributes = change(file[path][()]), dict(file[path].attrs)
        del file[path]
        file.create_dataset(path, data=values, **storage).attrs.update(attributes)

    return spoil


def rename_trial_type(file: h5py.File) -> None:
    file["/intervals/trials/trial_type"][0] = "HitR"


def label(path: str, text: str) -> Spoil:
    """Change the description of an object."""

    def spoil(file: h5py.File) -> None:
        file[path].attrs["description"] = text

    return spoil


def big(_: np.ndarray) -> np.ndarray:
    return np.zeros((12, 150_000))


# Of each check: a change, and what the check then says first. The changes of one dict get along in one file.
SPOILT: tuple[dict[str, tuple[Spoil, str]], ...] = (
    {
        "check_timestamps_increasing": (
            lambda file: file[f"{WHISKER}/timestamps"].__setitem__(420, file[f"{WHISKER}/timestamps"][418]),
            f"{WHISKER}: 1 time stamps are before the one above; the first is number 420: ",
        ),
        "check_timestamps_not_repeated": (
            lambda file: file[f"{WHISKER}/timestamps"].__setitem__(400, file[f"{WHISKER}/timestamps"][399]),
            f"{WHISKER}: 1 time stamps are the same as the one above; the first is number 400: ",
        ),
        "check_timestamps_finite": (
            put(f"{WHISKER}/timestamps", 333, np.nan),
            f"{WHISKER}: 1 time stamps are NaN or infinite; the first is number 333.",
        ),
        "check_timestamps_inside_session": (
            replace(f"{WHISKER}/timestamps", lambda seconds: seconds * 1e4),
            f"{WHISKER}: Times run from 100000.0 s to 302980.0 s",
        ),
        "check_table_times_inside_session": (
            put("/events/licks/timestamp", 0, -0.5),
            "/events/licks: Times run from -0.5 s to 24.6 s",
        ),
        "check_intervals_stop_at_or_after_start": (
            put("/intervals/rewards/stop_time", 0, 14.9),
            "/intervals/rewards: 1 of 1 intervals: rows 0.",
        ),
        "check_trial_numbers_of_samples": (
            replace("/processing/behavior/trial_number/data", lambda labels: labels + 0.5),
            "/processing/behavior/trial_number: 450 of 450 are not whole: 2.5, 2.5,",
        ),
        "check_trials_in_order": (
            put("/intervals/trials/stop_time", 0, 20.5),
            "/intervals/trials: 1 of 3 trials: 2.",
        ),
        "check_event_trials_known": (
            put("/events/licks/trial_number", 2, 4),
            "/events/licks: 1 of 3 events, with the trial numbers 4.",
        ),
        "check_touches_inside_pole_in_reach": (
            put("/intervals/touches/stop_time", 2, 33.5),
            "/intervals/touches: 1 of 3 touches: row 2 at 32.0 s.",
        ),
        "check_trial_types_consistent": (
            rename_trial_type,
            "/intervals/trials: 1 of 3 trials: trial 2 is HitR, with response hit and correct side left.",
        ),
        "check_ragged_index": (
            put(f"{SEGMENTATION}/pixel_mask_index", -1, 5),
            f"{SEGMENTATION}/pixel_mask_index: 0 ends are before the one above them; the last is 5,",
        ),
        "check_table_region_in_range": (
            put(f"{DFF}/rois", 2, 3),
            f"{DFF}/rois: 1 references name rows 3; plane_segmentation_fov_01002 has 3 rows.",
        ),
        "check_masks_inside_image": (
            put_mask(0, x=7, y=9),
            f"{SEGMENTATION}: 1 pixels of ROIs 1001; the image has 10 columns (x) and 8 rows (y).",
        ),
        "check_masks_not_empty": (
            put(f"{SEGMENTATION}/pixel_mask_index", 1, 2),
            f"{SEGMENTATION}: 1 of 3 ROIs: 1004.",
        ),
        "check_traces_match_rois": (
            replace(f"{DFF}/data", lambda traces: traces[:, :2]),
            f"{DFF}: 2 columns of data for 3 ROIs",
        ),
        "check_event_traces_not_empty": (
            put(f"{EVENTS}/data", (slice(None), 0), 0.0),
            f"{EVENTS}: 1 of 3 traces: ROI 1001.",
        ),
        "check_no_placeholder_text": (
            label(WHISKER, "TODO: describe"),
            f"{WHISKER}: description is 'TODO: describe'.",
        ),
        "check_external_files_inside": (
            put(f"{VIDEO}/external_file", 1, "../sub-an2/trial_003.mp4"),
            f"{VIDEO}: 1 of 3 files: ../sub-an2/trial_003.mp4.",
        ),
    },
    {
        "check_timestamps_before_last_trial_ends": (
            put(f"{WHISKER}/timestamps", -1, 36.5),
            f"{WHISKER}: The last sample is at 36.5 s; the last trial ends at 36.0 s.",
        ),
        "check_events_sorted": (
            put("/events/licks/timestamp", 2, 14.5),
            "/events/licks: 1 rows come before the row above them; the first is row 2.",
        ),
        "check_intervals_sorted": (
            put("/intervals/touches/start_time", 0, 23.0),
            "/intervals/touches: 1 rows come before the row above them; the first is row 1.",
        ),
        "check_rewards_fit_trial_types": (
            put("/intervals/rewards/trial_number", 0, 3),
            (
                "/intervals/trials: 2 of 3 trials: trial 2 (hit, left) rewarded nowhere, "
                "trial 3 (error, right) rewarded left."
            ),
        ),
        "check_every_roi_has_traces": (
            put(f"{DFF}/rois", 2, 1),
            f"{SEGMENTATION}: dff_fov_01002 lacks ROIs 1007",
        ),
        "check_traces_not_empty": (
            put(f"{DFF}/data", (slice(None), 1), np.nan),
            f"{DFF}: 1 trace is NaN: ROI 1004.",
        ),
        "check_external_files_present": (
            put(f"{VIDEO}/external_file", 1, "videos/trial_003.mp4"),
            f"{VIDEO}: 1 of 3 files: videos/trial_003.mp4.",
        ),
    },
    {
        "check_events_inside_trial": (
            put("/intervals/touches/trial_number", 1, 2),
            "/intervals/touches: 1 of 3 events (0 before, 1 after): row 1 at 22.0 s in trial 2.",
        ),
        "check_licks_fit_trial_types": (
            put("/events/licks/side", 1, "right"),
            "/intervals/trials: 1 of 3 trials: trial 2 (hit, left) licked right.",
        ),
        "check_large_data_compressed": (
            replace(f"{DFF}/data", big),
            f"{DFF}: data has 14 MB, stored as they are.",
        ),
    },
    {
        "check_chunks_not_too_large": (
            replace(f"{DFF}/data", lambda _: np.zeros((24, 150_000)), chunks=(24, 150_000), compression="gzip"),
            f"{DFF}: data: 28.8 MB a chunk, (24, 150000).",
        ),
    },
    {
        "check_chunks_not_too_small": (
            replace(f"{DFF}/data", big, chunks=(12, 100), compression="gzip", compression_opts=1),
            f"{DFF}: data: 0.0096 MB a chunk, (12, 100).",
        ),
    },
)  # fmt: skip


def test_sound_file_passes(sound_file: Path) -> None:
    found = run_all_over(list(CHECKS.values()), sound_file)
    assert dict(zip(CHECKS, found, strict=True)) == {name: [] for name in CHECKS}


@pytest.mark.parametrize("changes", SPOILT, ids=lambda changes: next(iter(changes)))
def test_spoilt_file_trips(changes: dict[str, tuple[Spoil, str]], spoiled: Callable[[Spoil], Path]) -> None:
    def spoil(file: h5py.File) -> None:
        for change, _ in changes.values():
            change(file)

    found = run_all_over([CHECKS[name] for name in changes], spoiled(spoil))

    for (name, (_, expected)), messages in zip(changes.items(), found, strict=True):
        assert len(messages) == 1, name
        assert messages[0].startswith(expected)


@pytest.mark.long
@pytest.mark.parametrize("name", CHECKS)
def test_one_change_alone_trips(name: str, run_check: RunCheck) -> None:
    ((spoil, expected),) = [changes[name] for changes in SPOILT if name in changes]

    found = run_check(CHECKS[name], spoil)

    assert len(found) == 1
    assert found[0].startswith(expected)


def test_every_kind_of_check_has_its_check() -> None:
    kinds = {kind.identifier for kind in read_area("check")[1]}
    assert {kind.identifier for check in CHECKS.values() if (kind := kind_of(check)) is not None} == kinds
    assert sorted(name for changes in SPOILT for name in changes) == sorted(CHECKS)
    assert len(CHECKS) == len(project_checks())

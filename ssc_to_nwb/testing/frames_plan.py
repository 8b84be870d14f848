"""Which frames there are: time points of a subvolume, the tifs of its planes and the index that joins the two."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ssc_to_nwb.testing.spec import SessionSpec, SubvolumeSpec
from ssc_to_nwb.testing.truth import StackFile, TrialTruth

_FIRST_FRAME_AFTER_MS = 15.0
UNKNOWN_TRIALS = (0, 9999)
UNLISTED_NUMBER = 900
_EXTRA_FRAMES = 2
_LISTED_PATH = (
    "/groups/svoboda/wdbp/imreg/perons/{animal}/imaging_data/"
    "{place}Image_Registration_4_{session}_main_{number:03d}.tif"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class TimePoints:
    """The F columns of a subvolume's arrays."""

    time_ms: np.ndarray
    trials: np.ndarray
    """Trial numbers as written."""
    file_number: np.ndarray
    """Number of the tif a column's frames are in; the trial's position in the session, counted from 1."""
    frame: np.ndarray
    """0-based frame within that tif."""


def share_trials(spec: SessionSpec) -> list[np.ndarray]:
    """Positions of the trials imaged in each subvolume: consecutive blocks of the imaged ones."""
    if not spec.subvolumes:
        return []
    imaged = np.array([p for p in range(spec.n_trials) if p not in spec.trials_not_imaged], dtype=np.int64)
    return np.array_split(imaged, len(spec.subvolumes))


def plan_time(*, spec: SessionSpec, rate_hz: float, trials: TrialTruth, positions: np.ndarray) -> TimePoints:
    """Time points of one subvolume, imaged at `rate_hz` in the trials at `positions`."""
    frame_ms = 1000.0 / rate_hz
    length = trials.stop_ms[positions] - trials.start_ms[positions] - _FIRST_FRAME_AFTER_MS
    counts = np.floor(length / frame_ms).astype(np.int64)
    frame = np.concatenate([np.arange(n) for n in counts]) if len(counts) else np.zeros(0, dtype=np.int64)
    place = np.repeat(positions, counts)
    time = trials.start_ms[place] + _FIRST_FRAME_AFTER_MS + frame * frame_ms
    labels = trials.numbers[place].copy()
    if spec.unknown_trial_frames:
        labels[-2:] = UNKNOWN_TRIALS
    shift = _EXTRA_FRAMES * (place == positions[0]) if spec.late_first_file and len(positions) else 0
    return TimePoints(time_ms=time, trials=labels, file_number=place + 1, frame=frame + shift)


def plan_files(
    *, spec: SessionSpec, subvolume: SubvolumeSpec, plane_number: int, points: TimePoints
) -> tuple[tuple[StackFile, ...], np.ndarray]:
    """The plane's tifs, and its sourceFileFrameIdx (2, F)."""
    first_plane = plane_number == subvolume.planes[0]
    last_plane = plane_number == subvolume.planes[-1]
    none_listed = (subvolume.number, plane_number) in spec.planes_without_files
    numbers = np.unique(points.file_number)
    index = np.full((2, len(points.time_ms)), np.nan)
    files: list[StackFile] = []
    n_listed = 0
    for number in numbers:
        columns = np.flatnonzero(points.file_number == number)
        frames = points.frame[columns]
        n_frames = int(frames[-1]) + 1
        if spec.blank_time_point and number == numbers[0]:
            frames = np.where(np.arange(len(columns)) > 3, frames - 1, frames)
            columns, frames, n_frames = np.delete(columns, 3), np.delete(frames, 3), n_frames - 1
        if spec.short_last_file and first_plane and number == numbers[-1]:
            columns, frames, n_frames = columns[:-1], frames[:-1], n_frames - 1
        rejected = spec.rejected_file and last_plane and len(numbers) > 1 and number == numbers[1]
        listed = not rejected and not none_listed
        if listed:
            n_listed += 1
            index[:, columns] = np.stack([np.full(len(columns), n_listed), frames + 1])
        if number in spec.stacks.files_with_extra_frames:
            n_frames += _EXTRA_FRAMES
        shown = np.full(n_frames, -1, dtype=np.int64)
        shown[frames] = columns
        files.append(StackFile(number=int(number), n_frames=n_frames, listed=listed, columns=shown))
    if spec.unlisted_tif:
        files.append(
            StackFile(number=UNLISTED_NUMBER, n_frames=3, listed=False, columns=np.full(3, -1, dtype=np.int64))
        )
    return tuple(files), index


def listed_path(*, spec: SessionSpec, subvolume: SubvolumeSpec, plane_number: int, number: int) -> str:
    """The rig's absolute path of one tif, as sourceFileList gives it."""
    order = subvolume.planes.index(plane_number) + 1
    if spec.listed_without_fov:
        place = f"site_{subvolume.number}/layer_{order}/"
    else:
        place = f"fov_{subvolume.number:02d}{plane_number:03d}/"
    if not (spec.listed_without_fluo_batch_out and order == len(subvolume.planes)):
        place += "fluo_batch_out/"
    return _LISTED_PATH.format(animal=spec.animal, place=place, session=spec.session_name, number=number)

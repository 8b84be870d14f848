"""Pixels of the made-up imaging frames.

Every frame is drawn from a generator seeded by session, plane and file, so that no two frames are alike and any one
can be drawn again without the others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ssc_to_nwb.testing.cells import GREEN_BACKGROUND, RED_BACKGROUND
from ssc_to_nwb.testing.spec import SessionSpec, SubvolumeSpec
from ssc_to_nwb.testing.truth import PlaneTruth, RoiTruth, StackFile, TrialTruth

_GREEN_NOISE, _RED_NOISE = 6.0, 4.0


def draw_frames(*, spec: SessionSpec, plane: PlaneTruth, file: StackFile) -> np.ndarray:
    """(frames, 2, rows, columns) of the spec's dtype; channel 0 is green, 1 is red.

    The mean of a ROI's pixels in a green frame is exactly its raw fluorescence at that time point. int16 frames have a
    background around zero, so that negative values occur.
    """
    rng = np.random.default_rng([spec.seed, plane.subvolume_number, plane.plane_number, file.number])
    shape = (file.n_frames, *spec.image_shape)
    signed = spec.stacks.dtype == "int16"
    green_level, red_level = (0.0, 0.0) if signed else (GREEN_BACKGROUND, RED_BACKGROUND)
    frames = np.empty((file.n_frames, 2, *spec.image_shape), dtype=spec.stacks.dtype)
    frames[:, 0] = np.round(green_level + plane.neuropil + rng.normal(0, _GREEN_NOISE, shape))
    red = red_level + rng.normal(0, _RED_NOISE, shape)
    for roi in plane.rois:
        mean = np.where(file.columns >= 0, plane.raw[roi.number][file.columns], _whole_baseline(roi))
        frames[:, 0, roi.rows, roi.columns] = _pixels_with_mean(mean, roi.profile, rng)
        red[:, roi.rows, roi.columns] += roi.red_level
    frames[:, 1] = np.round(red)
    return frames


def interleaved(frames: np.ndarray) -> np.ndarray:
    """(2 * frames, rows, columns): pages green, red, green, red."""
    return frames.reshape(-1, *frames.shape[2:])


def _whole_baseline(roi: RoiTruth) -> float:
    return round(roi.baseline * len(roi.rows)) / len(roi.rows)


def _pixels_with_mean(mean: np.ndarray, profile: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(frames, pixels) of whole numbers with shot noise whose sum is `mean` * pixels, a whole number."""
    n_pixels = len(profile)
    noisy = mean[:, None] * profile + np.sqrt(mean)[:, None] * rng.normal(0, 1, (len(mean), n_pixels))
    pixels: np.ndarray = np.round(noisy).astype(np.int64)
    missing = np.round(mean * n_pixels).astype(np.int64) - pixels.sum(axis=1)
    pixels += (missing // n_pixels)[:, None]
    pixels += np.arange(n_pixels) < (missing % n_pixels)[:, None]
    return pixels


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

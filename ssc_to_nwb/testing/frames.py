"""Pixels of the made-up imaging frames.

Every frame is drawn from a generator seeded by session, plane and file, so that no two frames are alike and any one
can be drawn again without the others.
"""

from __future__ import annotations

import numpy as np

from ssc_to_nwb.testing.cells import GREEN_BACKGROUND, RED_BACKGROUND
from ssc_to_nwb.testing.spec import SessionSpec
from ssc_to_nwb.testing.truth import PlaneTruth, RoiTruth, StackFile

_GREEN_NOISE, _RED_NOISE = 6.0, 4.0


def draw_frames(*, spec: SessionSpec, plane: PlaneTruth, file: StackFile, raw: dict[int, np.ndarray]) -> np.ndarray:
    """(frames, 2, rows, columns) of the spec's dtype; channel 0 is green, 1 is red.

    The mean of a ROI's pixels in a green frame is exactly its raw fluorescence at that time point; `raw` holds it
    by ROI number. int16 frames have a background around zero, so that negative values occur.
    """
    rng = np.random.default_rng([spec.seed, plane.subvolume_number, plane.plane_number, file.number])
    shape = (file.n_frames, *spec.image_shape)
    signed = spec.stacks.dtype == "int16"
    green_level, red_level = (0.0, 0.0) if signed else (GREEN_BACKGROUND, RED_BACKGROUND)
    frames = np.empty((file.n_frames, 2, *spec.image_shape), dtype=spec.stacks.dtype)
    frames[:, 0] = np.round(green_level + plane.neuropil + rng.normal(0, _GREEN_NOISE, shape))
    red = red_level + rng.normal(0, _RED_NOISE, shape)
    for roi in plane.rois:
        mean = np.where(file.columns >= 0, raw[roi.number][file.columns], _whole_baseline(roi))
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

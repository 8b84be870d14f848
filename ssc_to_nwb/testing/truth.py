"""What is true of a made-up session: the ground a conversion or an analysis can be checked against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

Drive = Literal["touch", "whisking", "none"]


@dataclass(frozen=True, kw_only=True, slots=True)
class EventTruth:
    """One event series: times (E,) in ms of the session's clock and the trial number of each."""

    times_ms: np.ndarray
    trials: np.ndarray


@dataclass(frozen=True, kw_only=True, slots=True)
class TrialTruth:
    """The trials; arrays of length T in the order of the file. Times in ms of the session's clock."""

    numbers: np.ndarray
    start_ms: np.ndarray
    stop_ms: np.ndarray
    types: tuple[str, ...]
    """'' where a trial has no type."""
    position_steps: np.ndarray
    left_valve_s: np.ndarray
    right_valve_s: np.ndarray
    pole_ms: np.ndarray
    """(T, 2): pole in reach from, to."""
    events: dict[str, EventTruth]
    """By keyName of eventSeriesArrayHash, touches excepted; on and off times of pairs alternate."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TouchTruth:
    """Touches of one whisker in one direction; arrays of length N, one entry per touch."""

    whisker: str
    direction: Literal["Protraction", "Retraction"]
    onset_sample: np.ndarray
    """0-based columns of the whisker arrays."""
    offset_sample: np.ndarray
    onset_ms: np.ndarray
    offset_ms: np.ndarray
    trials: np.ndarray
    number_within_trial: np.ndarray
    kappa_extreme: np.ndarray
    """Signed curvature change of largest magnitude, onset to offset sample inclusive; 1/mm."""
    theta_at_onset: np.ndarray
    theta_mean: np.ndarray


@dataclass(frozen=True, kw_only=True, slots=True)
class WhiskerTruth:
    """Whisker traces: W whiskers, N samples."""

    names: tuple[str, ...]
    time_ms: np.ndarray
    trials: np.ndarray
    angle_deg: np.ndarray
    """(W, N), NaN where tracking failed."""
    curvature_per_mm: np.ndarray
    amplitude_deg: np.ndarray
    """(N,): amplitude of whisking, known everywhere."""
    valid_trials: np.ndarray
    touches: tuple[TouchTruth, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RoiTruth:
    """One ROI; `rows` and `columns` 0-based, in column-major order."""

    number: int
    rows: np.ndarray
    columns: np.ndarray
    corners_xy: np.ndarray
    """(2, C): x, y of the outline in MATLAB's 1-based pixel coordinates."""
    profile: np.ndarray
    """Brightness of each pixel relative to the ROI's mean: the nucleus is darker than the rim."""
    baseline: float
    red_level: float
    drive: Drive
    has_trace: bool
    has_record: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class StackFile:
    """One tif of one plane. `listed`: whether the plane's sourceFileList names it."""

    number: int
    n_frames: int
    listed: bool
    columns: np.ndarray
    """(n_frames,): column of the subvolume's arrays each frame belongs to, -1 where none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaneTruth:
    """One imaging plane."""

    subvolume_number: int
    plane_number: int
    rois: tuple[RoiTruth, ...]
    files: tuple[StackFile, ...]
    listed_paths: tuple[str, ...]
    frame_index: np.ndarray
    """(2, F): sourceFileFrameIdx as in the file, 1-based, NaN where there is no frame."""
    master_image: np.ndarray
    """(rows, columns, 2) uint16: green, red."""
    neuropil: np.ndarray
    """(rows, columns): how much brighter or darker than its mean the green background is, in every frame."""
    raw: dict[int, np.ndarray]
    """(F,) raw fluorescence of every ROI by number, those without a row in the arrays included and without NaN."""

    @property
    def name(self) -> str:
        """`fov_VVPPP`."""
        return f"fov_{self.subvolume_number:02d}{self.plane_number:03d}"


@dataclass(frozen=True, kw_only=True, slots=True)
class SubvolumeTruth:
    """One subvolume; matrices are (R, F) in the row order of `ids`."""

    number: int
    planes: tuple[PlaneTruth, ...]
    ids: np.ndarray
    time_ms: np.ndarray
    trials: np.ndarray
    valid_trials: np.ndarray
    matrices: dict[str, np.ndarray]
    """'dff', 'raw' and 'event', whether or not the session file holds them."""

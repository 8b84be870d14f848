"""What a made-up session holds: sizes, and a switch for every awkward thing the data set's layout allows.

All defaults together give a small, well-behaved session. Each switch alone turns on one thing that a reader has to
cope with, so that a test can name the thing it is about.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date as calendar_date
from typing import Literal

import numpy as np

TRIAL_TYPES = ("HitL", "HitR", "ErrL", "ErrR", "NoLickL", "NoLickR")
TOUCH_PROPERTIES = (
    "thetaAtTouchOnset",
    "thetaMeanOverTouch",
    "touchBoutNumber",
    "touchNumberWithinBout",
    "whTSACorrespondingIndex",
    "caTSACorrespondingIndex",
)

_MS_PER_UNIT = {1: 1.0, 2: 1000.0, 3: 60_000.0}

ArrayKind = Literal["dff", "raw", "event"]


@dataclass(frozen=True, kw_only=True, slots=True)
class SubvolumeSpec:
    """One subvolume.

    number: VV; planes: PPP of each plane; rois_per_plane: the same for all planes, or one number for each; first_roi:
    number of the first ROI of the first plane; that of its block of 1000 where None; imaging_rate_hz: that of the
    session where None.
    """

    number: int = 1
    planes: tuple[int, ...] = (2, 3)
    rois_per_plane: int | tuple[int, ...] = 4
    first_roi: int | None = None
    imaging_rate_hz: float | None = None

    def rois_in(self, plane: int) -> int:
        """How many ROIs the plane PPP has."""
        given = self.rois_per_plane
        return given if isinstance(given, int) else given[self.planes.index(plane)]


@dataclass(frozen=True, kw_only=True, slots=True)
class StackSpec:
    """How the tif files are written, and which of them are damaged.

    Files are named by number, the NNN of `..._main_NNN.tif`; a damage hits that file of every plane.
    """

    dtype: Literal["uint16", "int16"] = "uint16"
    channels: Literal[1, 2] = 2
    """1: green pages alone, and no images of the red channel beside the stacks."""
    files_of_one_channel: tuple[int, ...] = ()
    """Green pages alone in these files, whatever the others hold."""
    files_with_one_table: tuple[int, ...] = ()
    """One page table and all images behind it, as tifffile writes it where it is asked to (`truncate`)."""
    side_images_with_one_table: bool = False
    bigtiff: bool = False
    compression: Literal["zlib"] | None = None
    tile: tuple[int, int] | None = None
    scanimage_texts_differ: bool = False
    """Each file has a trigger time of its own, and the last page of each file a text of its own."""
    scanimage_header: bool = False
    """Text of ScanImage 3 in the first page's ImageDescription: tifffile then may count one page too few."""
    side_images: bool = True
    imreg_files: bool = False
    """`.imreg_out` beside each stack and `imreg_session_stats.mat` per plane."""
    files_missing: tuple[int, ...] = ()
    files_with_odd_pages: tuple[int, ...] = ()
    """The last page (a red one) is absent."""
    files_truncated: tuple[int, ...] = ()
    """The file's last 40 % of bytes are cut off."""
    files_of_other_size: tuple[int, ...] = ()
    """The frames have two columns fewer than the plane."""
    files_with_extra_frames: tuple[int, ...] = ()
    """Two frames at the end that no index names."""
    files_not_tif: tuple[int, ...] = ()
    """Plain text under the name of a tif."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionSpec:
    """Everything that decides a made-up session; the same spec gives the same bytes."""

    # -- who and when
    animal: str = "an900001"
    date: calendar_date = calendar_date(2013, 3, 8)
    letter: str = ""
    """Behind the date in the session's name, where the animal has two sessions of one day."""
    time_of_day: str = "154546"
    seed: int = 0
    further_metadata: tuple[tuple[str, str | float], ...] = ()
    """Keys of metaDataHash nobody knows, with their values."""
    metadata_left_out: tuple[str, ...] = ()

    # -- the file
    data_set: Literal["ssc-1", "ssc-2"] = "ssc-1"
    """ssc-2: the file is `<session>_data_struct.mat` and there are no raw files."""
    file_name: str | None = None
    """Name of the session file, if another: `{session}_sess.mat`."""
    variable_name: str = "s"
    mat_format: Literal["5", "7.3"] = "5"
    compressed: bool = True
    """Whether a file of format 5 is; one of 7.3 is wherever it pays."""

    time_unit_id: int = 1
    """Unit in which all times are written: 1 ms, 2 s, 3 min (an id of timeUnitIds)."""

    # -- trials
    n_trials: int = 6
    trial_seconds: float = 1.0
    inter_trial_seconds: float = 1.5
    first_trial_number: int = 2
    trial_number_gap_after: tuple[int, ...] = (4,)
    """0-based positions after which one trial number is skipped."""
    trial_types: tuple[str, ...] = TRIAL_TYPES
    """Dealt to the trials in a shuffled order, each as often as the next."""
    trial_type_order: tuple[str, ...] = TRIAL_TYPES
    """Order of trialTypeStr."""
    trials_without_type: tuple[int, ...] = ()
    further_trial_properties: tuple[str, ...] = ()
    """Names of numeric properties nobody knows; the last of them has an empty descr."""
    trials_with_nan_valve_time: tuple[int, ...] = ()

    # -- whiskers and events
    whisker_data: bool = True
    whiskers: tuple[str, ...] = ("c2",)
    whisker_rate_hz: float = 500.0
    trials_without_whisker: tuple[int, ...] = (2,)
    """0-based positions."""
    nan_stretches: bool = True
    """The tracker loses the whisker for some ms in each trial (never during a touch)."""
    nan_over_first_touch: bool = False
    """The tracker loses the whisker over the whole of the first touch; its touch properties are NaN."""
    one_frame_touch: bool = True
    """The first touch of each series has onset = offset."""
    further_touch_properties: tuple[str, ...] = ()
    """Of TOUCH_PROPERTIES, or any other name for a numeric property nobody knows."""
    empty_event_series: tuple[str, ...] = ()
    one_event_series: tuple[str, ...] = ()
    """Event series cut down to their first event (a scalar for licks, one pair for others)."""
    plural_event_fields: bool = False
    """Single series have ids and idStrs as touches do, in place of id and idStr."""

    # -- imaging
    subvolumes: tuple[SubvolumeSpec, ...] = (
        SubvolumeSpec(number=1, planes=(2, 3, 4)),
        SubvolumeSpec(number=2, planes=(2, 3)),
    )
    image_shape: tuple[int, int] = (48, 64)
    """Rows, columns."""
    imaging_rate_hz: float = 7.0
    arrays: tuple[ArrayKind, ...] = ("dff", "raw", "event")
    array_keys: tuple[tuple[ArrayKind, str], ...] = (
        ("dff", "dffTSA_subvolume_{ordinal:02d}"),
        ("raw", "rawFluoTSA_subvolume_{ordinal:02d}"),
        ("event", "eventTSA_subvolume_{ordinal:02d}"),
    )
    """keyNames of timeSeriesArrayHash; {ordinal} counts subvolumes from 1, {number} is the subvolume's own number."""
    arrays_without_descr: bool = False
    arrays_without_row_names: bool = False
    """idStrs of the imaging arrays are empty."""
    single_precision: bool = False
    """valueMatrix of the imaging arrays is of class single."""
    trials_not_imaged: tuple[int, ...] = ()
    lone_plane_as_struct: bool = False
    """imagingPlane of a subvolume with one plane is a bare struct, not a 1x1 cell."""
    master_image_2d: bool = False
    shuffled_rows: bool = False
    """Rows of the subvolume's arrays are in another order than its planes' ids."""
    rois_without_trace: int = 0
    """So many ROIs at the end of each subvolume's first plane have no row in the arrays."""
    traces_without_roi: int = 0
    """So many ROIs at the start of each subvolume's last plane lack their record in roiIds and rois."""
    roi_at_corner: bool = True
    """The first ROI of each plane lies in the corner of the last row and the last column."""
    red_in_all_cells: bool = False
    """The red channel shows every cell, not every second one."""

    # -- frames and files
    blank_time_point: bool = False
    """In each subvolume's first trial the fourth time point has no frame in any plane."""
    short_last_file: bool = False
    """The last frame is missing in each subvolume's first plane."""
    rejected_file: bool = False
    """The second file of each subvolume's last plane is rejected: the tif is there, no list names it."""
    late_first_file: bool = False
    """The lists begin at frame 3 of each subvolume's first file; frames 1 and 2 are in the tif only."""
    unknown_trial_frames: bool = False
    """The last two frames of each subvolume's last file have the trial numbers 0 and 9999."""
    unlisted_tif: bool = False
    """Each plane's folder holds a tif `..._main_900.tif` that no list names."""
    listed_without_fluo_batch_out: bool = False
    """The listed paths of each subvolume's last plane lack `fluo_batch_out/`."""
    listed_without_fov: bool = False
    """No listed path has a `fov_` part; the tifs lie in their fov_ folders all the same."""
    planes_without_files: tuple[tuple[int, int], ...] = ()
    """(subvolume number, plane number) whose sourceFileList is empty."""
    stacks: StackSpec = field(default_factory=StackSpec)

    # -- whisker videos
    video_name: str = "whisker/{session}_trial_{trial:03d}.mp4"
    """Path of a video in the session's folder; {running} counts the videos from 1."""
    trials_without_video: tuple[int, ...] = ()
    trials_with_short_video: tuple[int, ...] = ()
    """The video has ten frames fewer than its trial has whisker samples."""
    trials_with_broken_video: tuple[int, ...] = ()
    """The video's last third is cut off, and with it the index without which it cannot be read."""

    def __post_init__(self) -> None:
        """ValueError where the trials are too short for the task's phases or for what the imaging switches need."""
        for subvolume in self.subvolumes:
            given = subvolume.rois_per_plane
            if not isinstance(given, int) and len(given) != len(subvolume.planes):
                raise ValueError("rois_per_plane must have one number, or as many as there are planes")
        if self.trial_seconds < 0.6 or self.trial_seconds * self.imaging_rate_hz < 5.5:
            raise ValueError("a trial must last 0.6 s and 5.5 frame intervals at least")
        if self.n_trials < 1 + len(self.trials_without_whisker):
            raise ValueError("one trial at least must have whisker data; else set whisker_data=False")

    def rate_of(self, subvolume: SubvolumeSpec) -> float:
        """Frames per second and plane of a subvolume."""
        return subvolume.imaging_rate_hz or self.imaging_rate_hz

    def in_time_unit(self, time_ms: np.ndarray) -> np.ndarray:
        """Times in ms in the unit of the file."""
        return time_ms / _MS_PER_UNIT[self.time_unit_id] if self.time_unit_id != 1 else time_ms

    @property
    def session_name(self) -> str:
        """`<animal>_<yyyy>_<mm>_<dd>` and the letter, the stem of every file name."""
        return f"{self.animal}_{self.date:%Y_%m_%d}{self.letter}"

    @property
    def mat_file_name(self) -> str:
        """Name of the session file."""
        ending = "session" if self.data_set == "ssc-1" else "data_struct"
        return (self.file_name or f"{{session}}_{ending}.mat").format(session=self.session_name)

"""Frames that are missing: a table of intervals, one row per run of missing frames of a plane."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pynwb import NWBFile
from pynwb.epoch import TimeIntervals

from ssc_to_nwb import naming
from ssc_to_nwb.clock import Clock, median_interval_ms
from ssc_to_nwb.data_types.imaging_stacks.source import PlaneStack, StackGap
from ssc_to_nwb.data_types.trial_labels.source import NO_TRIAL
from ssc_to_nwb.source_files.raw_files import relative_listed_path

# A gap has a length even where nobody knows how long a frame takes: the precision of the clock.
_UNKNOWN_FRAME_MS = 1.0
_DESCRIPTION = (
    "Runs of imaging frames that have time stamps in the session file, but are not in this file. start_time is the "
    "time stamp of the first missing frame. stop_time is the time stamp of the last one plus the length of a frame: "
    "the median interval of the subvolume's frames within trials, or 1 ms where no trial has two frames."
)
_COLUMNS = (
    ("plane_name", "The imaging plane, as in the names of its objects."),
    ("reason", "Why the frames are missing."),
    (
        "listed_file",
        "Tif that the session file names for the frames, relative to the session's folder; empty where it names none.",
    ),
    ("frame_count", "Number of missing frames."),
    ("first_time_index", "Place of the first missing frame among the subvolume's time stamps, counted from 0."),
)


def add_imaging_gaps(
    nwbfile: NWBFile, stacks: Sequence[tuple[PlaneStack, np.ndarray]], *, clock: Clock
) -> TimeIntervals | None:
    """Add the table `imaging_gaps`, in the order of time; None, and no table, where no frame is missing.

    stacks: with each the time stamps of its subvolume, float64 (F,), in ms of the session's clock.
    """
    rows = [_row(stack, gap, time_ms, clock) for stack, time_ms in stacks for gap in stack.gaps]
    if not rows:
        return None
    table = _new_table()
    for row in sorted(rows, key=lambda row: (row["start_time"], row["stop_time"])):
        table.add_row(**row)
    nwbfile.add_time_intervals(table)
    return table


def _row(stack: PlaneStack, gap: StackGap, time_ms: np.ndarray, clock: Clock) -> dict[str, Any]:
    trials = np.unique(stack.trial[gap.start : gap.stop])
    frame_ms = median_interval_ms(time_ms, stack.trial) or _UNKNOWN_FRAME_MS
    return {
        "start_time": float(clock.seconds(time_ms[gap.start])),
        "stop_time": float(clock.seconds(time_ms[gap.stop - 1] + frame_ms)),
        "plane_name": stack.plane_name,
        "reason": gap.reason,
        "listed_file": "" if gap.listed_path is None else str(relative_listed_path(gap.listed_path)),
        "frame_count": gap.stop - gap.start,
        "first_time_index": gap.start,
        "trial_numbers": trials[trials != NO_TRIAL].tolist(),
    }


def _new_table() -> TimeIntervals:
    table = TimeIntervals(name=naming.IMAGING_GAPS, description=_DESCRIPTION)
    for name, description in _COLUMNS:
        table.add_column(name=name, description=description)
    table.add_column(
        name="trial_numbers", description="Numbers of the trials that the missing frames belong to.", index=True
    )
    return table

"""Frames that are missing: a table of intervals, one row per run of missing frames of a plane."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pynwb import NWBFile
from pynwb.epoch import TimeIntervals

from ssc_to_nwb.clock import Clock, median_interval_ms
from ssc_to_nwb.data_types.from_layout import make_table
from ssc_to_nwb.data_types.imaging_stacks.layout import GAPS
from ssc_to_nwb.data_types.imaging_stacks.source import PlaneStack, StackGap
from ssc_to_nwb.data_types.trial_labels.source import NO_TRIAL
from ssc_to_nwb.source_files.raw_files import relative_listed_path

# A gap has a length even where nobody knows how long a frame takes: the precision of the clock.
_UNKNOWN_FRAME_MS = 1.0


def add_imaging_gaps(
    nwbfile: NWBFile, stacks: Sequence[tuple[PlaneStack, np.ndarray]], *, clock: Clock
) -> TimeIntervals | None:
    """Add the table `imaging_gaps`, in the order of time; None, and no table, where no frame is missing.

    stacks: with each the time stamps of its subvolume, float64 (F,), in ms of the session's clock.
    """
    rows = [_row(stack, gap, time_ms, clock) for stack, time_ms in stacks for gap in stack.gaps]
    if not rows:
        return None
    rows.sort(key=lambda row: (row["start_time"], row["stop_time"]))
    values = {column.name: [row[column.name] for row in rows] for column in GAPS.columns}
    table = make_table(GAPS, values, table_class=TimeIntervals)
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
        "trial_numbers": trials[trials != NO_TRIAL],
    }

"""The table of missing frames, from the gaps of the source's stacks."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.subvolumes.source import Subvolume
from ssc_to_nwb.data_types.trial_labels.source import NO_TRIAL
from ssc_to_nwb.proof.comparison import Comparison
from ssc_to_nwb.proof.objects import check_table
from ssc_to_nwb.proof.sample_interval import usual_interval_ms
from ssc_to_nwb.proof.source_frames import FrameGap, PlaneFrames
from ssc_to_nwb.source_files.raw_files import relative_listed_path

_COLUMNS = (
    "start_time", "stop_time", "plane_name", "reason", "listed_file", "frame_count", "first_time_index",
    "trial_numbers",
)  # fmt: skip

_DTYPES = {
    **dict.fromkeys(("start_time", "stop_time"), np.float64),
    **dict.fromkeys(("frame_count", "first_time_index", "trial_numbers"), np.int64),
}


def check_gaps(work: Comparison, frames: Mapping[str, PlaneFrames]) -> None:
    """Compare the table, row by row, with the runs of time stamps that have no frame."""
    gaps = [
        (volume, plane.name, gap)
        for volume in work.session.subvolumes
        for plane in volume.planes
        if plane.name in frames
        for gap in frames[plane.name].gaps
    ]
    if not gaps:
        return
    gaps.sort(key=lambda item: _edges(item[0], item[2]))
    path = f"/intervals/{naming.IMAGING_GAPS}"
    table = check_table(
        work, path, columns=_COLUMNS, neurodata_type="TimeIntervals", ragged=["trial_numbers"], dtypes=_DTYPES
    )
    for column, place in (("start_time", 0), ("stop_time", 1)):
        expected = np.array([_edges(volume, gap)[place] for volume, _, gap in gaps])
        work.proof.times(
            f"{path}/{column}", expected=expected, seconds=table.column(column), unit=work.milliseconds
        )  # fmt: skip
    texts = {
        "plane_name": [plane for _, plane, _ in gaps],
        "reason": [gap.reason for _, _, gap in gaps],
        "listed_file": [_listed(gap) for _, _, gap in gaps],
    }
    for column, lines in texts.items():
        work.proof.equal(f"{path}/{column}", expected=lines, found=table.texts(column))
    numbers = {
        "frame_count": [gap.stop - gap.start for _, _, gap in gaps],
        "first_time_index": [gap.start for _, _, gap in gaps],
    }
    for column, values in numbers.items():
        work.proof.numbers(f"{path}/{column}", expected=np.array(values), found=table.column(column))
    trials = [_trials(volume, gap) for volume, _, gap in gaps]
    work.proof.equal(
        f"{path}/trial_numbers", expected=trials, found=[part.tolist() for part in table.parts("trial_numbers")]
    )


def _edges(volume: Subvolume, gap: FrameGap) -> tuple[float, float]:
    frame_ms = usual_interval_ms(volume.time_ms, volume.trial) or 1.0
    return float(volume.time_ms[gap.start]), float(volume.time_ms[gap.stop - 1]) + frame_ms


def _listed(gap: FrameGap) -> str:
    return "" if gap.listed_path is None else str(relative_listed_path(gap.listed_path))


def _trials(volume: Subvolume, gap: FrameGap) -> list[int]:
    numbers = np.unique(volume.trial[gap.start : gap.stop])
    return [int(number) for number in numbers.tolist() if number != NO_TRIAL]

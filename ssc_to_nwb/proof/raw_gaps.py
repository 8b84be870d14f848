"""The table of missing frames, from the gaps of the source's stacks."""

from __future__ import annotations

from collections.abc import Mapping

from ssc_to_nwb import naming
from ssc_to_nwb.proof.comparison import Comparison
from ssc_to_nwb.proof.source_frames import PlaneFrames


def check_gaps(work: Comparison, frames: Mapping[str, PlaneFrames]) -> None:
    """Compare the reasons of the table with those of the runs of time stamps that have no frame."""
    reasons = {(name, gap.start): gap.reason for name, plane in frames.items() for gap in plane.gaps}
    if not reasons:
        return
    path = f"/intervals/{naming.IMAGING_GAPS}"
    table = work.table(path)
    # Where and when the gaps are follows from the frame indices, which are compared with the stacks.
    rows = zip(table.texts("plane_name"), table.column("first_time_index").tolist(), strict=True)
    expected = [reasons.get(row, "no gap") for row in rows]
    work.proof.equal(f"{path}/reason", expected=expected, found=table.texts("reason"))
    work.compared.add(f"{path}/reason")

"""What of the arrays of subvolumes deserves a warning though it is kept: that there are none, infinite values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ssc_to_nwb.data_types.infinite_values import report_infinite
from ssc_to_nwb.data_types.subvolumes import problems
from ssc_to_nwb.problems.model import ProblemLog

if TYPE_CHECKING:
    from ssc_to_nwb.session.session import Session


def report_unusual(session: Session, *, log: ProblemLog) -> None:
    """Log where there is no frame, and arrays with infinite values."""
    if not any(volume.time_ms.size for volume in session.subvolumes):
        found = "no frames" if session.subvolumes else "no calcium array"
        log.add(problems.CALCIUM_ARRAYS_MISSING, file=session.path, field="timeSeriesArrayHash", found=found)
    for array in (array for volume in session.subvolumes for array in volume.arrays.values()):
        field = f"{array.path}.valueMatrix"
        report_infinite(array.values, f"values of {array.key}", file=session.path, field=field, log=log)

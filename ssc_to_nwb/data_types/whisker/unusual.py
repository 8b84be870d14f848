"""What of the whisker array deserves a warning though it is kept: that there is none, infinite values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ssc_to_nwb.data_types.infinite_values import report_infinite
from ssc_to_nwb.data_types.whisker import problems
from ssc_to_nwb.data_types.whisker.source import whisker_of
from ssc_to_nwb.problems.model import ProblemLog

if TYPE_CHECKING:
    from ssc_to_nwb.session.session import Session


def report_unusual(session: Session, *, log: ProblemLog) -> None:
    """Log where there is no sample, and traces with infinite values."""
    whisker = whisker_of(session)
    if whisker is None or not whisker.time_ms.size:
        found = "no whisker array" if whisker is None else "no samples"
        log.add(problems.WHISKER_ARRAY_MISSING, file=session.path, field="timeSeriesArrayHash", found=found)
    if whisker is not None:
        for trace in whisker.traces:
            field = f"{whisker.path}.valueMatrix"
            report_infinite(trace.values, f"samples of {trace.label!r}", file=session.path, field=field, log=log)

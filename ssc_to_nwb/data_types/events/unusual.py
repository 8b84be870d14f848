"""What of events deserves a warning though it is kept: infinite values of their properties."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ssc_to_nwb.data_types.infinite_values import report_infinite
from ssc_to_nwb.problems.model import ProblemLog

if TYPE_CHECKING:
    from ssc_to_nwb.session.session import Session


def report_unusual(session: Session, *, log: ProblemLog) -> None:
    """Log trains that have infinite values."""
    for train in (train for series in session.events.values() for train in series.trains):
        for one in train.properties:
            what = f"values of {one.key} of {train.label!r}"
            report_infinite(one.values, what, file=session.path, field=train.path, log=log)

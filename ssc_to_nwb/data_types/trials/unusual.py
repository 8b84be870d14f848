"""What of trials deserves a warning though it is kept: odd starts and numbers, unknown labels, infinite values."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb.data_types.infinite_values import report_infinite
from ssc_to_nwb.data_types.trial_labels.source import distinct_labels_text
from ssc_to_nwb.data_types.trials import problems as kinds
from ssc_to_nwb.data_types.trials.times import joined_parts, trial_times
from ssc_to_nwb.problems.model import ProblemLog

if TYPE_CHECKING:
    from ssc_to_nwb.session.session import Session


def report_unusual(session: Session, *, log: ProblemLog) -> None:
    """Log what is odd about starts, numbers, labels and properties of trials."""
    _report_times(session, log=log)
    _report_unknown_trials(session, log=log)
    for item in session.trials.properties:
        if isinstance(item.values, np.ndarray):
            what = f"values of {item.key}"
            report_infinite(item.values, what, file=session.path, field="trialPropertiesHash", log=log)


def _report_times(session: Session, *, log: ProblemLog) -> None:
    """Warn of starts that were not measured, are equal or out of order, of joined parts, and of numbers below 1."""
    trials, times = session.trials, trial_times(session)
    starts = f"{session.variable}.trialStartTimes"
    for place in np.flatnonzero(~trials.start_measured).tolist():
        first = times.start_ms[place]
        detail = "nothing is labelled with it" if np.isnan(first) else f"its first data are at {first:.10g} ms"
        log.add(
            kinds.TRIAL_START_MISSING, file=session.path, field=starts, found=f"trial {trials.numbers[place]}",
            detail=detail,
        )  # fmt: skip
    if not times.in_order:
        back = np.flatnonzero(np.diff(times.order) < 0)[0]
        later, earlier = trials.numbers[times.order[[back, back + 1]]]
        found = f"trial {later} comes before trial {earlier}"
        log.add(kinds.TRIALS_NOT_IN_ORDER, file=session.path, field=starts, found=found)
    for before, after in pairwise(times.order.tolist()):
        if times.start_ms[before] == times.start_ms[after]:
            found = f"trials {trials.numbers[before]} and {trials.numbers[after]} at {times.start_ms[after]:.10g} ms"
            log.add(kinds.TRIALS_START_TOGETHER, file=session.path, field=starts, found=found)
    for part in joined_parts(trials):
        found = f"{part.jump_ms:.10g} ms from the start of trial {part.last_trial} to that of trial {part.next_trial}"
        log.add(kinds.SESSION_JOINED, file=session.path, field=starts, found=found)
    for number in trials.numbers[trials.numbers < 1].tolist():
        log.add(
            kinds.TRIAL_NUMBER_BELOW_ONE, file=session.path, field=f"{session.variable}.trialIds",
            found=f"trial {number}",
        )  # fmt: skip


def _report_unknown_trials(session: Session, *, log: ProblemLog) -> None:
    labelled = [(f"timeSeriesArrayHash ({kind})", array.trial) for kind, array in session.arrays.items()]
    labelled += [(f"subvolume {volume.number}", volume.trial) for volume in session.subvolumes]
    labelled += [(train.path, train.trial) for series in session.events.values() for train in series.trains]
    for where, trial in labelled:
        unknown = trial[~session.trials.known(trial)]
        if unknown.size:
            log.add(
                kinds.TRIAL_UNKNOWN, file=session.path, field=where,
                found=f"{unknown.size} labelled {distinct_labels_text(unknown)}",
            )  # fmt: skip

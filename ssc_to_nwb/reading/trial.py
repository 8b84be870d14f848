"""One trial of a session: everything in it on one time axis, 0 at its start."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.reading.nwb_session import NwbSession, ranges_text
from ssc_to_nwb.reading.nwb_table import numbers_of, texts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceOfTrial:
    """One trace in one trial.

    name: a whisker or a ROI number; time_s: (N,), seconds from the start of the trial; values: (N,), NaN where the
    trace has none; unit: of the values.
    """

    name: str
    time_s: np.ndarray
    values: np.ndarray
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialData:
    """What happened in a trial; all times in s from its start.

    number: the source's; trial_type: as the trials table has it; duration_s: NaN where the file has no stop; angles,
    curvatures: a trace per whisker; intervals: onset and offset (E, 2) by name: `pole in reach`, `left water`,
    `protraction touch c2`; points: times (E,) by name: `left lick`; dff: of the chosen ROIs.
    """

    number: int
    trial_type: str
    duration_s: float
    angles: tuple[TraceOfTrial, ...] = ()
    curvatures: tuple[TraceOfTrial, ...] = ()
    intervals: Mapping[str, np.ndarray] = field(default_factory=dict)
    points: Mapping[str, np.ndarray] = field(default_factory=dict)
    dff: tuple[TraceOfTrial, ...] = ()


def read_trial(session: NwbSession, number: int, *, rois: Sequence[int] = (), most_rois: int = 8) -> TrialData:
    """Read a trial by its number.

    Parameters
    ----------
    session : NwbSession
        The open file.
    number : int
        The source's trial number.
    rois : Sequence[int], default ()
        Numbers of the ROIs whose dF/F to read; where empty, those imaged in the trial whose dF/F goes highest.
    most_rois : int, default 8
        How many of them, where `rois` is empty; they come in the order of their numbers.

    Returns
    -------
    TrialData
        Everything to draw the trial.

    Raises
    ------
    SscError
        trial-not-in-file, roi-not-in-file.
    """
    start, stop = session.span_s(number)
    return TrialData(
        number=number,
        trial_type=str(texts_of(session.trials, "trial_type")[session.trial_numbers == number][0]),
        duration_s=stop - start,
        angles=_whisker(session, "angle", number, start),
        curvatures=_whisker(session, "curvature_change", number, start),
        intervals=_intervals(session, number, start),
        points=_points(session, number, start),
        dff=_dff(session, number, start, rois=rois, most_rois=most_rois),
    )


def _whisker(session: NwbSession, quantity: str, number: int, start: float) -> tuple[TraceOfTrial, ...]:
    found = []
    for trace in session.whisker_traces:
        if trace.quantity == quantity:
            part = session.samples_of(trace.series, number)
            time_s, values = trace.time_s[part] - start, trace.values[part]
            found.append(TraceOfTrial(name=trace.whisker, time_s=time_s, values=values, unit=trace.unit))
    return tuple(found)


def _intervals(session: NwbSession, number: int, start: float) -> dict[str, np.ndarray]:
    """Onset and offset (E, 2) by name, of every table of intervals that the trial has something in."""
    found: dict[str, np.ndarray] = {}
    touches, rewards = session.touches, session.rewards
    for table, names in (
        (session.pole_in_reach, "pole in reach"),
        (touches, texts_of(touches, "direction") + " touch " + texts_of(touches, "whisker")),
        (session.reward_cue, "reward cue"),
        (rewards, texts_of(rewards, "side") + " water"),
    ):
        times = np.stack([numbers_of(table, "start_time"), numbers_of(table, "stop_time")], axis=1) - start
        found |= _by_name(times, np.broadcast_to(names, len(table)), numbers_of(table, "trial_number") == number)
    return found


def _points(session: NwbSession, number: int, start: float) -> dict[str, np.ndarray]:
    licks = session.licks
    times, of_trial = numbers_of(licks, "timestamp") - start, numbers_of(licks, "trial_number") == number
    return _by_name(times, texts_of(licks, "side") + " lick", of_trial)


def _by_name(times: np.ndarray, names: np.ndarray, of_trial: np.ndarray) -> dict[str, np.ndarray]:
    """The events of the trial by their names (E,)."""
    return {name: times[of_trial & (names == name)] for name in sorted(set(names[of_trial].tolist()))}


def _dff(
    session: NwbSession, number: int, start: float, *, rois: Sequence[int], most_rois: int
) -> tuple[TraceOfTrial, ...]:
    found: dict[int, TraceOfTrial] = {}
    for plane in session.planes:
        series = plane.series("dff")
        if series is None:
            continue
        traces = plane.traces("dff", rois=rois or None, samples=session.samples_of(series, number))
        for roi, values in () if traces is None else traces.items():
            if values.notna().any():
                time_s = values.index.to_numpy() - start
                found[int(roi)] = TraceOfTrial(
                    name=str(roi), time_s=time_s, values=values.to_numpy(), unit=str(series.unit)
                )
    missing = [roi for roi in rois if roi not in found]
    if missing:
        there = [int(trace.name) for trace in _dff(session, number, start, rois=(), most_rois=sys.maxsize)]
        raise error(
            kinds.ROI_NOT_IN_FILE,
            file=session.path,
            field=f"trial {number}",
            expected=ranges_text(np.array(there)) if there else "no ROI was imaged in this trial",
            found=", ".join(str(roi) for roi in missing),
        )
    if rois:
        return tuple(found[roi] for roi in dict.fromkeys(rois))
    highest = sorted(found, key=lambda roi: -float(np.nanmax(found[roi].values)))[:most_rois]
    return tuple(found[roi] for roi in sorted(highest))

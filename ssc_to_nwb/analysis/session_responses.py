"""Responses of every ROI of a session to touch and to whisking, from its NWB file alone.

After Peron et al. (2015, doi:10.1016/j.neuron.2015.03.027), who ask how many neurons of barrel cortex represent touch
and how many whisking. They fit an encoding model; here a rank test on dF/F around events answers the same question:

- touch: the first touch of each trial, whatever touches, against the 0.6 s before it;
- whisking: the onset of bouts of whisking in the absence of touch, none from 0.3 s before the onset to 1 s after it.

Per ROI a one-sided Wilcoxon signed-rank test over events (`response_test`), and the Benjamini-Hochberg false discovery
rate held at 5 % over all tested ROIs of the session, for touch and for whisking each.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ssc_to_nwb.analysis.event_triggered import TriggeredTraces, trigger
from ssc_to_nwb.analysis.response_test import ResponseWindows, responsive, roi_tests
from ssc_to_nwb.analysis.whisking import BoutRule, free_whisking_onsets_s
from ssc_to_nwb.reading.imaged_plane import ImagedPlane, RoiTraces, traces_ahead
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.nwb_table import SessionTable

_SHOWN_BEFORE_S, _SHOWN_AFTER_S = 1.0, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseOptions:
    """How responses are looked for.

    Attributes
    ----------
    windows : ResponseWindows
        Of response and baseline.
    bouts : BoutRule
        What counts as a bout of whisking.
    false_discovery_rate : float, default 0.05
        Held over all ROIs of the session.
    """

    windows: ResponseWindows = field(default_factory=ResponseWindows)
    bouts: BoutRule = field(default_factory=BoutRule)
    false_discovery_rate: float = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class EventResponses:
    """Responses of all ROIs of a session to one kind of event.

    Attributes
    ----------
    event_s : ndarray of float64, (E,)
        The events, in s after the session's start.
    plane_names : ndarray of object, (R,)
        Plane of each ROI.
    roi_numbers : ndarray of int64, (R,)
        Number of each ROI.
    effect : ndarray of float64, (R,)
        In dF/F; NaN where a ROI could not be tested.
    p_value : ndarray of float64, (R,)
        NaN where a ROI could not be tested.
    event_count : ndarray of int64, (R,)
        Events that were used.
    responsive : ndarray of bool, (R,)
        Which ROIs respond.
    """

    event_s: np.ndarray
    plane_names: np.ndarray
    roi_numbers: np.ndarray
    effect: np.ndarray
    p_value: np.ndarray
    event_count: np.ndarray
    responsive: np.ndarray

    @property
    def tested_count(self) -> int:
        """ROIs that had enough events."""
        return int(np.isfinite(self.p_value).sum())

    @property
    def responsive_count(self) -> int:
        """ROIs that respond."""
        return int(self.responsive.sum())

    @property
    def share(self) -> float:
        """Responsive ROIs among those tested; NaN where none was."""
        return self.responsive_count / self.tested_count if self.tested_count else float("nan")

    def strongest(self, count: int) -> np.ndarray:
        """The responsive ROIs with the largest effect.

        At most `count` positions in the arrays, largest effect first.
        """
        places = np.flatnonzero(self.responsive)
        return places[np.argsort(-self.effect[places], kind="stable")][:count]


def touch_responses(session: NwbSession, *, options: ResponseOptions | None = None) -> EventResponses:
    """Responses to the first touch of each trial.

    Parameters
    ----------
    session : NwbSession
        An open file.
    options : ResponseOptions or None, optional
        The defaults where None.

    Returns
    -------
    EventResponses
        All ROIs of the session that have dF/F.
    """
    return _responses(session, first_touches_s(session), options=options or ResponseOptions())[0]


def whisking_responses(session: NwbSession, *, options: ResponseOptions | None = None) -> EventResponses:
    """Responses to the onset of whisking without touch.

    Parameters
    ----------
    session : NwbSession
        An open file.
    options : ResponseOptions or None, optional
        The defaults where None.

    Returns
    -------
    EventResponses
        All ROIs of the session that have dF/F.
    """
    options = options or ResponseOptions()
    return _responses(session, free_whisking_onsets_s(session, rule=options.bouts), options=options)[0]


def touch_and_whisking_responses(
    session: NwbSession, *, options: ResponseOptions | None = None
) -> tuple[EventResponses, EventResponses]:
    """Responses to both kinds of event, which reads the traces once.

    Those to touch come first.
    """
    options = options or ResponseOptions()
    onsets_s = free_whisking_onsets_s(session, rule=options.bouts)
    touch, whisking = _responses(session, first_touches_s(session), onsets_s, options=options)
    return touch, whisking


def first_touches_s(session: NwbSession) -> np.ndarray:
    """Onset of the first touch of each trial that has one, whatever touches.

    (E,), in s after the session's start, increasing.
    """
    touches = session.touches
    return np.zeros(0) if touches is None else np.sort(first_onsets(touches)[1])


def first_onsets(table: SessionTable) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of the trials that have rows in a table, increasing, and the onset of the first row of each."""
    onset, trial = table.numbers("start_time"), table.numbers("trial_number")
    order = np.argsort(onset, kind="stable")
    order = order[np.isfinite(trial[order])]
    numbers, first = np.unique(trial[order], return_index=True)
    return numbers, onset[order][first]


def triggered_dff(
    plane: ImagedPlane, event_s: np.ndarray, *, roi_numbers: np.ndarray | None = None
) -> tuple[RoiTraces, TriggeredTraces] | None:
    """dF/F of a plane's ROIs around the events, from 1 s before to 2 s after.

    event_s: (E,), in s after the session's start; roi_numbers: only these ROIs. None where the plane has no dF/F, or no
    trial with two frames, so that nobody knows how long a frame lasts.
    """
    traces = plane.traces("dff")
    if traces is None or plane.frame_interval_s is None:
        return None
    if roi_numbers is not None:
        traces = traces.only(roi_numbers)
    return traces, _triggered(traces, event_s, interval_s=plane.frame_interval_s)


def _triggered(traces: RoiTraces, event_s: np.ndarray, *, interval_s: float) -> TriggeredTraces:
    around = {"before_s": _SHOWN_BEFORE_S, "after_s": _SHOWN_AFTER_S}
    return trigger(time_s=traces.time_s, values=traces.values, event_s=event_s, interval_s=interval_s, **around)


def _responses(session: NwbSession, *kinds: np.ndarray, options: ResponseOptions) -> tuple[EventResponses, ...]:
    """Responses to each kind of event, given by its times. The traces of a plane are read once for all kinds."""
    parts = [[_NO_ROIS] for _ in kinds]
    for plane, (traces,) in traces_ahead(session.planes, "dff"):
        if traces is None or plane.frame_interval_s is None:
            continue
        numbers = traces.roi_numbers
        names = np.full(numbers.size, plane.name, dtype=object)
        for found, event_s in zip(parts, kinds, strict=True):
            triggered = _triggered(traces, event_s, interval_s=plane.frame_interval_s)
            tests = roi_tests(triggered, windows=options.windows)
            found.append({"plane_names": names, "roi_numbers": numbers, **tests})
    return tuple(_joined(event_s, found, options=options) for event_s, found in zip(kinds, parts, strict=True))


_NO_ROIS = {
    "plane_names": np.zeros(0, dtype=object),
    "roi_numbers": np.zeros(0, dtype=np.int64),
    "effect": np.zeros(0),
    "p_value": np.zeros(0),
    "event_count": np.zeros(0, dtype=np.int64),
}


def _joined(event_s: np.ndarray, parts: list[dict[str, np.ndarray]], *, options: ResponseOptions) -> EventResponses:
    """The tests of all planes together, which the false discovery rate is held over."""
    columns = {name: np.concatenate([part[name] for part in parts]) for name in _NO_ROIS}
    found = responsive(columns["p_value"], false_discovery_rate=options.false_discovery_rate)
    return EventResponses(event_s=event_s, responsive=found, **columns)

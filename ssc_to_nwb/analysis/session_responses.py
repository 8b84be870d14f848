"""Responses of every ROI of a session to touch and to whisking, from its NWB file alone.

After Peron et al. (2015, doi:10.1016/j.neuron.2015.03.027), who ask how many neurons of barrel cortex represent touch
and how many whisking. They fit an encoding model; here a rank test on dF/F around events answers the same question:

- touch: the first touch of each trial, whatever touches, against the 0.6 s before it;
- whisking: the onset of bouts of whisking in the absence of touch, none from 0.3 s before the onset to 1 s after it.

Per ROI a one-sided Wilcoxon signed-rank test over events (`response_test`), and the Benjamini-Hochberg false discovery
rate held at 5 % over all tested ROIs of the session, for touch and for whisking each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb.analysis.event_triggered import TriggeredTraces, trigger
from ssc_to_nwb.analysis.response_test import ResponseOptions, responsive, roi_tests
from ssc_to_nwb.analysis.whisking import free_whisking_onsets_s
from ssc_to_nwb.reading.imaged_plane import ImagedPlane, traces_ahead
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.nwb_table import numbers_of

if TYPE_CHECKING:
    import pandas as pd

_SHOWN_BEFORE_S, _SHOWN_AFTER_S = 1.0, 2.0
_TESTED = {"plane": "object", "roi": "int64", "events": "int64", "effect_dff": "float64", "p": "float64"}


@dataclass(frozen=True, slots=True, kw_only=True)
class EventResponses:
    """Responses of all ROIs of a session to one kind of event.

    event_s: (E,), in s after the session's start; rois: a row per ROI: plane, roi (its number), events that were used,
    effect_dff and p (NaN where it could not be tested), responsive.
    """

    event_s: np.ndarray
    rois: pd.DataFrame

    @property
    def tested_count(self) -> int:
        """ROIs that had enough events."""
        return int(self.rois["p"].notna().sum())

    @property
    def responsive_count(self) -> int:
        """ROIs that respond."""
        return int(self.rois["responsive"].sum())

    @property
    def share(self) -> float:
        """Responsive ROIs among those tested; NaN where none was."""
        return self.responsive_count / self.tested_count if self.tested_count else float("nan")

    def strongest(self, count: int) -> pd.DataFrame:
        """At most `count` rows: the responsive ROIs with the largest effect, which comes first."""
        found = self.rois[self.rois["responsive"]]
        return found.sort_values("effect_dff", ascending=False, kind="stable")[:count]


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
    return _responses(session, first_touches_s(session), options=options)[0]


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
    return _responses(session, free_whisking_onsets_s(session), options=options)[0]


def touch_and_whisking_responses(
    session: NwbSession, *, options: ResponseOptions | None = None
) -> tuple[EventResponses, EventResponses]:
    """Responses to both kinds of event, which reads the traces once; those to touch come first."""
    touch, whisking = _responses(session, first_touches_s(session), free_whisking_onsets_s(session), options=options)
    return touch, whisking


def first_touches_s(session: NwbSession) -> np.ndarray:
    """Onset of the first touch of each trial that has one, whatever touches; in s, (E,), increasing."""
    return np.sort(first_onsets(session.touches)[1])


def first_onsets(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of the trials that have rows in a table, increasing, and the onset of the first row of each."""
    onset, trial = numbers_of(table, "start_time"), numbers_of(table, "trial_number")
    order = np.argsort(onset, kind="stable")
    order = order[np.isfinite(trial[order])]
    numbers, first = np.unique(trial[order], return_index=True)
    return numbers, onset[order][first]


def triggered_dff(
    plane: ImagedPlane, event_s: np.ndarray, *, roi_numbers: np.ndarray | None = None
) -> tuple[np.ndarray, TriggeredTraces] | None:
    """Numbers of a plane's ROIs and their dF/F around the events, from 1 s before to 2 s after.

    event_s: (E,), in s after the session's start; roi_numbers: only these ROIs. None where the plane has no dF/F, or no
    trial with two frames, so that nobody knows how long a frame lasts.
    """
    traces = plane.traces("dff", rois=roi_numbers)
    if traces is None or plane.frame_interval_s is None:
        return None
    return traces.columns.to_numpy(), _triggered(traces, event_s, interval_s=plane.frame_interval_s)


def _triggered(traces: pd.DataFrame, event_s: np.ndarray, *, interval_s: float) -> TriggeredTraces:
    around = {"before_s": _SHOWN_BEFORE_S, "after_s": _SHOWN_AFTER_S}
    time_s, values = traces.index.to_numpy(), traces.to_numpy()
    return trigger(time_s=time_s, values=values, event_s=event_s, interval_s=interval_s, **around)


def _responses(session: NwbSession, *kinds: np.ndarray, options: ResponseOptions | None) -> tuple[EventResponses, ...]:
    """Responses to each kind of event, given by its times. The traces of a plane are read once for all kinds."""
    import pandas as pd

    options = options or ResponseOptions()
    parts: list[list[pd.DataFrame]] = [[] for _ in kinds]
    for plane, (traces,) in traces_ahead(session.planes, "dff"):
        if traces is None or plane.frame_interval_s is None:
            continue
        for found, event_s in zip(parts, kinds, strict=True):
            tests = roi_tests(_triggered(traces, event_s, interval_s=plane.frame_interval_s), options=options)
            found.append(pd.DataFrame({"plane": plane.name, "roi": traces.columns, **tests}))
    responses = []
    for event_s, found in zip(kinds, parts, strict=True):
        # The false discovery rate is held over the ROIs of all planes.
        rois = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(_TESTED)).astype(_TESTED)
        chosen = responsive(rois["p"].to_numpy(), false_discovery_rate=options.false_discovery_rate)
        responses.append(EventResponses(event_s=event_s, rois=rois.assign(responsive=chosen)))
    return tuple(responses)

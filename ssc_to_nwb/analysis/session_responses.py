"""Responses of every ROI of a session to touch and to whisking, from its NWB file alone.

After Peron et al. (2015, doi:10.1016/j.neuron.2015.03.027), who ask how many neurons of barrel cortex represent touch
and how many whisking. They fit an encoding model; here a rank test on dF/F around events answers the same question:

- touch: the first touch of each trial, whatever touches, against the 0.6 s before it;
- whisking: the onset of bouts of whisking in the absence of touch, none from 0.3 s before the onset to 1 s after it.

Per ROI a one-sided Wilcoxon signed-rank test over events, and the Benjamini-Hochberg false discovery
rate held at 5 % over all tested ROIs of the session, for touch and for whisking each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb.analysis.event_triggered import TriggeredTraces, trigger
from ssc_to_nwb.analysis.whisking import free_whisking_onsets_s
from ssc_to_nwb.grouping import grouped
from ssc_to_nwb.reading.imaged_plane import ImagedPlane, traces_ahead
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.nwb_table import numbers_of

if TYPE_CHECKING:
    import pandas as pd

_SHOWN_S = {"before_s": 1.0, "after_s": 2.0}
_TESTED = {"plane": "object", "roi": "int64", "events": "int64", "effect_dff": "float64", "p": "float64"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseOptions:
    """How responses are looked for. The defaults suit GCaMP6s at 7 Hz, which rises over 0.2 s and falls with 0.5 s.

    baseline_s, response_s: start and stop of the windows, in s from the event. A frame of the baseline begins and ends
    in its window, so that it holds nothing of the event; one of the response begins in its window. least_events: fewest
    events for a test of a ROI; least_frames: fewest frames in each window of an event; false_discovery_rate: held over
    all ROIs of the session.
    """

    baseline_s: tuple[float, float] = (-0.6, 0.0)
    response_s: tuple[float, float] = (0.0, 1.0)
    least_events: int = 5
    least_frames: int = 2
    false_discovery_rate: float = 0.05


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


def session_responses(session: NwbSession, *, options: ResponseOptions | None = None) -> dict[str, EventResponses]:
    """Responses to the first touch of each trial, and to the onset of whisking without touch.

    Parameters
    ----------
    session : NwbSession
        An open file. The traces of a plane are read once for both kinds of event.
    options : ResponseOptions or None, optional
        The defaults where None.

    Returns
    -------
    dict
        By kind of event, `touch` and `whisking`, the EventResponses of all ROIs of the session that have dF/F.
    """
    import pandas as pd

    options = options or ResponseOptions()
    kinds = {"touch": first_touches_s(session), "whisking": free_whisking_onsets_s(session)}
    parts: dict[str, list[pd.DataFrame]] = {kind: [] for kind in kinds}
    for plane, (traces,) in traces_ahead(session.planes, "dff"):
        if traces is None or plane.frame_interval_s is None:
            continue
        for kind, event_s in kinds.items():
            triggered = trigger(traces, event_s, interval_s=plane.frame_interval_s, **_SHOWN_S)
            parts[kind].append(roi_tests(triggered, options=options).assign(plane=plane.name)[list(_TESTED)])
    responses = {}
    for kind, found in parts.items():
        # The false discovery rate is held over the ROIs of all planes.
        rois = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(_TESTED)).astype(_TESTED)
        chosen = responsive(rois["p"].to_numpy(), false_discovery_rate=options.false_discovery_rate)
        responses[kind] = EventResponses(event_s=kinds[kind], rois=rois.assign(responsive=chosen))
    return responses


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
) -> TriggeredTraces | None:
    """dF/F of a plane's ROIs around the events, from 1 s before to 2 s after.

    event_s: (E,), in s after the session's start; roi_numbers: only these ROIs. None where the plane has no dF/F, or no
    trial with two frames, so that nobody knows how long a frame lasts.
    """
    traces = plane.traces("dff", rois=roi_numbers)
    if traces is None or plane.frame_interval_s is None:
        return None
    return trigger(traces, event_s, interval_s=plane.frame_interval_s, **_SHOWN_S)


def roi_tests(traces: TriggeredTraces, *, options: ResponseOptions) -> pd.DataFrame:
    """Test whether dF/F goes up after the event.

    One-sided Wilcoxon signed-rank test over events of response minus baseline. Returns a row per ROI: `roi`, its
    number; `effect_dff`, mean of response minus baseline, and `p`, both NaN for a ROI with fewer than `least_events`
    events with frames in both windows, which is not tested; `events`, how many there are.
    """
    import pandas as pd
    from scipy.stats import wilcoxon

    baseline = traces.mean_before(*options.baseline_s, least_frames=options.least_frames)
    change = traces.mean_after(*options.response_s, least_frames=options.least_frames) - baseline
    known = np.isfinite(change)
    counts = known.sum(axis=0)
    p_value, effect = np.full(counts.size, np.nan), np.full(counts.size, np.nan)
    for columns in _with_same_events(known, np.flatnonzero(counts >= options.least_events)):
        used = change[np.ix_(np.flatnonzero(known[:, columns[0]]), columns)]
        p_value[columns] = wilcoxon(used, alternative="greater", axis=0).pvalue
        effect[columns] = used.mean(axis=0)
    return pd.DataFrame({"roi": traces.roi_numbers, "events": counts, "effect_dff": effect, "p": p_value})


def _with_same_events(known: np.ndarray, tested: np.ndarray) -> list[np.ndarray]:
    """Places of the ROIs among `tested`, those together that have values at the same events (E, R).

    ROIs of a plane lack the same frames, so that there are few groups, and one call tests each: with NaN omitted column
    by column, a session of thousands of ROIs takes many times as long.
    """
    groups = grouped(tested.tolist(), lambda place: known[:, place].tobytes())
    return [np.array(places) for places in groups.values()]


def responsive(p_value: np.ndarray, *, false_discovery_rate: float = 0.05) -> np.ndarray:
    """Which of all tests count as responses: Benjamini-Hochberg over the tests that were made.

    p_value: (R,), NaN where no test was made; false_discovery_rate: share of false responses among those found. Returns
    bool (R,), False where no test was made.
    """
    from scipy.stats import false_discovery_control

    found = np.zeros(p_value.size, dtype=bool)
    tested = np.isfinite(p_value)
    if tested.any():
        found[tested] = false_discovery_control(p_value[tested]) <= false_discovery_rate
    return found

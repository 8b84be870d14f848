"""Which ROIs respond to an event: a rank test per ROI, and the false discovery rate held over all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ssc_to_nwb.analysis.event_triggered import TriggeredTraces


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


def roi_tests(traces: TriggeredTraces, *, options: ResponseOptions) -> dict[str, np.ndarray]:
    """Test whether dF/F goes up after the event.

    One-sided Wilcoxon signed-rank test over events of response minus baseline. Returns per ROI, (R,): `effect_dff`,
    mean of response minus baseline, and `p`, both NaN for a ROI with fewer than `least_events` events with frames in
    both windows, which is not tested; `events`, how many there are.
    """
    baseline = traces.mean_before(*options.baseline_s, least_frames=options.least_frames)
    change = traces.mean_after(*options.response_s, least_frames=options.least_frames) - baseline
    counts = np.isfinite(change).sum(axis=0)
    tested = np.flatnonzero(counts >= options.least_events)
    p_value, effect = np.full(counts.size, np.nan), np.full(counts.size, np.nan)
    for columns, events in _by_events_used(np.isfinite(change), tested):
        used = change[np.ix_(events, columns)]
        p_value[columns], effect[columns] = _signed_rank_p(used), used.mean(axis=0)
    return {"events": counts, "effect_dff": effect, "p": p_value}


def _by_events_used(known: np.ndarray, tested: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Places of the ROIs among `tested` that have values at the same events, and those events.

    ROIs of a plane lack the same frames, so that there are few groups, and one call tests each: with NaN omitted column
    by column, a session of thousands of ROIs takes many times as long.
    """
    if not tested.size:
        return
    patterns, group = np.unique(np.packbits(known[:, tested], axis=0), axis=1, return_inverse=True)
    for number in range(patterns.shape[1]):
        columns = tested[group.ravel() == number]
        yield columns, np.flatnonzero(known[:, columns[0]])


def _signed_rank_p(change: np.ndarray) -> np.ndarray:
    """One-sided Wilcoxon signed-rank p values of the columns of (E, R)."""
    from scipy.stats import wilcoxon

    return np.asarray(wilcoxon(change, alternative="greater", axis=0).pvalue)


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

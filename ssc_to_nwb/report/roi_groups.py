"""dF/F of ROIs that were imaged together, reduced to what a picture can show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb.analysis.trial_means import TrialMeans, mean_by_group, trial_means
from ssc_to_nwb.reading.imaged_plane import ImagedPlane, traces_ahead
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.nwb_table import numbers_of, texts_of

if TYPE_CHECKING:
    import pandas as pd

# More rows and columns than pixels show nothing more and make the page heavy.
_MOST_ROWS, _MOST_COLUMNS = 640, 1000
_TOP_PERCENTILE = 99.0
_COUNTED = 1_000_000
# The correlation of traces shows in bins as well, and takes a tenth of the time.
_SORTING_COLUMNS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class RoiGroup:
    """Planes on the same time stamps: their names, and the ROIs of each.

    time_s: (F,), time stamps; image: at most 640 rows and 1,000 columns, means over equal runs of ROIs and of frames,
    plane by plane, so that similar traces lie together; top: what the brightest colour is; means: over trials by kind,
    None where frames have no rate or trials no kind.
    """

    planes: tuple[str, ...]
    rows: tuple[int, ...]
    time_s: np.ndarray
    image: np.ndarray
    top: float
    means: TrialMeans | None


def read_groups(session: NwbSession, *, labels: tuple[str, ...]) -> Iterator[RoiGroup]:
    """Read dF/F of one group of planes after the other; labels: kinds of trials to average over."""
    held: list[tuple[ImagedPlane, pd.DataFrame]] = []
    for plane, (traces,) in traces_ahead(session.planes, "dff"):
        if traces is None or not traces.size:
            continue
        if held and not np.array_equal(held[0][1].index, traces.index):
            yield _group(session, held, labels=labels)
            held = []
        held.append((plane, traces))
    if held:
        yield _group(session, held, labels=labels)


def _group(
    session: NwbSession, held: Sequence[tuple[ImagedPlane, pd.DataFrame]], *, labels: tuple[str, ...]
) -> RoiGroup:
    time_s, first = held[0][1].index.to_numpy(), held[0][0]
    values = np.concatenate([traces.to_numpy() for _, traces in held], axis=1)
    rows = tuple(len(traces.columns) for _, traces in held)
    binned = binned_mean(values, columns=min(_MOST_COLUMNS, time_s.size))
    starts = np.cumsum((0, *rows))
    coarse = binned_mean(binned, columns=min(_SORTING_COLUMNS, binned.shape[0]))
    order = np.concatenate([start + similar_together(coarse[:, start:end]) for start, end in pairwise(starts.tolist())])
    return RoiGroup(
        planes=tuple(plane.name for plane, _ in held),
        rows=rows,
        time_s=time_s,
        image=binned_mean(binned.astype(np.float32)[:, order].T, columns=min(_MOST_ROWS, order.size)),
        top=_high(values),
        means=_means(session, first, time_s, values, labels=labels),
    )


def _means(
    session: NwbSession, plane: ImagedPlane, time_s: np.ndarray, values: np.ndarray, *, labels: tuple[str, ...]
) -> TrialMeans | None:
    trials, interval_s = session.trials, plane.frame_interval_s
    if interval_s is None or not labels:
        return None
    start_s = numbers_of(trials, "start_time")
    in_order = np.argsort(np.where(np.isfinite(start_s), start_s, np.inf), kind="stable")
    return trial_means(
        time_s=time_s,
        values=values,
        interval_s=interval_s,
        trial_start_s=start_s[in_order],
        trial_label=texts_of(trials, "trial_type")[in_order].astype(str),
        labels=labels,
    )


def _high(values: np.ndarray) -> float:
    """The value that the brightest colour is; 1 where nothing is known, or nothing above 0."""
    # Of some million values: what is shown does not depend on more.
    values = values[:: max(1, values.size // _COUNTED)]
    known = values[np.isfinite(values)]
    high = float(np.percentile(known, _TOP_PERCENTILE)) if known.size else 0.0
    return high if high > 0 else 1.0


def similar_together(traces: np.ndarray) -> np.ndarray:
    """An order of R traces (C, R) in which similar ones are neighbours, int64 (R,).

    By the angle of each z-scored trace in the plane of the first two principal components, beginning at the widest gap
    between the angles.
    """
    roi_count = traces.shape[1]
    if roi_count < 3 or traces.shape[0] < 3:
        return np.arange(roi_count)
    centred = np.nan_to_num(traces - _mean(traces))
    spread = centred.std(axis=0)
    scored = np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 0)
    _, components = np.linalg.eigh(scored @ scored.T)
    first, second = scored.T @ components[:, -1], scored.T @ components[:, -2]
    angle = np.arctan2(second, first)
    order = np.argsort(angle, kind="stable")
    gaps = np.diff(angle[order], append=angle[order[0]] + 2 * np.pi)
    return np.roll(order, -(int(np.argmax(gaps)) + 1))


def _mean(values: np.ndarray) -> np.ndarray:
    known = np.isfinite(values)
    counts = known.sum(axis=0)
    sums = np.where(known, values, 0.0).sum(axis=0)
    means: np.ndarray = np.divide(sums, counts, out=np.zeros(sums.shape), where=counts > 0)
    return means


def binned_mean(values: np.ndarray, *, columns: int) -> np.ndarray:
    """(columns, R): means over equal runs of the F rows of values (F, R), NaN left out; F >= columns >= 1."""
    edges = np.linspace(0, values.shape[0], columns + 1).astype(np.int64)
    return mean_by_group(values, np.repeat(np.arange(columns), np.diff(edges)), count=columns)

"""dF/F of all ROIs over time, one picture per group of planes that were imaged together, and over the trial."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb.analysis.trial_means import TrialMeans, binned_mean, peak_order, similar_together, trial_means
from ssc_to_nwb.quantities import plural
from ssc_to_nwb.reading.imaged_plane import ImagedPlane, traces_ahead
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.nwb_table import counts_of, numbers_of, texts_of
from ssc_to_nwb.report import palette
from ssc_to_nwb.report.blocks import Block, Picture
from ssc_to_nwb.report.figure import boxes, heat_colors, page_figure, picture, strokes

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

_ROW_HEIGHT, _LEAST_HEIGHT, _MOST_HEIGHT = 0.016, 1.6, 7.0
# More rows and columns than pixels show nothing more and make the page heavy.
_MOST_ROWS, _MOST_COLUMNS, _MOST_MEAN_ROWS = 640, 1000, 400
# Kinds of trials that are averaged over, and the fewest trials for it.
_LEAST_TRIALS = 4
_MOST_KINDS = 4
_TOP_PERCENTILE = 99.0
_COUNTED = 1_000_000
# The correlation of traces shows in bins as well, and takes a tenth of the time.
_SORTING_COLUMNS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class _RoiGroup:
    """Planes on the same time stamps, reduced to what a picture can show: their names, and the ROIs of each.

    time_s: (F,), time stamps; image: at most 640 rows and 1,000 columns, means over equal runs of ROIs and of frames,
    plane by plane, so that similar traces lie together; top: the high end of its values; means: over trials by kind,
    None where frames have no rate or trials no kind.
    """

    planes: tuple[str, ...]
    rows: tuple[int, ...]
    time_s: np.ndarray
    image: np.ndarray
    top: float
    means: TrialMeans | None


def raster_section(session: NwbSession) -> Iterator[Block]:
    """A raster for every subvolume, and the mean over trials of all ROIs."""
    groups = list(_groups(session))
    if not groups:
        yield "This file holds no dF/F."
        return
    top = max(group.top for group in groups)
    yield (
        "One row per ROI that has a trace, plane by plane. Within a plane, ROIs with similar traces lie together (by "
        "the angle of their z-scored traces in the plane of the first two principal components). "
        f"The brightest colour is {top:.2g} and more. Only times at which the planes were imaged are shown: pauses "
        "between trials and trials imaged elsewhere are left out. Vertical marks separate trials; the strips above "
        "show the outcome and the correct side of each."
    )
    for number, group in enumerate(groups, start=1):
        yield _raster(group, session=session, number=number, top=top)
    yield from _means(groups)


def _groups(session: NwbSession) -> Iterator[_RoiGroup]:
    """Read dF/F of one group of planes after the other."""
    held: list[tuple[ImagedPlane, pd.DataFrame]] = []
    for plane, (traces,) in traces_ahead(session.planes, "dff"):
        if traces is None or not traces.size:
            continue
        if held and not np.array_equal(held[0][1].index, traces.index):
            yield _group(session, held)
            held = []
        held.append((plane, traces))
    if held:
        yield _group(session, held)


def _group(session: NwbSession, held: Sequence[tuple[ImagedPlane, pd.DataFrame]]) -> _RoiGroup:
    time_s, labels, interval_s = held[0][1].index.to_numpy(), _kinds(session), held[0][0].frame_interval_s
    values = np.concatenate([traces.to_numpy() for _, traces in held], axis=1)
    rows = tuple(len(traces.columns) for _, traces in held)
    binned = binned_mean(values, columns=min(_MOST_COLUMNS, time_s.size))
    coarse = binned_mean(binned, columns=min(_SORTING_COLUMNS, binned.shape[0]))
    parts = pairwise(np.cumsum((0, *rows)).tolist())
    order = np.concatenate([start + similar_together(coarse[:, start:end]) for start, end in parts])
    means = None
    if interval_s is not None and labels:
        means = trial_means(
            time_s=time_s,
            values=values,
            interval_s=interval_s,
            trial_start_s=numbers_of(session.trials, "start_time"),
            trial_label=texts_of(session.trials, "trial_type").astype(str),
            labels=labels,
        )
    return _RoiGroup(
        planes=tuple(plane.name for plane, _ in held),
        rows=rows,
        time_s=time_s,
        image=binned_mean(binned.astype(np.float32)[:, order].T, columns=min(_MOST_ROWS, order.size)),
        # Of some million values: what is shown does not depend on more.
        top=_top(values[:: max(1, values.size // _COUNTED)]),
        means=means,
    )


def _kinds(session: NwbSession) -> tuple[str, ...]:
    """The commonest kinds of trials, in the order of their names."""
    counts = counts_of(session.trials, "trial_type")
    common = [(count, kind) for kind, count in counts.items() if kind != "none" and count >= _LEAST_TRIALS]
    return tuple(sorted(kind for _, kind in sorted(common, reverse=True)[:_MOST_KINDS]))


def _top(values: np.ndarray) -> float:
    """The value that the brightest colour is; 1 where nothing is known, or nothing above 0."""
    known = values[np.isfinite(values)]
    high = float(np.percentile(known, _TOP_PERCENTILE)) if known.size else 0.0
    return high if high > 0 else 1.0


def _raster(group: _RoiGroup, *, session: NwbSession, number: int, top: float) -> Picture:
    count = sum(group.rows)
    height = float(np.clip(_ROW_HEIGHT * count, _LEAST_HEIGHT, _MOST_HEIGHT))
    planes = ", ".join(group.planes)
    alt = f"dF/F of {count} ROIs of {planes} over {group.time_s.size} imaged time points"
    shown = group.image.shape[0]
    joined = f"; each line is the mean of about {count / shown:.1f} neighbouring ROIs" if shown < count else ""
    with page_figure(height=height + 1.0) as figure:
        strips, axes = figure.subplots(2, 1, sharex=True, height_ratios=(0.2, height))
        image = _heat_map(axes, group.image, top=top, extent=(group.time_s.size, count))
        _mark_planes(axes, group)
        _mark_trials(axes, strips, group, session)
        figure.colorbar(image, ax=[strips, axes], label="dF/F", shrink=0.8, aspect=30, pad=0.01)
        caption = f"{planes}; n = {plural(count, 'ROI')}, {plural(group.time_s.size, 'time point')}{joined}"
        return picture(figure, name=f"raster-{number}", alt=alt, caption=caption)


def _heat_map(axes: Axes, values: np.ndarray, *, top: float, extent: tuple[float, int]) -> AxesImage:
    """Values (rows, columns) from 0 to `top`, over a width and so many ROIs."""
    width, rois = extent
    return axes.imshow(
        values, aspect="auto", interpolation="none", cmap=heat_colors(), vmin=0, vmax=top, extent=(0, width, rois, 0)
    )


def _mark_planes(axes: Axes, group: _RoiGroup) -> None:
    ends = np.cumsum(group.rows)
    middles = ends - np.array(group.rows) / 2
    labels = [f"{name}\n{rows} ROIs" for name, rows in zip(group.planes, group.rows, strict=True)]
    axes.set_yticks(middles, labels)
    axes.tick_params(axis="y", length=0)
    for end in ends[:-1]:
        axes.axhline(end, color="white", linewidth=1.0)


def _mark_trials(axes: Axes, strips: Axes, group: _RoiGroup, session: NwbSession) -> None:
    """Lines between trials, trial numbers below, and the strips of outcome and side above."""
    from matplotlib.patches import Patch

    strips.set_axis_off()
    trials = session.trials
    if not len(trials):
        axes.set_xlabel("imaged time point")
        return
    axes.set_xlabel("trial number (imaged time only)")
    trial_of = np.searchsorted(numbers_of(trials, "start_time"), group.time_s, side="right") - 1
    firsts = np.flatnonzero(np.diff(trial_of, prepend=-2))
    ends = np.append(firsts[1:], group.time_s.size)
    outcomes, sides = (("none", *texts_of(trials, name)) for name in ("response", "correct_side"))
    for level, (texts, colours) in enumerate(((outcomes, palette.OUTCOMES), (sides, palette.SIDES))):
        kind = np.array([texts[trial_of[first] + 1] for first in firsts], dtype=object)
        for text in sorted(set(kind.tolist())):
            chosen = kind == text
            low = np.full(int(chosen.sum()), 1.0 - level)
            boxes(strips, firsts[chosen], ends[chosen], low, low + 0.85, color=colours.get(text, palette.GRID))
    alpha = 0.6 if firsts.size < 30 else 0.3
    strokes(axes, firsts[firsts > 0], 0, sum(group.rows), color="white", linewidth=0.5, alpha=alpha)
    shown = firsts[trial_of[firsts] >= 0]
    shown = shown[:: max(1, shown.size // 12)]
    axes.set_xticks(shown, [str(session.trial_numbers[trial_of[place]]) for place in shown.tolist()])
    strips.set(xlim=(0, group.time_s.size), ylim=(0, 2))
    axes.set_ylim(sum(group.rows), 0)
    names = [(palette.OUTCOME_LABELS[name], palette.OUTCOMES[name]) for name in ("hit", "error", "no_lick")]
    names += [(f"{side} trial", colour) for side, colour in palette.SIDES.items()]
    strips.legend(
        handles=[Patch(color=colour, label=label) for label, colour in names],
        loc="lower left", bbox_to_anchor=(0, 1), ncols=5, borderaxespad=0.1, handlelength=1, handleheight=0.8,
    )  # fmt: skip


def _means(groups: list[_RoiGroup]) -> Iterator[Picture]:
    """All ROIs over the trial, by kind of trial, sorted by the time of their peak, where anything can be averaged.

    Groups of another frame rate than the first are left out, and the caption says so.
    """
    every = [group.means for group in groups if group.means is not None and group.means.sorting.size]
    means = [one for one in every if np.isclose(one.interval_s, every[0].interval_s)]
    labels = means[0].labels if means else ()
    if not labels:
        return
    length = min(one.sorting.shape[0] for one in means)
    order = peak_order(np.concatenate([one.sorting[:length] for one in means], axis=1))
    kinds = range(len(labels))
    images = [np.concatenate([one.shown[kind][:length] for one in means], axis=1)[:, order] for kind in kinds]
    counts = [max(one.trial_counts[kind] for one in means) for kind in kinds]
    rows = min(_MOST_MEAN_ROWS, order.size)
    pictures = [binned_mean(image.T, columns=rows) for image in images]
    top = _top(np.concatenate(pictures))
    with page_figure(height=3.9) as figure:
        grid = figure.subplots(1, len(labels), sharex=True, sharey=True, squeeze=False)[0]
        for axes, label, count, image in zip(grid, labels, counts, pictures, strict=True):
            shown = _heat_map(axes, image, top=top, extent=(length * means[0].interval_s, order.size))
            axes.set_title(f"{label}, n = {plural(count, 'trial')}")
            axes.set_xlabel("time in the trial (s)")
        grid[0].set_ylabel("ROI, by the time of its peak")
        figure.colorbar(shown, ax=list(grid), label="mean dF/F", shrink=0.8, aspect=30, pad=0.01)
        left_out = sum(sum(group.rows) for group in groups) - order.size
        caption = (
            f"Mean dF/F over trials by kind, n = {plural(order.size, 'ROI')}, sorted by the time of the peak of their "
            "mean over every second trial of all kinds; shown are the other trials, so that the order is not that of "
            "chance. n of a panel: the most trials that a plane has"
        )
        caption += f". {left_out} ROIs of another frame rate are left out" if left_out else ""
        alt = f"Mean dF/F of {order.size} ROIs over the trial in {', '.join(labels)} trials, sorted by time of peak"
        yield picture(figure, name="trial-means", alt=alt, caption=caption)

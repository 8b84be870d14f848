"""dF/F of all ROIs over time, one picture per group of planes that were imaged together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb.reading.imaged_plane import ImagedPlane, RoiTraces
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.report import palette
from ssc_to_nwb.report.blocks import Heading, Picture, Section, Text
from ssc_to_nwb.report.figure import page_figure, picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_HEADING = Heading(anchor="dff", short="dF/F", title="dF/F of all ROIs")
# More columns than pixels show nothing more and make the page heavy.
_MOST_COLUMNS = 1000
_ROW_HEIGHT, _LEAST_HEIGHT, _MOST_HEIGHT = 0.016, 1.6, 8.0
_TOP_PERCENTILE = 99.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """Planes on the same time stamps; values (F, R) of all their ROIs, plane by plane."""

    planes: tuple[str, ...]
    rows: tuple[int, ...]
    time_s: np.ndarray
    values: np.ndarray


def raster_section(session: NwbSession) -> Section:
    """A raster for every subvolume."""
    tops = [_high(group.values) for group in _groups(session.planes)]
    if not tops:
        return _HEADING.lacking("dF/F")
    text = (
        "One row per ROI that has a trace, plane by plane, in the order of the file; blank where there is no frame. "
        f"The brightest colour is {max(tops):.2g} and more. Only times at which the planes were imaged are "
        "shown: pauses between trials and trials imaged elsewhere are left out. Vertical marks separate trials; the "
        "strip above shows their outcome."
    )
    # Read a second time rather than kept: all dF/F of a session at once is much.
    pictures = [
        _raster(group, session=session, number=number, top=max(tops))
        for number, group in enumerate(_groups(session.planes), start=1)
    ]
    return _HEADING.section(Text(text=text), *pictures)


def _groups(planes: Sequence[ImagedPlane]) -> Iterator[_Group]:
    names: list[str] = []
    held: list[RoiTraces] = []
    for plane in planes:
        traces = plane.traces("dff")
        if traces is None or not traces.values.size:
            continue
        if held and not np.array_equal(held[0].time_s, traces.time_s):
            yield _group(names, held)
            names, held = [], []
        names.append(plane.name)
        held.append(traces)
    if held:
        yield _group(names, held)


def _group(names: list[str], held: list[RoiTraces]) -> _Group:
    return _Group(
        planes=tuple(names),
        rows=tuple(traces.roi_numbers.size for traces in held),
        time_s=held[0].time_s,
        values=np.concatenate([traces.values for traces in held], axis=1),
    )


def _high(values: np.ndarray) -> float:
    """The value that the brightest colour is; 1 where nothing is known, or nothing above 0."""
    known = values[np.isfinite(values)]
    high = float(np.percentile(known, _TOP_PERCENTILE)) if known.size else 0.0
    return high if high > 0 else 1.0


def _raster(group: _Group, *, session: NwbSession, number: int, top: float) -> Picture:
    height = float(np.clip(_ROW_HEIGHT * sum(group.rows), _LEAST_HEIGHT, _MOST_HEIGHT))
    planes = ", ".join(group.planes)
    alt = f"dF/F of {sum(group.rows)} ROIs of {planes} over {group.time_s.size} imaged time points"
    with page_figure(height=height + 0.9) as figure:
        strip, axes = figure.subplots(2, 1, sharex=True, height_ratios=(0.1, height))
        columns = min(_MOST_COLUMNS, group.time_s.size)
        image = axes.imshow(
            binned_mean(group.values, columns=columns).T,
            aspect="auto",
            interpolation="none",
            cmap="viridis",
            vmin=0,
            vmax=top,
            extent=(0, group.time_s.size, sum(group.rows), 0),
        )
        _mark_planes(axes, group)
        _mark_trials(axes, strip, group, session)
        figure.colorbar(image, ax=[strip, axes], label="dF/F", shrink=0.8, aspect=30, pad=0.01)
        return picture(figure, name=f"raster-{number}", alt=alt, caption=planes)


def _mark_planes(axes: Axes, group: _Group) -> None:
    ends = np.cumsum(group.rows)
    middles = ends - np.array(group.rows) / 2
    labels = [f"{name}\n{rows} ROIs" for name, rows in zip(group.planes, group.rows, strict=True)]
    axes.set_yticks(middles, labels)
    axes.tick_params(axis="y", length=0)
    for end in ends[:-1]:
        axes.axhline(end, color="white", linewidth=1.0)


def _mark_trials(axes: Axes, strip: Axes, group: _Group, session: NwbSession) -> None:
    """Lines between trials, trial numbers below, and the outcome strip above."""
    strip.set_axis_off()
    axes.set_xlabel("trial number (imaged time only)")
    trials = session.trials
    if trials is None or not len(trials):
        axes.set_xlabel("imaged time point")
        return
    start = trials.numbers("start_time")
    trial_of = np.searchsorted(start, group.time_s, side="right") - 1
    firsts = np.flatnonzero(np.diff(trial_of, prepend=-2))
    ends = np.append(firsts[1:], group.time_s.size)
    outcomes = trials.texts("response")
    for first, end in zip(firsts.tolist(), ends.tolist(), strict=True):
        row = int(trial_of[first])
        outcome = outcomes[row] if row >= 0 else "none"
        strip.axvspan(first, end, color=palette.OUTCOMES.get(outcome, palette.GRID), linewidth=0)
        if first:
            axes.axvline(first, color="white", linewidth=0.5, alpha=0.6 if firsts.size < 30 else 0.3)
    shown = firsts[trial_of[firsts] >= 0]
    shown = shown[:: max(1, shown.size // 12)]
    axes.set_xticks(shown, [str(session.trial_numbers[trial_of[place]]) for place in shown.tolist()])
    strip.set_xlim(0, group.time_s.size)
    strip.legend(
        handles=[_swatch(name) for name in ("hit", "error", "no_lick")],
        loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderaxespad=0.1, handlelength=1, handleheight=0.8,
    )  # fmt: skip


def _swatch(outcome: str) -> object:
    from matplotlib.patches import Patch

    return Patch(color=palette.OUTCOMES[outcome], label=palette.OUTCOME_LABELS[outcome])


def binned_mean(values: np.ndarray, *, columns: int) -> np.ndarray:
    """(columns, R): means over equal runs of the F rows of values (F, R), NaN left out; F >= columns >= 1."""
    edges = np.linspace(0, values.shape[0], columns + 1).astype(np.int64)[:-1]
    known = np.isfinite(values)
    counts = np.add.reduceat(known.astype(np.int64), edges, axis=0)
    sums = np.add.reduceat(np.where(known, values, 0.0), edges, axis=0)
    means: np.ndarray = np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0)
    return means

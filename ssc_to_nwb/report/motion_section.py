"""How far the registration shifted the frames of each plane."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.quantities import plural
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.report import palette
from ssc_to_nwb.report.blocks import Heading, Picture, Section, Table
from ssc_to_nwb.report.figure import add_legend, page_figure, picture
from ssc_to_nwb.report.whisker_section import bin_count, ranges

_HEADING = Heading(anchor="motion", short="Motion", title="Motion correction")
_ROW_HEIGHT = 0.75
# Shifts are shown in fewer bins than whiskers: there are as many rows as planes.
_MOST_BINS = 300
_BREAK_BINS = 5
_DIRECTIONS = (("along columns (x)", palette.LEFT), ("along rows (y)", palette.RIGHT))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shifts:
    """Shifts of a plane's frames: time_s (F,), shift_px (F, 2) along columns and rows; pixel_um: NaN if unknown."""

    plane: str
    time_s: np.ndarray
    shift_px: np.ndarray
    pixel_um: float


def motion_section(session: NwbSession) -> Section:
    """The range of the shifts over the session, a row per plane, and a table of their sizes."""
    shifts = list(_read(session))
    if not shifts:
        return _HEADING.lacking("shifts of the motion correction")
    text = (
        "Shift of each frame as the registration of the source found it. The frames in the file are registered "
        f"already. {len(shifts)} of {plural(len(session.planes), 'plane')} have shifts."
    )
    return _HEADING.section(text, _figure(shifts), _table(shifts))


def _read(session: NwbSession) -> Iterator[_Shifts]:
    module = session.nwbfile.processing.get(naming.OPHYS_MODULE)
    for plane in session.planes:
        series = None if module is None else module.data_interfaces.get(naming.registration_shift(plane.name))
        if series is None or not series.data.shape[0]:
            continue
        yield _Shifts(
            plane=plane.name,
            time_s=np.asarray(series.timestamps[:], dtype=np.float64),
            shift_px=np.asarray(series.data[:], dtype=np.float64),
            pixel_um=float(np.mean(plane.pixel_um)) if plane.pixel_um else np.nan,
        )


def _figure(shifts: list[_Shifts]) -> Picture:
    with page_figure(height=0.9 + _ROW_HEIGHT * len(shifts)) as figure:
        rows = figure.subplots(len(shifts), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
        for axes, one in zip(rows, shifts, strict=True):
            bins = min(_MOST_BINS, bin_count(one.time_s.size))
            for column, (label, color) in enumerate(_DIRECTIONS):
                time_s, low, high = ranges(one.time_s, one.shift_px[:, column], bins=bins)
                time_s, low, high = _with_breaks(time_s, low, high)
                axes.plot(time_s / 60, (low + high) / 2, color=color, linewidth=0.9, label=label)
                axes.fill_between(time_s / 60, low, high, color=color, alpha=0.3, linewidth=0.4)
            axes.axhline(0, color=palette.GRID, linewidth=0.7, zorder=0)
            axes.set_ylabel(f"{one.plane}\n(px)", rotation=0, ha="right", va="center")
            axes.margins(x=0)
        add_legend(rows[0])
        rows[-1].set_xlabel("time in the session (min)")
        frames = sum(one.time_s.size for one in shifts)
        alt = f"Range of the registration shifts of {len(shifts)} planes over the session"
        caption = f"Middle and range (minimum to maximum) of the shifts over the session; n = {plural(frames, 'frame')}"
        return picture(figure, name="motion", alt=alt, caption=caption)


def _with_breaks(*columns: np.ndarray) -> list[np.ndarray]:
    """Columns (B,) of bins without the empty ones, but for one where several in a row are empty: the line breaks."""
    known = np.flatnonzero(np.isfinite(columns[-1]))
    kept = np.union1d(known, known[np.flatnonzero(np.diff(known) > _BREAK_BINS)] + 1)
    return [column[kept] for column in columns]


def _table(shifts: list[_Shifts]) -> Table:
    headings = ("plane", "frames", "median (px)", "99 % below (px)", "largest (px)", "largest (µm)")
    rows: list[tuple[str, ...]] = []
    for one in shifts:
        length = np.hypot(one.shift_px[:, 0], one.shift_px[:, 1])
        known = length[np.isfinite(length)]
        if not known.size:
            rows.append((one.plane, f"{length.size:,}", "-", "-", "-", "-"))
            continue
        largest_um = known.max() * one.pixel_um
        in_um = f"{largest_um:.1f}" if np.isfinite(largest_um) else "-"
        sizes = (np.median(known), np.percentile(known, 99), known.max())
        rows.append((one.plane, f"{length.size:,}", *(f"{size:.1f}" for size in sizes), in_um))
    return Table(headings=headings, rows=tuple(rows), caption="Length of the shifts", numeric=headings[1:])

"""Licks and touches of every trial, aligned to the auditory cue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ssc_to_nwb.analysis.session_responses import first_onsets
from ssc_to_nwb.quantities import plural
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.nwb_table import SessionTable
from ssc_to_nwb.report import palette
from ssc_to_nwb.report.blocks import Heading, Picture, Section
from ssc_to_nwb.report.figure import add_legend, boxes, page_figure, picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_HEADING = Heading(anchor="cue", short="Cue", title="Licks and touches around the cue")
_BIN_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """Events of one kind: times relative to their trial's cue (E,), and the row of the raster each is in, from 1."""

    label: str
    colour: str
    time_s: np.ndarray
    row: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cues:
    """Onset of the first cue of each trial that has one: numbers int64 (C,), increasing, and onset_s (C,)."""

    numbers: np.ndarray
    onset_s: np.ndarray

    def aligned(self, time_s: np.ndarray, trial: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Times relative to the cue of their trial, and its row, from 1; without those of trials without a cue."""
        row = np.minimum(np.searchsorted(self.numbers, trial), self.numbers.size - 1)
        known = self.numbers[row] == trial
        return time_s[known] - self.onset_s[row[known]], row[known] + 1


def cue_section(session: NwbSession) -> Section:
    """Two rasters side by side, licks and touches, with their rates below."""
    cue = session.reward_cue
    if cue is None or not len(cue):
        return _HEADING.lacking("auditory cue to align to")
    numbers, onset_s = first_onsets(cue)
    if not numbers.size:
        return _HEADING.lacking("auditory cue of a trial to align to")
    cues = _Cues(numbers=numbers, onset_s=onset_s)
    licks = _kinds(session.licks, "timestamp", "side", cues, _SIDES)
    touches = _kinds(session.touches, "start_time", "direction", cues, _DIRECTIONS)
    text = f"{plural(len(numbers), 'trial')} with a cue, in order from top to bottom; time 0 is the onset of the cue."
    missing = [
        name for name, kinds in (("licks", licks), ("touches", touches)) if not any(kind.time_s.size for kind in kinds)
    ]
    text += f" This file holds no {' and no '.join(missing)}." if missing else ""
    if len(missing) == 2:
        return _HEADING.section(text)
    return _HEADING.section(text, _figure(session, cues, licks, touches))


_SIDES = (("left", palette.LEFT, "left lick"), ("right", palette.RIGHT, "right lick"))
_DIRECTIONS = (
    ("protraction", palette.PROTRACTION, "protraction touch"),
    ("retraction", palette.RETRACTION, "retraction touch"),
)


def _kinds(
    table: SessionTable | None, times: str, labels: str, cues: _Cues, known: tuple[tuple[str, str, str], ...]
) -> list[_Kind]:
    """Events of each known value of the column `labels`, by the times in the column `times`."""
    if table is None:
        return []
    kinds = []
    for value, colour, label in known:
        chosen = table.texts(labels) == value
        time_s, row = cues.aligned(table.numbers(times)[chosen], table.numbers("trial_number")[chosen])
        kinds.append(_Kind(label=label, colour=colour, time_s=time_s, row=row))
    return kinds


def _figure(session: NwbSession, cues: _Cues, licks: list[_Kind], touches: list[_Kind]) -> Picture:
    height = float(np.clip(cues.numbers.size / 60, 2.0, 6.5))
    with page_figure(height=height + 2.0) as figure:
        rasters, rates = figure.subplots(2, 2, sharex=True, height_ratios=(height, 1.0))
        for raster, rate, kinds, title in zip(rasters, rates, (licks, touches), ("licks", "touches"), strict=True):
            _draw_band(raster, session.pole_in_reach, cues, label="pole in reach")
            if title == "licks":
                _draw_band(raster, session.rewards, cues, label="water", colour=palette.WATER, height=0.5)
            for kind in kinds:
                _draw_events(raster, kind, rows=cues.numbers.size)
                _draw_rate(rate, kind, rows=cues.numbers.size)
            raster.set_ylim(cues.numbers.size + 0.5, 0.5)
            raster.set_ylabel("trial, in order")
            ticks: Any = raster.yaxis.get_major_locator()
            ticks.set_params(integer=True, min_n_ticks=1)
            rate.set_ylabel(f"{title} per s")
            rate.set_xlabel("time from the cue (s)")
            for axes in (raster, rate):
                axes.axvline(0, color=palette.INK, linewidth=0.9, linestyle="--")
            add_legend(raster, ncols=2)
        alt = (
            f"Licks by side and touches by direction in {cues.numbers.size} trials, aligned to the cue, and their rates"
        )
        return picture(figure, name="cue", alt=alt, caption=_caption(cues, licks, touches))


def _caption(cues: _Cues, licks: list[_Kind], touches: list[_Kind]) -> str:
    counts = [
        plural(kind.time_s.size, kind.label, f"{kind.label}{'es' if 'touch' in kind.label else 's'}")
        for kind in (*licks, *touches)
    ]
    return f"The dashed line is the onset of the cue. n = {plural(cues.numbers.size, 'trial')}, {', '.join(counts)}"


def _draw_events(axes: Axes, kind: _Kind, *, rows: int) -> None:
    """A tick per event, all in one path: thousands of separate lines would make the page heavy."""
    gap = np.full(kind.time_s.size, np.nan)
    across = np.stack([kind.time_s, kind.time_s, gap], axis=1).ravel()
    down = np.stack([kind.row - 0.45, kind.row + 0.45, gap], axis=1).ravel()
    axes.plot(across, down, color=kind.colour, linewidth=1.3 if rows < 100 else 0.8, label=kind.label)


def _draw_band(
    axes: Axes, table: SessionTable | None, cues: _Cues, *, label: str, colour: str = palette.POLE, height: float = 1.0
) -> None:
    """A box per interval, all in one path; height in rows."""
    if table is None or not len(table):
        return
    trial = table.numbers("trial_number")
    start, row = cues.aligned(table.numbers("start_time"), trial)
    stop, _ = cues.aligned(table.numbers("stop_time"), trial)
    if not start.size:
        return
    boxes(axes, start, stop, row - height / 2, row + height / 2, color=colour, label=label, zorder=0.5)
    axes.autoscale_view()


def _draw_rate(axes: Axes, kind: _Kind, *, rows: int) -> None:
    if not kind.time_s.size:
        return
    first, last = np.floor(kind.time_s.min() / _BIN_S), np.ceil(kind.time_s.max() / _BIN_S) + 1
    edges = np.arange(first, last + 1) * _BIN_S
    counts, _ = np.histogram(kind.time_s, bins=edges)
    axes.stairs(counts / rows / _BIN_S, edges, color=kind.colour, linewidth=1.4)

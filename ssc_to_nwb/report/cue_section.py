"""Licks and touches of every trial, aligned to the auditory cue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb.analysis.session_responses import first_onsets
from ssc_to_nwb.quantities import plural
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.nwb_table import numbers_of, texts_of
from ssc_to_nwb.report import palette
from ssc_to_nwb.report.blocks import Block, Picture
from ssc_to_nwb.report.figure import add_legend, boxes, count_in_whole_numbers, page_figure, picture, strokes

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_BIN_S = 0.1
# By value in the table: colour and name.
_SIDES = {"left": (palette.LEFT, "left lick"), "right": (palette.RIGHT, "right lick")}
_DIRECTIONS = {
    "protraction": (palette.PROTRACTION, "protraction touch"),
    "retraction": (palette.RETRACTION, "retraction touch"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """Events of one kind: times relative to their trial's cue (E,), and the row of the raster each is in, from 1."""

    label: str
    colour: str
    time_s: np.ndarray
    row: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cues:
    """Onset of the first cue of each trial that has one: numbers of the trials (C,), increasing, and onset_s (C,)."""

    numbers: np.ndarray
    onset_s: np.ndarray

    def aligned(self, table: pd.DataFrame, times: str) -> tuple[np.ndarray, np.ndarray]:
        """Times in a column relative to the cue of their trial, and its row, from 1; without those without a cue."""
        trial = numbers_of(table, "trial_number")
        row = np.minimum(np.searchsorted(self.numbers, trial), self.numbers.size - 1)
        known = self.numbers[row] == trial
        return numbers_of(table, times)[known] - self.onset_s[row[known]], row[known] + 1

    def kinds(self, table: pd.DataFrame, times: str, labels: str, known: dict[str, tuple[str, str]]) -> list[_Kind]:
        """Events of each known value of the column `labels`, by the times in the column `times`."""
        kinds = []
        for value, (colour, label) in known.items() if len(table.columns) else ():
            time_s, row = self.aligned(table[texts_of(table, labels) == value], times)
            kinds.append(_Kind(label=label, colour=colour, time_s=time_s, row=row))
        return kinds


def cue_section(session: NwbSession) -> Iterator[Block]:
    """Two rasters side by side, licks and touches, with their rates below."""
    if session.reward_cue.empty:
        yield "This file holds no auditory cue to align to."
        return
    numbers, onset_s = first_onsets(session.reward_cue)
    if not numbers.size:
        yield "This file holds no auditory cue of a trial to align to."
        return
    cues = _Cues(numbers=numbers, onset_s=onset_s)
    events = {
        "licks": cues.kinds(session.licks, "timestamp", "side", _SIDES),
        "touches": cues.kinds(session.touches, "start_time", "direction", _DIRECTIONS),
    }
    text = f"{plural(len(numbers), 'trial')} with a cue, in order from top to bottom; time 0 is the onset of the cue."
    missing = [name for name, kinds in events.items() if not any(kind.time_s.size for kind in kinds)]
    yield text + (f" This file holds no {' and no '.join(missing)}." if missing else "")
    if len(missing) < len(events):
        yield _figure(session, cues, events)


def _figure(session: NwbSession, cues: _Cues, events: dict[str, list[_Kind]]) -> Picture:
    count = cues.numbers.size
    height = float(np.clip(count / 60, 2.0, 6.5))
    with page_figure(height=height + 2.0) as figure:
        rasters, rates = figure.subplots(2, 2, sharex=True, height_ratios=(height, 1.0))
        for raster, rate, (title, kinds) in zip(rasters, rates, events.items(), strict=True):
            _draw_band(raster, session.pole_in_reach, cues, label="pole in reach")
            if title == "licks":
                _draw_band(raster, session.rewards, cues, label="water", colour=palette.WATER, height=0.5)
            for kind in kinds:
                width = 1.3 if count < 100 else 0.8
                strokes(
                    raster, kind.time_s, kind.row - 0.45, kind.row + 0.45, color=kind.colour, linewidth=width,
                    label=kind.label,
                )  # fmt: skip
                _draw_rate(rate, kind, rows=count)
            raster.set_ylim(count + 0.5, 0.5)
            raster.set_ylabel("trial, in order")
            count_in_whole_numbers(raster.yaxis)
            rate.set_ylabel(f"{title} per s")
            rate.set_xlabel("time from the cue (s)")
            for axes in (raster, rate):
                axes.axvline(0, color=palette.INK, linewidth=0.9, linestyle="--")
            add_legend(raster, ncols=2)
        alt = f"Licks by side and touches by direction in {count} trials, aligned to the cue, and their rates"
        counts = [
            plural(kind.time_s.size, kind.label, f"{kind.label}{'es' if 'touch' in kind.label else 's'}")
            for kinds in events.values()
            for kind in kinds
        ]
        caption = f"The dashed line is the onset of the cue. n = {plural(count, 'trial')}, {', '.join(counts)}"
        return picture(figure, name="cue", alt=alt, caption=caption)


def _draw_band(
    axes: Axes, table: pd.DataFrame, cues: _Cues, *, label: str, colour: str = palette.POLE, height: float = 1.0
) -> None:
    """A box per interval, all in one path; height in rows."""
    start, row = cues.aligned(table, "start_time")
    stop, _ = cues.aligned(table, "stop_time")
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

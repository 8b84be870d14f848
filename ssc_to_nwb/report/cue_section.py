"""Licks and touches of every trial, aligned to the auditory cue."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ssc_to_nwb.analysis.session_responses import first_onsets
from ssc_to_nwb.quantities import plural
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.nwb_table import numbers_of, texts_of
from ssc_to_nwb.report import palette
from ssc_to_nwb.report.blocks import Block, Picture
from ssc_to_nwb.report.figure import add_legend, boxes, count_in_whole_numbers, page_figure, picture, strokes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BIN_S = 0.1
# By value in the table: colour, and name of one and of many.
_SIDES = {
    "left": (palette.LEFT, "left lick", "left licks"),
    "right": (palette.RIGHT, "right lick", "right licks"),
}
_DIRECTIONS = {
    "protraction": (palette.PROTRACTION, "protraction touch", "protraction touches"),
    "retraction": (palette.RETRACTION, "retraction touch", "retraction touches"),
}
# Rows of a table by the value that they have, which are known; columns as `_aligned` makes them.
_Kinds = list[tuple[tuple[str, str, str], pd.DataFrame]]


def cue_section(session: NwbSession) -> Iterator[Block]:
    """Two rasters side by side, licks and touches, with their rates below."""
    numbers, onset_s = first_onsets(session.reward_cue)
    if not numbers.size:
        of_a_trial = "" if session.reward_cue.empty else " of a trial"
        yield f"This file holds no auditory cue{of_a_trial} to align to."
        return
    cues = pd.DataFrame({"cue_s": onset_s, "row": np.arange(1, numbers.size + 1)}, index=numbers)
    events = {
        "licks": _kinds(session.licks, "timestamp", "side", _SIDES, cues=cues),
        "touches": _kinds(session.touches, "start_time", "direction", _DIRECTIONS, cues=cues),
    }
    text = f"{plural(len(cues), 'trial')} with a cue, in order from top to bottom; time 0 is the onset of the cue."
    missing = [name for name, kinds in events.items() if not any(len(found) for _, found in kinds)]
    yield text + (f" This file holds no {' and no '.join(missing)}." if missing else "")
    if len(missing) < len(events):
        yield _figure(session, cues, events)


def _aligned(table: pd.DataFrame, *times: str, cues: pd.DataFrame) -> pd.DataFrame:
    """Times relative to the first cue of their trial, and its row, from 1; without those of a trial without a cue."""
    columns = {name: numbers_of(table, name) for name in ("trial_number", *times)}
    found = pd.DataFrame(columns, index=table.index).join(cues, on="trial_number", how="inner")
    return found[list(times)].sub(found["cue_s"], axis=0).assign(row=found["row"])


def _kinds(
    table: pd.DataFrame, time: str, column: str, known: dict[str, tuple[str, str, str]], *, cues: pd.DataFrame
) -> _Kinds:
    """Events of each known value of a column, by their times."""
    rows = {value: table[texts_of(table, column) == value] for value in known if len(table.columns)}
    return [
        (known[value], _aligned(its, time, cues=cues).rename(columns={time: "time_s"})) for value, its in rows.items()
    ]


def _figure(session: NwbSession, cues: pd.DataFrame, events: dict[str, _Kinds]) -> Picture:
    count = len(cues)
    height = float(np.clip(count / 60, 2.0, 6.5))
    with page_figure(height=height + 2.0) as figure:
        rasters, rates = figure.subplots(2, 2, sharex=True, height_ratios=(height, 1.0))
        for raster, rate, (title, kinds) in zip(rasters, rates, events.items(), strict=True):
            _draw_band(raster, _aligned(session.pole_in_reach, "start_time", "stop_time", cues=cues), "pole in reach")
            if title == "licks":
                water = _aligned(session.rewards, "start_time", "stop_time", cues=cues)
                _draw_band(raster, water, "water", colour=palette.WATER, height=0.5)
            for (colour, label, _), found in kinds:
                width = 1.3 if count < 100 else 0.8
                time_s, row = found["time_s"].to_numpy(), found["row"].to_numpy()
                strokes(raster, time_s, row - 0.45, row + 0.45, color=colour, linewidth=width, label=label)
                _draw_rate(rate, time_s, colour=colour, rows=count)
            raster.set_ylim(count + 0.5, 0.5)
            raster.set_ylabel("trial, in order")
            count_in_whole_numbers(raster.yaxis)
            rate.set_ylabel(f"{title} per s")
            rate.set_xlabel("time from the cue (s)")
            for axes in (raster, rate):
                axes.axvline(0, color=palette.INK, linewidth=0.9, linestyle="--")
            add_legend(raster, ncols=2)
        alt = f"Licks by side and touches by direction in {count} trials, aligned to the cue, and their rates"
        counts = [plural(len(found), one, many) for kinds in events.values() for (_, one, many), found in kinds]
        caption = f"The dashed line is the onset of the cue. n = {plural(count, 'trial')}, {', '.join(counts)}"
        return picture(figure, name="cue", alt=alt, caption=caption)


def _draw_band(axes: Axes, spans: pd.DataFrame, label: str, *, colour: str = palette.POLE, height: float = 1.0) -> None:
    """A box per interval, all in one path; height in rows."""
    if not spans.empty:
        start, stop, row = spans.to_numpy(np.float64).T
        boxes(axes, start, stop, row - height / 2, row + height / 2, color=colour, label=label, zorder=0.5)
        axes.autoscale_view()


def _draw_rate(axes: Axes, time_s: np.ndarray, *, colour: str, rows: int) -> None:
    if time_s.size:
        first, last = np.floor(time_s.min() / _BIN_S), np.ceil(time_s.max() / _BIN_S) + 1
        counts, edges = np.histogram(time_s, bins=np.arange(first, last + 1) * _BIN_S)
        axes.stairs(counts / rows / _BIN_S, edges, color=colour, linewidth=1.4)

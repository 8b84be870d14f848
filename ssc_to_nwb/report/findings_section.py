"""Gaps and warnings: what a user of the file should know before trusting a number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.quantities import listed, plural
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.nwb_table import arrays_of, integers_of, texts_of
from ssc_to_nwb.report.blocks import Block, Notes, Table
from ssc_to_nwb.report.plane_section import PlaneActivity
from ssc_to_nwb.report.summary import census_comparison

if TYPE_CHECKING:
    import pandas as pd

_MOST_GAPS = 40
# Of a trace: so many lost samples are worth a warning.
_MUCH = 0.2
# A text, and whether it is a warning.
Finding = tuple[bool, str]

# Whether it is a warning, which values of which column it is about, and what is said of so many trials with them.
_OF_TRIALS: tuple[tuple[bool, str, Callable[[np.ndarray], np.ndarray], str], ...] = (
    (True, "stop_time", np.isnan, "{} without any sample or event, so that the stop time is not a number: {}."),
    (True, "left_water_valve_time", np.isnan, "{} without a valve time of the left port: {}."),
    (True, "right_water_valve_time", np.isnan, "{} without a valve time of the right port: {}."),
    (
        True, "start_measured", np.logical_not,
        "{} whose start was not measured: {}. start_time is then the time of the first data, where there are any.",
    ),
    (True, "response", lambda responses: responses == "none", "{} without a type: {}."),
    (False, "whisker_valid", np.logical_not, "The source does not list {} as having valid whisker data: {}."),
    (False, "imaging_valid", np.logical_not, "The source does not list {} as having valid imaging data: {}."),
)  # fmt: skip


def findings_section(session: NwbSession, *, activities: Mapping[str, PlaneActivity]) -> Iterator[Block]:
    """Everything found, and the table of the imaging gaps."""
    gaps = session.intervals(naming.IMAGING_GAPS)
    found = [
        *_whole_file(session),
        *_trials(session),
        *_lost_values(session, activities=activities),
        *_samples(session),
        *_gaps(gaps),
    ]
    if found:
        warnings, infos = (tuple(text for warns, text in found if warns is kind) for kind in (True, False))
        yield Notes(warnings=warnings, infos=infos)
    else:
        yield "Nothing was found: no gap, no lost sample, no ROI without a trace, no trial without data."
    if len(gaps):
        yield _gap_table(gaps)


def _whole_file(session: NwbSession) -> Iterator[Finding]:
    if session.is_stub:
        text = "This file is a stub: it holds a few trials of the session, to try things out with. "
        yield True, text + "Numbers of this page are not those of the session."
    census = census_comparison(session)
    if census is not None and census.differs:
        yield False, f"ROIs and frames are not those of the census of 136 real sessions: it {census}."


def _trials(session: NwbSession) -> Iterator[Finding]:
    """What trials lack, and the numbers that no trial has."""
    trials, numbers = session.trials, session.trial_numbers
    for warns, column, is_meant, text in _OF_TRIALS:
        chosen = is_meant(trials[column].to_numpy()) if column in trials else np.zeros(len(trials), dtype=bool)
        if chosen.any():
            yield warns, text.format(plural(int(chosen.sum()), "trial"), _numbers(numbers[chosen]))
    skipped = np.setdiff1d(np.arange(numbers.min(), numbers.max() + 1), numbers) if numbers.size else numbers
    if skipped.size:
        who = "this stub leaves out, or the source" if session.is_stub else "the source leaves out"
        yield False, f"Trial numbers that {who}: {_numbers(skipped)}."


def _lost_values(session: NwbSession, *, activities: Mapping[str, PlaneActivity]) -> Iterator[Finding]:
    """Whisker samples that were lost, ROIs that lack a mask or a trace, and dF/F that is not a number."""
    whiskers = {
        f"{trace.whisker} {trace.quantity.replace('_', ' ')}": float(np.mean(np.isnan(trace.values)))
        for trace in session.whisker_traces
        if trace.values.size
    }
    yield from _shares(whiskers, text="Whisker samples that are not a number (tracking failed)")
    maskless, traceless, without = [], [], []
    for plane in session.planes:
        masks, numbers = arrays_of(plane.rois, "pixel_mask"), plane.roi_numbers
        maskless += [number for number, mask in zip(numbers.tolist(), masks, strict=True) if not mask.size]
        traced = activities[plane.name].dff_roi_numbers
        if traced is None:
            without.append(plane.name)
        else:
            traceless += np.setdiff1d(numbers, traced).tolist()
    for text, found in (
        ("Planes without dF/F", without),
        ("ROIs with a trace and no mask", maskless),
        ("ROIs with a mask and no dF/F", traceless),
    ):
        if found:
            yield True, f"{text}: {listed(found)}."
    lost = {name: activity.dff_lost_share for name, activity in activities.items()}
    yield from _shares(lost, text="dF/F values that are not a number (no frame of the plane)")


def _shares(lost: Mapping[str, float], *, text: str) -> Iterator[Finding]:
    """One line for all series that lost something; a warning where one lost much."""
    found = {name: share for name, share in lost.items() if share > 0}
    if found:
        parts = listed([f"{name} {100 * share:.2g} %" for name, share in found.items()])
        yield max(found.values()) > _MUCH, f"{text}: {parts}."


def _samples(session: NwbSession) -> Iterator[Finding]:
    for numbers in session.sample_trials:
        outside = numbers.values[~np.isin(numbers.values, session.trial_numbers)]
        if outside.size:
            labels = listed(["NaN" if np.isnan(label) else int(label) for label in np.unique(outside).tolist()])
            samples = plural(outside.size, "sample")
            yield True, f"{numbers.series.name}: {samples} with labels that are no trial of the source: {labels}."


def _gaps(gaps: pd.DataFrame) -> Iterator[Finding]:
    if len(gaps):
        frames = plural(int(integers_of(gaps, "frame_count").sum()), "imaging frame")
        planes = plural(np.unique(texts_of(gaps, "plane_name")).size, "plane")
        yield True, f"{frames} of {planes} are missing, in {plural(len(gaps), 'gap')}; the table lists them."


def _gap_table(gaps: pd.DataFrame) -> Table:
    shown = gaps.sort_values("start_time", kind="stable")[:_MOST_GAPS]
    columns = (
        texts_of(shown, "plane_name"),
        *(shown[name].map("{:.3f}".format) for name in ("start_time", "stop_time")),
        map(str, integers_of(shown, "frame_count")),
        map(_numbers, arrays_of(shown, "trial_numbers")),
        texts_of(shown, "reason"),
    )
    more = f", the first {_MOST_GAPS} of {len(gaps)}" if len(gaps) > _MOST_GAPS else ""
    headings = ("plane", "from (s)", "to (s)", "frames", "trials", "reason")
    rows = list(zip(*columns, strict=True))
    return Table(headings=headings, rows=rows, caption=f"Imaging gaps{more}", numeric=(1, 2, 3))


def _numbers(values: np.ndarray) -> str:
    return listed([int(value) for value in values.tolist()])

"""Gaps and warnings: what a user of the file should know before trusting a number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.quantities import listed, plural
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.nwb_table import SessionTable
from ssc_to_nwb.report.blocks import Block, Notes, Table
from ssc_to_nwb.report.plane_activity import PlaneActivity
from ssc_to_nwb.report.texts import census_comparison

_MOST_GAPS = 40
# Of a trace: so many lost samples are worth a warning.
_MUCH = 0.2
# A text, and whether it is a warning.
Finding = tuple[bool, str]


def findings_section(session: NwbSession, *, activities: Mapping[str, PlaneActivity]) -> Iterator[Block]:
    """Everything found, and the table of the imaging gaps."""
    gaps = session.intervals(naming.IMAGING_GAPS)
    there = gaps if gaps is not None and len(gaps) else None
    found = [
        *_whole_file(session),
        *_trials(session),
        *_whiskers(session),
        *_planes(session, activities=activities),
        *_samples(session),
        *(_gaps(there) if there else ()),
    ]
    if found:
        warnings, infos = (tuple(text for warns, text in found if warns is kind) for kind in (True, False))
        yield Notes(warnings=warnings, infos=infos)
    if there:
        yield _gap_table(there)
    if not found:
        yield "Nothing was found: no gap, no lost sample, no ROI without a trace, no trial without data."


def _whole_file(session: NwbSession) -> Iterator[Finding]:
    if session.is_stub:
        text = "This file is a stub: it holds a few trials of the session, to try things out with. "
        yield True, text + "Numbers of this page are not those of the session."
    census = census_comparison(session)
    if census is not None and census.differs:
        yield False, f"ROIs and frames are not those of the census of 136 real sessions: it {census}."


def _trials(session: NwbSession) -> Iterator[Finding]:
    trials, numbers = session.trials, session.trial_numbers
    if trials is None:
        return

    def said(chosen: np.ndarray, text: str) -> str:
        return f"{plural(int(chosen.sum()), 'trial')} {text}: {_numbers(numbers[chosen])}."

    for column, text in (
        ("stop_time", "without any sample or event, so that the stop time is not a number"),
        ("left_water_valve_time", "without a valve time of the left port"),
        ("right_water_valve_time", "without a valve time of the right port"),
    ):
        missing = np.isnan(trials.numbers(column))
        if column in trials and missing.any():
            yield True, said(missing, text)
    measured = trials.flags("start_measured")
    if measured is not None and not measured.all():
        text = said(~measured, "whose start was not measured")
        yield True, f"{text} start_time is then the time of the first data, where there are any."
    untyped = trials.texts("response") == "none"
    if untyped.any():
        yield True, said(untyped, "without a type")
    for column, text in (("whisker_valid", "whisker"), ("imaging_valid", "imaging")):
        valid = trials.flags(column)
        if valid is not None and not valid.all():
            yield False, f"The source does not list {said(~valid, f'as having valid {text} data')}"
    skipped = np.setdiff1d(np.arange(numbers.min(), numbers.max() + 1), numbers) if numbers.size else numbers
    if skipped.size:
        who = "this stub leaves out, or the source" if session.is_stub else "the source leaves out"
        yield False, f"Trial numbers that {who}: {_numbers(skipped)}."


def _whiskers(session: NwbSession) -> Iterator[Finding]:
    lost = {
        f"{trace.whisker} {trace.quantity.replace('_', ' ')}": float(np.mean(np.isnan(trace.values)))
        for trace in session.whisker_traces
        if trace.values.size
    }
    yield from _shares(lost, text="Whisker samples that are not a number (tracking failed)")


def _planes(session: NwbSession, *, activities: Mapping[str, PlaneActivity]) -> Iterator[Finding]:
    """ROIs that lack a mask or a trace, and dF/F that is not a number, over all planes."""
    maskless, traceless, without = [], [], []
    for plane in session.planes:
        masks, numbers = plane.rois.lists("pixel_mask"), plane.rois.ids
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
        outside = numbers.labels[~np.isin(numbers.labels, session.trial_numbers)]
        if outside.size:
            labels = listed(["NaN" if np.isnan(label) else int(label) for label in np.unique(outside).tolist()])
            samples = plural(outside.size, "sample")
            yield True, f"{numbers.series.name}: {samples} with labels that are no trial of the source: {labels}."


def _gaps(gaps: SessionTable) -> Iterator[Finding]:
    frames = plural(int(gaps.integers("frame_count").sum()), "imaging frame")
    planes = plural(np.unique(gaps.texts("plane_name")).size, "plane")
    yield True, f"{frames} of {planes} are missing, in {plural(len(gaps), 'gap')}; the table lists them."


def _gap_table(gaps: SessionTable) -> Table:
    order = np.argsort(gaps.numbers("start_time"), kind="stable")[:_MOST_GAPS].tolist()
    start, stop = gaps.numbers("start_time"), gaps.numbers("stop_time")
    planes, reasons, counts = gaps.texts("plane_name"), gaps.texts("reason"), gaps.integers("frame_count")
    trials = gaps.lists("trial_numbers")
    rows = tuple(
        (planes[row], f"{start[row]:.3f}", f"{stop[row]:.3f}", str(counts[row]), _numbers(trials[row]), reasons[row])
        for row in order
    )
    more = f", the first {_MOST_GAPS} of {len(gaps)}" if len(gaps) > _MOST_GAPS else ""
    headings = ("plane", "from (s)", "to (s)", "frames", "trials", "reason")
    return Table(headings=headings, rows=rows, caption=f"Imaging gaps{more}", numeric=headings[1:4])


def _numbers(values: np.ndarray) -> str:
    return listed([int(value) for value in values.tolist()])

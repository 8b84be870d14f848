"""Gaps and warnings: what a user of the file should know before trusting a number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.quantities import listed, plural
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.nwb_table import SessionTable
from ssc_to_nwb.report.blocks import Block, Heading, Note, Notes, Section, Table
from ssc_to_nwb.report.plane_section import PlaneActivity
from ssc_to_nwb.report.texts import census_comparison

_HEADING = Heading(anchor="findings", short="Warnings", title="Gaps and warnings")
_MOST_GAPS = 40
# Of a trace: so many lost samples are worth a warning.
_MUCH = 0.2
_QUANTITIES = {"angle": "angle", "curvature_change": "curvature change"}


def findings_section(session: NwbSession, *, activities: Mapping[str, PlaneActivity]) -> Section:
    """Everything found, and the table of the imaging gaps."""
    notes = [
        *_stub(session),
        *_census(session),
        *_trials(session),
        *_whiskers(session),
        *_planes(session, activities=activities),
        *_samples(session),
        *_gap_notes(session),
    ]
    notes.sort(key=lambda note: note.weight != "warning")
    blocks: list[Block] = [Notes(items=tuple(notes))] if notes else []
    gaps = session.intervals(naming.IMAGING_GAPS)
    if gaps is not None and len(gaps):
        blocks.append(_gap_table(gaps))
    if not blocks:
        blocks.append("Nothing was found: no gap, no lost sample, no ROI without a trace, no trial without data.")
    return _HEADING.section(*blocks)


def _stub(session: NwbSession) -> Iterator[Note]:
    if session.is_stub:
        text = "This file is a stub: it holds a few trials of the session, to try things out with. "
        yield Note(weight="warning", text=text + "Numbers of this page are not those of the session.")


def _census(session: NwbSession) -> Iterator[Note]:
    found = census_comparison(session)
    if found is not None and found.differs:
        yield Note(weight="info", text=f"ROIs and frames are not those of the census of 136 real sessions: it {found}.")


def _trials(session: NwbSession) -> Iterator[Note]:
    trials, numbers = session.trials, session.trial_numbers
    if trials is None:
        return
    for column, text in (
        ("stop_time", "without any sample or event, so that the stop time is not a number"),
        ("left_water_valve_time", "without a valve time of the left port"),
        ("right_water_valve_time", "without a valve time of the right port"),
    ):
        missing = numbers[np.isnan(trials.numbers(column))] if column in trials else numbers[:0]
        if missing.size:
            yield Note(weight="warning", text=f"{plural(missing.size, 'trial')} {text}: {_numbers(missing)}.")
    measured = trials.flags("start_measured")
    if measured is not None and not measured.all():
        missing = numbers[~measured]
        text = f"{plural(missing.size, 'trial')} whose start was not measured: {_numbers(missing)}."
        yield Note(weight="warning", text=f"{text} start_time is then the time of the first data, where there are any.")
    untyped = numbers[trials.texts("response") == "none"]
    if untyped.size:
        yield Note(weight="warning", text=f"{plural(untyped.size, 'trial')} without a type: {_numbers(untyped)}.")
    for column, text in (("whisker_valid", "whisker"), ("imaging_valid", "imaging")):
        valid = trials.flags(column)
        if valid is not None and not valid.all():
            unlisted = numbers[~valid]
            yield Note(
                weight="info",
                text=f"The source does not list {plural(unlisted.size, 'trial')} as having valid {text} data: "
                f"{_numbers(unlisted)}.",
            )
    skipped = np.setdiff1d(np.arange(numbers.min(), numbers.max() + 1), numbers) if numbers.size else numbers
    if skipped.size:
        who = "this stub leaves out, or the source" if session.is_stub else "the source leaves out"
        yield Note(weight="info", text=f"Trial numbers that {who}: {_numbers(skipped)}.")


def _whiskers(session: NwbSession) -> Iterator[Note]:
    lost = [
        (f"{trace.whisker} {_QUANTITIES[trace.quantity]}", float(np.mean(np.isnan(trace.values))))
        for trace in session.whisker_traces
        if trace.values.size
    ]
    yield from _shares(lost, text="Whisker samples that are not a number (tracking failed)")


def _planes(session: NwbSession, *, activities: Mapping[str, PlaneActivity]) -> Iterator[Note]:
    """ROIs that lack a mask or a trace, and dF/F that is not a number, over all planes."""
    lost, maskless, traceless, without = [], [], [], []
    for plane in session.planes:
        masks, numbers = plane.rois.lists("pixel_mask"), plane.rois.ids
        maskless += [number for number, mask in zip(numbers.tolist(), masks, strict=True) if not mask.size]
        activity = activities[plane.name]
        if activity.dff_roi_numbers is None:
            without.append(plane.name)
            continue
        traceless += np.setdiff1d(numbers, activity.dff_roi_numbers).tolist()
        lost.append((plane.name, activity.dff_lost_share))
    for text, found in (
        ("Planes without dF/F", without),
        ("ROIs with a trace and no mask", maskless),
        ("ROIs with a mask and no dF/F", traceless),
    ):
        if found:
            yield Note(weight="warning", text=f"{text}: {listed([str(one) for one in found])}.")
    yield from _shares(lost, text="dF/F values that are not a number (no frame of the plane)")


def _shares(lost: list[tuple[str, float]], *, text: str) -> Iterator[Note]:
    """One line for all series that lost something; a warning where one lost much."""
    found = [(name, share) for name, share in lost if share > 0]
    if found:
        parts = listed([f"{name} {100 * share:.2g} %" for name, share in found])
        yield Note(weight="warning" if max(share for _, share in found) > _MUCH else "info", text=f"{text}: {parts}.")


def _samples(session: NwbSession) -> Iterator[Note]:
    for numbers in session.sample_trials:
        outside = numbers.labels[~np.isin(numbers.labels, session.trial_numbers)]
        if outside.size:
            labels = ["NaN" if np.isnan(label) else str(int(label)) for label in np.unique(outside).tolist()]
            yield Note(
                weight="warning",
                text=f"{numbers.series.name}: {plural(outside.size, 'sample')} with labels that are no trial of the "
                f"source: {listed(labels)}.",
            )


def _gap_notes(session: NwbSession) -> Iterator[Note]:
    gaps = session.intervals(naming.IMAGING_GAPS)
    if gaps is not None and len(gaps):
        frames = int(gaps.integers("frame_count").sum())
        planes = np.unique(gaps.texts("plane_name"))
        yield Note(
            weight="warning",
            text=f"{plural(frames, 'imaging frame')} of {plural(planes.size, 'plane')} are missing, in "
            f"{plural(len(gaps), 'gap')}; the table lists them.",
        )


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
    return listed([str(int(value)) for value in values.tolist()])

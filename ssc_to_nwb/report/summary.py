"""What a reader wants to know first: the animal, the imaging, the task, the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb.quantities import plural, seconds_text
from ssc_to_nwb.reading.imaged_plane import ImagedPlane
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.nwb_table import counts_of, numbers_of, texts_of
from ssc_to_nwb.report.blocks import Link
from ssc_to_nwb.report.file_record import FileRecord, conversion_warnings
from ssc_to_nwb.report.performance_section import is_answer, share_correct
from ssc_to_nwb.report.texts import SEXES, age_text, census_text, planes_text, range_text, rates_text

if TYPE_CHECKING:
    import pandas as pd

Row = tuple[str, str | Link]


def summary_rows(session: NwbSession, *, record: FileRecord, warnings: int) -> tuple[Row, ...]:
    """Names and values, what the file does not say left out."""
    return (*_animal(session), *_imaging(session), *_task(session), *_file(session, record=record, warnings=warnings))


def key_numbers(session: NwbSession) -> tuple[tuple[str, str], ...]:
    """The numbers shown large."""
    trials, whiskers = session.trials, sorted({trace.whisker for trace in session.whisker_traces})
    facts = [("trials", _count(trials))]
    if len(trials):
        ends = numbers_of(trials, "stop_time")
        last = float(np.nanmax(ends)) if np.isfinite(ends).any() else float("nan")
        facts.append(("duration", seconds_text(last - float(np.nanmin(numbers_of(trials, "start_time"))))))
        share = share_correct(texts_of(trials, "response"))
        facts.append(("correct", f"{100 * share:.0f} %" if np.isfinite(share) else "no answers"))
    facts.append(("planes", f"{len(session.planes)}"))
    facts.append(("ROIs", f"{sum(plane.roi_numbers.size for plane in session.planes):,}"))
    facts.append(("whiskers", ", ".join(whiskers) or "none"))
    return (*facts, ("touches", _count(session.touches)), ("licks", _count(session.licks)))


def _count(table: pd.DataFrame) -> str:
    return f"{len(table):,}" if len(table.columns) else "none"


def _animal(session: NwbSession) -> Iterator[Row]:
    subject = session.nwbfile.subject
    if subject is None:
        return
    details = (
        subject.species,
        SEXES.get(str(subject.sex), ""),
        age_text(subject.age),
        subject.weight,
    )
    yield "animal", ", ".join([str(subject.subject_id), *(str(one) for one in details if one)])
    if subject.genotype:
        yield "genotype", str(subject.genotype)
    if subject.strain:
        yield "strain", str(subject.strain)


def _imaging(session: NwbSession) -> Iterator[Row]:
    planes = session.planes
    if not planes:
        return
    first = planes[0].imaging_plane
    words = session.metadata.get("imaging", {}).get("location_description")
    yield "area", f"{first.location}{f', {words}' if words else ''}; indicator {first.indicator}"
    yield "depth", _depth(planes)
    rates = rates_text(planes)
    yield "planes", f"{planes_text(planes)}{f', {rates} Hz each' if rates else ''}{_pixels(planes[0])}"
    meaning = _meaning(planes)
    if meaning:
        yield "names", meaning


def _depth(planes: tuple[ImagedPlane, ...]) -> str:
    below = np.concatenate([numbers_of(plane.rois, "depth_from_first_plane_um") for plane in planes])
    known = below[np.isfinite(below)]
    text = f"{known.min():g} to {known.max():g} µm below the first plane of each subvolume; " if known.size else ""
    return f"{text}the depth below the pia is not in the source"


def _pixels(plane: ImagedPlane) -> str:
    shape, pixel = plane.image_shape, plane.pixel_um
    if shape is None:
        return ""
    size = f" of {pixel[0]:.3g} x {pixel[1]:.3g} µm" if pixel else ""
    return f", {shape[0]} x {shape[1]} pixels (rows x columns){size}"


def _meaning(planes: tuple[ImagedPlane, ...]) -> str:
    """What a name such as fov_01002 says."""
    match = re.fullmatch(r"fov_(\d+)(\d{3})", planes[0].name)
    if match is None:
        return ""
    return f"{planes[0].name} is subvolume {match[1]}, plane {match[2]}; a ROI's number is the same in every session"


def _task(session: NwbSession) -> Iterator[Row]:
    trials = session.trials
    if not len(trials):
        return
    kinds = ", ".join(f"{count} {name}" for name, count in counts_of(trials, "trial_type").items())
    outcome = texts_of(trials, "response")
    answers, share = int(is_answer(outcome).sum()), share_correct(outcome)
    correct = f"; {100 * share:.0f} % of {plural(answers, 'answer')} correct" if answers else "; no answers"
    numbers = range_text([int(number) for number in session.trial_numbers], grouped=False)
    yield "trials", f"{len(trials):,}, numbered {numbers} ({kinds}){correct}"


def _file(session: NwbSession, *, record: FileRecord, warnings: int) -> Iterator[Row]:
    yield "warnings of the conversion", conversion_warnings(record)
    found = Link(text=plural(warnings, "warning"), address="#findings") if warnings else "none"
    yield "warnings of this page", found
    yield "census", census_text(session)
    if record.digest is not None:
        since = " (of the file before it was changed)" if record.changed else ""
        yield "digest", f"{record.digest}{since}"
    yield "file", session.file_name

"""What a reader wants to know first: the animal, the imaging, the task, the file; and how such things are said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb.analysis.psychometric import is_answer, share_correct
from ssc_to_nwb.metadata.census import CensusComparison, SubvolumeSize, compare_with_census
from ssc_to_nwb.quantities import plural, seconds_text
from ssc_to_nwb.reading.imaged_plane import ImagedPlane
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.nwb_table import counts_of, numbers_of, texts_of
from ssc_to_nwb.report.blocks import Link
from ssc_to_nwb.report.file_record import FileRecord, conversion_warnings

if TYPE_CHECKING:
    import pandas as pd

SEXES = {"M": "male", "F": "female"}
_UNITS = {"D": "day", "W": "week", "M": "month", "Y": "year"}
Row = tuple[str, str | Link]


def summary_rows(session: NwbSession, *, record: FileRecord, warnings: int) -> tuple[Row, ...]:
    """Names and values, what the file does not say left out."""
    return (*_animal(session), *_imaging(session), *_task(session), *_file(session, record=record, warnings=warnings))


def key_numbers(session: NwbSession) -> Iterator[tuple[str, str]]:
    """The numbers shown large."""
    trials, whiskers = session.trials, sorted({trace.whisker for trace in session.whisker_traces})
    yield "trials", _count(trials)
    if len(trials):
        first, last = np.fmin.reduce(numbers_of(trials, "start_time")), np.fmax.reduce(numbers_of(trials, "stop_time"))
        yield "duration", seconds_text(float(last - first))
        share = share_correct(texts_of(trials, "response"))
        yield "correct", f"{100 * share:.0f} %" if np.isfinite(share) else "no answers"
    yield "planes", f"{len(session.planes)}"
    yield "ROIs", f"{session.roi_count:,}"
    yield "whiskers", ", ".join(whiskers) or "none"
    yield "touches", _count(session.touches)
    yield "licks", _count(session.licks)


def _count(table: pd.DataFrame) -> str:
    return f"{len(table):,}" if len(table.columns) else "none"


def _animal(session: NwbSession) -> Iterator[Row]:
    subject = session.nwbfile.subject
    if subject is None:
        return
    details = (subject.species, SEXES.get(str(subject.sex)), age_text(subject.age), subject.weight)
    yield "animal", ", ".join([str(subject.subject_id), *(str(one) for one in details if one)])
    for name, text in (("genotype", subject.genotype), ("strain", subject.strain)):
        if text:
            yield name, str(text)


def _imaging(session: NwbSession) -> Iterator[Row]:
    planes = session.planes
    if not planes:
        return
    first = planes[0].imaging_plane
    words = session.metadata.get("imaging", {}).get("location_description")
    yield "area", f"{first.location}{f', {words}' if words else ''}; indicator {first.indicator}"
    below = np.concatenate([numbers_of(plane.rois, "depth_from_first_plane_um") for plane in planes])
    known = below[np.isfinite(below)]
    depth = f"{known.min():g} to {known.max():g} µm below the first plane of each subvolume; " if known.size else ""
    yield "depth", f"{depth}the depth below the pia is not in the source"
    rates = rates_text(planes)
    yield "planes", f"{planes_text(planes)}{f', {rates} Hz each' if rates else ''}{_pixels(planes[0])}"
    match = re.fullmatch(r"fov_(\d+)(\d{3})", planes[0].name)
    if match is not None:
        meaning = f"{planes[0].name} is subvolume {match[1]}, plane {match[2]}"
        yield "names", f"{meaning}; a ROI's number is the same in every session"


def _pixels(plane: ImagedPlane) -> str:
    shape, pixel = plane.image_shape, plane.pixel_um
    if shape is None:
        return ""
    size = f" of {pixel[0]:.3g} x {pixel[1]:.3g} µm" if pixel else ""
    return f", {shape[0]} x {shape[1]} pixels (rows x columns){size}"


def _task(session: NwbSession) -> Iterator[Row]:
    trials = session.trials
    if not len(trials):
        return
    kinds = ", ".join(f"{count} {name}" for name, count in counts_of(trials, "trial_type").items())
    outcome = texts_of(trials, "response")
    answers, share = int(is_answer(outcome).sum()), share_correct(outcome)
    correct = f"{100 * share:.0f} % of {plural(answers, 'answer')} correct" if answers else "no answers"
    numbers = range_text(session.trial_numbers.tolist(), grouped=False)
    yield "trials", f"{len(trials):,}, numbered {numbers} ({kinds}); {correct}"


def _file(session: NwbSession, *, record: FileRecord, warnings: int) -> Iterator[Row]:
    yield "warnings of the conversion", conversion_warnings(record)
    found = Link(text=plural(warnings, "warning"), address="#findings") if warnings else "none"
    yield "warnings of this page", found
    yield "census", census_text(session)
    if record.digest is not None:
        yield "digest", f"{record.digest}{' (of the file before it was changed)' if record.changed else ''}"
    yield "file", session.file_name


def range_text(values: Sequence[int], *, grouped: bool = True) -> str:
    """`9`, or `7 to 9`; grouped: thousands with a comma, as numbers of things have and names do not."""
    ends = dict.fromkeys((min(values), max(values)))
    return " to ".join(f"{end:,}" if grouped else str(end) for end in ends)


def joined(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def planes_text(planes: Sequence[ImagedPlane]) -> str:
    """`5 planes in 2 subvolumes`."""
    return f"{plural(len(planes), 'plane')} in {plural(len({plane.subvolume for plane in planes}), 'subvolume')}"


def rates_text(planes: Sequence[ImagedPlane]) -> str:
    """Imaging rates in Hz, `7 and 28`; empty where none is known."""
    rates = {float(rate) for plane in planes if (rate := plane.imaging_plane.imaging_rate) is not None}
    return joined([f"{rate:g}" for rate in sorted(rates)])


def age_text(age: str | None) -> str:
    """`6-8 weeks` of the ISO 8601 form `P6W/P8W`, `1 day` of `P1D`; any other form as it is."""
    by_unit: dict[str, list[str]] = {}
    for part in (age or "").split("/"):
        match = re.fullmatch(r"P(\d+(?:\.\d+)?)([DWMY])", part)
        if match is None:
            return age or ""
        by_unit.setdefault(_UNITS[match[2]], []).append(match[1])
    return "-".join(f"{'-'.join(its)} {unit}{'' if its == ['1'] else 's'}" for unit, its in by_unit.items())


def census_comparison(session: NwbSession) -> CensusComparison | None:
    """The sizes of the file's subvolumes beside those of the census; None for a stub, which has few frames."""
    if session.is_stub:
        return None
    sizes: dict[str, SubvolumeSize] = {}
    for plane in session.planes:
        series = plane.series("dff") or plane.series("raw") or plane.series("event")
        if series is not None:
            frames, rois = (int(length) for length in series.data.shape)
            before = sizes.get(plane.subvolume, SubvolumeSize(rois=0, frames=frames))
            sizes[plane.subvolume] = SubvolumeSize(rois=before.rois + rois, frames=frames)
    return compare_with_census(session.name, tuple(sizes.values()))


def census_text(session: NwbSession) -> str:
    """The comparison in words."""
    found = census_comparison(session)
    return "not compared, this is a stub" if found is None else str(found)

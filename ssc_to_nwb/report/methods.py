"""A methods paragraph for a data descriptor, from what the file says and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ssc_to_nwb.quantities import plural
from ssc_to_nwb.reading.imaged_plane import ImagedPlane, ResponseKind
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.report.texts import joined, range_text

_SEXES = {"M": "male", "F": "female"}
_RESPONSES: tuple[tuple[ResponseKind, str], ...] = (
    ("raw", "raw fluorescence"),
    ("dff", "dF/F"),
    ("event", "calcium events"),
)


def methods_text(session: NwbSession) -> str:
    """Sentences, one paragraph; what the file does not say is not mentioned."""
    parts = (
        _subject(session), _experiment(session), _imaging(session), _rois(session), _whiskers(session),
        _behavior(session), _file(session),
    )  # fmt: skip
    return " ".join(sentence for part in parts for sentence in part)


def _subject(session: NwbSession) -> Iterator[str]:
    file, subject = session.nwbfile, session.nwbfile.subject
    when = f"{file.session_start_time:%d %B %Y}".lstrip("0")
    where = ", ".join(str(text) for text in (file.lab and f"{file.lab} lab", file.institution) if text)
    if subject is not None:
        sex = _SEXES.get(str(subject.sex), "")
        details = (
            ("age", subject.age), ("strain", subject.strain), ("genotype", subject.genotype),
            ("weight", subject.weight),
        )  # fmt: skip
        known = "; ".join([str(subject.subject_id), *(f"{name} {value}" for name, value in details if value)])
        animal = " ".join(part for part in ("one", sex, str(subject.species or "animal")) if part)
        yield f"Data were recorded from {animal} ({known})"
    else:
        yield "Data were recorded"
    yield f"on {when}{f' ({where})' if where else ''}."


def _experiment(session: NwbSession) -> Iterator[str]:
    file = session.nwbfile
    for text in (file.experiment_description or file.session_description, file.surgery, file.stimulus_notes):
        if text:
            yield _sentence(str(text))
    if file.virus:
        yield _sentence(f"Virus: {file.virus}")


def _imaging(session: NwbSession) -> Iterator[str]:
    if not session.planes:
        return
    first = session.planes[0].imaging_plane
    yield _sentence(f"Imaging: {first.device.description or first.device.name}")
    rates = {float(rate) for plane in session.planes if (rate := plane.imaging_plane.imaging_rate) is not None}
    text = f"{plural(len(session.planes), 'plane')} in {first.location}"
    text += f" were imaged at {joined([f'{rate:g}' for rate in sorted(rates)])} Hz each" if rates else " were imaged"
    yield f"{text}, with excitation at {float(first.excitation_lambda):g} nm; indicator {first.indicator}."
    size = _image_shape(session.planes[0])
    if size is not None:
        yield f"Images have {size[0]} rows and {size[1]} columns{_pixel_size(session.planes[0])}."
    # Each channel of a plane has an ImagingPlane of its own.
    found = {channel for plane in session.nwbfile.imaging_planes.values() for channel in plane.optical_channel}
    channels = sorted({(str(one.name), float(one.emission_lambda)) for one in found})
    yield f"Emission was collected in {joined([f'a {name} channel ({length:g} nm)' for name, length in channels])}."


def _image_shape(plane: ImagedPlane) -> tuple[int, int] | None:
    names = plane.image_names
    if not names:
        return None
    rows, columns = plane.image(names[0]).shape[:2]
    return int(rows), int(columns)


def _pixel_size(plane: ImagedPlane) -> str:
    spacing = plane.imaging_plane.grid_spacing
    if spacing is None or plane.imaging_plane.grid_spacing_unit != "meters":
        return ""
    across, down = (float(value) * 1e6 for value in spacing[:2])
    return f" of {across:.3g} x {down:.3g} µm per pixel"


def _rois(session: NwbSession) -> Iterator[str]:
    if not session.planes:
        return
    counts = [plane.roi_numbers.size for plane in session.planes]
    kinds = [name for kind, name in _RESPONSES if any(plane.series(kind) is not None for plane in session.planes)]
    given = f", with {joined(kinds)} of each" if kinds else ""
    yield f"{sum(counts):,} regions of interest were drawn ({range_text(counts)} per plane){given}."


def _whiskers(session: NwbSession) -> Iterator[str]:
    traces = session.whisker_traces
    if not traces:
        return
    whiskers = sorted({trace.whisker for trace in traces})
    steps_s = np.diff(traces[0].time_s)
    rate = f" at {1 / np.median(steps_s):.0f} Hz" if steps_s.size else ""
    kinds = dict.fromkeys(f"{trace.quantity.replace('_', ' ')} in {trace.unit}" for trace in traces)
    word = "whisker" if len(whiskers) == 1 else "whiskers"
    yield f"Of {word} {joined(whiskers)}, {joined(list(kinds))} were tracked{rate}."


def _behavior(session: NwbSession) -> Iterator[str]:
    trials = session.trials
    if trials is not None and len(trials):
        names, counts = np.unique(trials.texts("trial_type").astype(str), return_counts=True)
        types = ", ".join(f"{count} {name}" for name, count in zip(names, counts, strict=True))
        what = "This file is a stub with" if session.is_stub else "The session has"
        yield f"{what} {plural(len(trials), 'trial')} ({types})."
    found = []
    for table, one, many in (
        (session.touches, "touch of the pole", "touches of the pole"),
        (session.licks, "lick", "licks"),
        (session.rewards, "water reward", "water rewards"),
    ):
        if table is not None:
            found.append(plural(len(table), one, many))
    if found:
        yield f"It holds {joined(found)}."


def _file(session: NwbSession) -> Iterator[str]:
    provenance = session.provenance
    version = f" (schema {session.nwb_version})" if session.nwb_version else ""
    if provenance is not None:
        dataset = provenance.metadata.get("dataset", {})
        source = f"the CRCNS data set {dataset['name']}" if dataset.get("name") else "its source"
        tool = f"{provenance.items.get('tool')} {provenance.items.get('tool_version')}"
        yield f"The data were converted from {source} to Neurodata Without Borders{version} with {tool}."
        if dataset.get("citation"):
            yield _sentence(f"Please cite: {dataset['citation']}")
    else:
        yield f"The data are in the format Neurodata Without Borders{version}."
    publications = [str(text) for text in session.nwbfile.related_publications or ()]
    if publications:
        yield f"Publications: {', '.join(publications)}."


def _sentence(text: str) -> str:
    """The text with one full stop at its end."""
    return f"{text.strip().rstrip('.')}."

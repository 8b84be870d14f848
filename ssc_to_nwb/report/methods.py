"""A methods text for a paper, from what the file says and nothing else, and the entry for its bibliography."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from ssc_to_nwb.quantities import plural
from ssc_to_nwb.reading.imaged_plane import ResponseKind
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.nwb_table import counts_of, numbers_of
from ssc_to_nwb.report.blocks import Block, ToCopy
from ssc_to_nwb.report.summary import SEXES, age_text, joined, planes_text, range_text, rates_text

_RESPONSES: tuple[tuple[ResponseKind, str], ...] = (
    ("raw", "raw fluorescence"),
    ("dff", "relative change in fluorescence (dF/F)"),
    ("event", "calcium events"),
)
# Phrases of the dataset's own descriptions, which are in the present tense, as a paper has them. Other texts stay.
PAST_TENSE = {
    "localizes a pole": "localized a pole",
    "licks one of": "licked one of",
    "moved by a motor (StimulusPosition, in motor steps), comes": "moved by a motor, came",
    "comes within reach": "came within reach",
    "signals the animal": "signaled the animal",
    "frames per second": "frames/s",
}
_TYPES = {
    "HitL": "correct left", "HitR": "correct right", "ErrL": "incorrect left", "ErrR": "incorrect right",
    "NoLickL": "left without a lick", "NoLickR": "right without a lick", "none": "of no known type",
}  # fmt: skip
_COMMON_NAMES = {"Mus musculus": "mouse"}
_UNITS = {"1/mm": "mm^-1"}
_CITATION = re.compile(r"(?P<authors>.+?) \((?P<year>\d{4})\)[;,.] (?P<title>.+?)\. (?P<publisher>[^.]+(?:\.org)?)\.?")


def methods_section(session: NwbSession) -> Iterator[Block]:
    """The text, and the entry for a bibliography."""
    yield "From what the file says and nothing else. One click marks the text."
    yield from (ToCopy(text=text) for text in (methods_text(session), bibliography(session)) if text)


def methods_text(session: NwbSession) -> str:
    """Paragraphs with a blank line between them, each on one line; what the file does not say is not mentioned."""
    paragraphs = (
        (*_subject(session), *_experiment(session)),
        (*_imaging(session), *_rois(session)),
        (*_behavior_series(session), *_behavior(session)),
        tuple(_file(session)),
    )
    return "\n\n".join(" ".join(sentences) for sentences in paragraphs if sentences)


def bibliography(session: NwbSession) -> str:
    """BibTeX of the dataset, and the publications that the file names; empty where it names neither."""
    lines = []
    dataset = session.metadata.get("dataset", {})
    match = _CITATION.fullmatch(str(dataset.get("citation") or "").strip())
    if match is not None:
        authors = " and ".join(match["authors"].split(", "))
        first = re.sub(r"\W", "", match["authors"].split(",")[0].split()[-1].lower())
        name = dataset.get("name") or "dataset"
        key = first + match["year"] + re.sub(r"\W", "", name)
        doi = f",\n  doi = {{{str(dataset['doi']).removeprefix('doi:')}}}" if dataset.get("doi") else ""
        lines.append(
            f"@misc{{{key},\n  author = {{{authors}}},\n"
            f"  title = {{{{{match['title']}}}}},\n  year = {{{match['year']}}},\n"
            f"  howpublished = {{{match['publisher']}, data set {name}}}{doi}\n}}"
        )
    for text in session.nwbfile.related_publications or ():
        doi = re.sub(r"^(doi:|https?://(dx\.)?doi\.org/)", "", str(text).strip())
        key = re.sub(r"\W+", "_", doi.rpartition("/")[2])
        lines.append(f"@article{{{key},\n  doi = {{{doi}}}\n}}")
    return "\n\n".join(lines)


def _subject(session: NwbSession) -> Iterator[str]:
    file, subject = session.nwbfile, session.nwbfile.subject
    when = f"{file.session_start_time:%d %B %Y}".lstrip("0")
    where = ", ".join(str(text) for text in (file.lab and f"{file.lab} lab", file.institution) if text)
    animal = ""
    if subject is not None:
        species, age = str(subject.species or ""), age_text(subject.age)
        details = (
            species if species in _COMMON_NAMES else "",
            f"animal {subject.subject_id}",
            age and f"{age} old",
            subject.strain and f"strain {subject.strain}",
            subject.genotype and f"genotype {subject.genotype}",
            subject.weight and f"weight {subject.weight}",
        )
        words = ("one", SEXES.get(str(subject.sex)), _COMMON_NAMES.get(species, species or "animal"))
        animal = f" from {' '.join(filter(None, words))} ({'; '.join(filter(None, details))})"
    yield f"Data were recorded{animal} on {when}{f' ({where})' if where else ''}."


def _experiment(session: NwbSession) -> Iterator[str]:
    file = session.nwbfile
    for text in (file.experiment_description or file.session_description, file.surgery, file.stimulus_notes):
        if text:
            yield _in_past_tense(_sentence(str(text)))
    if file.virus:
        yield _sentence(f"Neurons were infected with {file.virus}")


def _in_past_tense(text: str) -> str:
    for present, past in PAST_TENSE.items():
        text = text.replace(present, past)
    return text


def _imaging(session: NwbSession) -> Iterator[str]:
    if not session.planes:
        return
    first = session.planes[0].imaging_plane
    microscope = str(first.device.description or first.device.name).strip().rstrip(".")
    article = "" if microscope.lower().startswith(("a ", "an ", "the ")) else "a "
    yield f"Images were taken with {article}{microscope[:1].lower()}{microscope[1:]}."
    rates = rates_text(session.planes)
    rate = f" at {rates} Hz per plane" if rates else ""
    excitation = f"excitation at {float(first.excitation_lambda):g} nm; the indicator was {first.indicator}"
    was = "was" if len(session.planes) == 1 else "were"
    yield f"{planes_text(session.planes)} of {first.location} {was} imaged{rate}, with {excitation}."
    size, pixel = session.planes[0].image_shape, session.planes[0].pixel_um
    if size is not None:
        pixel_size = f" of {pixel[0]:.3g} µm (width) x {pixel[1]:.3g} µm (height)" if pixel else ""
        yield f"Images had {size[0]} x {size[1]} pixels (rows x columns){pixel_size}."
    # Each channel of a plane has an ImagingPlane of its own.
    found = {channel for plane in session.nwbfile.imaging_planes.values() for channel in plane.optical_channel}
    channels = sorted({(str(one.name), float(one.emission_lambda)) for one in found})
    yield f"Emission was collected in {joined([f'a {name} channel ({length:g} nm)' for name, length in channels])}."


def _rois(session: NwbSession) -> Iterator[str]:
    if not session.planes:
        return
    counts = [plane.roi_numbers.size for plane in session.planes]
    kinds = [name for kind, name in _RESPONSES if any(plane.series(kind) is not None for plane in session.planes)]
    given = f"; {joined(kinds)} of each {'was' if len(kinds) == 1 else 'were'} available" if kinds else ""
    drawn = plural(sum(counts), "region of interest was", "regions of interest were")
    yield f"{drawn} drawn ({range_text(counts)} per plane){given}."


def _behavior_series(session: NwbSession) -> Iterator[str]:
    """The whisker traces, and the series of data types that a lab has added, by what their objects are called."""
    traces = session.whisker_traces
    if traces:
        whiskers = sorted({trace.whisker for trace in traces})
        steps_s = np.diff(traces[0].time_s)
        rate = f" at {1 / np.median(steps_s):.0f} frames/s" if steps_s.size else ""
        kinds = dict.fromkeys(_with_unit(trace.quantity, trace.unit) for trace in traces)
        word = "whisker" if len(whiskers) == 1 else "whiskers"
        yield f"The {joined(list(kinds))} of {word} {joined(whiskers)} were tracked{rate}."
    further = session.further_series
    if further:
        yield f"The file also has {joined([_with_unit(one.name, one.unit) for one in further])}."


def _with_unit(name: str, unit: str) -> str:
    return f"{name.replace('_', ' ')} ({_UNITS.get(unit, unit)})"


def _behavior(session: NwbSession) -> Iterator[str]:
    trials = session.trials
    if len(trials):
        types = ", ".join(f"{n} {_TYPES.get(name, name)}" for name, n in counts_of(trials, "trial_type").items())
        what = "The file, a stub, had" if session.is_stub else "The session had"
        yield f"{what} {plural(len(trials), 'trial')} ({types})."
        position = numbers_of(trials, "pole_position_mm")
        position = np.unique(position[np.isfinite(position)])
        # How mm came from steps of the motor, which the dataset does not say exactly.
        steps = session.metadata.get("assumptions", {}).get("motor_steps_per_mm")
        taking = "" if steps is None else f" (taking {float(steps):,.0f} steps of its motor as 1 mm)"
        if position.size == 1:
            yield f"The pole was at {position[0]:.2f} mm{taking}."
        elif position.size:
            where = f"between {position[0]:.2f} and {position[-1]:.2f} mm"
            yield f"The pole was presented at {position.size} positions {where}{taking}."
    tables = (
        (session.touches, "touch of the pole", "touches of the pole"),
        (session.licks, "lick", "licks"),
        (session.rewards, "water reward", "water rewards"),
    )
    found = [plural(len(table), one, many) for table, one, many in tables if len(table.columns)]
    if found:
        yield f"There {'was' if found[0].startswith('1 ') else 'were'} {joined(found)}."


def _file(session: NwbSession) -> Iterator[str]:
    provenance, dataset = session.provenance, session.metadata.get("dataset", {})
    version = f" (schema {session.nwb_version})" if session.nwb_version else ""
    if provenance:
        source = f"the CRCNS data set {dataset['name']}" if dataset.get("name") else "their source"
        tool = f"{provenance.get('tool')} {provenance.get('tool_version')}"
        yield f"The data were converted from {source} to Neurodata Without Borders{version} with {tool}."
        if dataset.get("citation"):
            yield _sentence(f"Data set: {dataset['citation']}")
    else:
        yield f"The data were in the format Neurodata Without Borders{version}."
    publications = [str(text) for text in session.nwbfile.related_publications or ()]
    if publications:
        yield f"Publications: {', '.join(publications)}."


def _sentence(text: str) -> str:
    """The text with one full stop at its end."""
    return f"{text.strip().rstrip('.')}."

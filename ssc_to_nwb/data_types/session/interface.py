"""NWBFile and Subject from metaDataHash and the metadata files."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ssc_to_nwb.data_types.session import problems
from ssc_to_nwb.data_types.session.person_names import last_first, split_names
from ssc_to_nwb.data_types.session.start import report_clock, session_start_time, time_remarks
from ssc_to_nwb.metadata.model import VIDEO_ORDER, Assumptions
from ssc_to_nwb.problems import metadata_kinds as kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.session.context import SessionContext
from ssc_to_nwb.source_files.session_files import dataset_named

if TYPE_CHECKING:
    from pynwb import NWBFile

# Names inside this UUID are `<data set>/<subject>/<session>`; it is itself a uuid5 of the data set's host.
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "crcns.org")
_TIMES_OF_EXPERIMENT = {
    "start": "the session started",
    "saved": "the behavior file was saved, and the session ended then",
}


def make_nwbfile(context: SessionContext) -> NWBFile:
    """An NWBFile with everything general in it and no data.

    Parameters
    ----------
    context : SessionContext
        The session with its metadata.

    Returns
    -------
    NWBFile
        In memory, with its Subject.

    Raises
    ------
    SscError
        metadata-value-missing, metadata-text-unreadable.
    """
    from pynwb import NWBFile
    from pynwb.file import Subject

    return NWBFile(subject=Subject(**subject_fields(context)), **nwbfile_fields(context))


def neuroconv_metadata(context: SessionContext) -> dict[str, Any]:
    """The same in the form of neuroconv's metadata: `{"NWBFile": {...}, "Subject": {...}}`, JSON-ready.

    Parameters
    ----------
    context : SessionContext
        The session with its metadata.

    Returns
    -------
    dict[str, Any]
        Without `was_generated_by`, which has no place in it.
    """
    nwbfile = nwbfile_fields(context)
    nwbfile.pop("was_generated_by")
    return {
        "NWBFile": {key: list(value) if isinstance(value, tuple) else value for key, value in nwbfile.items()},
        "Subject": subject_fields(context),
    }


def nwbfile_fields(context: SessionContext) -> dict[str, Any]:
    """Arguments of NWBFile, only those that are known.

    Parameters
    ----------
    context : SessionContext
        The session with its metadata.

    Returns
    -------
    dict[str, Any]
        By name of the argument.

    Raises
    ------
    SscError
        metadata-value-missing, metadata-text-unreadable.
    """
    from ssc_to_nwb._version import __version__

    facts, dataset = context.metadata.session, context.metadata.dataset
    session = context.session
    report_clock(context)
    fields: dict[str, Any] = {
        "session_description": facts.session_description,
        "experiment_description": facts.experiment_description,
        "identifier": identifier(context),
        "session_id": session.key.label,
        "session_start_time": session_start_time(context),
        "experimenter": experimenters(context),
        "institution": facts.institution,
        "lab": facts.lab,
        "keywords": facts.keywords,
        "virus": facts.virus,
        "surgery": facts.surgery,
        "pharmacology": facts.pharmacology,
        "protocol": facts.protocol,
        "stimulus_notes": facts.stimulus_notes,
        "data_collection": facts.data_collection,
        "related_publications": dataset.related_publications,
        "notes": notes(context),
        "was_generated_by": [("ssc_to_nwb", __version__)],
    }
    return {key: value for key, value in fields.items() if value}


def subject_fields(context: SessionContext) -> dict[str, Any]:
    """Arguments of Subject, only those that are known.

    Parameters
    ----------
    context : SessionContext
        The session with its metadata.

    Returns
    -------
    dict[str, Any]
        By name of the argument.

    Raises
    ------
    SscError
        metadata-value-missing where NWB needs a value, metadata-text-unreadable.
    """
    facts, session = context.metadata.subject, context.session
    born = date_of_birth(context)
    age = facts.age if born is None else f"P{(session_start_time(context) - born).days}D"
    fields = {
        "subject_id": session.key.animal,
        "species": facts.species or _translated(context, "species", facts.species_names),
        "sex": facts.sex or _translated(context, "sex", facts.sex_names),
        "age": age,
        "age__reference": "birth" if age else None,
        "date_of_birth": born,
        "strain": facts.strain or _joined(context, "animalStrain", source="animalSource"),
        "genotype": facts.genotype or _joined(context, "animalGeneModification"),
        "weight": facts.weight,
        "description": facts.description,
    }
    if fields["age"] is None:
        raise error(
            kinds.METADATA_VALUE_MISSING, file=session.path, field="subject.age", expected="an ISO 8601 duration"
        )
    return {key: value for key, value in fields.items() if value}


def identifier(context: SessionContext) -> str:
    """The file's identifier: the same for the same data set, subject and session, however often it is converted.

    Parameters
    ----------
    context : SessionContext
        The session with its metadata.

    Returns
    -------
    str
        A UUID.
    """
    key = context.session.key
    return str(uuid.uuid5(_NAMESPACE, f"{context.metadata.dataset.name}/{key.animal}/{key.label}"))


def date_of_birth(context: SessionContext) -> datetime | None:
    """The animal's date of birth, in the assumed zone.

    Parameters
    ----------
    context : SessionContext
        The session with its metadata.

    Returns
    -------
    datetime or None
        None where nobody gives one.

    Raises
    ------
    SscError
        metadata-text-unreadable where it is no date, or is after the session.
    """
    session = context.session
    text = context.metadata.subject.date_of_birth or session.metadata_text("dateOfBirth")
    if text is None:
        return None
    try:
        born = datetime.strptime(text, "%Y%m%d").replace(tzinfo=ZoneInfo(context.metadata.assumptions.timezone))
        if born > session_start_time(context):
            raise ValueError("after the session")
    except ValueError as failure:
        raise error(
            problems.METADATA_TEXT_UNREADABLE,
            file=session.path,
            field="metaDataHash dateOfBirth",
            expected="yyyymmdd, before the session",
            found=repr(text),
            detail=f"metadata key date_of_birth of subjects.{session.key.animal}.subject",
        ) from failure
    return born


def experimenters(context: SessionContext) -> list[str]:
    """Names of the experimenters.

    Parameters
    ----------
    context : SessionContext
        The session with its metadata.

    Returns
    -------
    list[str]
        Each as "Last, First".

    Raises
    ------
    SscError
        metadata-value-missing where nobody is named, metadata-text-unreadable.
    """
    if context.metadata.session.experimenters:
        return list(context.metadata.session.experimenters)
    entry = context.session.metadata.get("experimenters")
    texts = () if entry is None else entry.texts()
    try:
        names = [name for text in texts for name in split_names(text)]
    except ValueError as failure:
        raise error(
            problems.METADATA_TEXT_UNREADABLE,
            file=context.session.path,
            field="metaDataHash experimenters",
            expected="names as 'Last, First' or 'First Last', separated by semicolons or in a cell",
            found=", ".join(map(repr, texts)),
            detail="metadata key session.experimenters",
        ) from failure
    if not names:
        raise error(
            kinds.METADATA_VALUE_MISSING,
            file=context.session.path,
            field="session.experimenters",
            expected="metaDataHash experimenters, or names in a metadata file",
        )
    return [last_first(name) for name in names]


def notes(context: SessionContext) -> str:
    """Citation, conditions of use and every assumption, for the file itself.

    Parameters
    ----------
    context : SessionContext
        The session with its metadata.

    Returns
    -------
    str
        A line each.
    """
    dataset, assumptions = context.metadata.dataset, context.metadata.assumptions
    doi = f" doi:{dataset.doi}" if dataset.doi else ""
    lines = [
        f"Converted from the CRCNS data set {dataset.name}: {dataset.title}.",
        f"Citation: {dataset.citation}{doi}",
        f"Conditions of use: {dataset.conditions_of_use}",
        _assumed(assumptions),
    ]
    if context.metadata.source.video_running_pattern is not None:
        lines.append(VIDEO_ORDER)
    if dataset_named(context.session.path) is None:
        lines.append(
            f"Assumed, because the name of the session file does not say it: the session is of {dataset.name} (five "
            "sessions of ssc-1 are known by name, all others count as sessions of ssc-2)."
        )
    encoding = context.metadata.source.text_encoding or ("UTF-8" if context.session.texts_found_utf8 else None)
    if encoding is not None:
        lines.append(f"Assumed: texts whose encoding the session file does not name are in {encoding}.")
    experiment_type = context.session.metadata_text("experimentType")
    if experiment_type is not None:
        lines.append(f"Experiment type, as given in the source: {experiment_type}")
    return "\n".join([*lines, *time_remarks(context)])


def _assumed(assumptions: Assumptions) -> str:
    return (
        "Assumed, because no public source says: "
        f"the rig's clock ran in the time zone {assumptions.timezone}; "
        f"zero of the session's clock lies {assumptions.clock_zero_offset_s:g} s after the session's start time; "
        f"outlines (cornersXY) count pixels from {assumptions.corners_first_index:g}; "
        f"the pole's motor makes {assumptions.motor_steps_per_mm:g} steps per mm; "
        f"pages of a stack alternate {'green, red' if assumptions.green_page_first else 'red, green'}, "
        f"{_channels(assumptions.channels_per_frame)}; "
        f"timeOfExperiment is the time at which {_TIMES_OF_EXPERIMENT[assumptions.time_of_experiment]}."
    )


def _channels(stated: int | None) -> str:
    if stated is not None:
        return f"with {stated} of the two channels recorded"
    return "and are green alone where most stacks of the session have one page per listed frame"


def _translated(context: SessionContext, key: str, names: dict[str, Any]) -> str:
    text = context.session.metadata_text(key)
    if text is None:
        raise error(
            kinds.METADATA_VALUE_MISSING, file=context.session.path, field=f"subject.{key}",
            expected=f"metaDataHash {key}, or a value in a metadata file",
        )  # fmt: skip
    by_lower_case = {name.lower(): value for name, value in names.items()}
    if text.lower() not in by_lower_case:
        raise error(
            problems.METADATA_TEXT_UNREADABLE,
            file=context.session.path,
            field=f"metaDataHash {key}",
            expected=", ".join(names),
            found=text,
            detail=f"metadata key subject.{key}, or subject.{key}_names",
        )
    return str(by_lower_case[text.lower()])


def _joined(context: SessionContext, prefix: str, *, source: str | None = None) -> str | None:
    """Values of `animalStrain1`, `animalStrain2`, ... in one text, each with its source where the file gives one."""
    texts = []
    for number in range(1, 10):
        text = context.session.metadata_text(f"{prefix}{number}")
        if text is None:
            continue
        origin = context.session.metadata_text(f"{source}{number}") if source else None
        texts.append(f"{text} ({origin})" if origin else text)
    return "; ".join(texts) or None

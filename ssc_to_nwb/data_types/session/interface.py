"""NWBFile and Subject from metaDataHash and the metadata files; names of people as NWB wants them, "Last, First"."""

from __future__ import annotations

import re
import uuid
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ssc_to_nwb.data_types.session.start import notes, report_clock, session_start_time, unreadable
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.session.context import SessionContext

if TYPE_CHECKING:
    from pynwb import NWBFile

# Names inside this UUID are `<data set>/<subject>/<session>`; it is itself a uuid5 of the data set's host.
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "crcns.org")
_INITIALS = re.compile(r"(?:[A-Z]\.?[ -]?){1,3}")


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
    """The same as neuroconv's metadata, JSON-ready; without `was_generated_by`, which has no place in it."""
    nwbfile = nwbfile_fields(context)
    nwbfile.pop("was_generated_by")
    return {
        "NWBFile": {key: list(value) if isinstance(value, tuple) else value for key, value in nwbfile.items()},
        "Subject": subject_fields(context),
    }


def nwbfile_fields(context: SessionContext) -> dict[str, Any]:
    """Arguments of NWBFile, only those that are known. Raises metadata-value-missing, metadata-text-unreadable."""
    from ssc_to_nwb._version import __version__

    facts, session = asdict(context.metadata.session), context.session
    report_clock(context)
    for name in ("experimenters", "time_of_experiment"):
        del facts[name]
    fields: dict[str, Any] = {
        **facts,
        "identifier": identifier(context),
        "session_id": session.key.label,
        "session_start_time": session_start_time(context),
        "experimenter": experimenters(context),
        "related_publications": context.metadata.dataset.related_publications,
        "notes": notes(context),
        "was_generated_by": [("ssc_to_nwb", __version__)],
    }
    return {key: value for key, value in fields.items() if value}


def subject_fields(context: SessionContext) -> dict[str, Any]:
    """Arguments of Subject, only those that are known. Raises metadata-value-missing, metadata-text-unreadable."""
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
    """A UUID: the same for the same data set, subject and session, however often it is converted."""
    key = context.session.key
    return str(uuid.uuid5(_NAMESPACE, f"{context.metadata.dataset.name}/{key.animal}/{key.label}"))


def date_of_birth(context: SessionContext) -> datetime | None:
    """The animal's date of birth, in the assumed zone; None where nobody gives one.

    Raises metadata-text-unreadable where it is no date, or is after the session.
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
        key = f"date_of_birth of subjects.{session.key.animal}.subject"
        raise unreadable(session, "dateOfBirth", "yyyymmdd, before the session", repr(text), key=key) from failure
    return born


def experimenters(context: SessionContext) -> list[str]:
    """Names of the experimenters, each as "Last, First".

    Raises metadata-value-missing where nobody is named, metadata-text-unreadable.
    """
    if context.metadata.session.experimenters:
        return list(context.metadata.session.experimenters)
    entry = context.session.metadata.get("experimenters")
    texts = () if entry is None else entry.texts()
    try:
        names = [name for text in texts for name in split_names(text)]
    except ValueError as failure:
        expected = "names as 'Last, First' or 'First Last', separated by semicolons or in a cell"
        found, key = ", ".join(map(repr, texts)), "session.experimenters"
        raise unreadable(context.session, "experimenters", expected, found, key=key) from failure
    if not names:
        raise error(
            kinds.METADATA_VALUE_MISSING,
            file=context.session.path,
            field="session.experimenters",
            expected="metaDataHash experimenters, or names in a metadata file",
        )
    return [last_first(name) for name in names]


def split_names(text: str) -> list[str]:
    """Names in one text, separated by semicolons, `and`, or commas.

    `Peron, Simon` is one name; `Simon Peron, Jeremy Freeman` are two, and so are `Peron, S, Freeman, J`. Raises
    ValueError where commas may be within names or between them.
    """
    names = []
    for part in re.split(r"\s*;\s*|\s+and\s+|\s*&\s*", text.strip()):
        pieces = [piece.strip() for piece in part.split(",") if piece.strip()]
        if len(pieces) % 2 == 0 and all(_INITIALS.fullmatch(first) for first in pieces[1::2]):
            names += [f"{last}, {first}" for last, first in zip(pieces[0::2], pieces[1::2], strict=True)]
        elif len(pieces) < 2 or all(" " in piece for piece in pieces):
            names += pieces
        elif len(pieces) == 2:
            names.append(", ".join(pieces))
        else:
            raise ValueError("commas within names or between them")
    return names


def last_first(name: str) -> str:
    """`Simon Peron` as `Peron, Simon`, `Peron S` as `Peron, S`; a name with a comma, or of one word, as it is."""
    if "," in name:
        return name
    words = name.split()
    for place in range(1, len(words)):
        before, behind = " ".join(words[:place]), " ".join(words[place:])
        if _INITIALS.fullmatch(behind) and not _INITIALS.fullmatch(before):
            return f"{before}, {behind}"
    *first, last = words
    return f"{last}, {' '.join(first)}" if first else last


def _translated(context: SessionContext, key: str, names: dict[str, Any]) -> str:
    text = context.session.metadata_text(key)
    if text is None:
        expected = f"metaDataHash {key}, or a value in a metadata file"
        raise error(kinds.METADATA_VALUE_MISSING, file=context.session.path, field=f"subject.{key}", expected=expected)
    by_lower_case = {name.lower(): value for name, value in names.items()}
    if text.lower() not in by_lower_case:
        keys = f"subject.{key}, or subject.{key}_names"
        raise unreadable(context.session, key, ", ".join(names), text, key=keys)
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

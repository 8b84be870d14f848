"""General fields of the file that follow from the kept metadata: texts, identifier, Subject, experimenters."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from ssc_to_nwb.data_types.session.follows_start import (
    FOLLOWS_START,
    kept_text,
    kept_texts,
    session_file,
    start_time,
)
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.following import Followed, Follows

_SUBJECT = "/general/subject"
_EXPERIMENTER = "/general/experimenter"
_KEY = re.compile(r"([A-Za-z0-9]+)_(\d{4})_(\d{2})_(\d{2})(?!\d)([A-Za-z]{1,2}(?![A-Za-z])|)")
# Fields of NWB by field of the kept metadata, where their names differ.
_TEXTS = {
    "/session_description": "session_description",
    "/general/experiment_description": "experiment_description",
    "/general/institution": "institution",
    "/general/lab": "lab",
    "/general/virus": "virus",
    "/general/surgery": "surgery",
    "/general/pharmacology": "pharmacology",
    "/general/protocol": "protocol",
    "/general/stimulus": "stimulus_notes",
    "/general/data_collection": "data_collection",
}


def texts(file: FileView) -> Iterator[Followed]:
    """What the metadata say of the session; a field that they leave open is not in the file."""
    session, dataset = file.metadata["session"], file.metadata["dataset"]
    for place, name in _TEXTS.items():
        yield _text(file, place, session[name])
    for place, lines in {
        "/general/keywords": session["keywords"],
        "/general/related_publications": dataset["related_publications"],
    }.items():
        found = file.reader.texts(place) if file.reader.has(place) else []
        yield Followed(place, list(lines), found, covers=(place,) if found else ())


def names(file: FileView) -> Iterator[Followed]:
    """Animal and session, as the name of the session file has them; the identifier that is made of both."""
    label, animal = "/general/session_id", f"{_SUBJECT}/subject_id"
    found = (file.reader.text(animal), file.reader.text(label))
    match = _KEY.match(session_file(file))
    expected = found if match is None else (match[1], "".join(match.groups()[1:]))
    for place, one, other in zip((animal, label), expected, found, strict=True):
        yield Followed(place, one, other)
    namespace = uuid.uuid5(uuid.NAMESPACE_DNS, "crcns.org")
    identifier = str(uuid.uuid5(namespace, "/".join((file.metadata["dataset"]["name"], *found))))
    yield _text(file, "/identifier", identifier)


def subject(file: FileView) -> Iterator[Followed]:
    """The animal, as metaDataHash has it where the metadata leave it open."""
    facts = file.metadata["subject"]
    expected = {
        "species": facts["species"] or _translated(kept_text(file, "species"), facts["species_names"]),
        "sex": facts["sex"] or _translated(kept_text(file, "sex"), facts["sex_names"]),
        "age": _age(file) or facts["age"],
        "strain": facts["strain"] or _joined(file, "animalStrain", "animalSource"),
        "genotype": facts["genotype"] or _joined(file, "animalGeneModification", None),
        "weight": facts["weight"],
        "description": facts["description"],
    }
    for name, text in expected.items():
        yield _text(file, f"{_SUBJECT}/{name}", text)
    born, place = birth_date(file), f"{_SUBJECT}/date_of_birth"
    yield _text(file, place, None if born is None else born.isoformat())


def birth_date(file: FileView) -> datetime | None:
    """Midnight of the date of birth in the assumed zone; None where nobody gives one."""
    text = file.metadata["subject"]["date_of_birth"] or kept_text(file, "dateOfBirth")
    zone = ZoneInfo(file.assumptions["timezone"])
    return None if text is None else datetime.strptime(text, "%Y%m%d").replace(tzinfo=zone)


def _age(file: FileView) -> str | None:
    """Whole days from the date of birth to the session, where the source has that date."""
    born, start = birth_date(file), start_time(file)
    return None if born is None or start is None else f"P{(start - born).days}D"


def _translated(text: str | None, known: dict[str, str]) -> str | None:
    wanted = (text or "").casefold()
    return next((value for name, value in known.items() if name.casefold() == wanted), None)


def _joined(file: FileView, prefix: str, origin: str | None) -> str | None:
    parts = []
    for number in "123456789":
        text = kept_text(file, prefix + number)
        place = kept_text(file, origin + number) if origin else None
        if text:
            parts.append(f"{text} ({place})" if place else text)
    return "; ".join(parts) or None


def _text(file: FileView, place: str, expected: str | None) -> Followed:
    found = file.reader.text(place) if file.reader.has(place) else None
    return Followed(place, expected or None, found, covers=() if found is None else None)


def experimenters(file: FileView) -> Iterator[Followed]:
    """The names of the metadata, else those of metaDataHash, as "Last, First"."""
    found = file.reader.texts(_EXPERIMENTER)
    given = list(file.metadata["session"]["experimenters"])
    if given:
        yield Followed(_EXPERIMENTER, given, found)
        return
    kept = kept_texts(file, "experimenters")
    yield Followed(_EXPERIMENTER, _words(kept), _words(found))
    for name in found:
        last, _, first = name.partition(", ")
        forms = [name, f"{first} {last}", f"{last}, {first}"] if first else [name]
        if not any(form in text for form in forms for text in kept):
            yield Followed(_EXPERIMENTER, f"a name of {kept}", name)


def _words(lines: list[str]) -> list[str]:
    """The words of people's names, sorted, whatever order and separators they have."""
    words = re.split(r"[\s,;&]+|\band\b", " ".join(lines))
    return sorted(word for word in words if word and word != "and")


FOLLOWS: Follows = {
    "/general": texts,
    "/identifier": names,
    _SUBJECT: subject,
    _EXPERIMENTER: experimenters,
    **FOLLOWS_START,
}

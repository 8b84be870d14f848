"""General fields that follow from the kept metadata: texts, identifier, Subject, experimenters, start, notes."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.events.follows import event_trains
from ssc_to_nwb.data_types.trials.restore import TRIALS, trial_column
from ssc_to_nwb.matlab.tree import MatChar, MatSparse, MatValue, row_texts
from ssc_to_nwb.restoring.clocks import all_clocks
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.following import Followed, Follows
from ssc_to_nwb.restoring.nwb_reader import ObjectError

_SUBJECT = "/general/subject"
_EXPERIMENTER = "/general/experimenter"
_KEY = re.compile(r"([A-Za-z0-9]+)_(\d{4})_(\d{2})_(\d{2})(?!\d)([A-Za-z]{1,2}(?![A-Za-z])|)")
# Initials may be behind the last name without a comma.
_INITIALS = re.compile(r"(?:[A-Z]\.?[ -]?){1,3}")
# Places by the keys of the kept metadata.
_TEXTS = {"session_description": "/session_description", "stimulus_notes": "/general/stimulus"} | {
    name: f"/general/{name}"
    for name in (
        "experiment_description", "institution", "lab", "virus", "surgery", "pharmacology", "protocol",
        "data_collection",
    )
}  # fmt: skip
_FILES = f"/processing/{naming.SOURCE_MODULE}/{naming.SOURCE_FILES}"
_START, _REFERENCE = "/session_start_time", "/timestamps_reference_time"
_TIME = re.compile(r"(\d{1,2}):?(\d\d):?(\d\d)(\.\d+)?")
_NOTES = "/general/notes"
_TOUCHES = "/intervals/touches"
_JOINED_S = (3600.0, 4200.0)
_MOMENTS = {"start": "at which the session started", "saved": "file was saved"}


def texts(file: FileView) -> Iterator[Followed]:
    """What the metadata say of the session; a field that they leave open is not in the file."""
    session, dataset = file.metadata["session"], file.metadata["dataset"]
    for name, place in _TEXTS.items():
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
        forms = [name, f"{first} {last}"] if first else [name]
        if _INITIALS.fullmatch(first):
            forms.append(f"{last} {first}")
        if not any(form in text for form in forms for text in kept):
            yield Followed(_EXPERIMENTER, f"a name of {kept}", name)


def _words(lines: list[str]) -> list[str]:
    """The words of people's names, sorted, whatever order and separators they have."""
    words = re.split(r"[\s,;&]+|\band\b", " ".join(lines))
    return sorted(word for word in words if word and word != "and")


def kept_texts(file: FileView, key: str) -> list[str]:
    """All texts of a key of metaDataHash, without the blanks around them; none where it is absent or empty."""
    return file.once("texts of metaDataHash", lambda: _read(file)).get(key, [])


def kept_text(file: FileView, key: str) -> str | None:
    """The one text of a key, a whole number as its digits."""
    found = kept_texts(file, key)
    return found[0] if found else None


def _read(file: FileView) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    root = f"{file.variable}.metaDataHash.value"
    for row in file.struct.rows:
        if row.path.startswith(root) and row.how:
            texts = found.setdefault(row.key, [])
            for node in row.nodes:
                texts += _texts(file.kept(node))
    return found


def _texts(value: MatValue) -> list[str]:
    if isinstance(value, np.ndarray | MatSparse):
        numbers = np.asarray(value.full() if isinstance(value, MatSparse) else value).reshape(-1)
        return [f"{numbers[0]:.0f}"] if numbers.size == 1 else []
    lines = row_texts(value) if isinstance(value, str | MatChar) else ()
    return [line.strip(" \0") for line in lines if line.strip(" \0")]


def session_file(file: FileView) -> str:
    """Name of the session file. Raises ObjectError."""
    table = file.table(_FILES)
    paths = dict(zip(table.texts("role"), table.texts("path"), strict=True))
    if "session file" not in paths:
        raise ObjectError(f"{_FILES}/role", expected="a session file", found="none")
    return PurePosixPath(paths["session file"]).name


def wall_clock(file: FileView) -> datetime | None:
    """What the rig's clock showed, with its zone; None where the kept texts do not say it."""
    # Eight digits; the letter of a second session of the day may follow them.
    date = (kept_text(file, "dateOfExperiment") or file.reader.text("/general/session_id"))[:8]
    time = file.metadata["session"]["time_of_experiment"] or kept_text(file, "timeOfExperiment") or ""
    match = _TIME.fullmatch(time)
    if match is None:
        return None
    moment = datetime.strptime(date, "%Y%m%d").replace(
        hour=int(match[1]), minute=int(match[2]), second=int(match[3]), microsecond=round(float(match[4] or 0) * 1e6)
    )
    return moment.replace(tzinfo=ZoneInfo(file.assumptions["timezone"]))


def start_time(file: FileView) -> datetime | None:
    """Start of the session with its zone; where the time is that of saving, the session ended then."""
    moment = wall_clock(file)
    if moment is None or file.assumptions["time_of_experiment"] != "saved":
        return moment
    return (moment.astimezone(UTC) - timedelta(seconds=_last_s(file))).astimezone(moment.tzinfo)


def _last_s(file: FileView) -> float:
    """The last of all times of the source in the file; the zero of the source's clock where there is none."""
    table = file.table(TRIALS)
    zero_s = float(file.assumptions["clock_zero_offset_s"])
    starts = np.where(table.column("start_measured"), table.column("start_time"), zero_s)
    times = [starts, *(clock.seconds for clock in all_clocks(file)), *(train.stop for train in event_trains(file))]
    return max((float(one.max()) for one in times if one.size), default=zero_s)


def start(file: FileView) -> Iterator[Followed]:
    """Start of the session and reference of the time stamps: one moment, in the zone of the rig."""
    expected = start_time(file)
    for place in (_START, _REFERENCE):
        text = file.reader.text(place)
        same = expected is not None and _is_same(expected, text)
        stated = "no start, as metaDataHash has no time" if expected is None else expected.isoformat()
        yield Followed(place, text if same else stated, text)


def _is_same(expected: datetime, text: str) -> bool:
    """Whether a text is of this moment, up to the rounding of a microsecond, and of this zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return False
    if found.utcoffset() != expected.utcoffset():
        return False
    # Where the clock is set back or forward, Python compares no time with a zone with one of a fixed offset.
    return abs(found.astimezone(UTC) - expected.astimezone(UTC)) <= timedelta(microseconds=1)


def notes(file: FileView) -> Iterator[Followed]:
    """Each of these texts is in the notes."""
    text = file.reader.text(_NOTES)
    parts = [part for part in (*_assumptions(file), *_times(file)) if part]
    yield Followed(_NOTES, parts, [part for part in parts if part in text])


def _assumptions(file: FileView) -> Iterator[str]:
    dataset, source = file.metadata["dataset"], file.metadata["source"]
    assumed: dict[str, Any] = file.assumptions
    yield from (dataset["title"], dataset["citation"], dataset["conditions_of_use"], assumed["timezone"])
    yield f"{assumed['clock_zero_offset_s']:g} s after"
    yield f"from {assumed['corners_first_index']:g}"
    yield f"{assumed['motor_steps_per_mm']:g} steps per mm"
    yield "green, red" if assumed["green_page_first"] else "red, green"
    channels = assumed["channels_per_frame"]
    yield f"{channels} of the two" if channels else "one page per listed frame"
    yield _MOMENTS[assumed["time_of_experiment"]]
    yield kept_text(file, "experimentType") or ""
    if not re.search("_(session|data_struct)[.]mat$", session_file(file), re.IGNORECASE):
        yield f"does not say it: the session is of {dataset['name']} "
    if source["video_running_pattern"] is not None:
        yield "follow each other as the trials do"
    if source["text_encoding"]:
        yield f"does not name are in {source['text_encoding']}."


def _times(file: FileView) -> Iterator[str]:
    """Of the clock on that day, of touches, of an hour between parts, and of starts that are missing."""
    if file.reader.has(_TOUCHES):
        yield f"Touches stop one sample, {float(file.provenance['touch_sample_ms']):g} ms,"
    moment = wall_clock(file)
    if moment is not None and moment.utcoffset() != moment.replace(fold=1).utcoffset():
        back = moment.astimezone(UTC).astimezone(moment.tzinfo).replace(fold=0) == moment
        yield f"{moment:%H:%M:%S} on {moment:%Y-%m-%d}"
        yield "occurred twice" if back else "did not occur"
    measured = trial_column(file, "start_measured").astype(bool)
    starts, numbers = trial_column(file, "start_time")[measured], trial_column(file, "trial_number")[measured]
    for (earlier, before), (later, after) in pairwise(zip(starts.tolist(), numbers.tolist(), strict=True)):
        if _JOINED_S[0] <= round(later - earlier, 6) <= _JOINED_S[1]:
            yield f"between the starts of trials {int(before)} and {int(after)} are made up"
    if not measured.all():
        yield "has no start of trial"


FOLLOWS: Follows = {
    "/general": texts,
    "/identifier": names,
    _SUBJECT: subject,
    _EXPERIMENTER: experimenters,
    _START: start,
    _NOTES: notes,
}

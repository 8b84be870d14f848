"""What the general fields of the file must hold, from the source's metaDataHash and the metadata files."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np

from ssc_to_nwb.matlab.tree import MatSparse, MatValue
from ssc_to_nwb.proof.comparison import Comparison, texts_of
from ssc_to_nwb.proof.sample_interval import expected_touch_sample_ms
from ssc_to_nwb.session.context import SessionContext

SUBJECT = "/general/subject"


class SourceMetadata:
    """metaDataHash as texts by key, read off the leaves."""

    def __init__(self, work: Comparison) -> None:
        self.context: SessionContext = work.context
        root = f"{work.session.variable}.metaDataHash"
        leaves = work.proof.leaves
        self._values: dict[str, list[str]] = {}
        below = {path: value for path, value in leaves.items() if path.startswith(root)}
        for path, keys in below.items():
            if not path.startswith(f"{root}.keyNames"):
                continue
            first = int(path[:-1].rpartition("{")[2]) if path.endswith("}") else 1
            for number, key in enumerate(texts_of(keys), start=first):
                # A lone value need not be in a cell.
                places = [f"{root}.value{{{number}}}", *([f"{root}.value"] if number == 1 else [])]
                own = [leaf for name, leaf in below.items() if name in places or name.startswith(f"{places[0]}{{")]
                self._values[key] = [text for leaf in own for text in _as_texts(leaf)]

    def texts(self, key: str) -> list[str]:
        """All texts of a key, none where it is absent or empty."""
        return self._values.get(key, [])

    def text(self, key: str) -> str | None:
        """The one text of a key."""
        found = self.texts(key)
        return found[0] if found else None


def _as_texts(leaf: MatValue) -> list[str]:
    if isinstance(leaf, np.ndarray | MatSparse):
        numbers = np.asarray(leaf).reshape(-1)
        return [f"{numbers[0]:.0f}"] if numbers.size == 1 else []
    return [text.strip() for text in texts_of(leaf) if text.strip()]


def general_texts(source: SourceMetadata) -> dict[str, str]:
    """Texts by path in the file; those that are not known are left out."""
    context = source.context
    session, facts, dataset = context.session, context.metadata.session, context.metadata.dataset
    name = f"{dataset.name}/{session.key.animal}/{session.key.label}"
    texts = {
        "/identifier": str(uuid.uuid5(uuid.uuid5(uuid.NAMESPACE_DNS, "crcns.org"), name)),
        "/session_description": facts.session_description,
        "/general/experiment_description": facts.experiment_description,
        "/general/session_id": session.key.label,
        "/general/institution": facts.institution,
        "/general/lab": facts.lab,
        "/general/virus": facts.virus,
        "/general/surgery": facts.surgery,
        "/general/pharmacology": facts.pharmacology,
        "/general/protocol": facts.protocol,
        "/general/stimulus": facts.stimulus_notes,
        "/general/data_collection": facts.data_collection,
    }
    return {path: text for path, text in texts.items() if text}


def general_lists(source: SourceMetadata) -> dict[str, list[str]]:
    """Lists of texts by path in the file."""
    facts, dataset = source.context.metadata.session, source.context.metadata.dataset
    lists = {"/general/keywords": list(facts.keywords), "/general/related_publications": list(_publications(dataset))}
    return {path: texts for path, texts in lists.items() if texts}


def _publications(dataset: object) -> tuple[str, ...]:
    return tuple(getattr(dataset, "related_publications", ()))


def subject_texts(source: SourceMetadata) -> dict[str, str]:
    """Texts of the subject by path in the file."""
    facts, session = source.context.metadata.subject, source.context.session
    texts = {
        "subject_id": session.key.animal,
        "species": facts.species or _translated(source.text("species"), facts.species_names),
        "sex": facts.sex or _translated(source.text("sex"), dict(facts.sex_names)),
        "age": _age(source) or facts.age,
        "strain": facts.strain or _joined(source, "animalStrain", "animalSource"),
        "genotype": facts.genotype or _joined(source, "animalGeneModification", None),
        "weight": facts.weight,
        "description": facts.description,
    }
    return {f"{SUBJECT}/{name}": text for name, text in texts.items() if text}


def _age(source: SourceMetadata) -> str | None:
    """Whole days from the date of birth to the session, where the source has that date."""
    born, start = birth_date(source), start_time(source)
    return None if born is None or start is None else f"P{(start - born).days}D"


def birth_date(source: SourceMetadata) -> datetime | None:
    """Midnight of the date of birth in the assumed zone; None where nobody gives one."""
    text = source.context.metadata.subject.date_of_birth or source.text("dateOfBirth")
    zone = ZoneInfo(source.context.metadata.assumptions.timezone)
    return None if text is None else datetime.strptime(text, "%Y%m%d").replace(tzinfo=zone)


def _translated(text: str | None, names: dict[str, str]) -> str | None:
    wanted = (text or "").casefold()
    return next((value for name, value in names.items() if name.casefold() == wanted), None)


def _joined(source: SourceMetadata, prefix: str, origin: str | None) -> str:
    parts = []
    for number in "123456789":
        text = source.text(prefix + number)
        place = source.text(origin + number) if origin else None
        if text:
            parts.append(f"{text} ({place})" if place else text)
    return "; ".join(parts)


def wall_clock(source: SourceMetadata) -> datetime | None:
    """What the rig's clock showed, with its zone; None where the source's texts don't tell it."""
    # Eight digits; the letter of a second session of the day may follow them.
    date = (source.text("dateOfExperiment") or source.context.session.key.date)[:8]
    time = source.context.metadata.session.time_of_experiment or source.text("timeOfExperiment") or ""
    match = re.fullmatch(r"(\d{1,2}):?(\d\d):?(\d\d)(\.\d+)?", time)
    if match is None:
        return None
    day = datetime.strptime(date, "%Y%m%d")
    microsecond = round(float(match[4] or 0) * 1e6)
    moment = day.replace(hour=int(match[1]), minute=int(match[2]), second=int(match[3]), microsecond=microsecond)
    return moment.replace(tzinfo=ZoneInfo(source.context.metadata.assumptions.timezone))


def start_time(source: SourceMetadata) -> datetime | None:
    """Start of the session with its zone; None where the source's texts don't tell it."""
    moment = wall_clock(source)
    if moment is None or source.context.metadata.assumptions.time_of_experiment != "saved":
        return moment
    return (moment.astimezone(UTC) - timedelta(microseconds=_length_us(source))).astimezone(moment.tzinfo)


def _length_us(source: SourceMetadata) -> float:
    """From the session's start to the last of all times of the source, in microseconds."""
    session = source.context.session
    ends = [float(session.trials.start_ms.max(initial=-np.inf))]
    ends += [float(one.time_ms.max(initial=-np.inf)) for one in (session.whisker, *session.subvolumes) if one]
    ends += [float(t.time_ms.max(initial=-np.inf)) for series in session.events.values() for t in series.trains]
    last = max(ends)
    return source.context.metadata.assumptions.clock_zero_offset_s * 1e6 + (last * 1e3 if np.isfinite(last) else 0.0)


def note_parts(source: SourceMetadata) -> list[str]:
    """Texts that the notes must hold: citation, conditions of use, every assumption, the experiment type."""
    dataset, assumed = source.context.metadata.dataset, source.context.metadata.assumptions
    parts = [dataset.title, dataset.citation, dataset.conditions_of_use, assumed.timezone]
    parts += [
        f"{assumed.clock_zero_offset_s:g} s after",
        f"from {assumed.corners_first_index:g}",
        f"{assumed.motor_steps_per_mm:g} steps per mm",
        "green, red" if assumed.green_page_first else "red, green",
        f"{assumed.channels_per_frame} of the two" if assumed.channels_per_frame else "one page per listed frame",
        source.text("experimentType") or "",
    ]
    if not re.search("_(session|data_struct)[.]mat$", source.context.session.path.name, re.IGNORECASE):
        parts.append(f"does not say it: the session is of {dataset.name} ")
    if source.context.metadata.source.video_running_pattern is not None:
        parts.append("follow each other as the trials do")
    if source.context.metadata.source.text_encoding:
        parts.append(f"does not name are in {source.context.metadata.source.text_encoding}.")
    elif source.context.session.texts_found_utf8:
        parts.append("does not name are in UTF-8.")
    parts.append({"start": "at which the session started", "saved": "file was saved"}[assumed.time_of_experiment])
    return [part for part in (*parts, *_time_parts(source)) if part]


def _time_parts(source: SourceMetadata) -> list[str]:
    """What the notes must say of the clock on that day, of an hour between parts, and of starts that are missing."""
    parts, trials, moment = [], source.context.session.trials, wall_clock(source)
    if "touches" in source.context.session.events:
        parts.append(f"Touches stop one sample, {expected_touch_sample_ms(source.context):g} ms,")
    if moment is not None and moment.utcoffset() != moment.replace(fold=1).utcoffset():
        back = moment.astimezone(UTC).astimezone(moment.tzinfo).replace(fold=0) == moment
        parts.append(f"{moment:%H:%M:%S} on {moment:%Y-%m-%d}")
        parts.append("occurred twice" if back else "did not occur")
    starts = [(start, number) for start, number in zip(trials.start_ms.tolist(), trials.numbers.tolist(), strict=True)]
    known = [one for one, measured in zip(starts, trials.start_measured.tolist(), strict=True) if measured]
    for (earlier, before), (later, after) in pairwise(known):
        if 3_600_000 <= later - earlier <= 4_200_000:
            parts.append(f"between the starts of trials {before} and {after} are made up")
    if len(known) < len(starts):
        parts.append("has no start of trial")
    return parts


def name_words(texts: list[str]) -> list[str]:
    """The words of people's names, sorted, whatever order and separators they stand in."""
    words = re.split(r"[\s,;&]+|\band\b", " ".join(texts))
    return sorted(word for word in words if word and word != "and")

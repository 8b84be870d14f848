"""Kept texts of metaDataHash; when the session started, from these and the last time; what the notes must say."""

from __future__ import annotations

import re
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

_FILES = f"/processing/{naming.SOURCE_MODULE}/{naming.SOURCE_FILES}"
_START, _REFERENCE = "/session_start_time", "/timestamps_reference_time"
_TIME = re.compile(r"(\d{1,2}):?(\d\d):?(\d\d)(\.\d+)?")
_NOTES = "/general/notes"
_TOUCHES = "/intervals/touches"
_JOINED_S = (3600.0, 4200.0)
_MOMENTS = {"start": "at which the session started", "saved": "file was saved"}


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
        if row.texts["path"].startswith(root) and row.texts["how"]:
            texts = found.setdefault(row.texts["key"], [])
            for node in row.nodes():
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
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return False
    if found.utcoffset() is None or found.utcoffset() != expected.utcoffset():
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


FOLLOWS_START: Follows = {_START: start, _NOTES: notes}

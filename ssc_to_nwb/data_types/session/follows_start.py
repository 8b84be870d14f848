"""When the session started, from the kept texts of metaDataHash, the metadata, and the last time in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from ssc_to_nwb.data_types.events.follows import event_trains
from ssc_to_nwb.data_types.session.follows_texts import kept_text
from ssc_to_nwb.data_types.trials.restore import TRIALS
from ssc_to_nwb.restoring.clocks import all_clocks
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.following import Followed, Follows

_START, _REFERENCE = "/session_start_time", "/timestamps_reference_time"
_TIME = re.compile(r"(\d{1,2}):?(\d\d):?(\d\d)(\.\d+)?")


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
        yield Followed(place=place, expected=text if same else stated, found=text)


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


FOLLOWS_START: Follows = {_START: start}

"""What the notes must say: citation, conditions of use, every assumption, and what is special about the times."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC
from itertools import pairwise
from typing import Any

from ssc_to_nwb.data_types.session.follows_start import wall_clock
from ssc_to_nwb.data_types.session.follows_texts import kept_text, session_file
from ssc_to_nwb.data_types.trials.restore import trial_column
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.following import Followed, Follows

_NOTES = "/general/notes"
_TOUCHES = "/intervals/touches"
_JOINED_S = (3600.0, 4200.0)
_MOMENTS = {"start": "at which the session started", "saved": "file was saved"}


def notes(file: FileView) -> Iterator[Followed]:
    """Each of these texts is in the notes."""
    text = file.reader.text(_NOTES)
    parts = [part for part in (*_assumptions(file), *_times(file)) if part]
    yield Followed(place=_NOTES, expected=parts, found=[part for part in parts if part in text])


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


FOLLOWS_NOTES: Follows = {_NOTES: notes}

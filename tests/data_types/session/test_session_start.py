"""The start of a session where the clock is changed, and what the notes say of the session's times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from made_sessions import Assembled, Converted, Struct, array

LONG = pytest.mark.long
BACK, FORWARD = date(2013, 11, 3), date(2014, 3, 9)


@pytest.fixture
def assembled_on(assemble_edited: Callable[..., Assembled]) -> Callable[..., Assembled]:
    """A session of a date and a time of day as an NWBFile, with a line of a metadata file."""

    def build(day: date, time_of_day: str, metadata: str = "", **fields: Any) -> Assembled:
        return assemble_edited(date=day, time_of_day=time_of_day, metadata=metadata, **{"subvolumes": (), **fields})

    return build


@pytest.mark.parametrize(
    ("day", "clock", "kind", "start", "note"),
    [
        pytest.param(BACK, "013000", "clock-hour-twice", "2013-11-03T01:30:00-04:00", "occurred twice", marks=LONG),
        (BACK, "010000", "clock-hour-twice", "2013-11-03T01:00:00-04:00", "occurred twice"),
        pytest.param(BACK, "005959", None, "2013-11-03T00:59:59-04:00", None, marks=LONG),
        (BACK, "020000", None, "2013-11-03T02:00:00-05:00", None),
        (FORWARD, "023000", "clock-hour-skipped", "2014-03-09T02:30:00-05:00", "did not occur"),
        pytest.param(FORWARD, "030000", None, "2014-03-09T03:00:00-04:00", None, marks=LONG),
    ],
)
def test_an_hour_that_occurs_twice_or_not_at_all(
    assembled_on: Callable[..., Assembled], day: date, clock: str, kind: str | None, start: str, note: str | None
) -> None:
    assembled = assembled_on(day, clock)
    for one in ("clock-hour-twice", "clock-hour-skipped"):
        assert bool(assembled.warned(one)) == (one == kind)
    nwbfile = assembled.nwbfile
    assert nwbfile.session_start_time.isoformat() == start
    assert ("clock was set" in nwbfile.notes) == (note is not None)
    assert note is None or f"{clock[:2]}:{clock[2:4]}:{clock[4:]} on {day} in America/New_York {note}" in nwbfile.notes


def test_the_zone_that_the_user_gives_decides(convert_edited: Callable[..., Converted], tmp_path: Path) -> None:
    berlin = tmp_path / "berlin.yaml"
    berlin.write_text("assumptions: {timezone: Europe/Berlin}\n")
    converted = convert_edited(
        date=date(2013, 10, 27), time_of_day="023000", subvolumes=(), options={"metadata_files": [berlin]}
    )
    assert converted.outcome.verified == "full", converted.outcome.error
    assert "in Europe/Berlin occurred twice" in converted.warned("clock-hour-twice")[0]
    with h5py.File(converted.path) as file:
        assert file["session_start_time"].asstr()[()] == "2013-10-27T02:30:00+02:00"


def test_no_change_of_the_clock_in_another_zone(assembled_on: Callable[..., Assembled]) -> None:
    assert assembled_on(BACK, "013000", "assumptions: {timezone: UTC}").warned("clock-hour-twice") == []


class TestTimeOfExperiment:
    def test_what_it_is_taken_for_is_in_the_notes(self, nwb_default: Any) -> None:
        assert "timeOfExperiment is the time at which the session started" in nwb_default.notes

    @pytest.mark.parametrize("offset", [pytest.param(0.0, marks=LONG), 30.0])
    def test_a_time_of_saving_is_the_end(
        self, convert_edited: Callable[..., Converted], tmp_path: Path, offset: float
    ) -> None:
        mine = tmp_path / "saved.yaml"
        mine.write_text(f"assumptions: {{time_of_experiment: saved, clock_zero_offset_s: {offset}}}\n")
        converted = convert_edited(arrays=("dff",), options={"metadata_files": [mine]})
        assert converted.outcome.verified == "full", converted.outcome.error
        with h5py.File(converted.path) as file:
            assert "the behavior file was saved, and the session ended then" in file["general/notes"].asstr()[()]
            last = max(
                *(table["stop_time"][:].max() for table in file["intervals"].values()),
                file["processing/behavior/whisker_angle_c2/timestamps"][-1],
                file["processing/ophys/DfOverF/dff_fov_01002/timestamps"][-1],
                file["events/licks/timestamp"][:].max(),
            )
            start = datetime.fromisoformat(file["session_start_time"].asstr()[()])
            end = start + timedelta(seconds=float(last))
            assert abs(end - datetime.fromisoformat("2013-03-08T15:45:46-05:00")) < timedelta(milliseconds=3)

    def test_a_session_that_was_saved_in_an_hour_that_occurs_twice(
        self, assembled_on: Callable[..., Assembled]
    ) -> None:
        nwbfile = assembled_on(BACK, "010005", "assumptions: {time_of_experiment: saved}").nwbfile
        assert nwbfile.session_start_time.isoformat().startswith("2013-11-03T00:59:")


def test_the_notes_name_joined_parts_and_starts_that_are_missing(assemble_edited: Callable[..., Assembled]) -> None:
    def edit(s: Struct) -> None:
        starts = s["trialStartTimes"] = s["trialStartTimes"].astype(np.float64)
        cut, later = float(starts[0, 4]), 3_600_000 + starts[0, 3] - starts[0, 4] + 250
        starts[0, 4:] += later
        starts[0, 1] = 0
        for key in s["timeSeriesArrayHash"]["keyNames"]:
            time = array(s, key)["time"] = array(s, key)["time"].astype(np.float64)
            time[time >= cut] += later

    assembled = assemble_edited(edit, empty_event_series=EVENTS)
    numbers, notes = assembled.made.trials.numbers, assembled.nwbfile.notes
    assert f"the 3600250 ms between the starts of trials {numbers[3]} and {numbers[4]} are made up" in notes
    assert f"no start of trial {numbers[1]}: its start_time" in notes


EVENTS = ("poleInReach", "touches", "leftLicks", "rightLicks", "leftReward", "rightReward", "rewardCue")

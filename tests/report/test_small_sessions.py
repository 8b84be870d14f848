"""Pages of sessions that hold little: one trial, no touches, no dF/F, a stub."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
from made_sessions import Converted, Struct

from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.opened_session import open_nwb_session
from ssc_to_nwb.reading.trial import read_trial
from ssc_to_nwb.report.blocks import Block, Notes, Picture, Planes, Table
from ssc_to_nwb.report.cue_section import cue_section
from ssc_to_nwb.report.findings_section import findings_section
from ssc_to_nwb.report.methods import methods_text
from ssc_to_nwb.report.page import build_pages
from ssc_to_nwb.report.performance_section import performance_section
from ssc_to_nwb.report.plane_section import plane_activities, plane_section
from ssc_to_nwb.report.source_sections import contents_section
from ssc_to_nwb.report.trace_sections import bin_count, ranges


def _text(section: Iterable[Block]) -> str:
    return " ".join(block for block in section if isinstance(block, str))


def _picture(section: Iterable[Block]) -> str:
    return next(str(block.svg) for block in section if isinstance(block, Picture))


@pytest.fixture(scope="module")
def one_trial(convert_once: Callable[..., Converted]) -> Iterator[NwbSession]:
    converted = convert_once(n_trials=1, trials_without_whisker=(), trial_number_gap_after=())
    with open_nwb_session(converted.path) as session:
        yield session


@pytest.fixture(scope="module")
def stub(converted_stub: Converted) -> Iterator[NwbSession]:
    with open_nwb_session(converted_stub.path) as session:
        yield session


def test_one_of_a_thing_is_not_many(one_trial: NwbSession) -> None:
    assert "1 trial." in _text(performance_section(one_trial))
    assert "1 trial with a cue" in _text(cue_section(one_trial))
    table = next(block for block in contents_section(one_trial) if isinstance(block, Table))
    assert {row[0]: row[2] for row in table.rows}["Trials"] == "1 row"


def test_the_axis_of_one_trial_counts_trials(one_trial: NwbSession) -> None:
    picture = _picture(performance_section(one_trial))
    assert ">2</text>" in picture
    assert not re.search(r">[12]\.\d+</text>", picture)


def test_without_enough_answers_no_curve_is_promised(one_trial: NwbSession) -> None:
    picture = _picture(performance_section(one_trial))
    assert "fewer than 3 answers" in picture
    assert "both sides" not in picture


def test_traces_of_a_short_session_are_drawn() -> None:
    """With more bins than samples every bin would have a range of nothing, or no sample."""
    time_s = np.linspace(0, 1, 500)
    _, low, high = ranges(time_s, np.sin(40 * time_s), bins=bin_count(500))
    assert (high > low).all()
    assert (bin_count(3), bin_count(10**6)) == (1, 1000)


@pytest.mark.long
def test_rows_of_the_raster_count_from_one(stub: NwbSession) -> None:
    labels = re.findall(r">(\d+)</text>", _picture(cue_section(stub)))
    assert "1" in labels
    assert str(len(stub.trials)) in labels


def test_a_stub_says_that_it_is_one(stub: NwbSession) -> None:
    assert stub.title.endswith(", stub")
    [notes] = [
        block for block in findings_section(stub, activities=plane_activities(stub.planes)) if isinstance(block, Notes)
    ]
    assert notes.warnings[0].startswith("This file is a stub")
    assert not any("the source leaves out" in text for text in (*notes.warnings, *notes.infos))
    assert "The file, a stub, had" in methods_text(stub)


def test_a_whole_session_is_no_stub(one_trial: NwbSession) -> None:
    assert not one_trial.is_stub
    assert one_trial.title == "an900001, 2013-03-08"


@pytest.mark.long
def test_outlines_without_activity_have_no_colour_scale(convert_once: Callable[..., Converted]) -> None:
    with open_nwb_session(convert_once(arrays=("raw",)).path) as session:
        section = list(plane_section(session, activities=plane_activities(session.planes)))
    assert "Outlines are not coloured, as the file holds neither dF/F nor calcium events." in _text(section)
    assert next(block for block in section if isinstance(block, Planes)).scale == ""


@pytest.mark.long
def test_without_touches_and_licks_nothing_is_drawn(convert_once: Callable[..., Converted]) -> None:
    with open_nwb_session(
        convert_once(arrays=("dff",), empty_event_series=("touches", "leftLicks", "rightLicks")).path
    ) as session:
        section = list(cue_section(session))
    assert "This file holds no licks and no touches." in _text(section)
    assert not any(isinstance(block, Picture) for block in section)


def test_a_trial_without_a_start_is_named_and_breaks_no_page(
    convert_edited: Callable[..., Converted], tmp_path: Path
) -> None:
    def edit(s: Struct) -> None:
        s["trialStartTimes"][0, 2] = 0
        s["trialIds"][0, 2] = 500

    converted = convert_edited(edit, arrays=("dff",))
    _, page = build_pages([converted.path], output=tmp_path)
    with open_nwb_session(converted.path) as session:
        [notes] = [
            block
            for block in findings_section(session, activities=plane_activities(session.planes))
            if isinstance(block, Notes)
        ]
        assert any("1 trial whose start was not measured: 500." in text for text in notes.warnings)
        trial = read_trial(session, 500)
        assert np.isnan(trial.duration_s)
        assert (trial.points, trial.intervals, trial.angles[0].time_s.size) == ({}, {}, 0)
    assert re.search(r"<dt>duration</dt><dd>\d", page.read_text())

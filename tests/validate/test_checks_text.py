"""What is a placeholder, and where it is looked for."""

from __future__ import annotations

import pytest
from pynwb.base import TimeSeries
from pynwb.device import Device
from ssc_like import sound_nwbfile

from ssc_to_nwb.validate.checks_objects import check_no_placeholder_text, is_placeholder


@pytest.mark.parametrize(
    "text",
    ["unknown", "Unknown.", " UNKNOWN ", "no description", "No description.", "TODO", "todo: ask Simon", "TBD", "tbd.",
     "placeholder", "A placeholder for the video", "n/a", "None", "<placeholder>", "not specified", "xxx", "???", "-",
     "Lorem ipsum dolor", "[description]"],
)  # fmt: skip
def test_placeholders(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize(
    "text",
    ["The depth below the pia is unknown.", "no comments", "n.a.", "a", "U", "Testing of hypotheses", "mastodon",
     "no_lick", "none where the source gives no type", "", "nanometers"],
)  # fmt: skip
def test_texts_that_say_something(text: str) -> None:
    assert not is_placeholder(text)


def test_lists_are_looked_through() -> None:
    nwbfile = sound_nwbfile()
    nwbfile.fields["keywords"] = ("whisker", "TODO")
    assert check_no_placeholder_text(nwbfile).message == "keywords is 'TODO'."


def test_pynwb_s_defaults_are_placeholders_where_they_pretend_to_describe() -> None:
    series = TimeSeries(name="a", data=[1.0], unit="V", rate=1.0)
    assert check_no_placeholder_text(series).message == "description is 'no description'."
    assert check_no_placeholder_text(Device(name="microscope", description="unknown")) is not None


def test_data_are_not_looked_at() -> None:
    series = TimeSeries(name="a", description="Answers.", data=["unknown", "none"], unit="n.a.", rate=1.0)
    assert check_no_placeholder_text(series) is None


def test_only_trial_numbers_may_have_no_unit() -> None:
    for name, found in (("trial_number_subvolume_04", False), ("trial_numbers", True)):
        series = TimeSeries(name=name, description="Numbers of trials.", data=[1], unit="n/a", rate=1.0)
        assert (check_no_placeholder_text(series) is not None) == found

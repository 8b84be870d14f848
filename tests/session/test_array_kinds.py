"""What an entry of timeSeriesArrayHash holds follows from its key or description, or asked for."""

from __future__ import annotations

import pytest
from made_sessions import field, problem_raised, row

from ssc_to_nwb.matlab.field import HashEntry
from ssc_to_nwb.session.time_series import classify_array


def entry(key: str, description: str = "") -> HashEntry:
    return HashEntry(key=key, description=description, value=field(row(), "s.timeSeriesArrayHash.value{3}"))


@pytest.mark.parametrize(
    ("key", "description", "kind"),
    [
        ("whiskerVars", "Angle of whiskers and the curvature (relative) of the whiskers.", "whisker"),
        ("dffTSA", "", "dff"),
        ("dffTSA_subvolume_01", "dF/F of the ROIs of subvolume 01", "dff"),
        ("subvolume_1", "change in fluorescence (dF/F)", "dff"),
        ("rawFluoTSA_subvolume_01", "raw fluorescence (mean of the ROI's pixels)", "raw"),
        ("rawTSA", "", "raw"),
        ("fluoTSA", "", "raw"),
        ("subvolume_1", "Raw fluorescence per ROI", "raw"),
        ("eventTSA_subvolume_01", "", "event"),
        ("caEventTSA", "", "event"),
        ("dffEventTSA", "", "event"),
        ("ephys_02", "calcium events (amplitude in dF/F at event onset)", "event"),
        ("DFFTSA", "", "dff"),
    ],
)
def test_kinds_that_the_names_show(key: str, description: str, kind: str) -> None:
    assert classify_array(entry(key, description), position=3, overrides={}) == kind


def test_metadata_decides_by_key_or_by_place() -> None:
    assert classify_array(entry("mystery"), position=3, overrides={"mystery": "raw"}) == "raw"
    assert classify_array(entry("dffTSA"), position=3, overrides={"value{3}": "event"}) == "event"
    assert classify_array(entry("dffTSA"), position=2, overrides={"value{3}": "event"}) == "dff"


@pytest.mark.parametrize(
    ("key", "description"),
    [("ephysTSA", ""), ("", ""), ("rawDffTSA", ""), ("subvolume_1", "whisker and dF/F"), ("rawEvents", "both")],
)
def test_what_the_names_do_not_say_is_asked_for(key: str, description: str) -> None:
    with problem_raised() as found:
        classify_array(entry(key, description), position=3, overrides={})
    assert (found[0].kind.identifier, found[0].field) == ("array-kind-unknown", "s.timeSeriesArrayHash.value{3}")
    assert repr(key) in (found[0].found or "")
    assert f"array_kinds: {{{key!r}:" in (found[0].detail or ""), "the metadata key that would give it"

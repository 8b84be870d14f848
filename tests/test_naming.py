"""Names of files and objects: the layout of the output, and what a key of the source is called in the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from ssc_to_nwb import naming

OUT = Path("out")
SESSION = {"subject": "an197522", "label": "20130308"}


def test_the_place_of_a_session_is_that_of_dandis_layout() -> None:
    path = naming.nwb_path(OUT, **SESSION, modalities=naming.modalities(behavior=True, imaging=True, images=True))
    assert path == OUT / "sub-an197522" / "sub-an197522_ses-20130308_behavior+image+ophys.nwb"


def test_labels_lose_what_separates_them() -> None:
    path = naming.nwb_path(OUT, subject="an_19-7", label="2013_03_08", modalities="ophys")
    assert path == OUT / "sub-an197" / "sub-an197_ses-20130308_ophys.nwb"


@pytest.mark.parametrize(
    ("name", "whole"),
    [
        ("sub-an197522_ses-20130308_behavior+image+ophys.nwb", True),
        ("sub-an197522_ses-20130308_ophys.nwb.zarr", False),
        ("sub-an197522_ses-20130308_desc-stub_ophys.nwb", False),
        (".sub-an197522_ses-20130308_ophys.nwb.0123abcd.in-progress", False),
        ("sub-an197522_ses-20130308_ophys", False),
        ("sub-an197522_ses-201303081_ophys.nwb", False),
        ("sub-an197522_ses-20130308b_ophys.nwb", False),
    ],
)
def test_stubs_unfinished_files_and_videos_are_no_whole_session(name: str, whole: bool) -> None:
    assert naming.is_whole_session(OUT / name, **SESSION) is whole


def test_the_letter_of_a_second_session_of_the_day_stays_in_the_name() -> None:
    path = naming.nwb_path(OUT, subject="an229716", label="20131202b", modalities="ophys")
    assert path.name == "sub-an229716_ses-20131202b_ophys.nwb"
    assert naming.is_whole_session(path, subject="an229716", label="20131202b")
    assert not naming.is_whole_session(path, subject="an229716", label="20131202")


def test_trial_numbers_are_named_after_their_clock() -> None:
    assert naming.subvolume_trial_number(4) == "trial_number_subvolume_04"
    assert naming.subvolume_trial_number(13, occurrence=2) == "trial_number_subvolume_13_2"
    names = (naming.TRIAL_NUMBER, naming.subvolume_trial_number(4), naming.subvolume_trial_number(4, occurrence=2))
    assert all(naming.TRIAL_NUMBER_SERIES.fullmatch(name) for name in names)
    assert not any(
        map(naming.TRIAL_NUMBER_SERIES.fullmatch, ("trial_numbers", "trial_number_x", "trial_number_subvolume_"))
    )


def test_what_belongs_to_a_file_is_named_after_it() -> None:
    path = naming.nwb_path(OUT, **SESSION, modalities="ophys")
    assert naming.video_folder(path) == OUT / "sub-an197522" / "sub-an197522_ses-20130308_ophys"
    assert naming.video_folder(path.with_name(f"{path.name}.zarr")) == naming.video_folder(path)
    ledger = "sub-an197522_ses-20130308_ophys.ledger.json"
    assert naming.sidecar(path, "ledger") == OUT / ".ssc-to-nwb" / ledger


def test_a_file_in_progress_is_hidden_and_found_by_its_pattern(tmp_path: Path) -> None:
    final = tmp_path / "a[1].nwb"
    building = naming.in_progress_path(final, "0123abcd")
    building.touch()
    naming.spare_path(building).touch()
    final.touch()
    found = sorted(path.name for path in tmp_path.glob(naming.in_progress_pattern(final)))
    assert found == [".a[1].nwb.0123abcd.in-progress", ".a[1].nwb.0123abcd.spare.in-progress"]


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("StimulusPosition", "stimulus_position"),
        ("LWaterValveTime", "l_water_valve_time"),
        ("kappaMaxAbsOverTouch", "kappa_max_abs_over_touch"),
        ("two words (mm)", "two_words_mm"),
    ],
)
def test_keys_become_lower_case_words(key: str, name: str) -> None:
    assert naming.snake_case(key) == name


def test_known_keys_have_names_of_their_own_and_unknown_ones_never_take_a_columns_name() -> None:
    assert naming.trial_column("StimulusPosition") == "pole_position_motor_steps"
    assert naming.trial_column("trialType") == "trial_type_property"
    assert naming.property_column("depth") == "depth"
    assert naming.property_column("depthAtOffset") == "depth_at_offset_property"
    assert naming.event_table("leftLicks") == "licks"
    assert naming.event_table("airPuff") == "events_air_puff"

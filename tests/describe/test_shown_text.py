"""What of a session's texts is shown: words of the known vocabulary, and of paths their form."""

from __future__ import annotations

import pytest

from ssc_to_nwb.describe.shown_text import Masking


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Angle for c2", "Angle for c2"),
        ("Curvature change for D4", "Curvature change for D4"),
        ("Ca TS for 27013", "Ca TS for N"),
        ("calcium events (amplitude in dF/F)", "calcium events (amplitude in dF/F)"),
        ("HitL", "HitL"),
        ("measured by Hedwig Ostrander on 2013-03-08", "… by … on N-N-N"),
        ("rig7.example.org", "…N.…"),
        ("日本", "…"),
        ("", ""),
    ],
)
def test_texts(text: str, shown: str) -> None:
    assert Masking().text(text) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("dffTSA_subvolume_01", "dffTSA_subvolume_01"),
        ("somethingNobodyKnows", "somethingNobodyKnows"),
        ("two words of Ostrander", "… of …"),
        ("ostrander", "…"),
        ("lastSeenByOstrander", "…"),
        ("x" * 60, "…"),
    ],
)
def test_names_of_fields_and_keys(name: str, shown: str) -> None:
    assert Masking(["Hedwig Ostrander"]).name(name) == shown


def test_a_persons_name_is_hidden_even_where_it_is_a_word_of_a_path() -> None:
    assert "strander" not in str(Masking(["Ostrander"]).path_forms(["/data/ostrander/imaging_data/ostrander/x.tif"]))


@pytest.mark.parametrize(
    ("path", "form"),
    [
        (
            "/lab/hedwig/imaging_data/fov_04001/fluo_batch_out/Image_Registration_4_an197522_2013_03_08_main_001.tif",
            "…/imaging_data/fov_VVPPP/fluo_batch_out/Image_Registration_N_<session>_main_N.tif",
        ),
        ("C:\\Users\\hedwig\\imaging_data\\fov_04001\\a.tif", "…\\imaging_data\\fov_VVPPP\\a.tif"),
        ("/home/hedwig/mice/secret/plan.tif", "…/…/…/….tif"),
        ("hedwig.tif", "….tif"),
    ],
)
def test_paths(path: str, form: str) -> None:
    assert list(Masking().path_forms([path])) == [form]


def test_paths_of_one_form_are_one() -> None:
    paths = [f"/x/imaging_data/fov_01002/an197522_2013_03_08b_main_{number:03d}.tif" for number in range(300)]
    assert Masking().path_forms(paths) == {"…/imaging_data/fov_VVPPP/<session>_main_N.tif": 300}

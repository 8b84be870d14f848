"""The methods paragraph says what the file says, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_sessions import Converted

from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.opened_session import open_nwb_session
from ssc_to_nwb.report.methods import PAST_TENSE, bibliography, methods_text
from ssc_to_nwb.report.summary import age_text, joined, range_text


def test_a_whole_session(opened_raw: NwbSession, converted_raw: Converted) -> None:
    text = methods_text(opened_raw)
    touches = sum(touch.onset_ms.size for touch in converted_raw.made.whisker.touches)
    for part in (
        (
            "Data were recorded from one male mouse (Mus musculus; animal an900002; 6-8 weeks old; strain 006528 "
            "(JAX); 023139 (JAX); genotype"
        ),
        "on 2 December 2013 (Svoboda lab, Janelia Research Campus).",
        "Images were taken with a custom two-photon microscope (DOM3), built after the MIMMS design",
        (
            "3 planes in 2 subvolumes of SSp-bfd were imaged at 7 Hz per plane, with excitation at 1000 nm; the "
            "indicator was GCaMP6s."
        ),
        "Images had 64 x 96 pixels (rows x columns) of 6.25 µm (width) x 9.38 µm (height).",
        "a green channel (515 nm) and a red channel (675 nm)",
        (
            "24 regions of interest were drawn (8 per plane); raw fluorescence, relative change in fluorescence (dF/F) "
            "and calcium events of each were available."
        ),
        "The angle (degrees) and curvature change (mm^-1) of whiskers c1 and c2 were tracked at 500 frames/s.",
        (
            "The session had 16 trials (3 incorrect left, 3 incorrect right, 3 correct left, 3 correct right, 2 left "
            "without a lick, 2 right without a lick)."
        ),
        "(taking 10,000 steps of its motor as 1 mm).",
        f"There were {touches} touches of the pole",
        "converted from the CRCNS data set ssc-1",
        "doi:10.1016/j.neuron.2015.03.027",
    ):
        assert part in text
    steps = converted_raw.made.trials.position_steps
    assert f"between {min(steps) / 1e4:.2f} and {max(steps) / 1e4:.2f} mm" in text
    assert ".." not in text
    assert "None" not in text


def test_one_plane_with_one_roi_is_in_the_singular(opened_raw: NwbSession, monkeypatch: pytest.MonkeyPatch) -> None:
    plane = opened_raw.planes[0]
    monkeypatch.setitem(vars(plane), "roi_numbers", plane.roi_numbers[:1])
    monkeypatch.setitem(vars(opened_raw), "planes", (plane,))
    text = methods_text(opened_raw)
    assert "1 plane in 1 subvolume of SSp-bfd was imaged at 7 Hz" in text
    assert "1 region of interest was drawn (1 per plane);" in text


def test_the_dataset_s_own_texts_are_in_the_past_tense(opened_raw: NwbSession) -> None:
    text = methods_text(opened_raw)
    for phrase in PAST_TENSE:
        assert phrase not in text
    packaged = " ".join(
        str(part)
        for part in (opened_raw.nwbfile.experiment_description, opened_raw.nwbfile.stimulus_notes)
    )  # fmt: skip
    # Each phrase is one of the packaged metadata: where those change, so must the list.
    assert [phrase for phrase in PAST_TENSE if phrase not in packaged and phrase != "comes within reach"] == []
    for verb in ("localizes", "licks one", " comes ", "signals "):
        assert verb not in text


def test_the_bibliography_is_bibtex(opened_raw: NwbSession) -> None:
    text = bibliography(opened_raw)
    assert text.startswith(
        "@misc{peron2014ssc1,\n  author = {Simon Peron and Jeremy Freeman and Vijay Iyer and Karel Svoboda},"
    )
    assert "  year = {2014}," in text
    assert "@article{j_neuron_2015_03_027,\n  doi = {10.1016/j.neuron.2015.03.027}\n}" in text


@pytest.mark.parametrize(
    ("iso", "text"),
    [
        ("P6W/P8W", "6-8 weeks"),
        ("P1D", "1 day"),
        ("P40D", "40 days"),
        ("P6W/P50D", "6 weeks-50 days"),
        (None, ""),
        ("P6W/", "P6W/"),
    ],
)
def test_ages_as_a_paper_has_them(iso: str | None, text: str) -> None:
    assert age_text(iso) == text


def test_a_file_with_nothing_in_it(bare_file: Path) -> None:
    with open_nwb_session(bare_file) as session:
        text = methods_text(session)
    assert text.startswith("Data were recorded on 8 March 2013. <b>bare</b> & empty.")
    assert "None" not in text
    assert "imaged" not in text


def test_numbers_and_lists_as_texts() -> None:
    assert range_text([9, 7, 1200]) == "7 to 1,200"
    assert range_text([5, 5]) == "5"
    assert joined([]) == ""
    assert joined(["a"]) == "a"
    assert joined(["a", "b", "c"]) == "a, b and c"

"""The methods paragraph says what the file says, and nothing else."""

from __future__ import annotations

from pathlib import Path

from made_sessions import Converted

from ssc_to_nwb.reading.nwb_session import NwbSession, open_nwb_session
from ssc_to_nwb.report.methods import methods_text
from ssc_to_nwb.report.texts import joined, range_text


def test_a_whole_session(rich_session: NwbSession, converted_raw: Converted) -> None:
    text = methods_text(rich_session)
    touches = sum(touch.onset_ms.size for touch in converted_raw.made.whisker.touches)
    for part in (
        "one male Mus musculus (an900002; age P6W/P8W; strain 006528 (JAX); 023139 (JAX)",
        "on 2 December 2013 (Svoboda lab, Janelia Research Campus)",
        "3 planes in SSp-bfd were imaged at 7 Hz each, with excitation at 1000 nm; indicator GCaMP6s.",
        "Images have 64 rows and 96 columns of 6.25 x 9.38 µm per pixel.",
        "a green channel (515 nm) and a red channel (675 nm)",
        "24 regions of interest were drawn (8 per plane), with raw fluorescence, dF/F and calcium events of each.",
        "Of whiskers c1 and c2, angle in degrees and curvature change in 1/mm were tracked at 500 Hz.",
        "The session has 16 trials (3 ErrL, 3 ErrR, 3 HitL, 3 HitR, 2 NoLickL, 2 NoLickR).",
        f"It holds {touches} touches of the pole",
        "converted from the CRCNS data set ssc-1",
        "doi:10.1016/j.neuron.2015.03.027",
    ):
        assert part in text
    assert "\n" not in text
    assert ".." not in text
    assert "None" not in text


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

"""Every dataset must have been compared: where a comparison is left out, the datasets that it was of are named."""

from __future__ import annotations

import importlib

import pytest

from ssc_to_nwb.proof.file import VerifyReport

LONG = pytest.mark.long
OPHYS = "/processing/ophys"
SOURCE = "/processing/source"


@pytest.mark.parametrize(
    ("module", "function", "path"),
    [
        ("proof.raw", "_compare_all_frames", "/acquisition/two_photon_series_fov_01002_green/data"),
        pytest.param(
            "data_types.registration.proof", "_check", f"{OPHYS}/registration_shift_fov_01002/data", marks=LONG
        ),
        pytest.param("data_types.side_images.proof", "_check", f"{OPHYS}/images_fov_01002/", marks=LONG),
        pytest.param("proof.raw", "_check_gaps", "/intervals/imaging_gaps/reason", marks=LONG),
        ("proof.source_module", "_check_files", f"{SOURCE}/source_files/role"),
    ],
)
def test_a_comparison_that_is_left_out(finished, monkeypatch, module: str, function: str, path: str) -> None:
    holder = importlib.import_module(f"ssc_to_nwb.{module}")
    monkeypatch.setattr(holder, function, lambda *_, **__: (0, 0))
    check_unproven(finished.verify(), path)


@pytest.mark.parametrize(
    ("data_type", "place", "path"),
    [
        ("registration", OPHYS, f"{OPHYS}/registration_shift_fov_01002/data"),
        pytest.param("side_images", f"{OPHYS}/images", f"{OPHYS}/images_fov_01002/", marks=LONG),
    ],
)
def test_the_check_of_a_data_type_that_is_left_out(finished, monkeypatch, data_type, place: str, path: str) -> None:
    holder = importlib.import_module(f"ssc_to_nwb.data_types.{data_type}.proof")
    monkeypatch.delitem(holder.CHECKS, place)
    check_unproven(finished.verify(), path)


def check_unproven(report: VerifyReport, path: str) -> None:
    """Nothing is wrong but that nobody has compared the datasets at this path."""
    named = {problem.field for problem in report.problems if problem.kind.identifier == "verify-dataset-unproven"}
    assert named == {problem.field for problem in report.problems}
    assert any(name.startswith(path) for name in named), named


def test_all_comparisons_together_leave_nothing(untouched: VerifyReport) -> None:
    assert untouched.problems == ()

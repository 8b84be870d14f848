"""Every dataset must have been compared: where a comparison is left out, the datasets that it was of are named."""

from __future__ import annotations

import importlib

import pytest

OPHYS = "/processing/ophys"
SOURCE = "/processing/source"


@pytest.mark.parametrize(
    ("module", "function", "path"),
    [
        ("raw", "_compare_all_frames", "/acquisition/two_photon_series_fov_01002_green/data"),
        ("raw", "check_registration", f"{OPHYS}/registration_shift_fov_01002/data"),
        ("raw", "check_side_images", f"{OPHYS}/images_fov_01002/"),
        ("raw_images", "_check", f"{OPHYS}/images_fov_01002/"),
        ("raw", "check_gaps", "/intervals/imaging_gaps/reason"),
        ("source_module", "_check_files", f"{SOURCE}/source_files/role"),
    ],
)
def test_a_comparison_that_is_left_out(finished, monkeypatch, module: str, function: str, path: str) -> None:
    holder = importlib.import_module(f"ssc_to_nwb.proof.{module}")
    monkeypatch.setattr(holder, function, lambda *_, **__: (0, 0))
    report = finished.verify()
    named = {problem.field for problem in report.problems if problem.kind.identifier == "verify-dataset-unproven"}
    assert named == {problem.field for problem in report.problems}
    assert any(name.startswith(path) for name in named), named


def test_all_comparisons_together_leave_nothing(finished) -> None:
    assert finished.verify().problems == ()

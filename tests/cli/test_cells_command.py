"""`cells` on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from made_sessions import Converted
from session_variants import DAYS

from ssc_to_nwb.cli.main import group


@pytest.fixture(scope="module")
def converted(convert_once: Callable[..., Converted]) -> Converted:
    """A session of two planes."""
    return convert_once(**DAYS[0])


def test_the_table_of_cells(converted: Converted, tmp_path: Path) -> None:
    csv = tmp_path / "cells.csv"
    result = CliRunner().invoke(group, ["cells", str(converted.path), "-o", str(csv)], catch_exceptions=False)
    assert result.exit_code == 0
    count = sum(len(plane.rois) for plane in converted.made.planes)
    assert f"an900001: {count} cells in 1 session, 0 of them in more than one" in result.stdout
    table = pd.read_csv(csv)
    assert table["cell"].tolist() == sorted(table["cell"], key=lambda name: int(name.split("/")[1]))
    numbers = {roi.number for plane in converted.made.planes for roi in plane.rois}
    assert set(table["cell"]) == {f"an900001/{number}" for number in numbers}
    assert (table["sessions"] == 1).all()


def test_json(converted: Converted) -> None:
    result = CliRunner().invoke(group, ["cells", str(converted.path), "--json"], catch_exceptions=False)
    read = json.loads(result.stdout)
    assert read["problems"] == []
    assert read["cells"][0]["session"] == "an900001_2013_03_08"
    assert read["cells"][0]["event_rate_hz"] >= 0


@pytest.mark.long
def test_other_tissue_is_reported(convert_once: Callable[..., Converted]) -> None:
    files = [str(convert_once(**fields).path) for fields in DAYS[1:]]
    result = CliRunner().invoke(group, ["cells", *files], catch_exceptions=False)
    assert result.exit_code == 0
    assert "[cell-not-joined]" in result.stderr


def test_no_such_file(tmp_path: Path) -> None:
    result = CliRunner().invoke(group, ["cells", str(tmp_path / "none")])
    assert result.exit_code == 1
    assert "[nwb-file-missing]" in result.stderr

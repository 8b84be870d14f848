"""`responses` on the command line: a table, a CSV file, a picture, JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from made_sessions import Converted
from session_variants import RESPONDING

from ssc_to_nwb.cli.main import group


@pytest.fixture(scope="module")
def converted(convert_once: Callable[..., Converted]) -> Converted:
    return convert_once(RESPONDING)


def test_planted_cells_are_found_and_written(converted: Converted, tmp_path: Path) -> None:
    csv, picture = tmp_path / "responses.csv", tmp_path / "responses.svg"
    arguments = ["responses", str(converted.path), "-o", str(csv), "--figure", str(picture)]
    result = CliRunner().invoke(group, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    table = pd.read_csv(csv)
    traced = {roi.number for roi in converted.made.rois if roi.has_trace}
    for event, planted in (("touch", converted.made.touch_rois), ("whisking", converted.made.whisking_rois)):
        rows = table[table["event"] == event]
        found, truth = set(rows.loc[rows["responsive"], "roi"]), traced & set(planted)
        assert len(found & truth) >= 0.9 * len(truth)
        assert len(found - truth) <= 0.05 * len(rows)
        share = 100 * len(found) / rows["p"].notna().sum()
        (line,) = (line for line in result.stdout.splitlines() if f" {event} " in line)
        assert line.endswith(f"{share:.0f} %")
    assert "ROIs" in picture.read_text(encoding="utf-8")


def test_json(converted: Converted) -> None:
    result = CliRunner().invoke(group, ["responses", str(converted.path), "--json"], catch_exceptions=False)
    read = json.loads(result.stdout)
    assert (read["ok"], read["problems"]) == (True, [])
    (session,) = read["sessions"]
    assert session["file"] == str(converted.path.resolve())
    assert session["touch"]["responsive"] == sum(
        row["responsive"] for row in session["rois"] if row["event"] == "touch"
    )


def test_quiet_prints_nothing(converted: Converted, tmp_path: Path) -> None:
    arguments = ["responses", str(converted.path), "-o", str(tmp_path / "a.csv"), "-q"]
    assert CliRunner().invoke(group, arguments, catch_exceptions=False).output == ""
    assert (tmp_path / "a.csv").is_file()


def test_no_such_file(tmp_path: Path) -> None:
    result = CliRunner().invoke(group, ["responses", str(tmp_path / "none.nwb")])
    assert result.exit_code == 1
    assert "[nwb-file-missing]" in result.stderr

"""`sessions` on the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from made_sessions import write

from ssc_to_nwb.cli.main import group
from ssc_to_nwb.synthetic.spec import SubvolumeSpec

SMALL = {"subvolumes": (SubvolumeSpec(planes=(2, 3), rois_per_plane=2),), "image_shape": (20, 30), "n_trials": 3}


def call(*arguments: object) -> Result:
    return CliRunner().invoke(group, ["sessions", *map(str, arguments)], catch_exceptions=False)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    write(tmp_path, animal="an1", raw=True, **SMALL)
    write(tmp_path, animal="an2", whiskers=("c1", "c2"), **SMALL)
    return tmp_path


def test_the_list(source: Path) -> None:
    result = call(source)
    assert result.exit_code == 0
    for line in (
        "an1_2013_03_08  (ssc-1, ",
        "  3 trials, 1 subvolume, 2 planes, 4 ROIs, whiskers c2",
        "  data types: whisker, masks, raw, dff, event, poleInReach",
        "  raw files: 6 stacks present, 0 missing, 3 whisker videos, ",
        "  census: does not have this session",
        "  3 trials, 1 subvolume, 2 planes, 4 ROIs, whiskers c1, c2",
        "  raw files: 0 stacks present, 6 missing, 0 whisker videos, 0 B",
        "2 sessions, ",
    ):
        assert line in result.stdout


def test_packed_sessions_and_lines_of_a_narrow_terminal(source: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    packed = shutil.make_archive(str(tmp_path_factory.mktemp("packed") / "all"), "zip", source)
    result = call(packed)
    assert result.exit_code == 0
    assert f"looking into {packed}" in result.stderr
    assert result.stdout.count(f"  packed in {packed}\n") == 2
    assert "  raw files: 6 stacks present, 0 missing, 3 whisker videos, " in result.stdout
    assert max(len(line) for line in result.stdout.splitlines() if packed not in line) <= 80


def test_json(source: Path) -> None:
    told = json.loads(call(source, "--json", "--session", "an2*").stdout)
    assert [one["session"] for one in told] == ["an2_2013_03_08"]
    assert (told[0]["whiskers"], told[0]["raw_missing"], told[0]["error"]) == (["c1", "c2"], 6, None)


def test_a_session_that_cannot_be_read(source: Path) -> None:
    (source / "an2_2013_03_08_session.mat").write_bytes(b"nothing")
    result = call(source)
    assert result.exit_code == 1
    assert "an1_2013_03_08  (ssc-1" in result.stdout
    assert "[mat-unreadable]" in result.stderr
    told = json.loads(call(source, "--json").stdout)
    assert [one["error"] and one["error"]["identifier"] for one in told] == [None, "mat-unreadable"]

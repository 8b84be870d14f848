"""Trials whose starts are missing or out of order: verification goes back to the lists of the source."""

from __future__ import annotations

import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
from changes import TRIALS, Change, put, removed, replaced, swap
from converting import convert
from levels import mostly_long
from made_sessions import Struct, write

from ssc_to_nwb.api.verification import verify_sessions
from ssc_to_nwb.testing.spec import SubvolumeSpec


def starts_missing_and_out_of_order(s: Struct) -> None:
    s["trialStartTimes"][0, 3] = 0
    for name in ("trialIds", "trialStartTimes", "trialTypeMat"):
        s[name][:, [0, 4]] = s[name][:, [4, 0]]


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Source and output of one session."""
    root = tmp_path_factory.mktemp("trials")
    write(
        root / "source",
        edit=starts_missing_and_out_of_order,
        subvolumes=(SubvolumeSpec(planes=(2,), rois_per_plane=2),),
        image_shape=(20, 30),
    )
    result = convert(source=root / "source", output=root / "nwb")
    assert result.outcomes[0].verified == "full", result.outcomes[0].error
    return root / "source", root / "nwb"


CHANGES: dict[str, Change] = {
    "positions exchanged": swap(f"{TRIALS}/source_position", 0, 1),
    "a position twice": put(f"{TRIALS}/source_position", 0, 2),
    "a start measured": replaced(f"{TRIALS}/start_measured", np.ones_like),
    "another start in its place": replaced(f"{TRIALS}/start_time", lambda v: v + np.eye(6)[3] * 0.001),
    "no order": removed(f"{TRIALS}/source_position"),
}


@pytest.mark.parametrize("name", mostly_long(CHANGES, quick=("positions exchanged", "a start measured").__contains__))
def test_a_change_is_found(converted: tuple[Path, Path], tmp_path: Path, name: str) -> None:
    source, output = converted
    copy = Path(shutil.copytree(output, tmp_path / "nwb"))
    (copy / ".ssc-to-nwb/record.jsonl").unlink()
    [path] = copy.rglob("*.nwb")
    with h5py.File(path, "r+") as file:
        CHANGES[name](file)
    report = verify_sessions(source=source, output=copy).sessions[0].report
    assert report is not None
    assert any((problem.field or "").startswith(TRIALS) for problem in report.problems), report.problems

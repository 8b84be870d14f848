"""Whole data sets: the same spec gives the same bytes, and the ready-made specs are of the size they promise."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.io import loadmat

import ssc_to_nwb.synthetic
from ssc_to_nwb.synthetic import demo_specs, full_size_spec, write_dataset, write_session
from ssc_to_nwb.synthetic.spec import SessionSpec, StackSpec, SubvolumeSpec

TINY = SessionSpec(
    n_trials=2,
    trials_without_whisker=(),
    subvolumes=(SubvolumeSpec(planes=(2,), rois_per_plane=2),),
    trial_seconds=0.8,
    stacks=StackSpec(imreg_files=True),
)


def content(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("mat_format", ["5", "7.3"])
def test_the_same_spec_gives_the_same_bytes(tmp_path: Path, mat_format: str) -> None:
    from dataclasses import replace

    spec = replace(TINY, mat_format="5" if mat_format == "5" else "7.3")
    first, second = (write_session(root=tmp_path / name, spec=spec) for name in ("a", "b"))
    one, other = content(first.root), content(second.root)
    assert one.keys() == other.keys()
    assert [name for name in one if one[name] != other[name]] == []


def test_another_seed_gives_another_session(tmp_path: Path) -> None:
    from dataclasses import replace

    first = write_session(root=tmp_path / "a", spec=TINY, videos=False)
    second = write_session(root=tmp_path / "b", spec=replace(TINY, seed=1), videos=False)
    assert first.mat_path.read_bytes() != second.mat_path.read_bytes()
    assert first.stack_paths["fov_01002", 1].read_bytes() != second.stack_paths["fov_01002", 1].read_bytes()


def test_sessions_stand_side_by_side(tmp_path: Path) -> None:
    from dataclasses import replace

    specs = (TINY, replace(TINY, animal="an900009"), replace(TINY, animal="an900010", data_set="ssc-2"))
    sessions = write_dataset(root=tmp_path, specs=specs, videos=False)
    assert [session.spec for session in sessions] == list(specs)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "an900001_2013_03_08",
        "an900001_2013_03_08_session.mat",
        "an900009_2013_03_08",
        "an900009_2013_03_08_session.mat",
        "an900010_2013_03_08_data_struct.mat",
    ]


def test_without_raw_files_and_films(tmp_path: Path) -> None:
    session = write_session(root=tmp_path, spec=TINY, raw=False, videos=False)
    assert list(tmp_path.iterdir()) == [session.mat_path]
    assert (session.stack_paths, session.side_paths, session.video_paths) == ({}, (), {})


def test_every_path_told_is_there(tmp_path: Path) -> None:
    session = write_session(root=tmp_path, spec=TINY)
    assert all(path.is_file() for path in session.stack_paths.values())
    assert all(path.is_file() for path in session.side_paths)
    assert all(path.is_file() for path in session.video_paths.values())


def test_the_package_names_are_there() -> None:
    for name in ssc_to_nwb.synthetic.__all__:
        assert getattr(ssc_to_nwb.synthetic, name).__name__ == name
    with pytest.raises(AttributeError, match="no_such_name"):
        ssc_to_nwb.synthetic.no_such_name  # noqa: B018


def test_heavy_libraries_are_left_alone() -> None:
    code = (
        "import sys; from ssc_to_nwb.synthetic import write_session, demo_specs, write_large_stacks; "
        "print(sorted({'scipy', 'h5py', 'tifffile', 'av', 'pynwb'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.long
def test_demo_is_small(tmp_path: Path) -> None:
    sessions = write_dataset(root=tmp_path, specs=demo_specs())
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) < 60e6
    for session in sessions:
        assert session.touch_rois
        assert session.whisking_rois
        assert session.stack_paths
        assert len(session.video_paths) == session.spec.n_trials


@pytest.mark.long
def test_full_size(tmp_path: Path) -> None:
    session = write_session(root=tmp_path, spec=full_size_spec(), raw=False, videos=False)
    assert 165e6 < session.mat_path.stat().st_size < 185e6
    s = loadmat(session.mat_path)["s"][0, 0]
    assert s["trialIds"].shape == (1, 500)
    arrays = s["timeSeriesArrayHash"][0, 0]["value"]
    assert arrays.shape == (1, 1 + 3 * 12)
    assert arrays[0, 0][0, 0]["valueMatrix"].shape[1] > 2_400_000
    rows = {array[0, 0]["valueMatrix"].shape[0] for array in arrays[0, 1:]}
    assert rows == {180}
    frames = sum(array[0, 0]["time"].size for array in arrays[0, 1:13])
    assert frames == pytest.approx(500 * 10 * 7, rel=0.02)
    assert np.isfinite(arrays[0, 1][0, 0]["valueMatrix"]).all()

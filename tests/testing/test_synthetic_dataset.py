"""Whole data sets: the same spec gives the same bytes, and the ready-made specs are of the size they promise."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_sessions import Converted, opened, read
from scipy.io import loadmat
from session_variants import lone_plane_spec

import ssc_to_nwb.testing
from ssc_to_nwb.metadata.census import read_census
from ssc_to_nwb.testing import demo_specs, full_size_spec, write_dataset, write_session
from ssc_to_nwb.testing.examples import FULL_SIZE_ROIS
from ssc_to_nwb.testing.spec import SessionSpec, StackSpec, SubvolumeSpec

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


def test_sessions_are_side_by_side(tmp_path: Path) -> None:
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


def test_without_raw_files_and_videos(tmp_path: Path) -> None:
    session = write_session(root=tmp_path, spec=TINY, raw=False, videos=False)
    assert list(tmp_path.iterdir()) == [session.mat_path]
    assert (session.stack_paths, session.side_paths, session.video_paths) == ({}, [], {})


def test_every_path_that_is_named_exists(tmp_path: Path) -> None:
    session = write_session(root=tmp_path, spec=TINY)
    assert all(path.is_file() for path in session.stack_paths.values())
    assert all(path.is_file() for path in session.side_paths)
    assert all(path.is_file() for path in session.video_paths.values())


def test_the_package_names_are_there() -> None:
    for name in ssc_to_nwb.testing.__all__:
        assert getattr(ssc_to_nwb.testing, name).__name__ == name
    with pytest.raises(AttributeError, match="no_such_name"):
        ssc_to_nwb.testing.no_such_name  # noqa: B018


def test_heavy_libraries_are_left_alone() -> None:
    code = (
        "import sys; from ssc_to_nwb.testing import write_session, demo_specs; "
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


def test_full_size_has_the_rois_of_a_real_session() -> None:
    """an229719_2013_12_05 of the census."""
    spec = full_size_spec()
    rois = [sum(volume.rois_in(plane) for plane in volume.planes) for volume in spec.subvolumes]
    assert (rois, sum(rois)) == ([762, 1496, 1396, 1332, 1250, 2009], 8245)
    assert {len(volume.planes) for volume in spec.subvolumes} == {3}
    sizes = read_census()["an229719_2013_12_05"]
    assert rois == [size.rois for size in sizes]
    frames = spec.n_trials / 6 * spec.trial_seconds * spec.imaging_rate_hz
    assert frames == pytest.approx(np.mean([size.frames for size in sizes]), rel=0.03)


@pytest.mark.long
def test_full_size(tmp_path: Path) -> None:
    """As many ROIs, in few trials."""
    spec = replace(full_size_spec(), n_trials=12, trials_without_whisker=(), trial_number_gap_after=())
    s = loadmat(write_session(root=tmp_path, spec=spec, raw=False, videos=False).mat_path)["s"][0, 0]
    arrays = s["timeSeriesArrayHash"][0, 0]["value"]
    assert arrays.shape == (1, 1 + 3 * 6)
    assert [array[0, 0]["valueMatrix"].shape[0] for array in arrays[0, 1:7]] == list(FULL_SIZE_ROIS)
    numbers = np.concatenate([array[0, 0]["ids"].reshape(-1) for array in arrays[0, 1:7]])
    assert np.unique(numbers).size == numbers.size
    frames = sum(array[0, 0]["time"].size for array in arrays[0, 1:7])
    assert frames == pytest.approx(12 * 11 * 7, rel=0.03)
    assert np.isfinite(arrays[0, 1][0, 0]["valueMatrix"]).all()


@pytest.mark.long
def test_a_long_lone_plane(convert_once: Callable[..., Converted]) -> None:
    """The last array of an197522_2013_03_08: 28 frames per second, and its numbers are not those of its place."""
    assert read_census()["an197522_2013_03_08"][-1].frames == 11_705
    converted = convert_once(lone_plane_spec())
    assert converted.outcome.verified == "full", converted.outcome.error
    session, _ = read(converted.made)
    (plane,) = session.subvolumes[-1].planes
    assert (plane.name, session.subvolumes[-1].time_ms.size) == ("fov_04001", 11_705)
    assert [volume.number for volume in session.subvolumes] == [5, 4]
    with opened(converted.path) as nwbfile:
        (trace,) = (
            series
            for name, series in nwbfile.processing["ophys"]["DfOverF"].roi_response_series.items()
            if "fov_04001" in name
        )
        assert trace.data.shape == (11_705, 2)
        assert trace.rois.table.id[:].tolist() == converted.made.subvolumes[-1].ids.tolist()
        assert trace.rois.table.id[0] == 27_000
        planes = [one for name, one in nwbfile.imaging_planes.items() if "fov_04001" in name]
        assert planes
        assert [one.imaging_rate for one in planes] == pytest.approx([28.0] * len(planes), rel=1e-3)

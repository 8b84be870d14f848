"""Chunks, compression and external files."""

from __future__ import annotations

import sys
from pathlib import Path

import h5py
import pytest
from check_runs import RunCheck, copy_without, run_over
from pynwb.base import TimeSeries
from ssc_like import IMAGING, VIDEO_FOLDER

from ssc_to_nwb.validate import checks_objects

VIDEO = "/acquisition/whisker_video"
STORAGE_CHECKS = (
    checks_objects.check_large_data_compressed,
    checks_objects.check_chunks_not_too_large,
    checks_objects.check_chunks_not_too_small,
)


@pytest.fixture(scope="module")
def sound_file(sound_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sound file's series of videos: the tests that have a file read nothing else."""
    others = (*IMAGING, "processing/behavior", "intervals", "events")
    return copy_without(sound_file, tmp_path_factory.mktemp("videos"), *others)


@pytest.mark.parametrize(
    ("rows", "storage", "tripped"),
    [
        (9, {}, None),
        (11, {}, 0),
        (11, {"chunks": (1, 125_000)}, 0),
        (11, {"chunks": (1, 125_000), "compression": "gzip"}, None),
        (11, {"chunks": (1, 125_000), "shuffle": True, "compression": "lzf"}, None),
        (21, {"chunks": (20, 125_000), "compression": "gzip"}, None),
        (21, {"chunks": (21, 125_000), "compression": "gzip"}, 1),
        (11, {"chunks": (1, 1250), "compression": "gzip"}, None),
        (11, {"chunks": (1, 1249), "compression": "gzip"}, 2),
    ],
)
def test_storage(rows: int, storage: dict, tripped: int | None, tmp_path: Path) -> None:
    """Of `rows` times 1 MB."""
    with h5py.File(tmp_path / "a.h5", "w") as file:
        data = file.create_dataset("data", shape=(rows, 125_000), dtype="f8", **storage)
        series = TimeSeries(name="a", data=data, unit="V", rate=1.0)
        found = [check(series) is not None for check in STORAGE_CHECKS]
    assert found == [number == tripped for number in range(3)]


def test_storage_of_zarr() -> None:
    zarr = pytest.importorskip("zarr")
    raw = zarr.zeros((2000, 1000), chunks=(100, 1000), dtype="f8", compressor=None)
    packed = zarr.zeros((2000, 1000), chunks=(1, 1000), dtype="f8")
    for data, expected in ((raw, [True, False, False]), (packed, [False, False, True])):
        series = TimeSeries(name="a", data=data, unit="V", rate=1.0)
        assert [check(series) is not None for check in STORAGE_CHECKS] == expected


@pytest.mark.parametrize(
    "names",
    [
        ("/data/trial_003.mp4", "../trial_003.mp4", f"{VIDEO_FOLDER}/../../trial_003.mp4"),
        ("C:\\videos\\trial_003.mp4", f"{VIDEO_FOLDER}\\trial_003.mp4", "https://example.org/trial_003.mp4"),
        ("",),
    ],
)
def test_paths_that_lead_out(names: tuple[str, ...], run_check: RunCheck) -> None:
    def spoil(file: h5py.File) -> None:
        file[f"{VIDEO}/external_file"][: len(names)] = names

    (found,) = run_check(checks_objects.check_external_files_inside, spoil)
    assert found == f"{VIDEO}: {len(names)} of 3 files: {', '.join(names)}."


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
@pytest.mark.parametrize("link", ["file", "folder"])
def test_links_that_lead_out(link: str, spoiled: object, tmp_path: Path) -> None:
    path: Path = spoiled(lambda _: None)  # type: ignore[operator]
    elsewhere = tmp_path / "elsewhere"
    (path.parent / VIDEO_FOLDER).rename(elsewhere)
    if link == "folder":
        (path.parent / VIDEO_FOLDER).symlink_to(elsewhere)
    else:
        (path.parent / VIDEO_FOLDER).mkdir()
        for video in elsewhere.iterdir():
            (path.parent / VIDEO_FOLDER / video.name).symlink_to(video)

    (found,) = run_over(checks_objects.check_external_files_inside, path)

    assert found.startswith(f"{VIDEO}: 3 of 3 files")
    assert run_over(checks_objects.check_external_files_present, path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_links_inside_the_folder_are_no_problem(spoiled: object) -> None:
    path: Path = spoiled(lambda _: None)  # type: ignore[operator]
    video = path.parent / VIDEO_FOLDER / "trial_003.mp4"
    video.rename(video.with_name("video.mp4"))
    video.symlink_to("video.mp4")

    assert run_over(checks_objects.check_external_files_inside, path) == []


@pytest.mark.parametrize("damage", ["missing", "empty", "folder"])
def test_videos_that_are_not_there(damage: str, spoiled: object) -> None:
    path: Path = spoiled(lambda _: None)  # type: ignore[operator]
    video = path.parent / VIDEO_FOLDER / "trial_003.mp4"
    video.unlink()
    if damage == "empty":
        video.touch()
    elif damage == "folder":
        video.mkdir()

    found = run_over(checks_objects.check_external_files_present, path)
    assert found == [f"{VIDEO}: 1 of 3 files: {VIDEO_FOLDER}/trial_003.mp4."]

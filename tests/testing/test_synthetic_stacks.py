"""Tif stacks, side images and registration files, read with tifffile and scipy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from scipy.io import loadmat

from ssc_to_nwb.testing.dataset import SyntheticSession, write_session
from ssc_to_nwb.testing.spec import SessionSpec, StackSpec, SubvolumeSpec

SMALL: dict[str, Any] = {"subvolumes": (SubvolumeSpec(number=1, planes=(2, 3)),), "n_trials": 3}
FOLDER = "an900001_2013_03_08/fov_01002/fluo_batch_out"


def written(root: Path, *, stacks: StackSpec | None = None, **fields: Any) -> SyntheticSession:
    spec = SessionSpec(**{**SMALL, **fields}, stacks=stacks or StackSpec(side_images=False))
    return write_session(root=root, spec=spec, videos=False)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> SyntheticSession:
    return written(tmp_path_factory.mktemp("plain"), stacks=StackSpec(imreg_files=True))


def pages_of(path: Path) -> np.ndarray:
    with tifffile.TiffFile(path, is_scanimage=False) as tif:
        return np.stack([page.asarray() for page in tif.pages])


def test_files_lie_where_the_data_set_has_them(plain: SyntheticSession) -> None:
    names = sorted(path.name for path in (plain.root / FOLDER).glob("Image_*.tif"))
    assert names == [f"Image_Registration_4_an900001_2013_03_08_main_{n:03d}.tif" for n in (1, 2, 3)]
    assert plain.stack_paths["fov_01002", 1] == plain.root / FOLDER / names[0]
    assert sorted(plain.stack_paths) == [(plane, n) for plane in ("fov_01002", "fov_01003") for n in (1, 2, 3)]


def test_pages_alternate_green_and_red(plain: SyntheticSession) -> None:
    pages = pages_of(plain.stack_paths["fov_01002", 1])
    assert (pages.dtype, pages.shape[1:]) == (np.uint16, (48, 64))
    assert len(pages) == 2 * plain.plane("fov_01002").files[0].n_frames
    background = np.median(pages, axis=(1, 2))
    assert (background[::2] > 90).all()
    assert (background[1::2] < 60).all()


def test_every_page_is_unique(plain: SyntheticSession) -> None:
    every = [page.tobytes() for path in plain.stack_paths.values() for page in pages_of(path)]
    assert len(set(every)) == len(every)


def test_frames_can_be_drawn_again(plain: SyntheticSession) -> None:
    for (plane, number), path in plain.stack_paths.items():
        frames = plain.frames(plane, number)
        np.testing.assert_array_equal(pages_of(path).reshape(frames.shape), frames)


def test_mean_of_a_rois_pixels_is_its_raw_fluorescence(plain: SyntheticSession) -> None:
    content = loadmat(plain.mat_path)["s"][0, 0]["timeSeriesArrayHash"][0, 0]
    raw = content["value"][0, 2][0, 0]
    ids = raw["ids"].ravel().tolist()
    for plane_number, name in enumerate(("fov_01002", "fov_01003")):
        index = raw["imagingPlane"][0, plane_number][0, 0]["sourceFileFrameIdx"]
        green = {n: pages_of(plain.stack_paths[name, n])[::2] for n in (1, 2, 3)}
        series = np.stack([green[int(file)][int(frame) - 1] for file, frame in index.T])
        rois = content["descrHash"][0, 2][0, 0]["value"][0, 0][0, plane_number]["rois"]
        for roi in rois.ravel():
            linear = roi["indicesWithinImage"].ravel().astype(int) - 1
            mean = series[:, linear % 48, linear // 48].mean(axis=1)
            np.testing.assert_allclose(mean, raw["valueMatrix"][ids.index(roi["id"].item())], rtol=1e-12)


def test_cells_are_brighter_in_the_frames_exactly_at_their_masks(plain: SyntheticSession) -> None:
    plane = plain.plane("fov_01002")
    mean = pages_of(plain.stack_paths["fov_01002", 1])[::2].mean(axis=0)
    expected = np.zeros((48, 64), dtype=bool)
    for roi in plane.rois:
        expected[roi.rows, roi.columns] = True
    np.testing.assert_array_equal(mean > 160, expected)


def test_side_images(plain: SyntheticSession) -> None:
    content = loadmat(plain.mat_path)["s"][0, 0]["timeSeriesArrayHash"][0, 0]
    master = content["descrHash"][0, 1][0, 0]["value"][0, 0][0, 0]["masterImage"]
    stacks = [pages_of(plain.stack_paths["fov_01002", n]) for n in (1, 2, 3)]
    for channel in (0, 1):
        own = [stack[channel::2].astype(float) for stack in stacks]
        every = np.concatenate(own)
        deviations = np.stack([stack.std(axis=0) for stack in own])
        expected = {
            "master_imreg_image": master[:, :, channel],
            "session_mean": every.mean(axis=0),
            "session_maxproj": every.max(axis=0),
            "session_sdmean": deviations.mean(axis=0),
            "session_sdmax": deviations.max(axis=0),
            "session_pertrial_mean": np.stack([stack.mean(axis=0) for stack in own]),
            "session_pertrial_sd": deviations,
        }
        for name, image in expected.items():
            read = tifffile.imread(plain.root / FOLDER / f"{name}_chan_{channel + 1:02d}.tif")
            assert read.dtype == np.uint16
            np.testing.assert_allclose(read, image, atol=0.5)


def test_registration_files(plain: SyntheticSession) -> None:
    path = plain.root / FOLDER / "Image_Registration_4_an900001_2013_03_08_main_002.imreg_out"
    read = loadmat(path)
    assert read["dx_r"].shape == read["dy_r"].shape == (1, plain.plane("fov_01002").files[1].n_frames)
    stats = loadmat(plain.root / FOLDER / "imreg_session_stats.mat")
    assert stats["fileNumber"].tolist() == [[1, 2, 3]]
    assert path in plain.side_paths


def test_no_registration_and_no_side_images_unless_asked(tmp_path: Path) -> None:
    session = written(tmp_path)
    assert session.side_paths == []
    assert {path.suffix for path in (tmp_path / FOLDER).iterdir()} == {".tif"}


@pytest.mark.parametrize("header", [False, True])
def test_scanimage_text_makes_tifffile_lose_a_page(tmp_path: Path, header: bool) -> None:
    session = written(tmp_path, stacks=StackSpec(scanimage_header=header, side_images=False))
    path, frames = session.stack_paths["fov_01002", 1], session.frames("fov_01002", 1)
    with tifffile.TiffFile(path) as tif:
        naive, text = len(tif.pages), tif.pages[0].description
    assert text.startswith("state.") == header
    assert naive == 2 * len(frames) - header
    np.testing.assert_array_equal(pages_of(path).reshape(frames.shape), frames)


@pytest.mark.parametrize(
    ("how", "tag", "value"),
    [
        ({"compression": "zlib"}, "Compression", 8),
        ({"tile": (16, 16)}, "TileWidth", 16),
    ],
)
def test_compressed_and_tiled_files(tmp_path: Path, how: dict[str, Any], tag: str, value: int) -> None:
    session = written(tmp_path, stacks=StackSpec(side_images=False, **how))
    path, frames = session.stack_paths["fov_01002", 1], session.frames("fov_01002", 1)
    with tifffile.TiffFile(path) as tif:
        assert tif.pages[0].tags[tag].value == value
    np.testing.assert_array_equal(pages_of(path).reshape(frames.shape), frames)


def test_bigtiff(tmp_path: Path) -> None:
    session = written(tmp_path, stacks=StackSpec(bigtiff=True, side_images=False))
    with tifffile.TiffFile(session.stack_paths["fov_01002", 1]) as tif:
        assert tif.is_bigtiff
        assert len(tif.pages) == 2 * len(session.frames("fov_01002", 1))


def test_int16_frames_have_negative_values(tmp_path: Path) -> None:
    session = written(tmp_path, stacks=StackSpec(dtype="int16", side_images=False))
    pages = pages_of(session.stack_paths["fov_01002", 1])
    assert pages.dtype == np.int16
    assert pages.min() < 0
    roi = session.plane("fov_01002").rois[0]
    first = session.subvolumes[0].matrices["raw"][0, 0]
    assert pages[0][roi.rows, roi.columns].mean() == pytest.approx(first, rel=1e-12)


def test_damaged_files(tmp_path: Path) -> None:
    how = StackSpec(
        side_images=False,
        files_missing=(1,),
        files_with_odd_pages=(2,),
        files_of_other_size=(3,),
        files_truncated=(4,),
        files_not_tif=(5,),
    )
    session = written(tmp_path, stacks=how, n_trials=5)
    paths = {number: session.stack_paths.get(("fov_01002", number)) for number in range(1, 6)}
    assert paths[1] is None
    assert not (tmp_path / FOLDER / "Image_Registration_4_an900001_2013_03_08_main_001.tif").exists()
    assert paths[2] is not None
    assert len(pages_of(paths[2])) == 2 * len(session.frames("fov_01002", 2)) - 1
    assert paths[3] is not None
    assert pages_of(paths[3]).shape[1:] == (48, 62)
    assert paths[4] is not None
    with tifffile.TiffFile(paths[4]) as tif:
        assert len(tif.pages) < 2 * len(session.frames("fov_01002", 4))
    assert paths[5] is not None
    with pytest.raises(tifffile.TiffFileError):
        pages_of(paths[5])


def test_odd_cases_of_the_index_show_in_the_files(tmp_path: Path) -> None:
    session = written(tmp_path, late_first_file=True, rejected_file=True, unlisted_tif=True, blank_time_point=True)
    for plane in session.planes:
        for file in plane.files:
            assert len(pages_of(session.stack_paths[plane.name, file.number])) == 2 * file.n_frames
    assert ("fov_01003", 2) in session.stack_paths
    assert ("fov_01003", 900) in session.stack_paths

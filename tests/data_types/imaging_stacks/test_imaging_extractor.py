"""The way in to the stacks for roiextractors."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile
from roiextractors.testing import check_imaging_equal, check_imaging_return_types

from ssc_to_nwb.data_types.imaging_stacks.extractor import SscImagingExtractor
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import SscError

FRAMES = np.random.default_rng(0).integers(0, 3000, (9, 2, 6, 10)).astype(np.uint16)
TIMES = np.array([0.0, 0.1, 0.2, 0.3, 0.4, 5.0, 5.1, 5.2, 5.3])


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"main_{number:03d}.tif" for number in range(3)]
    for number, path in enumerate(paths):
        pages = FRAMES[3 * number : 3 * number + 3].reshape(-1, 6, 10)
        tifffile.imwrite(path, pages, photometric="minisblack", metadata=None)
    return paths


@pytest.mark.parametrize(("channel", "number"), [("green", 0), ("red", 1)])
def test_series(paths: list[Path], channel: str, number: int) -> None:
    extractor = SscImagingExtractor.from_files(paths, channel=channel, timestamps=TIMES)  # type: ignore[arg-type]
    assert np.array_equal(extractor.get_series(), FRAMES[:, number])
    assert np.array_equal(extractor.get_series(2, 7), FRAMES[2:7, number])
    assert np.array_equal(extractor.get_series(end_sample=1), FRAMES[:1, number])
    assert np.array_equal(extractor.get_series(start_sample=-2), FRAMES[-2:, number])
    assert extractor.get_series(5, 5).shape == (0, 6, 10)


def test_shape_type_and_times(paths: list[Path]) -> None:
    extractor = SscImagingExtractor.from_files(paths, timestamps=TIMES)
    assert extractor.get_image_shape() == (6, 10)
    assert extractor.get_num_samples() == 9
    assert extractor.get_dtype() == np.uint16
    assert np.array_equal(extractor.get_timestamps(), TIMES)
    assert np.array_equal(extractor.get_native_timestamps(2, 4), TIMES[2:4])
    assert extractor.get_sampling_frequency() == pytest.approx(10.0)


def test_without_times_the_rate_must_be_given(paths: list[Path]) -> None:
    assert SscImagingExtractor.from_files(paths, sampling_frequency=7.0).get_sampling_frequency() == 7.0
    with pytest.raises(ValueError, match="frame rate"):
        SscImagingExtractor.from_files(paths).get_sampling_frequency()


def test_roiextractors_own_helpers_are_content(paths: list[Path]) -> None:
    extractor = SscImagingExtractor.from_files(paths, timestamps=TIMES)
    check_imaging_return_types(extractor)
    check_imaging_equal(extractor, pickle.loads(pickle.dumps(extractor)))
    assert "9" in repr(extractor)


def test_slices_of_samples(paths: list[Path]) -> None:
    part = SscImagingExtractor.from_files(paths, timestamps=TIMES).slice_samples(2, 8)
    assert np.array_equal(part.get_series(1, 4), FRAMES[3:6, 0])
    assert np.array_equal(part.get_timestamps(), TIMES[2:8])


def test_samples_by_number(paths: list[Path]) -> None:
    extractor = SscImagingExtractor.from_files(paths, timestamps=TIMES)
    assert np.array_equal(extractor.get_samples([1, 4, 6]), FRAMES[[1, 4, 6], 0])


def test_files_are_opened_when_they_are_read(paths: list[Path]) -> None:
    extractor = SscImagingExtractor.from_files(paths, timestamps=TIMES)
    paths[2].unlink()
    assert np.array_equal(extractor.get_series(0, 6), FRAMES[:6, 0])
    with pytest.raises(SscError, match=kinds.RAW_FILE_CHANGED.identifier):
        extractor.get_series(5, 7)


def test_wrong_arguments(paths: list[Path]) -> None:
    with pytest.raises(ValueError, match="8 time stamps for 9 frames"):
        SscImagingExtractor.from_files(paths, timestamps=TIMES[:8])
    with pytest.raises(ValueError, match="channel"):
        SscImagingExtractor.from_files(paths, channel="blue")  # type: ignore[arg-type]


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on open files to set")
def test_a_thousand_files_with_a_low_limit_on_open_files(tmp_path: Path) -> None:
    import resource

    template = tmp_path / "template.tif"
    tifffile.imwrite(template, np.zeros((2, 4, 6), np.uint16), photometric="minisblack", metadata=None)
    with tifffile.TiffFile(template) as tif:
        start = tif.pages.first.dataoffsets[0]
    data = bytearray(template.read_bytes())
    paths = [tmp_path / f"main_{number:04d}.tif" for number in range(1000)]
    for number, path in enumerate(paths):
        data[start : start + 96] = np.full(48, number, "<u2").tobytes()
        path.write_bytes(data)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = len(list(Path("/dev/fd").iterdir()))
    resource.setrlimit(resource.RLIMIT_NOFILE, (used + 8, limits[1]))
    try:
        extractor = SscImagingExtractor.from_files(paths, sampling_frequency=7.0)
        frames = extractor.get_series()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert np.array_equal(frames[:, 0, 0], np.arange(1000))
    assert (frames == frames[:, :1, :1]).all()

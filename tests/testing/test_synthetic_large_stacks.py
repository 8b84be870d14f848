"""Bulk stacks for measurements."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pytest
import tifffile
from large_stacks import large_spec, photon_pool, write_large_stacks

from ssc_to_nwb.testing.spec import SessionSpec, SubvolumeSpec


def test_photons_compress_as_two_photon_frames_do() -> None:
    pool = photon_pool(shape=(512, 512), seed=0)[:4]
    shuffled = pool.view(np.uint8).reshape(-1, 2).T.tobytes()
    assert 2.2 < len(shuffled) / len(zlib.compress(shuffled, 4)) < 2.6


@pytest.mark.parametrize(("gigabytes", "planes", "trials"), [(2.0, 2, 19), (2.0, 4, 10), (0.01, 1, 1)])
def test_size_is_met_by_the_number_of_trials(gigabytes: float, planes: int, trials: int) -> None:
    spec = large_spec(gigabytes=gigabytes, planes=planes)
    assert spec.n_trials == trials
    assert spec.image_shape == (512, 512)
    assert spec.subvolumes[0].planes == tuple(range(2, 2 + planes))


def test_files_are_whole_stacks_of_unique_pages(tmp_path: Path) -> None:
    spec = SessionSpec(
        subvolumes=(SubvolumeSpec(planes=(2, 3)),), n_trials=4, image_shape=(40, 56), trials_not_imaged=(3,)
    )
    session = write_large_stacks(root=tmp_path, gigabytes=1.0, spec=spec)
    seen = set()
    n_pages = 0
    for plane in session.planes:
        for file in plane.files:
            pages = tifffile.imread(session.stack_paths[plane.name, file.number])
            assert pages.shape == (2 * file.n_frames, 40, 56)
            assert pages.dtype == np.uint16
            assert pages[::2].mean() > pages[1::2].mean() + 10
            seen |= {page.tobytes() for page in pages}
            n_pages += len(pages)
    assert len(seen) == n_pages > 60


@pytest.mark.long
def test_a_tenth_of_a_gigabyte(tmp_path: Path) -> None:
    session = write_large_stacks(root=tmp_path, gigabytes=0.1)
    sizes = [path.stat().st_size for path in session.stack_paths.values()]
    assert sum(sizes) == pytest.approx(0.105e9, rel=0.01)
    with tifffile.TiffFile(next(iter(session.stack_paths.values()))) as tif:
        assert len(tif.pages) == 100
        assert tif.pages[0].shape == (512, 512)

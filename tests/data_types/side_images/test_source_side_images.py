"""Side images: checked before they are read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from tif_pages import read_all_pages

from ssc_to_nwb.data_types.side_images.source import open_side_image
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.source_files.raw_files import side_image_name
from ssc_to_nwb.source_files.raw_inventory import SideImageFile

PAGES = np.arange(3 * 6 * 8, dtype=np.float32).reshape(3, 6, 8)


def file_of(path: Path) -> SideImageFile:
    name = side_image_name(path.name)
    assert name is not None
    return SideImageFile(path=path, kind=name[0], channel=name[1])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "session_pertrial_mean_chan_02.tif"
    tifffile.imwrite(path, PAGES, photometric="minisblack", metadata=None)
    return path


def test_kind_channel_and_pages(path: Path) -> None:
    file = file_of(path)
    index = open_side_image(file, plane_name="fov_01002", image_shape=(6, 8))
    assert (file.kind, file.channel, index.page_count) == ("session_pertrial_mean", 2, 3)
    assert np.array_equal(read_all_pages(index), PAGES)


def test_another_size_than_the_plane(path: Path) -> None:
    with pytest.raises(SscError, match=kinds.SIDE_IMAGE_UNREADABLE.identifier) as caught:
        open_side_image(file_of(path), plane_name="fov_01002", image_shape=(8, 6))
    problem = caught.value.problem
    assert (problem.field, problem.found) == ("plane fov_01002", "6 x 8")


def test_damage_names_the_plane_and_what_is_wrong(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: 192 * 2])
    with pytest.raises(SscError, match=kinds.SIDE_IMAGE_UNREADABLE.identifier) as caught:
        open_side_image(file_of(path), plane_name="fov_01002", image_shape=(6, 8))
    assert caught.value.problem.file == str(path)
    assert kinds.TIF_TRUNCATED.title in str(caught.value.problem.detail)

"""Exported Zarr stores: the same digest as the HDF5 file, another one after any change, no code run out of a pickle."""

from __future__ import annotations

import json
import pickle
import shutil
from pathlib import Path

import pytest
from made_sessions import Converted

from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.proof.digest import content_digest, object_digests
from ssc_to_nwb.proof.hdf5_tree import open_tree

zarr = pytest.importorskip("zarr")
pytest.importorskip("hdmf_zarr")


@pytest.fixture(scope="module")
def file(converted_small_raw: Converted) -> Path:
    """The NWB file of a small session with raw files."""
    return converted_small_raw.path


@pytest.fixture
def copy(zarr_store: tuple[Path, str], tmp_path: Path) -> Path:
    """A copy of the file as a Zarr store that may be changed."""
    return Path(shutil.copytree(zarr_store[0], tmp_path / "session.nwb.zarr"))


def changed(one: Path, other: Path) -> list[str]:
    """Paths of the objects whose digests differ."""
    first, second = object_digests(one), object_digests(other)
    return sorted(path for path in first.keys() | second.keys() if first.get(path) != second.get(path))


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("acquisition/two_photon_series_fov_01002_red/data", (1, 2, 3)),
        ("processing/ophys/DfOverF/dff_fov_01002/data", (0, 0)),
        ("intervals/trials/id", (0,)),
        pytest.param("intervals/touches/start_time", (0,), marks=pytest.mark.long),
        pytest.param("processing/behavior/trial_number/data", (-1,), marks=pytest.mark.long),
        pytest.param("processing/ophys/trial_number_subvolume_01/data", (3,), marks=pytest.mark.long),
    ],
)
def test_a_changed_value_changes_the_digest_of_its_object(file: Path, copy: Path, name: str, where: tuple[int, ...]):
    values = zarr.open_group(str(copy), mode="r+")[name]
    values[where] = values[where] + 1
    assert changed(file, copy) == [f"/{name}"]


def test_a_link_that_points_elsewhere_is_found(file: Path, copy: Path):
    name = "processing/ophys/trial_number_subvolume_01/.zattrs"
    attributes = json.loads((copy / name).read_text())
    attributes["zarr_link"][0]["path"] = "/processing/behavior/whisker_angle_c2/timestamps"
    (copy / name).write_text(json.dumps(attributes))
    consolidated = json.loads((copy / ".zmetadata").read_text())
    consolidated["metadata"][name] = attributes
    (copy / ".zmetadata").write_text(json.dumps(consolidated))
    assert changed(file, copy) == ["/processing/ophys/trial_number_subvolume_01/timestamps"]


def test_a_missing_chunk_is_found(file: Path, copy: Path):
    (copy / "acquisition/two_photon_series_fov_01002_green/data/0.0.0").unlink()
    assert changed(file, copy) == ["/acquisition/two_photon_series_fov_01002_green/data"]


@pytest.mark.parametrize("name", [".zattrs", "intervals/trials/.zattrs"])
def test_metadata_that_readers_would_not_see_are_refused(copy: Path, name: str):
    attributes = json.loads((copy / name).read_text())
    (copy / name).write_text(json.dumps({**attributes, "description": "another"}))
    with pytest.raises(SscError) as raised, open_tree(copy):
        pass
    assert raised.value.problem.kind.identifier == "verify-unreadable"
    assert name in str(raised.value.problem.found)


def test_folder_that_is_no_zarr_is_refused(tmp_path: Path):
    with pytest.raises(SscError) as raised, open_tree(tmp_path):
        pass
    assert raised.value.problem.kind.identifier == "verify-unreadable"


class Trap:
    """Leaves a mark when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple:
        return (Path.touch, (self.mark,))


def test_pickle_that_would_run_code_is_not_run(copy: Path, tmp_path: Path):
    mark, name = tmp_path / "mark", "intervals/trials/trial_type"
    array = zarr.open_group(str(copy), mode="r")[name]
    head = {**json.loads((copy / name / ".zarray").read_text()), "filters": [{"id": "pickle", "protocol": 5}]}
    (copy / name / ".zarray").write_text(json.dumps(head))
    consolidated = json.loads((copy / ".zmetadata").read_text())
    consolidated["metadata"][f"{name}/.zarray"] = head
    (copy / ".zmetadata").write_text(json.dumps(consolidated))
    (copy / name / "0").write_bytes(array.compressor.encode(pickle.dumps(Trap(mark))))
    with pytest.raises(SscError) as raised:
        content_digest(copy)
    assert raised.value.problem.kind.identifier == "verify-unreadable"
    assert f"{name}/.zarray is of pickled objects" in str(raised.value.problem.found)
    assert not mark.exists()

"""The Zarr backend: the same content as HDF5, in large chunks, without pickles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ssc_to_nwb.api.conversion import convert
from ssc_to_nwb.testing.dataset import SyntheticSession, write_session
from ssc_to_nwb.testing.large_stacks import write_large_stacks
from ssc_to_nwb.testing.spec import SessionSpec, StackSpec, SubvolumeSpec

zarr = pytest.importorskip("zarr")
pytest.importorskip("hdmf_zarr")

# What the two backends keep in ways of their own: the schema's copy, and marks of how data are stored.
_STORAGE_KEYS = {".specloc", "zarr_dtype", "_ARRAY_DIMENSIONS", "zarr_link"}

SPEC = SessionSpec(
    subvolumes=(SubvolumeSpec(number=1, planes=(2, 3)),),
    image_shape=(40, 56),
    blank_time_point=True,
    stacks=StackSpec(imreg_files=True),
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> SyntheticSession:
    """A made-up session with raw files."""
    return write_session(root=tmp_path_factory.mktemp("zarr-source"), spec=SPEC)


@pytest.fixture(scope="module")
def hdf5_path(made: SyntheticSession, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The session as an HDF5 file."""
    return convert(source=made.root, output=tmp_path_factory.mktemp("hdf5"), verify="off").outputs[0]


@pytest.fixture(scope="module")
def zarr_path(made: SyntheticSession, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The session as a Zarr folder."""
    output = tmp_path_factory.mktemp("zarr")
    result = convert(source=made.root, output=output, backend="zarr", verify="off")
    assert result.ok, result.outcomes[0].error
    return result.outputs[0]


def test_the_folder_is_named_and_placed_as_dandi_has_it(zarr_path: Path) -> None:
    assert zarr_path.name == "sub-an900001_ses-20130308_behavior+image+ophys.nwb.zarr"
    assert not [path.name for path in zarr_path.parent.iterdir() if path.name.startswith(".")]


def test_every_data_set_holds_what_the_hdf5_file_holds(hdf5_path: Path, zarr_path: Path) -> None:
    import h5py

    with h5py.File(hdf5_path) as file:
        store = zarr.open_consolidated(str(zarr_path))
        in_hdf5 = _hdf5_data_sets(file)
        in_zarr = _zarr_data_sets(store)
        assert set(in_zarr) == set(in_hdf5)
        for name in sorted(in_hdf5):
            _assert_same(in_zarr[name], in_hdf5[name], file, name)


def test_attributes_are_those_of_the_hdf5_file(hdf5_path: Path, zarr_path: Path) -> None:
    import h5py

    varying = {"object_id"}
    with h5py.File(hdf5_path) as file:
        store = zarr.open_consolidated(str(zarr_path))
        for name in ("/", "acquisition/two_photon_series_fov_01002_green", "processing/ophys/DfOverF/dff_fov_01002"):
            ours = {key: value for key, value in store[name].attrs.items() if key not in _STORAGE_KEYS | varying}
            theirs = {key: file[name].attrs[key] for key in file[name].attrs if key not in _STORAGE_KEYS | varying}
            assert set(ours) == set(theirs)
            for key in ("neurodata_type", "namespace", "description", "unit"):
                assert ours.get(key) == theirs.get(key)


def test_frames_are_those_of_the_tifs(made: SyntheticSession, zarr_path: Path) -> None:
    store = zarr.open_consolidated(str(zarr_path))
    plane = made.plane("fov_01002")
    drawn = np.concatenate([made.frames(plane.name, file.number) for file in plane.files])
    for channel, name in enumerate(("green", "red")):
        kept = store[f"acquisition/two_photon_series_fov_01002_{name}/data"][:]
        np.testing.assert_array_equal(kept, drawn[:, channel].transpose(0, 2, 1))


def test_pynwb_reads_and_validates_it(zarr_path: Path) -> None:
    from hdmf_zarr import NWBZarrIO
    from pynwb import validate

    with NWBZarrIO(str(zarr_path), mode="r") as io:
        nwbfile = io.read()
        assert nwbfile.subject.subject_id == "an900001"
        assert nwbfile.acquisition["two_photon_series_fov_01002_green"].data.shape[1:] == (56, 40)
        assert validate(io=io) == []
        numbers = nwbfile.processing["behavior"]["trial_number"]
        assert numbers.timestamps.shape == numbers.data.shape


def test_nothing_is_pickled(zarr_path: Path) -> None:
    """Texts, references and their fill values: whatever is pickled is not read by numcodecs of today."""
    heads = [json.loads(path.read_text()) for path in zarr_path.rglob(".zarray")]
    assert len(heads) > 100
    assert {codec["id"] for head in heads for codec in head["filters"] or ()} <= {"json2", "vlen-utf8", "vlen-bytes"}


def test_nothing_points_to_where_it_was_built(zarr_path: Path) -> None:
    for path in zarr_path.rglob(".z*"):
        assert "in-progress" not in path.read_text()


@pytest.mark.parametrize("compression", ["fast", "small", "none"])
def test_compression_is_pinned(made: SyntheticSession, tmp_path: Path, compression: Any) -> None:
    result = convert(
        source=made.root, output=tmp_path, backend="zarr", verify="off", raw="skip", compression=compression
    )
    head = json.loads((result.outputs[0] / "processing/behavior/whisker_angle_c2/data/.zarray").read_text())
    wanted = {"fast": ("zstd", 1), "small": ("zstd", 9), "none": None}[compression]
    found = None if head["compressor"] is None else (head["compressor"]["cname"], head["compressor"]["clevel"])
    assert found == wanted


@pytest.mark.long
def test_chunks_of_frames_are_between_5_and_20_mb(tmp_path: Path) -> None:
    made = write_large_stacks(root=tmp_path / "source", gigabytes=0.11, planes=1)
    path = convert(source=made.root, output=tmp_path / "nwb", backend="zarr", verify="off").outputs[0]
    folder = path / "acquisition/two_photon_series_fov_01002_green/data"
    chunks = sorted(folder.glob("[0-9]*"), key=lambda chunk: int(chunk.name.split(".")[0]))
    head = json.loads((folder / ".zarray").read_text())
    assert 5e6 <= np.prod(head["chunks"]) * 2 <= 20e6
    assert all(5e6 <= chunk.stat().st_size <= 20e6 for chunk in chunks[:-1])


def test_a_failure_leaves_no_folder(made: SyntheticSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ssc_to_nwb.nwb_file.zarr_fills import ZarrFill

    def fail(_self: ZarrFill, _start: int) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ZarrFill, "write", fail)
    result = convert(source=made.root, output=tmp_path, backend="zarr", raw="skip")
    assert result.outcomes[0].error is not None
    assert result.outcomes[0].error.kind.identifier == "disk-full"
    assert not list(tmp_path.glob("sub-*/*"))


def _text(item: str | bytes) -> str:
    """hdmf-zarr keeps times as bytes."""
    return item.decode() if isinstance(item, bytes) else item


def _hdf5_data_sets(file: Any) -> dict[str, Any]:
    import h5py

    found: dict[str, Any] = {}
    file.visititems(lambda name, item: found.update({name: item}) if isinstance(item, h5py.Dataset) else None)
    return {name: item for name, item in found.items() if not name.startswith("specifications")}


def _zarr_data_sets(store: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    store.visititems(lambda name, item: found.update({name: item}) if isinstance(item, zarr.Array) else None)
    return {name: item for name, item in found.items() if not name.startswith("specifications")}


def _assert_same(ours: Any, theirs: Any, file: Any, name: str) -> None:
    import h5py

    if name in ("identifier", "file_create_date", "session_start_time"):
        return
    if h5py.check_ref_dtype(theirs.dtype):
        assert [item["path"] for item in ours[:]] == [file[item].name for item in theirs[:]]
    elif theirs.dtype == object:
        texts = np.atleast_1d(theirs.asstr()[()]).tolist()
        assert [_text(item) for item in np.atleast_1d(ours[()]).tolist()] == texts
    else:
        one, other = ours[()], theirs[()]
        assert ours.dtype == theirs.dtype, name
        np.testing.assert_array_equal(np.ravel(one), np.ravel(other), err_msg=name)

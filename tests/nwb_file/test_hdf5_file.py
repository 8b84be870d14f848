"""The fast path writes what pynwb itself would have written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from made_sessions import write
from pynwb import NWBHDF5IO, NWBFile, TimeSeries
from pynwb.testing.mock.file import mock_NWBFile

from ssc_to_nwb.data_types.interfaces import (
    EventsInterface,
    RoiResponsesInterface,
    RoiSegmentationInterface,
    TrialNumbersInterface,
    TrialsInterface,
    WhiskerInterface,
)
from ssc_to_nwb.data_types.session.interface import make_nwbfile
from ssc_to_nwb.nwb_file.hdf5_file import write_hdf5
from ssc_to_nwb.options.conversion import ConversionOptions
from ssc_to_nwb.session.context import load_context

INTERFACES = (
    WhiskerInterface,
    RoiSegmentationInterface,
    RoiResponsesInterface,
    TrialNumbersInterface,
    EventsInterface,
    TrialsInterface,
)


def write_fast(nwbfile: NWBFile, path: Path, **options: Any) -> list[Any]:
    return list(write_hdf5(nwbfile, path, options=ConversionOptions(**options), finish=lambda _file: None))


def content(path: Path) -> dict[str, Any]:
    """Every data set's values, and every attribute but those that are new each time."""
    found: dict[str, Any] = {}

    def add(name: str, item: h5py.Group | h5py.Dataset) -> None:
        found[name] = {
            key: str(value) for key, value in item.attrs.items() if key not in ("object_id", "target", "table")
        }
        if isinstance(item, h5py.Dataset) and item.dtype.kind != "O" and not (item.dtype.names or ()):
            found[f"{name} values"] = (item.dtype, item[()].tobytes(), item.shape)

    with h5py.File(path) as file:
        file.visititems(add)
    return {name: value for name, value in found.items() if not name.startswith(("specifications", "file_create_date"))}


@pytest.fixture(scope="module")
def session_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("session"), n_trials=12, single_precision=True).mat_path


def assemble(session_file: Path) -> NWBFile:
    context = load_context(session_file)
    nwbfile = make_nwbfile(context)
    for interface in INTERFACES:
        interface.from_context(context).add(nwbfile)
    return nwbfile


@pytest.mark.parametrize(
    "compression", ["fast", pytest.param("small", marks=pytest.mark.long), pytest.param("none", marks=pytest.mark.long)]
)
def test_the_same_content_as_pynwbs_own_writing(session_file: Path, tmp_path: Path, compression: str) -> None:
    with NWBHDF5IO(tmp_path / "plain.nwb", "w") as io:
        io.write(assemble(session_file))
    steps = write_fast(assemble(session_file), tmp_path / "fast.nwb", compression=compression)
    plain, fast = content(tmp_path / "plain.nwb"), content(tmp_path / "fast.nwb")
    assert set(fast) == set(plain)
    assert [name for name in plain if fast[name] != plain[name]] == []
    with h5py.File(tmp_path / "fast.nwb") as file:
        data = file["processing/behavior/whisker_angle_c2/data"]
        assert (data.compression, data.shuffle) == (("gzip", True) if compression != "none" else (None, False))
    assert [step.done_bytes for step in steps] == sorted(step.done_bytes for step in steps)
    assert steps[-1].done_bytes == steps[-1].total_bytes > 0


def test_big_endian_arrays_and_views_that_are_not_contiguous(tmp_path: Path) -> None:
    nwbfile = mock_NWBFile()
    big, turned = np.arange(30_000, dtype=">f8"), np.arange(60_000.0).reshape(3, 20_000).T
    nwbfile.add_acquisition(TimeSeries(name="big", data=big, unit="V", rate=1.0))
    nwbfile.add_acquisition(TimeSeries(name="turned", data=turned, unit="V", rate=1.0))
    write_fast(nwbfile, tmp_path / "a.nwb")
    with h5py.File(tmp_path / "a.nwb") as file:
        np.testing.assert_array_equal(file["acquisition/big/data"][()], np.arange(30_000.0))
        np.testing.assert_array_equal(file["acquisition/turned/data"][()], turned)


def test_an_existing_file_is_never_written_into(tmp_path: Path) -> None:
    (tmp_path / "a.nwb").write_text("somebody's work")
    with pytest.raises(FileExistsError):
        write_fast(mock_NWBFile(), tmp_path / "a.nwb")
    assert (tmp_path / "a.nwb").read_text() == "somebody's work"


def test_the_last_word_is_had_while_the_file_is_open(tmp_path: Path) -> None:
    def finish(file: h5py.File) -> None:
        file.attrs["last_word"] = "done"

    list(write_hdf5(mock_NWBFile(), tmp_path / "a.nwb", options=ConversionOptions(), finish=finish))
    with h5py.File(tmp_path / "a.nwb") as file:
        assert file.attrs["last_word"] == "done"

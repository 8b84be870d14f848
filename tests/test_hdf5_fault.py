"""A file that HDF5 cannot open: what it is, in words."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from ssc_to_nwb.hdf5_fault import hdf5_fault


def fault_of(path: Path) -> str:
    with pytest.raises(OSError) as caught:
        h5py.File(path, "r")
    return hdf5_fault(caught.value)


def test_a_file_of_another_kind(tmp_path: Path) -> None:
    path = tmp_path / "text.nwb"
    path.write_text("no HDF5")
    assert fault_of(path) == "a file of another kind: it has no HDF5 signature"


def test_a_file_that_was_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "cut.nwb"
    with h5py.File(path, "w") as file:
        file["x"] = np.zeros(100_000)
    whole = path.read_bytes()
    path.write_bytes(whole[:200_000])
    assert fault_of(path) == "only the first 200.0 kB of 802.0 kB"


def test_anything_else_is_in_the_words_of_hdf5() -> None:
    assert hdf5_fault(OSError("Unable to open file (Resource temporarily unavailable)")).startswith("Unable to open")

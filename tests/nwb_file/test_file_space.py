"""A large file has room for headers in blocks, in the format that HDF5 1.8 reads; a small one is plain."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import h5py
import numpy as np
import pytest

from ssc_to_nwb.nwb_file.hdf5_file import LARGE_BYTES, data_bytes, file_space
from ssc_to_nwb.nwb_file.reserve import Reserved, ReservedArray, ReservedFrames


def _array(n_bytes: int) -> ReservedArray:
    values = np.broadcast_to(np.uint8(0), (n_bytes,))
    return ReservedArray(io=None, values=values)


def _frames(*shape: int) -> ReservedFrames:
    one = SimpleNamespace(maxshape=shape, dtype=np.dtype(np.uint16))
    return ReservedFrames(ios=(), frames=(one, one))


def test_counts_arrays_and_the_frames_of_both_channels() -> None:
    reserved = Reserved(arrays=(_array(10), _array(5)), stacks=(_frames(7, 3, 2),))
    assert data_bytes(reserved) == 10 + 5 + 2 * (7 * 3 * 2 * 2)


@pytest.mark.parametrize("n_bytes", [LARGE_BYTES - 1, LARGE_BYTES])
def test_headers_of_a_large_file_lie_together(n_bytes: int, tmp_path: Path) -> None:
    path = tmp_path / "file.h5"
    with h5py.File(path, "x", **file_space(Reserved(arrays=(_array(n_bytes),), stacks=()))) as file:
        for number in range(200):
            file.create_group(f"group_{number}").create_dataset("data", data=np.zeros(1000))
        addresses = [h5py.h5o.get_info(group.id).addr for group in file.values()]
    apart = max(addresses) - min(addresses)
    # 1.6 MB of data lie between the headers of a small file, none between those of a large one.
    assert (apart < 400_000) is (n_bytes == LARGE_BYTES)


@pytest.mark.parametrize("n_bytes", [LARGE_BYTES - 1, LARGE_BYTES])
def test_the_format_is_that_of_hdf5_1_8(n_bytes: int, tmp_path: Path) -> None:
    path = tmp_path / "file.h5"
    with h5py.File(path, "x", **file_space(Reserved(arrays=(_array(n_bytes),), stacks=()))) as file:
        strategy, *_ = file.id.get_create_plist().get_file_space_strategy()
        file["x"] = 1.0
    assert strategy == h5py.h5f.FSPACE_STRATEGY_FSM_AGGR
    assert path.read_bytes()[8] == 0, "the version of the superblock"

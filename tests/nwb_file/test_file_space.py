"""A large file is paged, a small one is not."""

from __future__ import annotations

from types import SimpleNamespace

import h5py
import numpy as np
import pytest

from ssc_to_nwb.nwb_file.file_space import PAGE_BYTES, PAGED_FROM_BYTES, data_bytes, file_space
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


@pytest.mark.parametrize(("n_bytes", "paged"), [(PAGED_FROM_BYTES - 1, False), (PAGED_FROM_BYTES, True)])
def test_pages_from_a_size_on(n_bytes: int, paged: bool, tmp_path) -> None:
    options = file_space(Reserved(arrays=(_array(n_bytes),), stacks=()))
    with h5py.File(tmp_path / "file.h5", "x", **options) as file:
        strategy, *_ = file.id.get_create_plist().get_file_space_strategy()
        page_bytes = file.id.get_create_plist().get_file_space_page_size()
    assert (strategy == h5py.h5f.FSPACE_STRATEGY_PAGE) is paged
    assert (page_bytes == PAGE_BYTES) is paged

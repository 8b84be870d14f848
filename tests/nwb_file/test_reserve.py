"""Large arrays leave their file before it is written, with their place reserved."""

from __future__ import annotations

import numpy as np
from hdmf.backends.hdf5 import H5DataIO
from hdmf.common import VectorData
from pynwb import NWBFile, TimeSeries
from pynwb.base import Images
from pynwb.epoch import TimeIntervals
from pynwb.image import GrayscaleImage
from pynwb.testing.mock.file import mock_NWBFile

from ssc_to_nwb.nwb_file.chunk_codec import Compression
from ssc_to_nwb.nwb_file.reserve import Reserved, reserve_large_data

LARGE, SMALL = np.arange(40_000.0).reshape(20_000, 2), np.arange(10.0)


def reserved(nwbfile: NWBFile, compression: str = "fast") -> Reserved:
    return reserve_large_data(nwbfile, compression=Compression(compression))


def series(name: str, data: np.ndarray, timestamps: object = None) -> TimeSeries:
    times = np.arange(len(data), dtype=np.float64) if timestamps is None else timestamps
    return TimeSeries(name=name, data=data, unit="V", timestamps=times)


def test_data_and_time_stamps_of_a_series() -> None:
    nwbfile = mock_NWBFile()
    one = series("one", LARGE)
    nwbfile.add_acquisition(one)
    taken = reserved(nwbfile)
    assert [array.values.shape for array in taken.arrays] == [(20_000, 2), (20_000,)]
    for array, held in zip(taken.arrays, (one.data, one.timestamps), strict=True):
        assert isinstance(held, H5DataIO)
        assert held is array.io
        assert held.data is None
        assert held.io_settings["compression"] == "gzip"
        assert held.io_settings["shuffle"]


def test_time_stamps_that_two_series_share_are_taken_once() -> None:
    nwbfile = mock_NWBFile()
    one = series("one", LARGE)
    two = series("two", LARGE * 2, timestamps=one)
    nwbfile.add_acquisition(one)
    nwbfile.add_acquisition(two)
    taken = reserved(nwbfile)
    assert sorted(array.values.shape for array in taken.arrays) == [(20_000,), (20_000, 2), (20_000, 2)]
    assert two.timestamps is one.timestamps


def test_small_arrays_stay() -> None:
    nwbfile = mock_NWBFile()
    one = series("one", SMALL)
    nwbfile.add_acquisition(one)
    assert reserved(nwbfile).arrays == ()
    assert one.data is SMALL


def test_images_and_columns_of_tables() -> None:
    nwbfile = mock_NWBFile()
    image = GrayscaleImage(name="master", data=np.ones((512, 512)))
    nwbfile.add_acquisition(Images(name="images", images=[image]))
    start = VectorData(name="start_time", description="s", data=np.arange(5000.0))
    stop = VectorData(name="stop_time", description="s", data=np.arange(5000.0))
    few = VectorData(name="few", description="s", data=np.arange(5000, dtype=np.int8))
    nwbfile.add_time_intervals(
        TimeIntervals(
            name="t", description="d", columns=[start, stop, few], colnames=["start_time", "stop_time", "few"]
        )
    )
    taken = reserved(nwbfile)
    assert sorted(array.values.shape for array in taken.arrays) == sorted([(512, 512), (5000,), (5000,)])
    assert isinstance(image.data, H5DataIO)
    assert isinstance(start.data, H5DataIO)
    assert not isinstance(few.data, H5DataIO)


def test_without_compression_there_are_no_filters() -> None:
    nwbfile = mock_NWBFile()
    nwbfile.add_acquisition(series("one", LARGE))
    settings = reserved(nwbfile, "none").arrays[0].io.io_settings
    assert not settings.get("compression")
    assert not settings.get("shuffle")

"""Writes an NWBFile as HDF5: the objects through hdmf, the large arrays and frames through the fast path."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h5py
from pynwb import NWBHDF5IO, NWBFile, get_manager

from ssc_to_nwb.nwb_file.chunk_codec import Compression
from ssc_to_nwb.nwb_file.chunk_pipeline import ArrayFill, ChunkFill, FillProgress, FramesFill, fill_datasets
from ssc_to_nwb.nwb_file.disk import check_room, early_flush, spare_room
from ssc_to_nwb.nwb_file.reserve import Reserved, reserve_large_data
from ssc_to_nwb.options.conversion import ConversionOptions
from ssc_to_nwb.output_files import flush_file

# Steps of the next size that may be written before the room on the disk is looked at again.
_STEPS_AHEAD = 2
METADATA_BLOCK_BYTES = 2**20
# A smaller file is fetched in few requests anyway.
LARGE_BYTES = 64 * 2**20


def write_hdf5(
    nwbfile: NWBFile,
    path: Path,
    *,
    options: ConversionOptions,
    finish: Callable[[h5py.File], None],
    begin: Callable[[h5py.File], None] = lambda _file: None,
    after_plane: Callable[[str], None] = lambda _name: None,
) -> Iterator[FillProgress]:
    """Write the whole file to `path`, which must not exist; yields as large data go in; the file is on disk at the end.

    `nwbfile` is used up: its large arrays are taken out. `begin` is called with the open file before the large data go
    in, `finish` when all data are in, `after_plane` with the name of each plane whose frames are.
    Raises OSError of the disk, SscError of the raw files.
    """
    compression = Compression(options.compression)
    reserved = reserve_large_data(nwbfile, compression=compression)
    space = file_space(reserved)
    with (
        h5py.File(path, "x", **space) as file,
        # Writing changes nothing in pynwb's map of types: no copy of it is needed.
        NWBHDF5IO(file=file, mode="w", manager=get_manager(copy=False)) as io,
        spare_room(path),
        early_flush(path) as flush,
    ):
        io.write(nwbfile, cache_spec=True)
        begin(file)
        written = 0
        for step in fill_datasets(
            _fills(reserved, compression, io=io, file=file),
            workers=options.workers,
            memory_mb=options.memory_mb,
            after=lambda fill: after_plane(fill.plane_name) if isinstance(fill, FramesFill) else None,
        ):
            check_room(path.parent, _STEPS_AHEAD * (step.written_bytes - written))
            written = step.written_bytes
            flush.wrote(written)
            yield step
        finish(file)
        file.flush()
    flush_file(path)


def _fills(reserved: Reserved, compression: Compression, *, io: NWBHDF5IO, file: h5py.File) -> list[ChunkFill]:
    fills: list[ChunkFill] = []
    for array in reserved.arrays:
        dataset = array.io.dataset
        if array.container is not None:
            dataset = file[io.manager.get_builder(array.container).path.removeprefix("root")]
            dataset.resize(array.values.shape)
        fills.append(ArrayFill(dataset, array.values, compression))
    for stack in reserved.stacks:
        fills.append(FramesFill([io.dataset for io in stack.ios], stack.frames[0].stack, compression))
    return fills


def file_space(reserved: Reserved) -> dict[str, Any]:
    """Arguments of `h5py.File` for a new file with these large data.

    In a large file the headers of thousands of objects would lie between the data. Room for them is reserved in blocks,
    so that a client that fetches blocks gets many at once; HDF5 1.8 reads such files (docs/explanation/file_space.md).
    """
    if data_bytes(reserved) < LARGE_BYTES:
        return {}
    return {"meta_block_size": METADATA_BLOCK_BYTES}


def data_bytes(reserved: Reserved) -> int:
    """Bytes of all large data before compression."""
    arrays = sum(math.prod(array.values.shape) * array.values.dtype.itemsize for array in reserved.arrays)
    frames = [one for stack in reserved.stacks for one in stack.frames]
    total_bytes: int = arrays + sum(math.prod(one.maxshape) * one.dtype.itemsize for one in frames)
    return total_bytes

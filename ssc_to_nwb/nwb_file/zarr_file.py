"""Writes an NWBFile as a Zarr folder: the objects through hdmf-zarr, the large arrays and frames chunk by chunk.

Chunks are files of their own, so threads write them in any order, and planes can be written by other machines.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from pynwb import NWBFile

from ssc_to_nwb.chunk_shapes import chunk_shape
from ssc_to_nwb.nwb_file.chunk_pipeline import FillProgress
from ssc_to_nwb.nwb_file.options import ConversionOptions
from ssc_to_nwb.nwb_file.reserve import ReserveOne, reserve_large_data
from ssc_to_nwb.nwb_file.zarr_fills import PlaneFiller, ZarrFill, fill_in_threads
from ssc_to_nwb.problems import run_kinds as kinds
from ssc_to_nwb.problems.model import error

# Blosc's zstd, at the level next to HDF5's in size and rate, with bytes shuffled; every Zarr reader has it.
_LEVELS = {"fast": 1, "small": 9}


def write_zarr(
    nwbfile: NWBFile,
    path: Path,
    *,
    options: ConversionOptions,
    finish: Callable[[Any], None],
    fill_planes: PlaneFiller = fill_in_threads,
) -> Iterator[FillProgress]:
    """Write the whole folder to `path`, which must not exist; yields as large data go in; all is on disk at the end.

    `nwbfile` is used up: its large arrays are taken out. `finish` is called with the open Zarr group when all data are
    in; fill_planes: writes the frames of planes, in threads of this process unless another is given. Raises OSError of
    the disk, SscError of the raw files, and extra-not-installed.
    """
    with _zarr_installed():
        import zarr

        from ssc_to_nwb.nwb_file.zarr_objects import write_objects
    reserved = reserve_large_data(nwbfile, reserve=_reserve(options), array_chunk_mb=options.chunk_mb)
    place_of = write_objects(nwbfile, path)
    fills = [ZarrFill.of_array(str(path), place_of(array.place), array.values) for array in reserved.arrays]
    for stack in reserved.stacks:
        names = tuple(place_of(place) for place in stack.places)
        fills.append(ZarrFill.of_stack(str(path), names, stack.frames[0].stack))
    yield from _filled(fills, options=options, fill_planes=fill_planes)
    group = zarr.open_group(str(path), mode="r+")
    finish(group)
    zarr.consolidate_metadata(group.store)
    _flush_to_disk(path, workers=options.workers)


def _filled(fills: list[ZarrFill], *, options: ConversionOptions, fill_planes: PlaneFiller) -> Iterator[FillProgress]:
    """Fill arrays here and planes where `fill_planes` has it done."""
    total = sum(fill.byte_size for fill in fills)
    done = 0
    arrays = [fill for fill in fills if not fill.is_stack]
    planes = [fill for fill in fills if fill.is_stack]
    for filler, some in ((fill_in_threads, arrays), (fill_planes, planes)):
        for written in filler(some, workers=options.workers, memory_mb=options.memory_mb):
            done += written
            yield FillProgress(done_bytes=done, total_bytes=total, written_bytes=0)


def _reserve(options: ConversionOptions) -> ReserveOne:
    from numcodecs import Blosc

    from ssc_to_nwb.nwb_file.zarr_objects import unfilled_io

    level = _LEVELS.get(options.compression)
    compressor = None if level is None else Blosc(cname="zstd", clevel=level, shuffle=Blosc.SHUFFLE)

    def reserve(shape: tuple[int, ...], dtype: np.dtype, _chunks: tuple[int, ...]) -> Any:
        chunks = chunk_shape(shape, dtype, chunk_mb=options.chunk_mb)
        return unfilled_io(shape, dtype, chunks, compressor=compressor)

    return reserve


def _flush_to_disk(path: Path, *, workers: int) -> None:
    def flush(name: str) -> None:
        descriptor = os.open(name, os.O_RDWR)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    with ThreadPoolExecutor(max_workers=workers) as pool:
        for _ in pool.map(flush, (str(file) for file in path.rglob("*") if file.is_file())):
            pass


@contextmanager
def _zarr_installed() -> Iterator[None]:
    try:
        yield
    except ImportError as failure:
        raise error(kinds.EXTRA_MISSING, expected="pip install 'ssc-to-nwb[zarr]'", found=failure) from failure

"""Measures what frames of the real data come to: a few are written, by the way they would be, to the output's disk."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ssc_to_nwb.options.conversion import ConversionOptions
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.run.session_sources import SessionSource
from ssc_to_nwb.run.space import existing_folder
from ssc_to_nwb.source_files.raw_files import RawFileKind, kind_of_file
from ssc_to_nwb.source_files.search import raw_files_below

if TYPE_CHECKING:
    from ssc_to_nwb.data_types.imaging_stacks.source import PlaneStack

_SAMPLED_STACKS = 3
_SAMPLED_BYTES = 64 * 2**20
_LARGEST_UNPACKED_BYTES = 256 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameSample:
    """ratio: bytes written for each byte of frames; bytes_per_second: of frames, from their files to the disk."""

    ratio: float
    bytes_per_second: float


def sample_frames(sources: Sequence[SessionSource], *, output: Path, options: ConversionOptions) -> FrameSample | None:
    """Write up to 64 MB of frames out of a few stacks; None where there is no stack that can be read.

    Nothing stays behind. Raises OSError of the output's disk.
    """
    with tempfile.TemporaryDirectory(prefix=".ssc-to-nwb-sample-", dir=existing_folder(output)) as folder:
        stacks = [stack for path in _stack_paths(sources, Path(folder)) if (stack := _opened(path)) is not None]
        if not stacks:
            return None
        try:
            return _measured(stacks, Path(folder) / "sample.h5", options)
        except SscError:
            # A damaged file: the conversion will say so.
            return None


def _stack_paths(sources: Sequence[SessionSource], folder: Path) -> list[Path]:
    """A few stacks spread over the first session that has any, unpacked where they are packed."""
    for source in sources:
        if source.session_file is not None and source.session_file.raw_folder is not None:
            found = sorted(
                entry.path
                for entry in raw_files_below(source.session_file.raw_folder)
                if entry.obstacle is None and kind_of_file(entry.path.name) is RawFileKind.STACK
            )
            if found:
                return found[:: max(1, len(found) // _SAMPLED_STACKS)][:_SAMPLED_STACKS]
        elif source.packed is not None and (path := _unpacked_stack(source, folder)) is not None:
            return [path]
    return []


def _unpacked_stack(source: SessionSource, folder: Path) -> Path | None:
    """The first stack of a packed session."""
    from ssc_to_nwb.source_files.packed_files import unpack

    if source.packed is None:
        return None
    for part in source.packed.raw:
        small = part.member.size <= _LARGEST_UNPACKED_BYTES
        if small and kind_of_file(Path(part.target).name) is RawFileKind.STACK:
            target = folder / Path(part.target).name
            try:
                unpack(part.packed, {part.member.name: target}, on_bytes=lambda _: None)
            except SscError:
                return None
            return target
    return None


def _opened(path: Path) -> PlaneStack | None:
    """All frames of one file as a stack; None where the file cannot be used, which the conversion will say."""
    import numpy as np

    from ssc_to_nwb.data_types.imaging_stacks.source import PlaneStack
    from ssc_to_nwb.naming import CHANNELS
    from ssc_to_nwb.source_files.raw_files import ListedFile
    from ssc_to_nwb.tif.index import index_tif

    try:
        index = index_tif(path)
    except SscError:
        return None
    frames = index.page_count // len(CHANNELS)
    page_bytes = index.image_shape[0] * index.image_shape[1] * index.native_dtype.itemsize
    frames = min(frames, max(1, _SAMPLED_BYTES // _SAMPLED_STACKS // (len(CHANNELS) * page_bytes)))
    if frames == 0:
        return None
    return PlaneStack(
        plane_name=path.stem,
        image_shape=index.image_shape,
        dtype=index.native_dtype,
        index_position=np.arange(frames),
        file_number=np.zeros(frames, dtype=np.int64),
        frame_number=np.arange(frames),
        trial=np.zeros(frames, dtype=np.int64),
        exists=np.ones(frames, dtype=bool),
        files=(index,),
        listed_files=(ListedFile(listed_path=str(path), path=path, byte_size=index.byte_size),),
        gaps=(),
        description=None,
        channel_pages=(0, 1),
    )


def _measured(stacks: Sequence[PlaneStack], path: Path, options: ConversionOptions) -> FrameSample:
    import h5py

    from ssc_to_nwb.chunk_shapes import chunk_shape
    from ssc_to_nwb.naming import CHANNELS
    from ssc_to_nwb.nwb_file.chunk_codec import Compression
    from ssc_to_nwb.nwb_file.chunk_fills import ChunkFill, FramesFill
    from ssc_to_nwb.nwb_file.chunk_pipeline import fill_datasets

    compression = Compression(options.compression)
    written = 0
    start = time.perf_counter()
    with h5py.File(path, "w") as file:
        fills: list[ChunkFill] = []
        for number, stack in enumerate(stacks):
            shape = (stack.frame_count, *reversed(stack.image_shape))
            chunks = chunk_shape(shape, stack.dtype, chunk_mb=options.chunk_mb)
            datasets = [
                file.create_dataset(
                    f"{number}_{channel}", shape, stack.dtype, chunks=chunks, **compression.dataset_options()
                )
                for channel in CHANNELS
            ]
            fills.append(FramesFill(datasets, stack, compression))
        for step in fill_datasets(fills, workers=options.workers, memory_mb=options.memory_mb):
            written = step.written_bytes
    with path.open("rb+") as done:
        os.fsync(done.fileno())
    seconds = time.perf_counter() - start
    read = sum(stack.byte_size for stack in stacks)
    return FrameSample(ratio=written / read, bytes_per_second=read / max(seconds, 1e-6))

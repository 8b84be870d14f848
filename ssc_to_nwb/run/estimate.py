"""Estimates what a run will write, from a sample of the frames, and whether the disk has room for it."""

from __future__ import annotations

import os
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ssc_to_nwb.json_lines import AsJson
from ssc_to_nwb.options.conversion import ConversionOptions
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import SscError, error
from ssc_to_nwb.quantities import bytes_text
from ssc_to_nwb.run.machine import existing_folder, free_bytes
from ssc_to_nwb.source_files.disk_walk import raw_files_below
from ssc_to_nwb.source_files.packed_files import unpack
from ssc_to_nwb.source_files.packed_sessions import PackedSession
from ssc_to_nwb.source_files.raw_files import RawFileKind, kind_of_file

if TYPE_CHECKING:
    from ssc_to_nwb.data_types.imaging_stacks.source import PlaneStack
    from ssc_to_nwb.run.inputs import FileStates
    from ssc_to_nwb.run.job import RunSettings, SessionJob
    from ssc_to_nwb.run.resume import Decision

# Without a sample: frames compress or, at worst, come with the overhead of chunks.
_WORST_RATIO = 1.02
# What the data of a session file take as NWB, for each of its bytes, compressed there too; and what every NWB file
# has of its own, its schema above all. Measured with `scripts/bench_scale.py`; small files take more per byte.
_PER_MAT_BYTE = 1.0
_PER_NWB_FILE = 3 * 10**6
# A session's data take so many times as long as its file takes to be read: made into objects, written, read again, and
# compared; and its frames so many times as long as they take to be written. Measured in the same way.
_READINGS = {"full": 4.5, "sample": 4.5, "off": 2.0}
_FRAME_PASSES = {"full": 2.3, "sample": 1.2, "off": 1.0}
_SECONDS_PER_FILE = 0.4
# Left free on the disk, for everything else that happens there.
_MARGIN_BYTES = 50 * 10**6
_SAMPLED_STACKS = 3
_SAMPLED_BYTES = 64 * 2**20
_LARGEST_UNPACKED_BYTES = 256 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSizes:
    """Bytes of a session's source by what becomes of them: its data, frames, files that are copied or only linked."""

    mat: int = 0
    frames: int = 0
    copied: int = 0
    linked: int = 0

    @property
    def source_bytes(self) -> int:
        """Bytes of all of them."""
        return self.mat + self.frames + self.copied + self.linked

    def output_bytes(self, ratio: float) -> int:
        """Bytes of the NWB file and its videos; ratio: bytes written for each byte of frames."""
        return round(self.mat * _PER_MAT_BYTE + _PER_NWB_FILE + self.frames * ratio + self.copied)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room(AsJson):
    """Room needed and room there is, in bytes, where the output is and where packed sessions are unpacked."""

    output: Path
    output_needed: int
    output_free: int
    work: Path
    work_needed: int
    work_free: int

    @property
    def short(self) -> bool:
        """Whether there is too little."""
        if _same_disk(self.output, self.work):
            return self.output_needed + self.work_needed + _MARGIN_BYTES > self.output_free
        return (
            self.output_needed + _MARGIN_BYTES > self.output_free
            or self.work_needed + (_MARGIN_BYTES if self.work_needed else 0) > self.work_free
        )

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {**AsJson.as_dict(self), "short": self.short}


def seconds_for(
    sizes: SourceSizes, *, read_seconds: float, frames_per_second: float | None, verify: str
) -> tuple[float, float]:
    """Seconds for a session's data, in one thread, and for its frames, with all threads.

    read_seconds: to read the session file once; frames_per_second: bytes of frames written, if measured.
    """
    data = _SECONDS_PER_FILE + read_seconds * _READINGS[verify]
    if not sizes.frames or not frames_per_second:
        return data, 0.0
    return data, sizes.frames / frames_per_second * _FRAME_PASSES[verify]


def check_space(to_do: Sequence[Decision], settings: RunSettings) -> None:
    """See whether there is room for what is to be done, with a sample of the frames where it might be short.

    Raises space-short.
    """
    room = room_for(to_do, settings, sample=None)
    if room.short:
        room = room_for(to_do, settings, sample=sample_frames(to_do, settings))
    if room.short:
        work = f" and {bytes_text(room.work_needed)} to unpack in {room.work}" if room.work_needed else ""
        raise error(
            kinds.SPACE_SHORT,
            file=settings.output,
            expected=f"about {bytes_text(room.output_needed)}{work}, and {bytes_text(_MARGIN_BYTES)} to spare",
            found=f"{bytes_text(room.output_free)} free"
            + (f", {bytes_text(room.work_free)} for unpacking" if work else ""),
        )


def frame_ratio(options: ConversionOptions, sample: FrameSample | None) -> float:
    """Bytes written for each byte of frames: as in a sample, or at worst; those of a stub are few."""
    if sample is not None:
        return sample.ratio
    return 0.0 if options.stub else _WORST_RATIO


def room_for(to_do: Sequence[Decision], settings: RunSettings, *, sample: FrameSample | None) -> Room:
    """Room for what is to be done, with frames compressed as in the sample, or at worst."""
    at_once, ratio = settings.options.workers, frame_ratio(settings.options, sample)
    unpacked = sorted((decision.unpack_bytes for decision in to_do), reverse=True)
    work = settings.work_folder or settings.output
    return Room(
        output=settings.output,
        output_needed=sum(decision.sizes.output_bytes(ratio) for decision in to_do),
        output_free=free_bytes(settings.output),
        work=work,
        work_needed=sum(unpacked[:at_once]),
        work_free=free_bytes(work),
    )


def sizes_of(job: SessionJob, state: FileStates) -> SourceSizes:
    """Bytes of a session's source files in this state, those in packed files counted as they are unpacked."""
    packed, linked = job.source.packed, False
    if packed is not None:
        named = [(part.target, part.size) for part in packed.parts(raw=job.raw)]
        if packed.unpacked_mat is not None:
            named.append((packed.file_name, job.source.mat_bytes))
    else:
        linked = job.options.link_videos and _same_disk(job.source.path, job.output)
        named = [(name, size) for name, (size, _) in state.items()]
    sizes: Counter[str] = Counter()
    for name, size in named:
        kind = kind_of_file(Path(name).name)
        if kind in (RawFileKind.STACK, RawFileKind.SIDE_IMAGE):
            sizes["frames"] += size
        elif kind is RawFileKind.VIDEO and linked:
            sizes["linked"] += size
        else:
            sizes["mat" if name.endswith(".mat") else "copied"] += size
    return SourceSizes(**sizes)


def _same_disk(one: Path, other: Path) -> bool:
    return existing_folder(one).stat().st_dev == existing_folder(other).stat().st_dev


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameSample:
    """ratio: bytes written for each byte of frames; bytes_per_second: of frames, from their files to the disk."""

    ratio: float
    bytes_per_second: float


def sample_frames(to_do: Sequence[Decision], settings: RunSettings) -> FrameSample | None:
    """Write up to 64 MB of frames out of a few stacks; None where there is no stack that can be read.

    Nothing stays behind. Raises OSError of the output's disk.
    """
    with tempfile.TemporaryDirectory(prefix=".ssc-to-nwb-sample-", dir=existing_folder(settings.output)) as folder:
        stacks = [stack for path in _stack_paths(to_do, Path(folder)) if (stack := _opened(path)) is not None]
        if not stacks:
            return None
        try:
            return _measured(stacks, Path(folder) / "sample.h5", settings.options)
        except SscError:
            # A damaged file: the conversion will say so.
            return None


def _stack_paths(to_do: Sequence[Decision], folder: Path) -> list[Path]:
    """A few stacks spread over the first session that has any, unpacked where they are packed."""
    for source in (decision.source for decision in to_do):
        if source.packed is not None:
            found = _unpacked_stack(source.packed, folder)
        elif source.session_file is None or source.session_file.raw_folder is None:
            continue
        else:
            found = sorted(
                entry.path
                for entry in raw_files_below(source.session_file.raw_folder)
                if entry.obstacle is None and kind_of_file(entry.path.name) is RawFileKind.STACK
            )
        if found:
            return found[:: max(1, len(found) // _SAMPLED_STACKS)][:_SAMPLED_STACKS]
    return []


def _unpacked_stack(packed: PackedSession, folder: Path) -> list[Path]:
    """The first stack of a packed session that is not too large."""
    for part in packed.raw:
        target = folder / Path(part.target).name
        if part.size <= _LARGEST_UNPACKED_BYTES and kind_of_file(target.name) is RawFileKind.STACK:
            try:
                unpack(part.packed, {part.name: target}, on_bytes=lambda _: None)
            except SscError:
                break
            return [target]
    return []


def _opened(path: Path) -> PlaneStack | None:
    """All frames of one file as a stack; None where the file cannot be used, which the conversion will say."""
    import numpy as np

    from ssc_to_nwb.data_types.imaging_stacks.source import PlaneStack
    from ssc_to_nwb.data_types.rois.source import FrameIndex
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
        frame_index=FrameIndex(file_number=np.zeros(frames, dtype=np.int64), frame_number=np.arange(frames)),
        trial=np.zeros(frames, dtype=np.int64),
        listed_files=(ListedFile(listed_path=str(path), path=path),),
        used={0: index},
        unused={},
        channel_pages=(0, 1),
    )


def _measured(stacks: Sequence[PlaneStack], path: Path, options: ConversionOptions) -> FrameSample:
    import h5py

    from ssc_to_nwb.chunk_shapes import chunk_shape
    from ssc_to_nwb.naming import CHANNELS
    from ssc_to_nwb.nwb_file.chunk_codec import Compression
    from ssc_to_nwb.nwb_file.chunk_pipeline import ChunkFill, FramesFill, fill_datasets

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

"""Compares what the file holds of the raw files: frames, gaps, registration shifts, side images, videos."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.imaging_stacks.source import PlaneStack
from ssc_to_nwb.data_types.subvolumes.source import Subvolume
from ssc_to_nwb.problems.model import ProblemLog
from ssc_to_nwb.proof.comparison import Comparison
from ssc_to_nwb.proof.objects import check_series
from ssc_to_nwb.proof.objects_general import check_imaging_plane, imaging_plane_path
from ssc_to_nwb.proof.raw_frames import FrameWork, compare_frames
from ssc_to_nwb.proof.raw_gaps import check_gaps
from ssc_to_nwb.proof.raw_images import check_side_images
from ssc_to_nwb.proof.raw_registration import check_registration
from ssc_to_nwb.proof.raw_texts import check_texts
from ssc_to_nwb.proof.raw_videos import check_videos
from ssc_to_nwb.proof.report import VerifyMode
from ssc_to_nwb.session.raw_data import RawData

_UM = 1e-6
# Of the acquisition program's text, the part that is looked for: NWB keeps 60,000 bytes of it.
_TEXT_BYTES = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RawProof:
    """The raw files of a session and how they are to be compared; `progress` takes bytes done and bytes in total.

    videos: the folder that holds the videos; final_path: where the NWB file will stand, or stands; log: takes the
    problems of files that were left out; digests: takes the digests of the frames' values, by data set.
    """

    raw: RawData
    mode: VerifyMode
    workers: int
    memory_mb: float
    videos: Path
    final_path: Path
    progress: Callable[[int, int], None]
    log: ProblemLog = field(default_factory=ProblemLog)
    digests: dict[str, str] = field(default_factory=dict)


def frames_path(plane: str, channel: naming.Channel) -> str:
    """Path of the frames of a plane and channel."""
    return f"/acquisition/{naming.two_photon_series(plane, channel)}"


def check_raw(work: Comparison, proof: RawProof) -> tuple[int, int]:
    """Compare everything that comes from raw files; returns the frames compared and all there are, per channel."""
    raw = proof.raw
    for volume in work.session.subvolumes:
        for plane in volume.planes:
            stack = raw.stacks[plane.name]
            if stack.frame_count:
                path = frames_path(plane.name, "green")
                work.proof.guarded(path, _check_series, work, stack, volume)
    work.proof.guarded("/intervals/imaging_gaps", check_gaps, work, raw)
    work.proof.guarded("/processing/source", check_texts, work, raw)
    work.proof.guarded("/processing/ophys", check_registration, work, raw, log=proof.log)
    work.proof.guarded("/processing/ophys/images", check_side_images, work, raw, log=proof.log)
    folder_name = naming.video_folder(proof.final_path).name
    work.proof.guarded(
        "/acquisition/whisker_video",
        check_videos,
        work,
        raw,
        videos=proof.videos,
        folder_name=folder_name,
        log=proof.log,
    )
    return _compare_all_frames(work, proof)


def _check_series(work: Comparison, stack: PlaneStack, volume: Subvolume) -> None:
    """Both series of a plane: unit, size, time stamps, image size, links, the acquisition program's text."""
    facts, proof = work.context.metadata.imaging, work.proof
    rows, columns = stack.image_shape
    first = frames_path(stack.plane_name, "green")
    for channel in stack.channels:
        path = frames_path(stack.plane_name, channel)
        check_series(
            work,
            path,
            neurodata_type="TwoPhotonSeries",
            unit="pixel value",
            clock=None if path == first else first,
            parts=(channel, stack.plane_name),
        )
        proof.links_to(f"{path}/imaging_plane", imaging_plane_path(stack.plane_name, channel))
        plane = next(one for one in volume.planes if one.name == stack.plane_name)
        check_imaging_plane(work, volume, plane, channel)
        _check_sizes(work, path, sizes={"dimension": [columns, rows]})
        width_um, height_um = facts.field_of_view_um
        _check_sizes(work, path, sizes={"field_of_view": [width_um * _UM, height_um * _UM]})
        if facts.scan_line_rate_hz is not None:
            proof.attribute(path, "scan_line_rate", facts.scan_line_rate_hz)
        text = (stack.description or "").encode()[:_TEXT_BYTES].decode(errors="ignore")
        comments = str(work.reader.attribute(path, "comments"))
        proof.equal(path, expected="the acquisition program's text", found=_kept_text(text, comments))
    seconds = work.reader.values(f"{first}/timestamps")
    proof.times(
        f"{first}/timestamps", expected=volume.time_ms[stack.index_position], seconds=seconds, unit=work.milliseconds
    )


def _kept_text(text: str, comments: str) -> str:
    return "the acquisition program's text" if text in comments else comments[:80]


def _check_sizes(work: Comparison, path: str, *, sizes: dict[str, list[float]]) -> None:
    for name, expected in sizes.items():
        found = work.reader.values(f"{path}/{name}")
        work.proof.numbers(f"{path}/{name}", expected=np.array(expected), found=found)
        work.proof.dtype(f"{path}/{name}", found.dtype, expected=np.int64 if name == "dimension" else np.float64)


def _compare_all_frames(work: Comparison, proof: RawProof) -> tuple[int, int]:
    stacks = [stack for stack in proof.raw.stacks.values() if stack.frame_count]
    total_bytes = sum(stack.byte_size for stack in stacks)
    done_bytes = compared = 0
    frame_work = FrameWork(mode=proof.mode, workers=proof.workers, memory_mb=proof.memory_mb)

    def compare(stack: PlaneStack, paths: list[str]) -> None:
        nonlocal compared, done_bytes
        seed = str(work.session.key)
        for frames in compare_frames(work, stack, paths, frame_work, seed=seed, digests=proof.digests):
            compared += frames
            done_bytes += frames * stack.frame_bytes
            proof.progress(done_bytes, total_bytes)

    for stack in stacks:
        paths = [f"{frames_path(stack.plane_name, channel)}/data" for channel in stack.channels]
        work.proof.guarded(paths[0], compare, stack, paths)
    return compared, sum(len(stack.channels) * stack.frame_count for stack in stacks)

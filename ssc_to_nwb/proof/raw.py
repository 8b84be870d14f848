"""Compares what the file holds of the raw files: frames and gaps here, others by the checks of their data types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types import registry
from ssc_to_nwb.data_types.imaging_stacks.layout import FILE_SKIPPED, frames_path
from ssc_to_nwb.data_types.subvolumes.source import Subvolume
from ssc_to_nwb.problems.model import ProblemLog
from ssc_to_nwb.proof.comparison import SOURCE, Comparison, numbers_of
from ssc_to_nwb.proof.proof import VerifyMode
from ssc_to_nwb.proof.raw_frames import compare_frames
from ssc_to_nwb.proof.source_frames import PlaneFrames, open_plane_frames
from ssc_to_nwb.session.raw_data import RawData
from ssc_to_nwb.session.session import Session

# Of the acquisition program's text, the part that is looked for: NWB keeps 60,000 bytes of it.
_TEXT_BYTES = 50_000
_TEXT_THERE = "the acquisition program's text"
_TEXTS = f"{SOURCE}/{naming.IMAGE_DESCRIPTIONS}"
_PLACES_OF_TEXTS = ("file_number", "first_page", "page_count")


@dataclass(frozen=True, slots=True, kw_only=True)
class RawProof:
    """The raw files of a session and how they are to be compared; `progress` takes bytes done and bytes in total.

    videos: the folder that holds the videos; final_path: where the NWB file will be, or is; log: takes the
    problems of files that were left out; left_out: takes them, with the reasons; frames: takes the frames that
    were found, by plane.
    """

    raw: RawData
    mode: VerifyMode
    workers: int
    memory_mb: float
    videos: Path
    final_path: Path
    progress: Callable[[int, int], None]
    log: ProblemLog = field(default_factory=ProblemLog)
    left_out: dict[Path, str] = field(default_factory=dict)
    frames: dict[str, PlaneFrames] = field(default_factory=dict)


def check_raw(work: Comparison, proof: RawProof) -> tuple[int, int]:
    """Compare everything that comes from raw files; returns the frames compared and all there are, per channel."""
    proof.left_out.update(_files_left_out(work.session, proof.raw, log=proof.log))
    work.guarded("/acquisition", _find_frames, work, proof)
    frames = proof.frames
    for volume in work.session.subvolumes:
        for plane in volume.planes:
            if plane.name in frames and frames[plane.name].frame_count:
                work.guarded(frames_path(plane.name, "green"), _check_series, work, frames[plane.name], volume)
    work.guarded("/intervals/imaging_gaps", _check_gaps, work, frames)
    work.guarded("/processing/source", _check_texts, work, frames)
    for _, checks in registry.having("proof", "CHECKS"):
        for place, check in checks.items():
            work.guarded(place, check, work, proof)
    return _compare_all_frames(work, proof)


def _find_frames(work: Comparison, proof: RawProof) -> None:
    """Where the frames of every plane are."""
    planes = [(volume, plane) for volume in work.session.subvolumes for plane in volume.planes]
    listed = {plane.plane_name: plane.listed_files for plane in proof.raw.inventory.planes}
    green_first = work.context.metadata.assumptions.green_page_first
    for volume, plane in planes:
        # How many channels there are, the pages alone don't say.
        one = len(proof.raw.stacks[plane.name].channels) == 1
        proof.frames[plane.name] = open_plane_frames(
            plane.name,
            numbers_of(work.source_values[f"{plane.path}.sourceFileFrameIdx"]),
            length=volume.time_ms.size,
            listed_files=listed[plane.name],
            left_out=proof.left_out,
            channel_pages=(0,) if one else (0, 1) if green_first else (1, 0),
        )


def _check_series(work: Comparison, frames: PlaneFrames, volume: Subvolume) -> None:
    """The time stamps of a plane's frames; the size of an image, and the acquisition program's text, of its series."""
    rows, columns = frames.image_shape
    for channel in frames.channels:
        path = frames_path(frames.plane_name, channel)
        size = f"{path}/dimension"
        work.numbers(size, expected=np.array([columns, rows]), found=work.reader.values(size), accounts=True)
        text = next(file.texts[0].text for file in frames.files if file is not None)
        comments = str(work.reader.attribute(path, "comments"))
        kept = text.encode()[:_TEXT_BYTES].decode(errors="ignore") in comments
        work.equal(path, expected=_TEXT_THERE, found=_TEXT_THERE if kept else comments[:80])
    first = frames_path(frames.plane_name, "green")
    seconds = work.reader.values(f"{first}/timestamps")
    work.times(
        f"{first}/timestamps", expected=volume.time_ms[frames.index_position], seconds=seconds, unit=work.milliseconds
    )


def _compare_all_frames(work: Comparison, proof: RawProof) -> tuple[int, int]:
    trials = {plane.name: volume.trial for volume in work.session.subvolumes for plane in volume.planes}
    planes = [frames for frames in proof.frames.values() if frames.frame_count]
    total_bytes = sum(frames.frame_count * len(frames.channels) * frames.frame_bytes for frames in planes)
    done_bytes = compared = 0

    def compare(plane: PlaneFrames, paths: list[str]) -> None:
        nonlocal compared, done_bytes
        seed, trial = str(work.session.key), trials[plane.plane_name]
        for frames in compare_frames(work, plane, paths, proof, trial=trial, seed=seed):
            compared += frames
            done_bytes += frames * plane.frame_bytes
            proof.progress(done_bytes, total_bytes)

    for plane in planes:
        paths = [f"{frames_path(plane.plane_name, channel)}/data" for channel in plane.channels]
        work.guarded(paths[0], compare, plane, paths)
    return compared, sum(len(plane.channels) * plane.frame_count for plane in planes)


def _check_gaps(work: Comparison, frames: Mapping[str, PlaneFrames]) -> None:
    """Compare the reasons of the table with those of the runs of time stamps that have no frame."""
    reasons = {(name, start): reason for name, plane in frames.items() for start, reason in plane.gaps.items()}
    if not reasons:
        return
    path = f"/intervals/{naming.IMAGING_GAPS}"
    table = work.view.table(path)
    # Where and when the gaps are follows from the frame indices, which are compared with the stacks.
    rows = zip(table.texts("plane_name"), table.column("first_time_index").tolist(), strict=True)
    expected = [reasons.get(row, "no gap") for row in rows]
    work.equal(f"{path}/reason", expected=expected, found=table.texts("reason"), accounts=True)


def _files_left_out(session: Session, raw: RawData, *, log: ProblemLog) -> dict[Path, str]:
    """Files of planes that are left out, with the reason; none without `--keep-going`.

    Which files are damaged is a judgement, the one thing that the proof takes from the conversion's reading.

    log: takes the problems of those that are no stacks.
    """
    if not raw.keep_going:
        return {}
    left_out = {}
    for stack in raw.stacks.values():
        paths = {file.listed_path: file.path for file in stack.listed_files}
        for gap in stack.gaps:
            path = paths.get(gap.listed_path or "")
            if path is not None and gap.reason.startswith(FILE_SKIPPED):
                left_out[path] = gap.reason
    before = len(log.problems)
    for _, read_files in registry.having("source", "read_files"):
        for _ in read_files(session, raw, log=log):
            pass
    for problem in log.problems[before:]:
        left_out[Path(problem.file or "")] = problem.kind.title
    return left_out


def _check_texts(work: Comparison, frames: Mapping[str, PlaneFrames]) -> None:
    """Compare the table with the tifs of every plane in which not all texts are the same.

    Texts are compared without the white space around them, which tifffile takes away.
    """
    rows = [row for plane in frames.values() if plane.frame_count for row in _text_rows(plane)]
    if not rows:
        return
    table = work.view.table(_TEXTS)
    planes = [plane for plane, _, _ in rows]
    work.equal(f"{_TEXTS}/plane", expected=planes, found=table.texts("plane"), accounts=True)
    for place, name in enumerate(_PLACES_OF_TEXTS):
        expected = np.array([numbers[place] for _, numbers, _ in rows], dtype=np.int64)
        work.numbers(f"{_TEXTS}/{name}", expected=expected, found=table.column(name), accounts=True)
    found = [text.strip() for text in table.texts("text")]
    work.equal(f"{_TEXTS}/text", expected=[text for _, _, text in rows], found=found, accounts=True)


def _text_rows(plane: PlaneFrames) -> list[tuple[str, tuple[int, int, int], str]]:
    """Plane, numbers of file, first page and pages, and text; none where all texts are the same."""
    rows = [
        (plane.plane_name, (number, run.first_page, run.page_count), run.text)
        for number, file in enumerate(plane.files, start=1)
        if file is not None
        for run in file.texts
    ]
    return rows if len({text for _, _, text in rows}) > 1 else []

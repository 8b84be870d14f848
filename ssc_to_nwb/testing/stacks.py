"""Writes the tif stacks of a plane, its side images and its registration files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ssc_to_nwb.testing.frames import draw_frames, interleaved
from ssc_to_nwb.testing.matlab import row, write_mat5
from ssc_to_nwb.testing.spec import SessionSpec, StackSpec
from ssc_to_nwb.testing.truth import PlaneTruth, StackFile

_KEPT_OF_TRUNCATED = 0.6
SCANIMAGE_TEXT = (
    "state.configPath='C:\\synthetic'\rstate.configName='synthetic'\rstate.software.version=3.8\r"
    "state.acq.numberOfChannelsSave=2\rstate.acq.numberOfFrames={frames}\rstate.acq.linesPerFrame={rows}\r"
    "state.acq.pixelsPerLine={columns}\rstate.acq.frameRate={rate:g}\rstate.internal.triggerTimeString='synthetic'\r"
)


def write_plane_files(*, folder: Path, spec: SessionSpec, plane: PlaneTruth) -> tuple[dict[int, Path], list[Path]]:
    """Write every tif of `plane` into `folder`: paths of the stacks by file number, and of all other files."""
    how = spec.stacks
    rate_hz = spec.rate_of(next(one for one in spec.subvolumes if one.number == plane.subvolume_number))
    folder.mkdir(parents=True, exist_ok=True)
    stacks: dict[int, Path] = {}
    beside: list[Path] = []
    summaries = []
    for file in plane.files:
        frames = draw_frames(spec=spec, plane=plane, file=file)
        summaries.append(_summary(frames))
        if file.number in how.files_missing:
            continue
        path = folder / stack_name(spec, file.number)
        _write_stack(path, frames, file.number, how, rate_hz)
        stacks[file.number] = path
        if how.imreg_files:
            beside.append(write_registration(stack_path=path, n_frames=file.n_frames, seed=[spec.seed, file.number]))
    if how.imreg_files:
        beside.append(write_registration_stats(folder=folder, files=plane.files))
    if how.side_images:
        for name, pages in _side_images(plane.master_image, summaries).items():
            for channel in range(how.channels):
                path = folder / f"{name}_chan_{channel + 1:02d}.tif"
                one_table = how.side_images_with_one_table and len(pages) > 1
                _write_pages(path, pages[:, channel].astype(np.uint16), StackSpec(), one_table=one_table)
                beside.append(path)
    return stacks, beside


def stack_name(spec: SessionSpec, number: int) -> str:
    """File name of a stack."""
    return f"Image_Registration_4_{spec.session_name}_main_{number:03d}.tif"


def _write_stack(path: Path, frames: np.ndarray, number: int, how: StackSpec, rate_hz: float) -> None:
    if number in how.files_not_tif:
        path.write_text("this is not a tif\n")
        return
    alone = how.channels == 1 or number in how.files_of_one_channel
    pages = np.ascontiguousarray(frames[:, 0]) if alone else interleaved(frames)
    if number in how.files_with_odd_pages:
        pages = pages[:-1]
    if number in how.files_of_other_size:
        pages = pages[:, :, :-2]
    text = None
    if how.scanimage_header:
        text = SCANIMAGE_TEXT.format(frames=len(frames), rows=pages.shape[1], columns=pages.shape[2], rate=rate_hz)
    if text is not None and how.scanimage_texts_differ:
        text = text.replace("triggerTimeString='synthetic'", f"triggerTimeString='synthetic {number}'")
    _write_pages(path, pages, how, text, one_table=number in how.files_with_one_table)
    if number in how.files_truncated:
        with path.open("r+b") as stream:
            stream.truncate(int(path.stat().st_size * _KEPT_OF_TRUNCATED))


def _write_pages(
    path: Path, pages: np.ndarray, how: StackSpec, text: str | None = None, *, one_table: bool = False
) -> None:
    """One IFD per page. With a ScanImage text each page has it, its pixels right behind."""
    import tifffile

    if one_table:
        tifffile.imwrite(path, pages, photometric="minisblack", truncate=True, bigtiff=how.bigtiff)
        return
    options: dict[str, Any] = {"photometric": "minisblack", "metadata": None, "software": False}
    if how.compression is not None:
        options["compression"] = how.compression
    if how.tile is not None:
        options["tile"] = how.tile
    with tifffile.TiffWriter(path, bigtiff=how.bigtiff) as writer:
        if text is None:
            writer.write(pages, **options)
        else:
            for number, page in enumerate(pages, start=1):
                own = f"{text}last\r" if how.scanimage_texts_differ and number == len(pages) else text
                writer.write(page, description=own, contiguous=False, **options)


def _summary(frames: np.ndarray) -> tuple[int, np.ndarray, np.ndarray, np.ndarray]:
    """How many frames a file has, and their sum, maximum and deviation."""
    return len(frames), frames.sum(axis=0, dtype=np.float64), frames.max(axis=0), frames.std(axis=0)


def _side_images(
    master: np.ndarray, summaries: Sequence[tuple[int, np.ndarray, np.ndarray, np.ndarray]]
) -> dict[str, np.ndarray]:
    """(pages, channels, rows, columns) by the file name's stem; summaries: of the files of the plane."""
    images = {"master_imreg_image": np.moveaxis(master, 2, 0)[None]}
    if summaries:
        counts, sums, highest, deviations = zip(*summaries, strict=True)
        images |= {
            "session_mean": (np.sum(sums, axis=0) / sum(counts))[None],
            "session_maxproj": np.max(highest, axis=0)[None],
            "session_sdmean": np.mean(deviations, axis=0)[None],
            "session_sdmax": np.max(deviations, axis=0)[None],
            "session_pertrial_mean": np.stack([total / count for total, count in zip(sums, counts, strict=True)]),
            "session_pertrial_sd": np.stack(deviations),
        }
    return {name: np.maximum(np.round(pages), 0) for name, pages in images.items()}


def write_registration(*, stack_path: Path, n_frames: int, seed: Sequence[int]) -> Path:
    """Write the `.imreg_out` of one stack: whole-pixel and half-pixel shifts that wander with time."""
    rng = np.random.default_rng([*seed, 77])
    shifts = np.round(2 * np.cumsum(rng.normal(0, 0.6, (2, n_frames)), axis=1)) / 2
    path = stack_path.with_suffix(".imreg_out")
    write_mat5(path=path, variables={"dx_r": row(shifts[0]), "dy_r": row(shifts[1])})
    return path


def write_registration_stats(*, folder: Path, files: Sequence[StackFile]) -> Path:
    """Write a plane's `imreg_session_stats.mat`."""
    rng = np.random.default_rng([len(files), 78])
    path = folder / "imreg_session_stats.mat"
    write_mat5(
        path=path,
        variables={
            "fileNumber": row([file.number for file in files]),
            "meanShift": row(np.round(rng.uniform(0, 2, len(files)), 3)),
            "maxShift": row(np.round(rng.uniform(2, 6, len(files)), 3)),
        },
    )
    return path

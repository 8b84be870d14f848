"""Opens the stacks: indexes their files, several at a time, checks them against each other and the frame indices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ssc_to_nwb.data_types.imaging_stacks.channels import (
    ONE,
    TWO,
    TWO_CHANNELS,
    ChannelCount,
    StackPages,
    count_channels,
    fault_of_pages,
)
from ssc_to_nwb.data_types.imaging_stacks.layout import FILE_MISSING, FILE_SKIPPED
from ssc_to_nwb.data_types.imaging_stacks.source import ListedFrames, PlaneStack
from ssc_to_nwb.data_types.trial_labels.source import describe_trials
from ssc_to_nwb.metadata.model import Assumptions
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog, SscError
from ssc_to_nwb.quantities import plural
from ssc_to_nwb.source_files.raw_inventory import RawInventory
from ssc_to_nwb.tif.index import TifError, TifIndex, index_tif, tif_error

if TYPE_CHECKING:
    from ssc_to_nwb.session.session import Session

# A page's table is a small read of its own; several at a time hide the latency of disks and networks.
_INDEXING_THREADS = 4
IndexedFiles = Mapping[int, TifIndex | TifError]
"""What is in each file, or what is wrong with it, by its place in the list; of those that are there."""


def open_stacks(
    session: Session, inventory: RawInventory, *, assumptions: Assumptions, keep_going: bool, log: ProblemLog
) -> dict[str, PlaneStack]:
    """The stacks of all planes by their names. Raises as `index_files` and `open_plane_stack`."""
    files = {plane.plane_name: plane.listed_files for plane in inventory.planes}
    listed = {
        plane.name: ListedFrames(
            plane_name=plane.name,
            frame_index=plane.frame_index,
            trial=volume.trial,
            listed_files=files[plane.name],
        )
        for volume in session.subvolumes
        for plane in volume.planes
    }
    indexed = {name: index_files(frames, keep_going=keep_going) for name, frames in listed.items()}
    pages = [
        _pages_of(listed[name], number, index)
        for name, found in indexed.items()
        for number, index in found.items()
        if isinstance(index, TifIndex)
    ]
    channels = _channels(session, inventory, pages, stated=assumptions.channels_per_frame, log=log)
    return {
        plane.name: open_plane_stack(
            listed[plane.name],
            indexed[plane.name],
            image_shape=plane.image_shape,
            green_first=assumptions.green_page_first,
            keep_going=keep_going,
            log=log,
            channels=channels,
        )
        for plane in session.planes
    }


def _channels(
    session: Session, inventory: RawInventory, stacks: Sequence[StackPages], *, stated: int | None, log: ProblemLog
) -> ChannelCount:
    """How many channels the session's stacks hold; one alone is worth a warning, as it was not stated."""
    images = [image for plane in inventory.planes for image in plane.side_images]
    red = [image.path.name for image in images if image.channel != 1]
    masters = [plane.name for plane in session.planes if plane.master_image.shape[2] > 1]
    red_seen = red[0] if red else f"masterImage of {masters[0]}" if masters else None
    channels = count_channels(stacks, stated=stated, red_seen=red_seen, green_alone=bool(images) and red_seen is None)
    if channels.count == ONE and not channels.certain:
        log.add(kinds.STACKS_OF_ONE_CHANNEL, file=inventory.session_directory, found=channels.because)
    return channels


def index_files(frames: ListedFrames, *, keep_going: bool) -> IndexedFiles:
    """Index the files of a plane that the frame index names and that are there.

    Raises SscError as `index_tif` does, with plane and trials named, at the first damaged file unless `keep_going`.
    """
    found: dict[int, TifIndex | TifError] = {}
    paths = {number: path for number in frames.named_files if (path := frames.listed_files[number].path) is not None}
    with ThreadPoolExecutor(_INDEXING_THREADS, thread_name_prefix="tif") as pool:
        waiting = {number: pool.submit(index_tif, path) for number, path in paths.items()}
        for number, indexing in waiting.items():
            try:
                found[number] = indexing.result()
            except TifError as failure:
                found[number] = failure
                if not keep_going:
                    pool.shutdown(wait=False, cancel_futures=True)
                    raise frames.named(failure, frames.stamps_of(number), pages_per_frame=TWO) from failure
    return found


def _pages_of(frames: ListedFrames, number: int, index: TifIndex) -> StackPages:
    listed = int(frames.frame_index.frame_number[frames.stamps_of(number)].max()) + 1
    return StackPages(pages=index.page_count, listed=listed)


def open_plane_stack(
    frames: ListedFrames,
    files: IndexedFiles,
    *,
    image_shape: tuple[int, int] | None,
    green_first: bool,
    keep_going: bool,
    log: ProblemLog,
    channels: ChannelCount = TWO_CHANNELS,
) -> PlaneStack:
    """Check the files of a plane, and line up the frames that exist.

    image_shape: (rows, columns) the frames must have, as the plane's master image and so its masks have it; None where
    the first file decides; green_first: whether a frame's first page is green; channels: of the session's stacks.
    Missing files are logged (RAW_FILE_MISSING) and become gaps; pages that no list names are logged
    (STACK_PAGES_UNLISTED) and stay out.

    Raises SscError of the kinds of `index_tif`, and TIF_ODD_PAGES, TIF_ONE_CHANNEL, TIF_CHANNELS_UNCLEAR,
    TIF_TOO_FEW_FRAMES or TIF_DIFFERS_FROM_STACK; with `keep_going` these are logged (STACK_FILE_SKIPPED) and become
    gaps too.
    """
    used: dict[int, TifIndex] = {}
    unused: dict[int, str] = {}
    for number in frames.named_files:
        index = files.get(number)
        if index is None:
            unused[number] = FILE_MISSING
            _report_missing(frames, number, log=log)
            continue
        try:
            if isinstance(index, TifError):
                raise index
            pages, first = _pages_of(frames, number, index), next(iter(used.values()), None)
            _check(index, pages, channels=channels, image_shape=image_shape, first=first)
            used[number] = index
            _check_length(index, pages, channels=channels)
        except TifError as failure:
            problem = failure.problem
            named = frames.named(failure, frames.stamps_of(number), pages_per_frame=channels.count)
            if number not in used:
                unused[number] = f"{FILE_SKIPPED} ({problem.kind.identifier})"
            if keep_going:
                detail = f"{problem.said} [{problem.kind.identifier}]"
                named = SscError(replace(named.problem, kind=kinds.STACK_FILE_SKIPPED, detail=detail))
            log.overcome(named, keep_going=keep_going)
    _report_unlisted(frames, used, channels=channels, log=log)
    channel_pages = (0,) if channels.count == ONE else (0, 1) if green_first else (1, 0)
    return PlaneStack(**vars(frames), used=used, unused=unused, channel_pages=channel_pages)


def _report_missing(frames: ListedFrames, number: int, *, log: ProblemLog) -> None:
    listed, trials = frames.listed_files[number], describe_trials(frames.trial[frames.stamps_of(number)])
    place = ", ".join(part for part in (f"plane {frames.plane_name}", trials) if part)
    log.add(kinds.RAW_FILE_MISSING, file=listed.listed_path, field=place, detail=listed.note or None)


def _report_unlisted(
    frames: ListedFrames, used: Mapping[int, TifIndex], *, channels: ChannelCount, log: ProblemLog
) -> None:
    """Warn, once for a plane, of pages that belong to no listed frame; a file may have several places in the list."""
    pages = {index.path: index.page_count for index in used.values()}
    named: dict[Path, set[int]] = {path: set() for path in pages}
    for number, index in used.items():
        of_file = frames.frame_index.frame_number[frames.stamps_of(number)]
        named[index.path].update(of_file[of_file < index.page_count // channels.count].tolist())
    over = {path: count for path in pages if (count := pages[path] - channels.count * len(named[path]))}
    if not over:
        return
    first, *others = over
    found = f"{over[first]} of {plural(pages[first], 'page')}"
    if others:
        rest = sum(over.values()) - over[first]
        found += f", and {plural(rest, 'page')} of {plural(len(others), 'other stack')} of the plane"
    log.add(kinds.STACK_PAGES_UNLISTED, file=first, field=f"plane {frames.plane_name}", found=found)


def _check(
    index: TifIndex,
    pages: StackPages,
    *,
    channels: ChannelCount,
    image_shape: tuple[int, int] | None,
    first: TifIndex | None,
) -> None:
    """See that a stack has the pages of so many channels, and is like the master image and the first stack."""
    fault = fault_of_pages(pages, channels)
    if fault is not None:
        found = f"{plural(pages.pages, 'page')} for {plural(pages.listed, 'listed frame')}"
        raise tif_error(fault[0], index.path, expected=fault[1], found=found)
    expected = ""
    if image_shape is not None and image_shape != index.image_shape:
        expected = f"{image_shape[0]} x {image_shape[1]} as the master image"
    elif first is not None and (index.image_shape, index.native_dtype) != (first.image_shape, first.native_dtype):
        expected = f"{_describe(first)} as in {first.path.name}"
    if expected:
        raise tif_error(kinds.TIF_DIFFERS_FROM_STACK, index.path, expected=expected, found=_describe(index))


def _check_length(index: TifIndex, pages: StackPages, *, channels: ChannelCount) -> None:
    """See that a stack has all its listed frames; without, it is used as far as it goes."""
    frame_count = pages.pages // channels.count
    if pages.listed > frame_count:
        found = f"{plural(frame_count, 'frame')} ({plural(pages.pages, 'page')})"
        expected, page = f"at least {plural(pages.listed, 'frame')}", channels.count * frame_count
        raise tif_error(kinds.TIF_TOO_FEW_FRAMES, index.path, expected=expected, found=found, page=page)


def _describe(index: TifIndex) -> str:
    return f"{index.image_shape[0]} x {index.image_shape[1]} {index.native_dtype.name}"

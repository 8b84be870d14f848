"""Where imaging stacks are in the NWB file: frames, the table of missing ones, and the tifs' own texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.clock import Clock, median_interval_ms
from ssc_to_nwb.data_types.declared import SOURCE, TEXT, Column, DeclaredObject, Series, Sources, Table
from ssc_to_nwb.data_types.imaging_stacks.source import PlaneStack
from ssc_to_nwb.data_types.rois.imaging_planes import device, imaging_plane, imaging_plane_path
from ssc_to_nwb.data_types.rois.source import NO_FRAME
from ssc_to_nwb.data_types.rule import left_out, written
from ssc_to_nwb.data_types.trial_labels.source import NO_TRIAL
from ssc_to_nwb.ledger.ledger import LEFT_OUT, FileEntry
from ssc_to_nwb.metadata.model import ImagingFacts
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog
from ssc_to_nwb.quantities import plural
from ssc_to_nwb.source_files.raw_files import RawFileKind, relative_listed_path

if TYPE_CHECKING:
    from ssc_to_nwb.ledger.raw_ledger import SourceFiles
    from ssc_to_nwb.session.raw_data import RawData
    from ssc_to_nwb.source_files.raw_inventory import PlaneFiles

_UM = 1e-6
# A gap has a length even where nobody knows how long a frame takes: the precision of the clock.
_UNKNOWN_FRAME_MS = 1.0
# `comments` is an HDF5 attribute, which holds 64 kB; room is left for the sentence in front of the text.
_LONGEST_TEXT_BYTES = 60_000
_TEXT = (
    "Frames of the {channel} channel of {plane}, as in the tif stacks. data[time, x, y]: x is the column and y the row "
    "of a frame. It has the frames that exist, in the order of the session file's frame index; {missing}. {processing}"
)
# Why frames are missing, in the words of the table of gaps.
NO_FRAME_LISTED = "the session file lists no frame of this plane"
FILE_MISSING = "the tif file is missing"
FILE_SKIPPED = "the tif file is damaged"
FRAME_ABSENT = "the tif file has fewer frames than listed"
_GAPS = Table(
    path=f"/intervals/{naming.IMAGING_GAPS}",
    neurodata_type="TimeIntervals",
    text=(
        "Runs of imaging frames that have time stamps in the session file, but are not in this file. start_time is the "
        "time stamp of the first missing frame. stop_time is the time stamp of the last one plus the length of a "
        "frame: the median interval of the subvolume's frames within trials, or 1 ms where no trial has two frames."
    ),
    columns=(
        Column("start_time", np.float64, "Start time of epoch, in seconds"),
        Column("stop_time", np.float64, "Stop time of epoch, in seconds"),
        Column("plane_name", TEXT, "The imaging plane, as in the names of its objects."),
        Column("reason", TEXT, "Why the frames are missing."),
        Column(
            "listed_file",
            TEXT,
            "Tif that the session file names for the frames, relative to the session's folder; empty where it names "
            "none.",
        ),
        Column("frame_count", np.int64, "Number of missing frames."),
        Column(
            "first_time_index",
            np.int64,
            "Place of the first missing frame among the subvolume's time stamps, counted from 0.",
        ),
        Column("trial_numbers", np.int64, "Numbers of the trials that the missing frames belong to.", ragged=True),
    ),
)
_IMAGE_TEXTS = Table(
    path=f"{SOURCE.path}/{naming.IMAGE_DESCRIPTIONS}",
    text=(
        "ImageDescription of the imaging stacks of planes whose tifs or pages differ in it: a row for pages that "
        "follow each other with one text, mostly those of a whole tif. Where all pages have the same text, it is in "
        "the comments of the frames."
    ),
    columns=(
        Column("plane", TEXT, "Name of the imaging plane."),
        Column("file_number", np.int64, "The tif: a file_number of the table source_stacks."),
        Column("first_page", np.int64, "First page of the tif that has the text, counted from 1."),
        Column(
            "page_count",
            np.int64,
            "Number of pages that have it. Images behind a page that have no page directory of their own have no text.",
        ),
        Column("text", TEXT, "The text; empty where the pages have none."),
    ),
)
ROLE = ("imaging stack", RawFileKind.STACK)
LEAVES_OUT = (kinds.STACK_FILE_SKIPPED,)
_NOT_NAMED = "the session file lists the stack, but names no frame of it"


def objects(sources: Sources) -> Iterator[DeclaredObject]:
    """Frames of all planes, imaging planes of their channels, and the tables of gaps and of texts."""
    if sources.raw is None:
        return
    context, timed = sources.context, []
    for subvolume in context.session.subvolumes:
        for plane in subvolume.planes:
            stack = sources.raw.stacks[plane.name]
            timed.append((stack, subvolume.time_ms))
            if stack.frame_count:
                _report_cut_text(stack, log=sources.log)
                yield from device(context.metadata.imaging.microscope)
                for channel in stack.channels:
                    yield imaging_plane(context, subvolume=subvolume, plane=plane, channel=channel)
                seconds = context.clock.seconds(subvolume.time_ms[stack.index_position])
                chunk_mb = sources.storage.chunk_mb
                yield from _frame_series(stack, seconds, facts=context.metadata.imaging, chunk_mb=chunk_mb)
    yield from imaging_gaps(timed, clock=context.clock)
    yield from _image_texts([stack for stack, _ in timed])


def imaging_gaps(stacks: Sequence[tuple[PlaneStack, np.ndarray]], *, clock: Clock) -> Iterator[Table]:
    """The table of missing frames, in the order of time, where any is missing.

    stacks: with each the time stamps of its subvolume, float64 (F,), in ms of the session's clock.
    """
    rows = [row for stack, time_ms in stacks for row in _gaps(stack, time_ms, clock)]
    rows.sort(key=lambda row: row[:2])
    if rows:
        yield _GAPS.with_rows(rows)


def _gaps(stack: PlaneStack, time_ms: np.ndarray, clock: Clock) -> Iterator[tuple[Any, ...]]:
    """A row for each run of time stamps without a frame, all of one listed file or of none."""
    missing, file_number = np.flatnonzero(~stack.exists), stack.frame_index.file_number
    if not missing.size:
        return
    frame_ms = median_interval_ms(time_ms, stack.trial) or _UNKNOWN_FRAME_MS
    edges = np.flatnonzero((np.diff(missing) != 1) | (np.diff(file_number[missing]) != 0)) + 1
    for run in np.split(missing, edges):
        number, trials = int(file_number[run[0]]), np.unique(stack.trial[run])
        reason, listed_file = NO_FRAME_LISTED, ""
        if number != NO_FRAME:
            reason = stack.unused.get(number, FRAME_ABSENT)
            listed_file = str(relative_listed_path(stack.listed_files[number].listed_path))
        times = (float(clock.seconds(one)) for one in (time_ms[run[0]], time_ms[run[-1]] + frame_ms))
        yield (*times, stack.plane_name, reason, listed_file, run.size, int(run[0]), trials[trials != NO_TRIAL])


def _image_texts(stacks: Iterable[PlaneStack]) -> Iterator[DeclaredObject]:
    """The table of the tifs' texts, where the comments of the series do not hold all of them."""
    rows = [
        (stack.plane_name, number + 1, run.first_page + 1, run.page_count, run.text or "")
        for stack in stacks
        if stack.frame_count and _texts_differ(stack)
        for number, index in stack.used.items()
        for run in index.texts
    ]
    if rows:
        yield SOURCE
        yield _IMAGE_TEXTS.with_rows(rows)


def frames_path(plane_name: str, channel: naming.Channel) -> str:
    """Path of the frames of a plane and channel."""
    return f"/acquisition/{naming.two_photon_series(plane_name, channel)}"


def _report_cut_text(stack: PlaneStack, *, log: ProblemLog) -> None:
    """Warn where the comments do not hold all of the acquisition program's text."""
    size = len((stack.first_file.description or "").encode())
    if size > _LONGEST_TEXT_BYTES:
        log.add(
            kinds.TIF_TEXT_CUT,
            file=stack.first_file.path,
            field=f"plane {stack.plane_name}, ImageDescription",
            expected=f"at most {_LONGEST_TEXT_BYTES} bytes",
            found=f"{size} bytes",
        )


def _lazy_frames(stack: PlaneStack, channel: int, *, chunk_mb: float) -> Any:
    from ssc_to_nwb.data_types.imaging_stacks.frames import StackFrames

    return StackFrames(stack=stack, channel=channel, chunk_mb=chunk_mb)


def _frame_series(stack: PlaneStack, seconds: np.ndarray, *, facts: ImagingFacts, chunk_mb: float) -> Iterator[Series]:
    """The series of each channel of a stack with at least one frame; the first has the time stamps of both."""
    rows, columns = stack.image_shape
    width_um, height_um = facts.field_of_view_um
    line_rate = {} if facts.scan_line_rate_hz is None else {"scan_line_rate": facts.scan_line_rate_hz}
    count, missing = int((~stack.exists).sum()), "none is missing"
    if count:
        missing = f"{plural(count, 'frame is', 'frames are')} missing, see {naming.IMAGING_GAPS}"
    for number, channel in enumerate(stack.channels):
        text = _TEXT.format(
            channel=channel,
            plane=stack.plane_name,
            missing=missing,
            processing=facts.data_processing.get("stacks", ""),
        )
        yield Series(
            path=frames_path(stack.plane_name, channel),
            neurodata_type="TwoPhotonSeries",
            text=text.strip(),
            unit="pixel value",
            dtype=stack.dtype,
            axes=3,
            clock=frames_path(stack.plane_name, stack.channels[0]) if number else None,
            comments=_comments(stack),
            attributes=line_rate,
            fields={
                "dimension": np.array([columns, rows]),
                "field_of_view": np.array([width_um * _UM, height_um * _UM]),
            },
            links={"imaging_plane": imaging_plane_path(stack.plane_name, channel)},
            values=partial(_lazy_frames, stack, number, chunk_mb=chunk_mb),
            seconds=seconds,
        )


def _texts_differ(stack: PlaneStack) -> bool:
    """Whether not all pages of a plane's used tifs have one text."""
    return len({run.text for index in stack.used.values() for run in index.texts}) > 1


def _comments(stack: PlaneStack) -> str:
    """The acquisition program's text of settings, from the first tif of the plane."""
    others = (
        f"The tifs or pages differ in this text; the table {naming.IMAGE_DESCRIPTIONS} has all texts. "
        if _texts_differ(stack)
        else ""
    )
    first = stack.first_file
    if first.description is None:
        return others + "The first tif has no text from the acquisition program."
    text = first.description.encode()[:_LONGEST_TEXT_BYTES].decode(errors="ignore")
    return f"{others}ImageDescription of the first tif, {first.path.name}: {text}"


def _places(plane: str, channels: Sequence[naming.Channel]) -> tuple[str, ...]:
    return tuple(f"{frames_path(plane, channel)}/data" for channel in channels)


_STACK = written(
    "imaging-stack",
    "fov_VVPPP/fluo_batch_out/*_main_NNN.tif",
    nwb=_places("{plane}", naming.CHANNELS),
    unit="pixel value",
    text="The frames that sourceFileFrameIdx names, in its order, axes (time, column, row), values unchanged.",
)
_MISSING = left_out(
    "raw-file-missing",
    "a stack that is listed and not there",
    text="The listed file is not there; its frames are gaps.",
)
RAW_RULES = (_STACK, _MISSING)


def plane_entries(plane: PlaneFiles, raw: RawData, files: SourceFiles) -> Iterator[FileEntry]:
    """The stacks of a plane in the ledger."""
    stack = raw.stacks[plane.plane_name]
    nwb, used = _places(stack.plane_name, stack.channels), set(stack.frames.file_number.tolist())
    for number, listed in enumerate(plane.listed_files):
        if listed.path is None:
            yield FileEntry(
                source=listed.listed_path,
                role=ROLE[0],
                bytes=0,
                sha256=None,
                disposition=_MISSING.disposition,
                nwb=(),
                rule=_MISSING.identifier,
                reason=_MISSING.text,
            )
            continue
        reason = files.why_unusable(listed.path)
        if number in used:
            # A stack that is cut short is used as far as it goes.
            yield files.entry(listed.path, _STACK, role=ROLE[0], nwb=nwb, reason=reason)
        else:
            yield files.entry(listed.path, LEFT_OUT, role=ROLE[0], reason=reason or _NOT_NAMED)

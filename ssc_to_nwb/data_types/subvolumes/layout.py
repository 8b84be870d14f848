"""Where a subvolume as such is in the NWB file: its clock, its columns in the trials table, its lists of frames."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.declared import OPHYS, SOURCE, TEXT, Column, DeclaredObject, Sources, Table
from ssc_to_nwb.data_types.facts import SessionFacts
from ssc_to_nwb.data_types.rois.source import Plane
from ssc_to_nwb.data_types.rule import CALCIUM, Leaf, is_calcium, scoped, written
from ssc_to_nwb.data_types.subvolumes.source import Subvolume
from ssc_to_nwb.data_types.trial_labels.layout import trial_numbers
from ssc_to_nwb.matlab.tree import MatChar
from ssc_to_nwb.session.context import SessionContext
from ssc_to_nwb.session.session import Session

VALID = Column(
    "imaging_valid", np.bool_, "Whether the source lists the trial as one with valid imaging data, in any subvolume."
)
VALID_SUBVOLUMES = Column(
    "imaging_valid_subvolumes",
    np.int64,
    "Numbers of the subvolumes for which the source lists the trial as one with valid imaging data.",
    ragged=True,
)
IMAGED_SUBVOLUMES = Column(
    "imaged_subvolumes", np.int64, "Numbers of the subvolumes that have frames labelled with the trial.", ragged=True
)
_STACKS = Table(
    path=f"{SOURCE.path}/{naming.SOURCE_STACKS}",
    text="Imaging stacks (tif) that the source lists for every plane (sourceFileList).",
    columns=(
        Column("plane", TEXT, "Name of the imaging plane."),
        Column(
            "file_number",
            np.int64,
            "Place of the file in the plane's list, counted from 1; the frame indices refer to it.",
        ),
        Column("listed_path", TEXT, "Path of the stack as the source lists it."),
    ),
)
_FILE = Column("file_number", np.int64, "Stack: a file_number of the table source_stacks; 0 where there is no frame.")
_FRAME = Column(
    "frame_number",
    np.int64,
    "Frame of this plane within the stack, counted from 1; a frame is one page per channel. 0 where there is no frame.",
)
_SERIES_FRAME = Column(
    naming.TWO_PHOTON_FRAME,
    np.int64,
    "Frame of this plane's TwoPhotonSeries in this file, counted from 1; 0 where the file has no frame.",
)
_FRAMES_TEXT = (
    "Frames of {plane} (sourceFileFrameIdx), a row per time stamp of its subvolume: row i belongs to sample i of the "
    "plane's traces and of the subvolume's trial numbers."
)


def objects(sources: Sources) -> Iterator[DeclaredObject]:
    """The list of stacks, and a frame index for every plane."""
    session, raw = sources.session, sources.raw
    if not session.planes:
        return
    yield SOURCE
    rows = [(plane.name, place, path) for plane in session.planes for place, path in enumerate(plane.listed_paths, 1)]
    yield replace(_STACKS.with_rows(rows), source=tuple(path for plane in session.planes for path in plane.sources))
    for plane in session.planes:
        index = plane.frame_index
        columns = [replace(_FILE, values=index.file_number + 1), replace(_FRAME, values=index.frame_number + 1)]
        if raw is not None:
            there = raw.stacks[plane.name].exists
            columns.append(replace(_SERIES_FRAME, values=np.cumsum(there) * there))
        yield Table(
            path=f"{SOURCE.path}/{naming.frame_index(plane.name)}",
            text=_FRAMES_TEXT.format(plane=plane.name),
            columns=tuple(columns),
            source=plane.sources,
        )


def labels_path(subvolume: Subvolume) -> str:
    """Path of the series of a subvolume's trial numbers."""
    return f"{OPHYS.path}/{naming.subvolume_trial_number(subvolume.number, occurrence=subvolume.occurrence)}"


def series_path(plane: Plane, kind: str) -> str:
    """Path of the series of a plane for one kind of array."""
    return f"{OPHYS.path}/{naming.RESPONSE_CONTAINERS[kind]}/{naming.response_series(kind, plane.name)}"


def labelled_clocks(context: SessionContext) -> Iterator[DeclaredObject]:
    """The clock of every subvolume."""
    for subvolume in context.session.subvolumes:
        planes = ", ".join(plane.name for plane in subvolume.planes) or "without planes"
        yield from trial_numbers(
            context,
            module=OPHYS,
            path=labels_path(subvolume),
            of=f"subvolume {subvolume.number} ({planes})",
            arrays=tuple(subvolume.arrays.values()),
            series_on_it=[series_path(plane, traces.array.kind) for plane, traces in subvolume.traced_planes()],
        )


def trial_columns(context: SessionContext) -> Iterator[Column]:
    """Whether any list names the trial, and the subvolumes that were valid and imaged in it."""
    session = context.session
    numbers, listed = session.trials.numbers, listed_trials(session)
    imaged = _by_number((volume.number, volume.imaged_trials) for volume in session.subvolumes)
    source = tuple(array.path for volume in session.subvolumes for array in volume.arrays.values())
    if listed:
        yield replace(VALID, values=np.isin(numbers, np.concatenate(list(listed.values()))), source=source)
    for column, trials_of in ((VALID_SUBVOLUMES, listed), (IMAGED_SUBVOLUMES, imaged)):
        is_in = {volume: np.isin(numbers, trials) for volume, trials in trials_of.items()}
        if any(one.any() for one in is_in.values()):
            lists = [[volume for volume, one in is_in.items() if one[place]] for place in range(numbers.size)]
            values = [np.array(one, dtype=np.int64) for one in lists]
            yield replace(column, values=values, source=source)


def listed_trials(session: Session) -> dict[int, np.ndarray]:
    """Trials with valid imaging, by the number of the subvolume, of those that list any; two may have one number."""
    return _by_number((one.number, one.valid_trials) for one in session.subvolumes if one.valid_trials is not None)


def _by_number(pairs: Iterable[tuple[int, np.ndarray]]) -> dict[int, np.ndarray]:
    joined: dict[int, np.ndarray] = {}
    for number, trials in pairs:
        joined[number] = np.concatenate([joined[number], trials]) if number in joined else trials
    return joined


def _is_in_list(leaf: Leaf, facts: SessionFacts) -> bool:  # noqa: ARG001
    """Whether a leaf of `sourceFileList` is a path, several as rows of a char matrix, or an empty place in the list."""
    return isinstance(leaf.value, str | MatChar) or (leaf.is_empty and leaf.path.endswith("}"))


_PLANE = "timeSeriesArrayHash.value{*}.imagingPlane{*}"
RULES = scoped(
    CALCIUM,
    is_calcium,
    written(
        "plane-files",
        f"{_PLANE}.sourceFileList{{*}}",
        nwb=(f"{_STACKS.path}/listed_path",),
        text="A row per plane and file, with the path as the rig wrote it.",
        when=_is_in_list,
        keep=lambda leaf, _: not isinstance(leaf.value, str),
    ),
    written(
        "plane-frames",
        f"{_PLANE}.sourceFileFrameIdx",
        nwb=(f"{SOURCE.path}/{naming.frame_index('{plane}')}",),
        text="A row per time stamp of the subvolume: file and frame, counted from 1 as in the source; 0 for NaN.",
        up_to="no frames",
    ),
)

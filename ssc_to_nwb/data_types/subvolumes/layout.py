"""Where a subvolume as such is in the NWB file: its clock, its columns in the trials table, its lists of frames."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.declared import OPHYS, SOURCE, TEXT, Column, DeclaredObject, Sources, Table
from ssc_to_nwb.data_types.roi_traces.layout import series_path
from ssc_to_nwb.data_types.rois.source import Plane
from ssc_to_nwb.data_types.subvolumes.source import Subvolume
from ssc_to_nwb.data_types.trial_labels.layout import LabelledClock
from ssc_to_nwb.session.session import Session

VALID = Column(
    name="imaging_valid",
    dtype=np.bool_,
    text="Whether the source lists the trial as one with valid imaging data, in any subvolume.",
)
VALID_SUBVOLUMES = Column(
    name="imaging_valid_subvolumes",
    dtype=np.int64,
    ragged=True,
    text="Numbers of the subvolumes for which the source lists the trial as one with valid imaging data.",
)
IMAGED_SUBVOLUMES = Column(
    name="imaged_subvolumes",
    dtype=np.int64,
    ragged=True,
    text="Numbers of the subvolumes that have frames labelled with the trial.",
)
STACKS = Table(
    path=f"{SOURCE.path}/{naming.SOURCE_STACKS}",
    text="Imaging stacks (tif) that the source lists for every plane (sourceFileList).",
    columns=(
        Column(name="plane", dtype=TEXT, text="Name of the imaging plane."),
        Column(
            name="file_number",
            dtype=np.int64,
            text="Place of the file in the plane's list, counted from 1; the frame indices refer to it.",
        ),
        Column(name="listed_path", dtype=TEXT, text="Path of the stack as the source lists it."),
    ),
)
_FRAME_COLUMNS = (
    Column(
        name="file_number",
        dtype=np.int64,
        text="Stack: a file_number of the table source_stacks; 0 where there is no frame.",
    ),
    Column(
        name="frame_number",
        dtype=np.int64,
        text=(
            "Frame of this plane within the stack, counted from 1; a frame is one page per channel. 0 where there is "
            "no frame."
        ),
    ),
)
_SERIES_FRAME = Column(
    name=naming.TWO_PHOTON_FRAME,
    dtype=np.int64,
    text="Frame of this plane's TwoPhotonSeries in this file, counted from 1; 0 where the file has no frame.",
)
_FRAMES_TEXT = (
    "Frames of {plane} (sourceFileFrameIdx), a row per time stamp of its subvolume: row i belongs to sample i of the "
    "plane's traces and of the subvolume's trial numbers."
)


def objects(sources: Sources) -> Iterator[DeclaredObject]:
    """The list of stacks, and a frame index for every plane."""
    if sources.session.planes:
        yield SOURCE
        yield STACKS
    for plane in sources.session.planes:
        yield frame_index(plane, with_frames=sources.raw is not None)


def frame_index(plane: Plane, *, with_frames: bool) -> Table:
    """The frame index of a plane. with_frames: whether stacks are converted."""
    return Table(
        path=f"{SOURCE.path}/{naming.frame_index(plane.name)}",
        text=_FRAMES_TEXT.format(plane=plane.name),
        columns=(*_FRAME_COLUMNS, *((_SERIES_FRAME,) if with_frames else ())),
    )


def labels_path(subvolume: Subvolume) -> str:
    """Path of the series of a subvolume's trial numbers."""
    return f"{OPHYS.path}/{naming.subvolume_trial_number(subvolume.number, occurrence=subvolume.occurrence)}"


def labelled_clocks(session: Session) -> Iterator[LabelledClock]:
    """The clock of every subvolume."""
    for subvolume in session.subvolumes:
        planes = ", ".join(plane.name for plane in subvolume.planes) or "without planes"
        yield LabelledClock(
            path=labels_path(subvolume),
            of=f"subvolume {subvolume.number} ({planes})",
            keys=tuple(array.key for array in subvolume.arrays.values()),
            labels=subvolume.trial,
            time_ms=subvolume.time_ms,
            series_on_it=tuple(series_path(plane, traces.array.kind) for plane, traces in subvolume.traced_planes()),
        )


def trial_columns(session: Session) -> Iterator[Column]:
    """What the trials table has of the subvolumes."""
    valid = listed_trials(session)
    if valid:
        yield VALID
    for column, members in ((VALID_SUBVOLUMES, valid), (IMAGED_SUBVOLUMES, imaged_trials(session))):
        if any(np.isin(session.trials.numbers, trials).any() for trials in members.values()):
            yield column


def listed_trials(session: Session) -> dict[int, np.ndarray]:
    """Trials with valid imaging, by the number of the subvolume, of those that list any; two may have one number."""
    return _joined([(one.number, one.valid_trials) for one in session.subvolumes if one.valid_trials is not None])


def imaged_trials(session: Session) -> dict[int, np.ndarray]:
    """Trials in which at least one plane has a frame, by the number of the subvolume."""
    return _joined([(volume.number, _imaged(volume)) for volume in session.subvolumes])


def _imaged(volume: Subvolume) -> np.ndarray:
    present = np.zeros(volume.time_ms.size, dtype=bool)
    for plane in volume.planes:
        present |= plane.frame_index.present
    return np.unique(volume.trial[present])


def _joined(pairs: list[tuple[int, np.ndarray]]) -> dict[int, np.ndarray]:
    joined: dict[int, np.ndarray] = {}
    for number, trials in pairs:
        joined[number] = np.concatenate([joined[number], trials]) if number in joined else trials
    return joined

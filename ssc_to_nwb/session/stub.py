"""A small true part of a session: a few whole trials, with every data type."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ssc_to_nwb.data_types.events.source import PAIRS, EventSeries, EventTrain
from ssc_to_nwb.data_types.rois.frame_index import FrameIndex
from ssc_to_nwb.data_types.rois.source import Plane
from ssc_to_nwb.data_types.subvolumes.source import Subvolume
from ssc_to_nwb.session.raw_data import RawData
from ssc_to_nwb.session.session import Session
from ssc_to_nwb.source_files.raw_inventory import FileLeftOut

_LEAST_TRIALS = 3


def stub_session(session: Session) -> Session:
    """The session with a few trials: one imaged trial per subvolume, and three at least; nothing else is changed.

    Samples, frames and events of other trials, or of none, are left out. `tree` stays whole.
    """
    numbers = _choose_trials(session)
    return replace(
        session,
        trials=session.trials.take(np.flatnonzero(np.isin(session.trials.numbers, numbers))),
        arrays={kind: array.take(np.isin(array.trial, numbers)) for kind, array in session.arrays.items()},
        subvolumes=tuple(_cut_subvolume(volume, numbers) for volume in session.subvolumes),
        events={key: _cut_events(series, numbers) for key, series in session.events.items()},
    )


def stub_videos(raw: RawData, *, whole: np.ndarray, kept: np.ndarray) -> RawData:
    """The raw data without the videos of trials that the stub leaves out; they count as left out, for that reason.

    whole, kept: trial numbers of the session and of its stub.
    """
    dropped = set(whole.tolist()) - set(kept.tolist())
    inventory = raw.inventory
    left_out = tuple(
        FileLeftOut(path=video.path, reason="its trial is not in the stub")
        for video in inventory.videos
        if video.trial in dropped
    )
    videos = tuple(video for video in inventory.videos if video.trial not in dropped)
    return replace(raw, inventory=replace(inventory, videos=videos, left_out=(*inventory.left_out, *left_out)))


def _choose_trials(session: Session) -> np.ndarray:
    chosen: list[int] = []
    for volume in session.subvolumes:
        imaged = session.trials.numbers[np.isin(session.trials.numbers, volume.trial)]
        chosen += imaged[:1].tolist()
    for number in session.trials.numbers.tolist():
        if len(set(chosen)) >= _LEAST_TRIALS:
            break
        chosen.append(number)
    return np.unique(np.array(chosen, dtype=np.int64))


def _cut_subvolume(volume: Subvolume, numbers: np.ndarray) -> Subvolume:
    keep = np.isin(volume.trial, numbers)
    arrays = {
        kind: replace(array, values=array.values[:, keep], time_ms=array.time_ms[keep], trial=array.trial[keep])
        for kind, array in volume.arrays.items()
    }
    return replace(volume, arrays=arrays, planes=tuple(_cut_plane(plane, keep) for plane in volume.planes))


def _cut_plane(plane: Plane, keep: np.ndarray) -> Plane:
    index = plane.frame_index
    return replace(
        plane,
        frame_index=FrameIndex(file_number=index.file_number[keep], frame_number=index.frame_number[keep]),
    )


def _cut_events(series: EventSeries, numbers: np.ndarray) -> EventSeries:
    return replace(series, trains=tuple(_cut_train(train, numbers, type_=series.type) for train in series.trains))


def _cut_train(train: EventTrain, numbers: np.ndarray, *, type_: int) -> EventTrain:
    keep = np.isin(train.trial, numbers)
    if type_ == PAIRS:
        # On and off of a pair have the same trial number, so pairs stay whole.
        keep = np.repeat(keep[0::2], 2)
    return replace(
        train,
        time_ms=train.time_ms[keep],
        trial=train.trial[keep],
        properties=tuple(replace(item, values=item.values[keep]) for item in train.properties),
    )

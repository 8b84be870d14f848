"""A small true part of a session: a few whole trials, with every data type."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

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
        events={
            key: replace(one, trains=tuple(train.take(np.isin(train.trial[:, 0], numbers)) for train in one.trains))
            for key, one in session.events.items()
        },
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
        kind: replace(_cut(array, keep, "time_ms", "trial"), values=array.values[:, keep])
        for kind, array in volume.arrays.items()
    }
    planes = [
        replace(plane, frame_index=_cut(plane.frame_index, keep, "file_number", "frame_number"))
        for plane in volume.planes
    ]
    return replace(volume, arrays=arrays, planes=tuple(planes))


def _cut(record: Any, keep: np.ndarray, *names: str) -> Any:
    """A frozen object with some items of these arrays of it."""
    return replace(record, **{name: getattr(record, name)[keep] for name in names})

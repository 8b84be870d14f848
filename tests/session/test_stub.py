"""A stub is a small true part of its session."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_sessions import read, write

from ssc_to_nwb.data_types.whisker.source import whisker_of
from ssc_to_nwb.session.session import Session
from ssc_to_nwb.session.stub import stub_session
from ssc_to_nwb.testing.spec import SubvolumeSpec


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Session:
    made = write(
        tmp_path_factory.mktemp("stub"),
        n_trials=20,
        whiskers=("c1", "c2"),
        subvolumes=tuple(SubvolumeSpec(number=n, planes=(2, 3), rois_per_plane=2) for n in range(1, 5)),
        further_touch_properties=("wobble",),
        unknown_trial_frames=True,
    )
    return read(made)[0]


@pytest.fixture(scope="module")
def stub(whole: Session) -> Session:
    return stub_session(whole)


def test_few_trials_one_at_least_of_every_subvolume(whole: Session, stub: Session) -> None:
    assert 3 <= len(stub.trials) <= 4 < len(whole.trials)
    for volume in stub.subvolumes:
        assert np.isin(volume.trial, stub.trials.numbers).all()
        assert volume.time_ms.size


def test_every_data_type_is_there(whole: Session, stub: Session) -> None:
    assert whisker_of(stub) is not None
    assert [t.label for t in whisker_of(stub).traces] == [t.label for t in whisker_of(whole).traces]
    assert list(stub.events) == list(whole.events)
    assert [p.name for p in stub.planes] == [p.name for p in whole.planes]
    assert [list(v.arrays) for v in stub.subvolumes] == [list(v.arrays) for v in whole.subvolumes]


def test_what_is_kept_is_unchanged(whole: Session, stub: Session) -> None:
    numbers = stub.trials.numbers
    keep = np.isin(whole.trials.numbers, numbers)
    np.testing.assert_array_equal(stub.trials.start_ms, whole.trials.start_ms[keep])
    assert stub.trials.types == tuple(whole.trials.types[place] for place in np.flatnonzero(keep))
    for item, before in zip(stub.trials.properties, whole.trials.properties, strict=True):
        np.testing.assert_array_equal(item.values, before.values[keep])
    for trace, before in zip(whisker_of(stub).traces, whisker_of(whole).traces, strict=True):
        np.testing.assert_array_equal(trace.values, before.values[np.isin(whisker_of(whole).trial, numbers)])
    for volume, before in zip(stub.subvolumes, whole.subvolumes, strict=True):
        keep = np.isin(before.trial, numbers)
        np.testing.assert_array_equal(volume.time_ms, before.time_ms[keep])
        for kind, array in volume.arrays.items():
            np.testing.assert_array_equal(array.values, before.arrays[kind].values[:, keep])
        for plane, plane_before in zip(volume.planes, before.planes, strict=True):
            np.testing.assert_array_equal(plane.frame_index.frame_number, plane_before.frame_index.frame_number[keep])
            assert plane.rois == plane_before.rois


def test_pairs_and_their_properties_stay_whole(whole: Session, stub: Session) -> None:
    for key, series in stub.events.items():
        for train, before in zip(series.trains, whole.events[key].trains, strict=True):
            keep = np.isin(before.trial[:, 0], stub.trials.numbers)
            np.testing.assert_array_equal(train.time_ms, before.time_ms[keep])
            np.testing.assert_array_equal(train.trial, before.trial[keep])
            for item, item_before in zip(train.properties, before.properties, strict=True):
                np.testing.assert_array_equal(item.values, item_before.values[keep])


def test_a_session_of_few_trials_is_its_own_stub(tmp_path: Path) -> None:
    session, _ = read(write(tmp_path, n_trials=2, trial_number_gap_after=(), trials_without_whisker=()))
    assert len(stub_session(session).trials) == 2


def test_texts_of_trials_are_cut_too(tmp_path: Path) -> None:
    from ssc_to_nwb.testing.matlab import Cell, hash_struct

    texts = [f"mood {n}" for n in range(6)]
    made = write(tmp_path, edit=lambda s: s.update(trialPropertiesHash=hash_struct([("mood", "", Cell(texts))])))
    session = read(made)[0]
    cut = stub_session(session)
    positions = np.flatnonzero(np.isin(session.trials.numbers, cut.trials.numbers))
    assert cut.trials.properties[0].values.tolist() == [texts[place] for place in positions]

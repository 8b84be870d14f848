"""A session's views show what was in its source."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from pathlib import Path

import numpy as np
import pytest
from made_sessions import Assembled, Converted

from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.reading.imaged_plane import ImagedPlane
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.opened_session import open_nwb_session


@pytest.fixture
def session(opened_awkward: NwbSession) -> NwbSession:
    return opened_awkward


def test_title(session: NwbSession) -> None:
    assert session.title == "an900007, 2013-12-01"
    assert (session.name, session.letter) == ("an900007_2013_12_01", "")
    assert session.nwb_version.startswith("2.")


def test_the_letter_of_a_second_session_of_the_day(assemble_edited: Callable[..., Assembled]) -> None:
    second = assemble_edited(subvolumes=(), whisker_data=False, letter="b").session
    assert (second.title, second.name) == ("an900001, 2013-03-08b", "an900001_2013_03_08b")


@pytest.mark.parametrize(
    ("plane", "subvolume"),
    [("fov_04001", "fov_04"), ("fov_13002", "fov_13"), ("subvolume_02_plane_3", "subvolume_02"), ("other", "other")],
)
def test_the_subvolume_of_a_plane(session: NwbSession, plane: str, subvolume: str) -> None:
    assert ImagedPlane(name=plane, nwbfile=session.nwbfile).subvolume == subvolume


def test_trials(session: NwbSession, converted_awkward: Converted) -> None:
    truth = converted_awkward.made.trials
    assert session.trial_numbers.tolist() == truth.numbers.tolist()
    assert session.trials["trial_type"].tolist() == [kind or "none" for kind in truth.types]
    np.testing.assert_allclose(session.trials["start_time"], truth.start_ms / 1000.0)
    assert "timeseries" not in session.trials


def test_events(session: NwbSession, converted_awkward: Converted) -> None:
    events, touches = converted_awkward.made.trials.events, converted_awkward.made.whisker.touches
    licks = np.concatenate([events["leftLicks"].times_ms, events["rightLicks"].times_ms])
    np.testing.assert_allclose(session.licks["timestamp"], np.sort(licks) / 1000.0)
    assert len(session.touches) == sum(touch.onset_ms.size for touch in touches)
    assert set(session.touches["whisker"]) == {"c1", "c2", "D4"}
    assert len(session.pole_in_reach) == len(session.reward_cue) == len(session.trials)
    assert set(session.rewards["side"]) <= {"left"}


def test_whisker_traces(session: NwbSession, converted_awkward: Converted) -> None:
    truth = converted_awkward.made.whisker
    names = [(trace.quantity, trace.whisker) for trace in session.whisker_traces]
    assert names == [
        (quantity, whisker) for quantity in ("angle", "curvature_change") for whisker in ("c1", "c2", "d4")
    ]
    assert [trace.unit for trace in session.whisker_traces] == ["degrees"] * 3 + ["1/mm"] * 3
    np.testing.assert_array_equal(session.whisker_traces[1].values, truth.angle_deg[1])
    np.testing.assert_allclose(session.whisker_traces[5].time_s, truth.time_ms / 1000.0)


def test_planes(session: NwbSession, converted_awkward: Converted) -> None:
    truth = {plane.name: plane for plane in converted_awkward.made.planes}
    assert [plane.name for plane in session.planes] == sorted(truth)
    for plane in session.planes:
        image = plane.image("master_green")
        np.testing.assert_array_equal(image, truth[plane.name].master_image[:, :, 0])
        assert set(plane.roi_numbers) == {roi.number for roi in truth[plane.name].rois}


def test_masks_and_outlines_lie_on_the_picture(session: NwbSession, converted_awkward: Converted) -> None:
    truth = {roi.number: roi for roi in converted_awkward.made.rois if roi.has_record}
    for plane in session.planes:
        rows = zip(plane.rois.index, plane.rois["pixel_mask"], plane.rois["outline"], strict=True)
        for number, mask, outline in rows:
            if number not in truth:
                assert mask.size == outline.size == 0
                continue
            roi = truth[number]
            assert set(zip(mask["x"], mask["y"], strict=True)) == set(zip(roi.columns, roi.rows, strict=True))
            np.testing.assert_allclose(outline, roi.corners_xy.T - 1)


@pytest.mark.parametrize("kind", ["raw", "dff", "event"])
def test_traces_go_with_their_roi_numbers(session: NwbSession, converted_awkward: Converted, kind: str) -> None:
    for volume in converted_awkward.made.subvolumes:
        rows = {number: row for row, number in enumerate(volume.ids.tolist())}
        for plane in volume.planes:
            view = next(one for one in session.planes if one.name == plane.name)
            traces = view.traces(kind)
            np.testing.assert_allclose(traces.index, volume.time_ms / 1000.0)
            expected = volume.matrices[kind][[rows[number] for number in traces.columns]].T
            np.testing.assert_array_equal(traces, expected.astype(np.float32))


def test_provenance(session: NwbSession, converted_awkward: Converted) -> None:
    assert session.provenance["tool"] == "ssc_to_nwb"
    assert session.metadata["dataset"]["name"] == "ssc-1"
    assert sum(counts["leaves"] for counts in session.ledger.values()) > 100
    assert converted_awkward.made.mat_path.name in session.source_files["path"].tolist()


def test_what_a_file_lacks_is_none(tmp_path: Path) -> None:
    from datetime import datetime

    from pynwb import NWBHDF5IO, NWBFile

    start = datetime(2013, 3, 8, tzinfo=UTC)
    with NWBHDF5IO(tmp_path / "bare.nwb", "w") as io:
        io.write(NWBFile(session_description="bare", identifier="bare", session_start_time=start))
    with open_nwb_session(tmp_path / "bare.nwb") as bare:
        assert bare.subject_id == "unknown"
        for table in (bare.trials, bare.touches, bare.licks, bare.rewards, bare.source_files, bare.rois):
            assert table.columns.empty
        assert bare.provenance == bare.metadata == {}
        assert bare.planes == bare.whisker_traces == ()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SscError) as raised, open_nwb_session(tmp_path / "none.nwb"):
        pass
    assert raised.value.problem.kind.identifier == "nwb-file-missing"


@pytest.mark.parametrize("content", [b"", b"plain text", b"\x89HDF\r\n\x1a\n" + bytes(100)])
def test_a_file_that_is_not_nwb(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.nwb"
    path.write_bytes(content)
    with pytest.raises(SscError) as raised, open_nwb_session(path):
        pass
    assert raised.value.problem.kind.identifier == "nwb-file-unreadable"
    assert raised.value.problem.file == str(path)

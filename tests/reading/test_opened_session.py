"""`open_session` hands out what is in a converted file, by the source's own numbers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from made_sessions import Converted

import ssc_to_nwb
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.reading.opened_session import OpenedSession

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from range_server import serve


@pytest.fixture
def session(opened_raw: OpenedSession) -> OpenedSession:
    return opened_raw


def identifier(call: Callable[[], object]) -> str:
    with pytest.raises(SscError) as raised:
        call()
    return raised.value.problem.kind.identifier


def test_trials_by_the_sources_numbers(session: OpenedSession, converted_raw: Converted) -> None:
    truth = converted_raw.made.trials
    assert session.trials["trial_number"].tolist() == truth.numbers.tolist()
    assert session.trials["trial_type"].tolist() == [kind or "none" for kind in truth.types]
    licks_ms = truth.events["leftLicks"].times_ms
    assert sum(map(len, session.trials["left_licks"])) == licks_ms.size


def test_events(session: OpenedSession, converted_raw: Converted) -> None:
    made = converted_raw.made
    onsets_ms = np.concatenate([touches.onset_ms for touches in made.whisker.touches])
    np.testing.assert_allclose(session.touches["start_time"], np.sort(onsets_ms) / 1000)
    assert set(session.licks["side"]) == {"left", "right"}
    assert len(session.pole_in_reach) == len(session.reward_cue) == len(session.trials)
    assert len(session.rewards)


def test_traces_of_rois_in_the_order_asked_for(session: OpenedSession, converted_raw: Converted) -> None:
    volume = converted_raw.made.subvolumes[0]
    first, last = volume.planes[0], volume.planes[-1]
    wanted = [last.rois[-1].number, first.rois[1].number]
    table = session.traces("dff", rois=wanted)
    assert table.columns.tolist() == wanted
    np.testing.assert_allclose(table.index, volume.time_ms / 1000)
    for number in wanted:
        (row,) = volume.matrices["dff"][volume.ids == number]
        np.testing.assert_array_equal(table[number], row)


def test_the_samples_of_one_trial(session: OpenedSession, converted_raw: Converted) -> None:
    volume = converted_raw.made.subvolumes[0]
    number = int(volume.trials[0])
    table = session.traces("raw", rois=[volume.planes[0].rois[0].number], trial=number)
    np.testing.assert_allclose(table.index, volume.time_ms[volume.trials == number] / 1000)
    whisker = converted_raw.made.whisker
    trial = int(whisker.trials[-1])
    traces = session.whisker(trial=trial)
    np.testing.assert_allclose(traces.index, whisker.time_ms[whisker.trials == trial] / 1000)


def test_all_traces_of_all_subvolumes(session: OpenedSession, converted_raw: Converted) -> None:
    table = session.traces("event")
    numbers = {roi.number for plane in converted_raw.made.planes for roi in plane.rois}
    assert set(table.columns) <= numbers
    assert len(table) == sum(volume.time_ms.size for volume in converted_raw.made.subvolumes)


def test_whisker(session: OpenedSession, converted_raw: Converted) -> None:
    table = session.whisker()
    whiskers = converted_raw.made.spec.whiskers
    assert set(table.columns) == {f"{what}_{name}" for what in ("angle", "curvature_change") for name in whiskers}
    assert len(table) == converted_raw.made.whisker.time_ms.size


def test_rois_masks_and_images(session: OpenedSession, converted_raw: Converted) -> None:
    plane = converted_raw.made.planes[0]
    roi = plane.rois[0]
    assert session.rois.loc[roi.number, "plane"] == plane.name
    mask = session.mask(roi.number)
    assert mask.shape == session.image(plane.name).shape == converted_raw.made.spec.image_shape
    rows, columns = np.nonzero(mask)
    assert set(zip(rows.tolist(), columns.tolist(), strict=True)) == set(
        zip(roi.rows.tolist(), roi.columns.tolist(), strict=True)
    )


def test_frames_are_pictures(session: OpenedSession, converted_raw: Converted) -> None:
    made = converted_raw.made
    plane = made.planes[0]
    frames = session.frames(plane.name, "red")
    picture = made.frames(plane.name, plane.files[0].number)[0, 1]
    np.testing.assert_array_equal(frames[0], picture)
    np.testing.assert_array_equal(frames[0:2][0], picture)
    assert frames.shape == (len(frames), *picture.shape)
    assert frames.time_s.size == len(frames)


def test_what_is_not_in_the_file_is_named(session: OpenedSession, tmp_path: Path) -> None:
    assert identifier(lambda: session.traces("dff", rois=[999_999])) == "roi-not-in-file"
    assert identifier(lambda: session.mask(999_999)) == "roi-not-in-file"
    assert identifier(lambda: session.whisker(trial=999)) == "trial-not-in-file"
    assert identifier(lambda: ssc_to_nwb.open_session(tmp_path / "none.nwb")) == "nwb-file-missing"
    with pytest.raises(KeyError, match="fov_99001"):
        session.image("fov_99001")
    with pytest.raises(KeyError, match="No kind of trace 'dfff'; there are raw, dff, event"):
        session.traces("dfff")  # type: ignore[arg-type]
    with pytest.raises(KeyError, match="No frames 'two_photon_series_fov_01002_blue'; there are two_"):
        session.frames("fov_01002", "blue")  # type: ignore[arg-type]


def test_a_program_may_end_with_a_session_open(converted_small_raw: Converted) -> None:
    program = f"import ssc_to_nwb; s = ssc_to_nwb.open_session({str(converted_small_raw.path)!r}); print(len(s.trials))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == (f"{converted_small_raw.made.trials.numbers.size}\n", "")


def test_over_http_only_what_is_asked_for_travels(converted_small_raw: Converted) -> None:
    made = converted_small_raw.made
    with serve(converted_small_raw.path) as traffic, ssc_to_nwb.open_session(traffic.address) as session:
        assert session.trials["trial_number"].tolist() == made.trials.numbers.tolist()
        plane = made.planes[0]
        frame = session.frames(plane.name)[0]
        np.testing.assert_array_equal(frame, made.frames(plane.name, plane.files[0].number)[0, 0])
        assert session.file_name
        missing = traffic.address.rsplit(":", 1)[0] + ":1/none.nwb"
    assert identifier(lambda: ssc_to_nwb.open_session(missing)) == "nwb-file-missing"

"""ROIs, master images and traces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ssc_to_nwb.testing.spec import SubvolumeSpec

Make = Callable[..., Any]
DFF = "dffTSA_subvolume_01"
RAW = "rawFluoTSA_subvolume_01"
EVENT = "eventTSA_subvolume_01"


def pixels_of(roi: dict[str, Any], n_rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns by the rule of the format page, worked out again."""
    index = roi["indicesWithinImage"].ravel().astype(int)
    return (index - 1) % n_rows, (index - 1) // n_rows


def encloses(corners: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Even-odd rule."""
    inside = np.zeros(len(x), dtype=bool)
    for (x1, y1), (x2, y2) in zip(corners.T, np.roll(corners, -1, axis=1).T, strict=True):
        if y1 != y2:
            crossing = (y1 > y) != (y2 > y)
            inside ^= crossing & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return inside


@pytest.mark.parametrize("shape", [(48, 64), (96, 40)])
def test_cells_are_bright_exactly_under_their_masks(make: Make, shape: tuple[int, int]) -> None:
    for plane in make(image_shape=shape).rois_of(DFF):
        green = plane["masterImage"][:, :, 0]
        assert green.shape == shape
        expected = np.zeros(shape, dtype=bool)
        for roi in plane["rois"]:
            expected[pixels_of(roi, shape[0])] = True
        np.testing.assert_array_equal(green > 180, expected)


def test_outlines_enclose_exactly_the_masks(make: Make) -> None:
    made = make()
    rows, columns = np.indices(made.truth.spec.image_shape)
    for plane in made.rois_of(DFF):
        for roi in plane["rois"]:
            inside = encloses(roi["cornersXY"], columns.ravel() + 1.0, rows.ravel() + 1.0).reshape(rows.shape)
            mask = np.zeros_like(inside)
            mask[pixels_of(roi, 48)] = True
            np.testing.assert_array_equal(inside, mask)


def test_masks_do_not_overlap(make: Make) -> None:
    for plane in make().rois_of(DFF):
        indices = np.concatenate([roi["indicesWithinImage"].ravel() for roi in plane["rois"]])
        assert len(np.unique(indices)) == len(indices)
        assert all(roi["indicesWithinImage"].size >= 15 for roi in plane["rois"])


def test_a_roi_in_the_last_corner(make: Make) -> None:
    for plane in make().rois_of(DFF):
        assert any(48 * 64 in roi["indicesWithinImage"] for roi in plane["rois"])
    for plane in make(roi_at_corner=False).rois_of(DFF):
        assert not any(48 * 64 in roi["indicesWithinImage"] for roi in plane["rois"])


def test_red_shows_other_cells_than_green(make: Make) -> None:
    for plane in make().rois_of(DFF):
        lit = [plane["masterImage"][:, :, 1][pixels_of(roi, 48)].mean() > 100 for roi in plane["rois"]]
        assert lit == [True, False, True, False]
    for plane in make(red_in_all_cells=True).rois_of(DFF):
        assert all(plane["masterImage"][:, :, 1][pixels_of(roi, 48)].mean() > 100 for roi in plane["rois"])


def test_two_dimensional_master_image(make: Make) -> None:
    usual, made = make().rois_of(DFF)[0], make(master_image_2d=True).rois_of(DFF)[0]
    assert made["masterImage"].shape == (48, 64)
    np.testing.assert_array_equal(made["masterImage"], usual["masterImage"][:, :, 0])


def test_roi_numbers_come_in_blocks_per_plane(make: Make) -> None:
    made = make(subvolumes=(SubvolumeSpec(number=6, planes=(2, 3)),))
    first, second = made.planes_of(DFF)
    assert set(first["ids"].ravel() // 1000) == {21}
    assert set(second["ids"].ravel() // 1000) == {22}
    assert made.array(DFF)["ids"].ravel().tolist() == [*first["ids"].ravel(), *second["ids"].ravel()]


def test_shuffled_rows_keep_each_roi_its_trace(make: Make) -> None:
    usual, made = make(), make(shuffled_rows=True)
    planes_joined = np.concatenate([plane["ids"].ravel() for plane in made.planes_of(DFF)])
    ids = made.array(DFF)["ids"].ravel()
    assert sorted(ids) == sorted(planes_joined)
    assert ids.tolist() != planes_joined.tolist()
    order = [usual.array(DFF)["ids"].ravel().tolist().index(number) for number in ids]
    for key in (DFF, RAW, EVENT):
        np.testing.assert_array_equal(made.array(key)["valueMatrix"], usual.array(key)["valueMatrix"][order])
    assert made.array(DFF)["idStrs"][0] == f"Ca TS for {ids[0]}"


def test_rois_without_trace(make: Make) -> None:
    made = make(rois_without_trace=2)
    first = made.planes_of(DFF)[0]["ids"].ravel().tolist()
    rows = made.array(DFF)["ids"].ravel().tolist()
    assert [number for number in first if number not in rows] == first[-2:]
    assert made.array(DFF)["valueMatrix"].shape[0] == len(rows) == 10
    assert made.rois_of(DFF)[0]["roiIds"].ravel().tolist() == first


def test_traces_without_roi(make: Make) -> None:
    made = make(traces_without_roi=1)
    last = made.planes_of(DFF)[-1]["ids"].ravel().tolist()
    assert set(last) <= set(made.array(DFF)["ids"].ravel().tolist())
    record = made.rois_of(DFF)[-1]
    assert record["roiIds"].ravel().tolist() == last[1:]
    assert [roi["id"].item() for roi in record["rois"]] == last[1:]


def test_no_roi_record_at_all(make: Make) -> None:
    made = make(subvolumes=(SubvolumeSpec(rois_per_plane=2),), traces_without_roi=2)
    assert made.rois_of(DFF)[-1]["roiIds"].shape == (0, 0)
    assert made.rois_of(DFF)[-1]["rois"] == []


def test_lone_plane_as_struct_or_cell(make: Make) -> None:
    lone = (SubvolumeSpec(number=3, planes=(2,)),)
    assert isinstance(make(subvolumes=lone).array(DFF)["imagingPlane"], list)
    assert isinstance(make(subvolumes=lone, lone_plane_as_struct=True).array(DFF)["imagingPlane"], dict)


@pytest.mark.parametrize("arrays", [("dff",), ("raw", "dff"), ("event",), ("dff", "raw", "event")])
def test_chosen_arrays(make: Make, arrays: tuple[str, ...]) -> None:
    keys = make(arrays=arrays).s["timeSeriesArrayHash"]["keyNames"]
    names = {"dff": "dffTSA", "raw": "rawFluoTSA", "event": "eventTSA"}
    assert keys == ["whiskerVars", *(f"{names[kind]}_subvolume_{n:02d}" for kind in arrays for n in (1, 2))]


def test_other_array_keys_and_no_description(make: Make) -> None:
    keys = (("dff", "A{number}"), ("raw", "B{number}"), ("event", "C{ordinal}"))
    made = make(array_keys=keys, arrays_without_descr=True, subvolumes=(SubvolumeSpec(number=7),))
    assert made.s["timeSeriesArrayHash"]["keyNames"] == ["whiskerVars", "A7", "B7", "C1"]
    assert made.s["timeSeriesArrayHash"]["descr"][1:] == ["", "", ""]


def test_row_names_and_single_precision(make: Make) -> None:
    made = make(arrays_without_row_names=True, single_precision=True)
    assert made.array(DFF)["idStrs"] == []
    assert made.array(DFF)["valueMatrix"].dtype == np.float32
    np.testing.assert_array_equal(made.array(DFF)["valueMatrix"], make().array(DFF)["valueMatrix"].astype(np.float32))


def test_raw_is_baseline_times_one_plus_dff(make: Make) -> None:
    made = make()
    baseline = {roi.number: roi.baseline for roi in made.truth.rois}
    f0 = np.array([baseline[number] for number in made.array(RAW)["ids"].ravel()])
    np.testing.assert_allclose(
        made.array(RAW)["valueMatrix"], f0[:, None] * (1 + made.array(DFF)["valueMatrix"]), rtol=1e-12
    )


LONG: dict[str, Any] = {
    "n_trials": 40,
    "trial_seconds": 4.0,
    "subvolumes": (SubvolumeSpec(planes=(2,), rois_per_plane=10),),
    "seed": 11,
}


def test_events_are_at_the_onset_of_transients(make: Make) -> None:
    made = make(**LONG)
    events, dff = made.array(EVENT)["valueMatrix"], made.array(DFF)["valueMatrix"]
    assert (events >= 0).all()
    assert 0 < (events > 0).mean() < 0.1
    trial = made.array(EVENT)["trial"].ravel()
    roi, frame = np.nonzero(events)
    fits = (frame > 0) & (frame < events.shape[1] - 1)
    roi, frame = roi[fits], frame[fits]
    same = (trial[frame - 1] == trial[frame]) & (trial[frame + 1] == trial[frame])
    roi, frame = roi[same], frame[same]
    peak = np.maximum(dff[roi, frame], dff[roi, frame + 1])
    rise = peak - dff[roi, frame - 1]
    assert np.corrcoef(rise, events[roi, frame])[0, 1] > 0.7


def test_touch_rois_answer_touch_and_whisking_rois_do_not(make: Make) -> None:
    made = make(**LONG)
    array, events = made.array(EVENT), made.array(EVENT)["valueMatrix"] > 0
    time, trial, ids = array["time"].ravel(), array["trial"].ravel(), array["ids"].ravel()
    touches = made.events("touches")
    onsets = np.hstack([times.ravel()[::2] for times in touches["eventTimes"]]).astype(float)
    trials = np.hstack([numbers.ravel()[::2] for numbers in touches["eventTrials"]])
    hits = np.zeros(len(ids))
    counted = np.unique(trials)
    for number in counted:
        first = onsets[trials == number].min()
        later = np.flatnonzero((trial == number) & (time >= first))
        hits += events[:, later[0]]
    share = dict(zip(ids.tolist(), hits / len(counted), strict=True))
    assert all(share[number] > 0.75 for number in made.truth.touch_rois)
    assert all(share[roi.number] < 0.2 for roi in made.truth.rois if roi.drive != "touch")
    assert len(made.truth.touch_rois) == 4


def test_whisking_rois_follow_the_amplitude_of_whisking(make: Make) -> None:
    made = make(**LONG)
    array, dff = made.array(DFF), made.array(DFF)["valueMatrix"]
    whisker = made.truth.whisker
    frame_time = array["time"].ravel()
    strong = np.interp(frame_time - 250.0, whisker.time_ms, whisker.amplitude_deg) > 7
    with_whisker = np.isin(array["trial"].ravel(), whisker.valid_trials)
    gain = dff[:, strong & with_whisker].mean(axis=1) - dff[:, ~strong & with_whisker].mean(axis=1)
    ids = array["ids"].ravel().tolist()
    by_drive: dict[str, list[float]] = {"touch": [], "whisking": [], "none": []}
    for roi in made.truth.rois:
        by_drive[roi.drive].append(gain[ids.index(roi.number)])
    assert min(by_drive["whisking"]) > 0.2 > max(by_drive["none"])
    assert min(by_drive["whisking"]) > max(by_drive["touch"])


def test_trials_not_imaged(make: Make) -> None:
    made = make(trials_not_imaged=(0, 5))
    numbers = made.s["trialIds"].ravel()
    imaged = {int(t) for key in (DFF, "dffTSA_subvolume_02") for t in np.unique(made.array(key)["trial"])}
    assert imaged == set(numbers[1:5].tolist())
    hash_ = made.s["timeSeriesArrayHash"]
    valid = [hash_["descrHash"][k]["value"][1].ravel().tolist() for k in (1, 2)]
    assert valid == [numbers[1:3].tolist(), numbers[3:5].tolist()]


@pytest.mark.parametrize("rate_hz", [7.0, 14.2])
def test_frame_rate(make: Make, rate_hz: float) -> None:
    array = make(imaging_rate_hz=rate_hz).array(DFF)
    within = np.diff(array["time"].ravel())[np.diff(array["trial"].ravel()) == 0]
    np.testing.assert_allclose(within, 1000 / rate_hz)

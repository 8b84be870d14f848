"""The Python of docs/how-to/open_in_tools.md, run as it is in the tools' own environments."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from converting import convert
from made_sessions import Converted, write

from ssc_to_nwb.testing.dataset import SyntheticSession, write_session
from ssc_to_nwb.testing.spec import SessionSpec, SubvolumeSpec

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "open_in_tools.md"
PYNAPPLE = ("pynapple==0.11.*", "pynwb==4.*")
# suite2p 0.14.6 does not run with NumPy 2.4, which its own requirements let in.
SUITE2P = ("suite2p==0.14.*", "pynwb==4.*", "numpy<2.4")
TOUCH_COLUMNS = {"trial_number", "direction", "whisker", "kappa_max_abs_over_touch", "touch_number_within_trial"}


@pytest.fixture(scope="module")
def session(convert_once: Callable[..., Converted]) -> Converted:
    """Two whiskers, so that touches overlap."""
    return convert_once(
        animal="an900014",
        n_trials=12,
        trial_seconds=4.0,
        whiskers=("c1", "c2"),
        further_touch_properties=("thetaAtTouchOnset",),
    )


@pytest.fixture(scope="module")
def found(session: Converted, ask_tool: Callable[..., Any]) -> dict[str, Any]:
    """What the section on pynapple makes of it."""
    return page_of_pynapple(session.path, session.made, ask_tool)


def page_of_pynapple(path: Path, made: SyntheticSession, ask_tool: Callable[..., Any]) -> Any:
    """Run the section on the first ROI of a session."""
    plane = made.subvolumes[0].planes[0]
    return ask_tool(
        "run_page.py", PAGE, "pynapple", path, plane.name, plane.rois[0].number, "of_pynapple_page.py",
        packages=PYNAPPLE,
    )  # fmt: skip


def test_every_section_with_python_is_run() -> None:
    sections = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.M)[1:]
    with_python = [section.splitlines()[0] for section in sections if "```python" in section]
    assert with_python == ["pynapple", "suite2p"]


@pytest.mark.long
def test_trials_of_pynapple_have_their_columns(found: dict[str, Any], session: Converted) -> None:
    made = session.made
    with h5py.File(session.path) as file:
        stored = set(file["intervals/trials"].attrs["colnames"]) - {"start_time", "stop_time"}
    assert set(found["trial_columns"]) == stored
    assert found["trial_numbers"] == made.trials.numbers.tolist()
    np.testing.assert_allclose(found["trial_starts_s"], made.trials.start_ms / 1000.0)
    hits = [number for number, kind in zip(made.trials.numbers, made.trials.types, strict=True) if kind[:3] == "Hit"]
    assert found["hits"] == hits


@pytest.mark.long
def test_a_roi_by_its_number_with_its_metadata(found: dict[str, Any], session: Converted) -> None:
    volume = session.made.subvolumes[0]
    plane = volume.planes[0]
    roi = plane.rois[0]
    assert (found["plane"], found["cell"]) == (plane.name, f"{session.made.spec.animal}/{roi.number}")
    with h5py.File(session.path) as file:
        table = file[f"processing/ophys/ImageSegmentation/plane_segmentation_{plane.name}"]
        row = table["id"][:].tolist().index(roi.number)
        assert found["centroid_um"] == [table["centroid_x_um"][row], table["centroid_y_um"][row]]
    first = session.made.trials.numbers[0]
    np.testing.assert_allclose(found["frames_of_first_trial"], volume.time_ms[volume.trials == first] / 1000.0)
    np.testing.assert_array_equal(found["trial_of_sample"], session.made.whisker.trials)
    hits = np.isin(volume.trials, found["hits"])
    assert 0 < hits.sum() < hits.size
    expected = volume.matrices["dff"][volume.ids.tolist().index(roi.number)]
    np.testing.assert_allclose(np.array(found["trace"], dtype=float), expected)
    np.testing.assert_allclose(np.array(found["during_hits"], dtype=float), expected[hits])


@pytest.mark.long
def test_touches_of_one_whisker_and_direction_keep_all_rows_and_columns(
    found: dict[str, Any], session: Converted
) -> None:
    trains = session.made.whisker.touches
    onsets = np.sort(np.concatenate([train.onset_ms for train in trains])) / 1000.0
    rows = sorted(found["touches"], key=lambda row: row["onset"])
    np.testing.assert_allclose([row["onset"] for row in rows], onsets, atol=2e-6)
    assert all(set(row) == {"onset", "stop", *TOUCH_COLUMNS, "theta_at_touch_onset"} for row in rows)
    numbers = Counter(int(row["trial_number"]) for row in rows)
    assert numbers == Counter(np.concatenate([train.trials for train in trains]).astype(int).tolist())


@pytest.mark.long
def test_frames_count_at_their_own_lag(found: dict[str, Any]) -> None:
    errors = found["lag_errors_s"]
    assert errors["frames"] > 10
    assert errors["page"] <= 0.001 + 1e-9
    # What the recipe is there for.
    assert errors["pynapple"] > 0.06


@pytest.mark.long
def test_the_touch_triggered_average(found: dict[str, Any], session: Converted) -> None:
    volume = session.made.subvolumes[0]
    roi = volume.planes[0].rois[0].number
    trace, time_s = volume.matrices["dff"][volume.ids.tolist().index(roi)], volume.time_ms / 1000.0
    onsets = np.concatenate([train.onset_ms for train in session.made.whisker.touches]) / 1000.0
    lags, values = time_s[None] - onsets[:, None], np.broadcast_to(trace, (onsets.size, trace.size))
    for number, mean in enumerate(found["triggered"]):
        low = -1.0 + 0.1 * number
        # A frame on an edge may fall on either side of it by rounding.
        clear = (lags > low + 1e-6) & (lags < low + 0.1 - 1e-6)
        edges = np.abs(lags - low) < 1e-6, np.abs(lags - low - 0.1) < 1e-6
        if not np.any(edges):
            assert mean == pytest.approx(np.nanmean(values[clear]))


@pytest.mark.long
def test_a_trial_without_a_stop_is_left_out_by_pynapple(tmp_path: Path, ask_tool: Callable[..., Any]) -> None:
    """The table says so in its description."""
    made = write(tmp_path / "source", edit=lambda s: s["trialIds"].__setitem__((0, -1), 500), trial_seconds=4.0)
    (outcome,) = convert(source=tmp_path / "source", output=tmp_path / "nwb").outcomes
    found = page_of_pynapple(outcome.output, made, ask_tool)
    assert found["trial_numbers"] == made.trials.numbers[:-1].tolist()
    with h5py.File(outcome.output) as file:
        assert file["intervals/trials/trial_number"][-1] == 500
        assert "pynapple" in file["intervals/trials"].attrs["description"]


@pytest.mark.long
def test_suite2p_finds_the_planted_cells(tmp_path: Path, ask_tool: Callable[..., Any]) -> None:
    spec = SessionSpec(
        animal="an900015",
        n_trials=40,
        trial_seconds=4.0,
        subvolumes=(SubvolumeSpec(planes=(2,), rois_per_plane=30),),
        image_shape=(100, 140),
        roi_at_corner=False,
    )
    made = write_session(root=tmp_path / "source", spec=spec, videos=False)
    (outcome,) = convert(source=tmp_path / "source", output=tmp_path / "nwb").outcomes
    plane = made.subvolumes[0].planes[0]
    rois = plane.rois
    places = ask_tool(
        "run_page.py", PAGE, "suite2p", outcome.output, plane.name, rois[0].number, "of_suite2p_page.py",
        packages=SUITE2P,
    )  # fmt: skip
    truth = np.array([(roi.rows.mean(), roi.columns.mean()) for roi in rois])
    distance = np.linalg.norm(truth[:, None] - np.array(places)[None], axis=2)
    assert np.sum(distance.min(axis=1) < 2) >= 24
    # None is far from a cell, whose radius is 7.
    assert distance.min(axis=0).max() < 7

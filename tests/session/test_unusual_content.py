"""Content that is kept as it is, with a warning."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_sessions import Converted, Struct, array, events, opened, read_edited, records, set_entry

from ssc_to_nwb.api.validation import validate
from ssc_to_nwb.data_types.whisker.source import whisker_of
from ssc_to_nwb.problems.model import Problem
from ssc_to_nwb.testing.matlab import EMPTY
from ssc_to_nwb.testing.spec import SubvolumeSpec

KEY = "dffTSA_subvolume_01"
FIELDS: dict[str, Any] = {
    "subvolumes": (SubvolumeSpec(planes=(2,), rois_per_plane=3),), "arrays": ("dff",), "image_shape": (20, 30),
    "nan_stretches": False,
}  # fmt: skip
UNUSUAL = {
    "roi-pixel-twice", "roi-mask-empty", "roi-outline-not-finite", "values-infinite", "whisker-array-missing",
    "calcium-arrays-missing",
}  # fmt: skip


def rois(s: Struct) -> Any:
    return records(s, KEY)[0]["rois"]


def pixel_twice(s: Struct) -> None:
    pixels = rois(s)[1]["indicesWithinImage"]
    rois(s)[1]["indicesWithinImage"] = np.append(pixels, pixels[:, :1], axis=1)


def mask_empty(s: Struct) -> None:
    rois(s)[0]["indicesWithinImage"] = EMPTY


def corner_nan(s: Struct) -> None:
    rois(s)[2]["cornersXY"][1, 0] = np.nan


def corner_infinite(s: Struct) -> None:
    rois(s)[2]["cornersXY"][0, 1] = np.inf


def dff_infinite(s: Struct) -> None:
    array(s, KEY)["valueMatrix"][1, 2:4] = [np.inf, -np.inf]


def angle_infinite(s: Struct) -> None:
    array(s, "whiskerVars")["valueMatrix"][0, 5] = np.inf


def valve_time_infinite(s: Struct) -> None:
    set_entry(s["trialPropertiesHash"], "LWaterValveTime", np.full((1, s["trialIds"].size), np.inf))


def touch_property_infinite(s: Struct) -> None:
    values = events(s, "touches")["eventPropertiesHash"][0]["value"]
    values[1] = np.full_like(values[1], -np.inf)


CASES: dict[Callable[[Struct], None], tuple[str, str]] = {
    pixel_twice: ("roi-pixel-twice", "ROI {1} of fov_01002"),
    mask_empty: ("roi-mask-empty", "ROI {0} of fov_01002"),
    corner_nan: ("roi-outline-not-finite", "ROI {2} of fov_01002"),
    corner_infinite: ("roi-outline-not-finite", "ROI {2} of fov_01002"),
    dff_infinite: ("values-infinite", "2 of {values} values of dffTSA_subvolume_01"),
    angle_infinite: ("values-infinite", "1 of {samples} samples of 'Angle for c2'"),
    valve_time_infinite: ("values-infinite", "6 of 6 values of LWaterValveTime"),
    touch_property_infinite: (
        "values-infinite",
        "{touches} of {touches} values of kappaMaxAbsOverTouch of 'Protraction contacts for c2'",
    ),
}  # fmt: skip


def unusual(problems: list[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.kind.identifier in UNUSUAL]


@pytest.mark.parametrize(("edit", "expected"), CASES.items(), ids=[edit.__name__ for edit in CASES])
def test_it_is_reported_once(tmp_path: Path, edit: Callable[[Struct], None], expected: tuple[str, str]) -> None:
    session, log = read_edited(tmp_path, edit, **FIELDS)
    (problem,) = unusual(log.problems)
    assert whisker_of(session) is not None
    found = expected[1].format(
        *(roi.number for roi in session.planes[0].rois),
        values=session.subvolumes[0].first_array.values.size,
        samples=whisker_of(session).time_ms.size,
        touches=session.events["touches"].trains[0].time_ms.size,
    )
    assert (problem.kind.identifier, problem.found) == (expected[0], found)
    assert problem.file == str(session.path)


def test_an_ordinary_session_has_nothing_of_it(tmp_path: Path) -> None:
    _, log = read_edited(tmp_path, lambda _: None, **FIELDS)
    assert unusual(log.problems) == []


def test_a_session_without_whisker_or_calcium_arrays(tmp_path: Path) -> None:
    _, log = read_edited(tmp_path, lambda _: None, **{**FIELDS, "whisker_data": False, "arrays": ()})
    found = {problem.kind.identifier: problem.found for problem in unusual(log.problems)}
    assert found == {"whisker-array-missing": "no whisker array", "calcium-arrays-missing": "no calcium array"}


def test_a_session_with_all_of_it_is_converted_as_it_is_and_valid(convert_edited: Callable[..., Converted]) -> None:
    def edit(s: Struct) -> None:
        # An infinite valve time is an error of validation too: its name is that of a time column.
        for one in CASES.keys() - {valve_time_infinite}:
            one(s)

    made = convert_edited(edit, **FIELDS)
    assert made.outcome.status == "converted"
    assert UNUSUAL - {"whisker-array-missing", "calcium-arrays-missing"} <= {
        problem.kind.identifier for problem in made.outcome.problems
    }
    with opened(made.path) as nwbfile:
        table = nwbfile.processing["ophys"]["ImageSegmentation"]["plane_segmentation_fov_01002"]
        assert [len(table["pixel_mask"][place]) > 0 for place in range(3)] == [False, True, True]
        twice = table["pixel_mask"][1]
        assert len(np.unique(twice)) == len(twice) - 1
        dff = nwbfile.processing["ophys"]["DfOverF"].roi_response_series["dff_fov_01002"]
        assert np.isinf(dff.data[:]).sum() == 2
    result = validate(paths=[made.path])
    assert result.ok, [str(message) for message in result.messages if message.severity == "error"]
